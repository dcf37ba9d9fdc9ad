import { notAcceptable } from '../../api/errors.ts'
import { type Call, header } from '../call.ts'
import { isTrue } from '../request-info.ts'

/** What a client can ask objects to be turned into. */
export type Transform = 'Table' | 'PartialObjectMetadata' | 'PartialObjectMetadataList'

/** How an answer is to be written. */
export interface MediaType {
  format: 'json' | 'yaml'
  as?: Transform
  /** The version of meta.k8s.io that the transformed object speaks. */
  version: 'v1' | 'v1beta1'
  pretty: boolean
}

interface Clause {
  type: string
  parameters: Record<string, string>
  quality: number
}

const FORMATS = { 'application/json': 'json', 'application/yaml': 'yaml' } as const
const TRANSFORMS: readonly string[] = ['Table', 'PartialObjectMetadata', 'PartialObjectMetadataList']

/** The first of what the client accepts that the server can write; 406 when there is none. */
export function negotiate(call: Call): MediaType {
  const accept = header(call, 'accept')
  const pretty = isPretty(call)
  if (!accept) return { format: 'json', version: 'v1', pretty }
  for (const clause of parseAccept(accept)) {
    const found = mediaTypeOf(clause, pretty)
    if (found) return found
  }
  throw notAcceptable(Object.keys(FORMATS))
}

/** The clauses of an Accept header, the best liked first. */
export function parseAccept(accept: string): Clause[] {
  return accept
    .split(',')
    .map((text): Clause => {
      const [type = '', ...rest] = text.split(';').map((part) => part.trim())
      const parameters = Object.fromEntries(rest.map((part) => part.split('=', 2).map((side) => side.trim())))
      return { type, parameters, quality: Number(parameters['q'] ?? 1) }
    })
    .sort((a, b) => b.quality - a.quality)
}

function mediaTypeOf({ type, parameters }: Clause, pretty: boolean): MediaType | undefined {
  const exact = Object.entries(FORMATS).find(([name]) => name === type)?.[1]
  const format = exact ?? (type === '*/*' || type === 'application/*' ? 'json' : undefined)
  if (!format) return undefined
  const { as, g: group, v: version = 'v1', stream } = parameters
  if (stream && stream !== 'watch') return undefined
  const base = { format, pretty: pretty || parameters['pretty'] === '1' } as const
  if (!as && !group) return { ...base, version: 'v1' }
  const known = TRANSFORMS.includes(as ?? '') && group === 'meta.k8s.io' && (version === 'v1' || version === 'v1beta1')
  return known ? { ...base, as: as as Transform, version } : undefined
}

/** Whether a person reads the answer: said so, or seen by the program that asks. */
function isPretty(call: Call): boolean {
  const said = call.query.get('pretty')
  if (said) return isTrue(said)
  return /^(curl|Wget|Mozilla\/5\.0)/.test(header(call, 'user-agent'))
}
