import type { Kind } from '../api/kind.ts'
import type { DeleteOptions, ListOptions, WatchOptions } from './api.ts'

type Query = { readonly [name: string]: string | number | boolean | undefined }

/** The path of a kind, of one of its objects when `name` is given, and of a subresource of that. */
export function pathOf(kind: Kind, namespace?: string, name?: string, subresource?: string): string {
  const root = kind.group ? `/apis/${kind.group}/${kind.version}` : `/api/${kind.version}`
  const scope = kind.scope === 'Namespaced' && namespace ? `/namespaces/${encodeURIComponent(namespace)}` : ''
  const object = name === undefined ? '' : `/${encodeURIComponent(name)}`
  return `${root}${scope}/${kind.plural}${object}${subresource ? `/${subresource}` : ''}`
}

/** `?a=b&c=d`, or nothing; what is undefined or empty is left out. */
export function queryOf(query: Query): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== '')
  return given.length ? `?${new URLSearchParams(given.map(([name, value]) => [name, String(value)]))}` : ''
}

export function listQuery(options: ListOptions): Query {
  // The namespace stands in the path.
  return { ...options, namespace: undefined }
}

export function watchQuery(options: WatchOptions): Query {
  const { sendInitialEvents, resourceVersionMatch = sendInitialEvents ? 'NotOlderThan' : undefined } = options
  return { ...listQuery(options), signal: undefined, resourceVersionMatch, watch: true }
}

/** The body of a DELETE, or nothing when there is nothing to say. */
export function deleteBody(options: DeleteOptions = {}): object | undefined {
  const said = Object.values(options).some((value) => value !== undefined)
  return said ? { kind: 'DeleteOptions', apiVersion: 'v1', ...options } : undefined
}
