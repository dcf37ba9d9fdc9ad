import { ApiError } from '../api/errors.ts'
import type { Kind } from '../api/kind.ts'
import type { OpenApiSource } from '../api/openapi/definitions.ts'
import { encodeOpenApiV2, OPENAPI_V2_PROTOBUF, OPENAPI_V2_PROTOBUF_ANSWER } from '../api/openapi/gnostic.ts'
import { renderOpenApiV2 } from '../api/openapi/v2.ts'
import { renderOpenApiV3, renderOpenApiV3Index } from '../api/openapi/v3.ts'
import { type Answer, type Call, header } from './call.ts'
import type { Context } from './context.ts'
import { parseAccept } from './representation/negotiate.ts'

const JSON_TYPE = 'application/json'

/** Documents already rendered, for the kinds they were rendered from. */
const rendered = new WeakMap<readonly Kind[], Map<string, string | Uint8Array>>()

/** `/openapi/v2`, `/openapi/v3` and what is below it; `segments` stand behind `openapi`. */
export async function openApi(context: Context, call: Call, segments: readonly string[]): Promise<Answer | undefined> {
  const [version, ...rest] = segments
  if (version === 'v2' && rest.length === 0) return v2(context, call)
  if (version !== 'v3') return undefined
  return rest.length === 0 ? answerIndex(context) : v3(context, call, rest)
}

async function v2(context: Context, call: Call): Promise<Answer> {
  const type = acceptedType(call, [OPENAPI_V2_PROTOBUF, OPENAPI_V2_PROTOBUF_ANSWER, JSON_TYPE])
  const isJson = type === JSON_TYPE
  const body = await once(context, isJson ? 'v2' : 'v2 protobuf', (source) => {
    const document = renderOpenApiV2(source)
    return isJson ? JSON.stringify(document) : encodeOpenApiV2(document)
  })
  return {
    status: 200,
    headers: { 'content-type': isJson ? JSON_TYPE : OPENAPI_V2_PROTOBUF_ANSWER, vary: 'Accept' },
    body,
  }
}

/** The first of these that the client accepts; 406 when it accepts none. */
function acceptedType(call: Call, types: readonly string[]): string {
  const accept = header(call, 'accept') || '*/*'
  for (const { type } of parseAccept(accept)) {
    if (type === '*/*' || type === 'application/*') return JSON_TYPE
    if (types.includes(type)) return type
  }
  throw new ApiError(406, 'NotAcceptable', `only the following media types are accepted: ${types.join(', ')}`)
}

function answerIndex(context: Context): Answer {
  return { status: 200, headers: { 'content-type': JSON_TYPE }, body: JSON.stringify(indexOf(context)) }
}

/** The index, for the kinds it was made for: its hashes are of all that the documents say. */
const indexes = new WeakMap<readonly Kind[], ReturnType<typeof renderOpenApiV3Index>>()

function indexOf({ registry, schema, version }: Context) {
  const kinds = registry.all()
  const index = indexes.get(kinds) ?? renderOpenApiV3Index({ kinds, table: schema, version: version.gitVersion })
  indexes.set(kinds, index)
  return index
}

/** The document of one group version. Under its own hash it may be kept for ever; under another it is at the right one. */
async function v3(context: Context, call: Call, segments: readonly string[]): Promise<Answer | undefined> {
  const path = segments.join('/')
  const entry = indexOf(context).paths[path]
  if (!entry) return undefined
  acceptedType(call, [JSON_TYPE])
  const hash = new URLSearchParams(entry.serverRelativeURL.split('?')[1]).get('hash') ?? ''
  const asked = call.query.get('hash')
  if (asked && asked !== hash) return { status: 301, headers: { location: entry.serverRelativeURL }, body: '' }
  const body = await once(context, path, (source) => JSON.stringify(renderOpenApiV3(source, groupVersionOf(segments))))
  const caching: Record<string, string> = asked ? { 'cache-control': 'public, immutable' } : {}
  return { status: 200, headers: { 'content-type': JSON_TYPE, etag: `"${hash}"`, vary: 'Accept', ...caching }, body }
}

function groupVersionOf([root, first = '', second = '']: readonly string[]) {
  return root === 'api' ? { group: '', version: first } : { group: first, version: second }
}

async function once<T extends string | Uint8Array>(
  { registry, schema, version, descriptions }: Context,
  name: string,
  render: (source: OpenApiSource) => T,
): Promise<T> {
  const kinds = registry.all()
  const documents = rendered.get(kinds) ?? new Map<string, string | Uint8Array>()
  rendered.set(kinds, documents)
  const known = documents.get(name) as T | undefined
  if (known !== undefined) return known
  const source = { kinds, table: schema, descriptions: await descriptions(), version: version.gitVersion }
  const document = render(source)
  documents.set(name, document)
  return document
}
