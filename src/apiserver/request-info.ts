/** What a request asks for, read from its method and path as upstream's RequestInfo does. */
export interface RequestInfo {
  /** Whether it is about a resource rather than a path like /version. */
  isResource: boolean
  path: string
  /** get, list, watch, create, update, patch, delete, deletecollection, proxy; the method in lower case for paths. */
  verb: string
  /** `api` or `apis`; '' for paths. */
  prefix: string
  group: string
  version: string
  namespace: string
  /** The plural; '' for paths. */
  resource: string
  subresource: string
  name: string
  /** The path behind the version, split: resource, name, subresource and what follows. */
  parts: readonly string[]
}

/** Verbs that may stand in the path before the resource, as they did long ago. */
const PATH_VERBS = new Set(['proxy', 'watch'])

/** What may stand behind `namespaces/<name>` without being a resource within that namespace. */
const NAMESPACE_SUBRESOURCES = new Set(['status', 'finalize'])

const VERB_OF_METHOD: Readonly<Record<string, string>> = {
  POST: 'create',
  GET: 'get',
  HEAD: 'get',
  PUT: 'update',
  PATCH: 'patch',
  DELETE: 'delete',
}

/** Reads method, path (without query, still percent-encoded) and query. */
export function requestInfo(method: string, path: string, query: URLSearchParams): RequestInfo {
  const info: RequestInfo = {
    isResource: false,
    path: decode(path),
    verb: method.toLowerCase(),
    prefix: '',
    group: '',
    version: '',
    namespace: '',
    resource: '',
    subresource: '',
    name: '',
    parts: [],
  }
  const parts = path.split('/').filter((part, i, all) => part || (i > 0 && i < all.length - 1))
  const prefix = parts[0]
  const grouped = prefix === 'apis'
  if ((prefix !== 'api' && !grouped) || parts.length < (grouped ? 4 : 3)) return info
  const rest = parts.slice(1).map(decode)
  info.prefix = prefix
  info.group = grouped ? (rest.shift() as string) : ''
  info.version = rest.shift() as string
  info.isResource = true
  readResource(info, method, rest)
  if (!info.name) nameless(info, query)
  return info
}

function readResource(info: RequestInfo, method: string, rest: string[]): void {
  let parts = rest
  info.verb = VERB_OF_METHOD[method] ?? ''
  const pathVerb = parts[0] as string
  if (PATH_VERBS.has(pathVerb) && parts.length > 1) {
    info.verb = pathVerb
    parts = parts.slice(1)
  }
  if (parts[0] === 'namespaces' && parts.length > 1) {
    info.namespace = parts[1] as string
    if (parts.length > 2 && !NAMESPACE_SUBRESOURCES.has(parts[2] as string)) parts = parts.slice(2)
  }
  info.parts = parts
  info.resource = parts[0] ?? ''
  info.name = parts[1] ?? ''
  if (!PATH_VERBS.has(info.verb)) info.subresource = parts[2] ?? ''
}

/** A request without a name is for the collection. */
function nameless(info: RequestInfo, query: URLSearchParams): void {
  if (info.verb === 'get') {
    info.verb = isTrue(query.get('watch')) ? 'watch' : 'list'
    info.name = nameSelected(query.get('fieldSelector') ?? '')
  } else if (info.verb === 'delete') {
    info.verb = 'deletecollection'
  }
}

/** The name that `metadata.name=<name>` asks for; such a request is about one object. */
function nameSelected(fieldSelector: string): string {
  for (const term of fieldSelector.split(',')) {
    const name = /^metadata\.name==?([^/%]+)$/.exec(term)?.[1]
    if (name && name !== '.' && name !== '..') return name
  }
  return ''
}

/** How the API reads a boolean in a query: anything but false and 0. */
export function isTrue(value: string | null): boolean {
  return value !== null && value.toLowerCase() !== 'false' && value !== '0'
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    // A stray percent sign names nothing; it is looked up as it stands, and not found.
    return part
  }
}

/** Subresources that stay open as long as the client wants. */
const LONG_RUNNING = new Set(['attach', 'exec', 'proxy', 'log', 'portforward'])

/** Whether the request may take as long as it likes. */
export function isLongRunning({ isResource, verb, subresource }: RequestInfo): boolean {
  return isResource && (verb === 'watch' || verb === 'proxy' || LONG_RUNNING.has(subresource))
}
