/** The kinds of types that the checker tells apart. */
export type Kind =
  | 'dyn'
  | 'any'
  | 'error'
  | 'null'
  | 'bool'
  | 'int'
  | 'uint'
  | 'double'
  | 'string'
  | 'bytes'
  | 'timestamp'
  | 'duration'
  | 'list'
  | 'map'
  | 'struct'
  | 'opaque'
  | 'type'
  | 'param'

/** A CEL type, as the checker sees it and as `type(x)` yields it. */
export class Type {
  readonly kind: Kind
  /** What it is called at run time: `google.protobuf.Timestamp`, the name of a struct, a type parameter. */
  readonly name: string
  readonly parameters: readonly Type[]

  constructor(kind: Kind, name: string = kind, parameters: readonly Type[] = []) {
    this.kind = kind
    this.name = name
    this.parameters = parameters
  }
}

export const DYN = new Type('dyn')
export const ANY = new Type('any', 'google.protobuf.Any')
export const ERROR = new Type('error', '!error!')
export const NULL = new Type('null', 'null_type')
export const BOOL = new Type('bool')
export const INT = new Type('int')
export const UINT = new Type('uint')
export const DOUBLE = new Type('double')
export const STRING = new Type('string')
export const BYTES = new Type('bytes')
export const TIMESTAMP = new Type('timestamp', 'google.protobuf.Timestamp')
export const DURATION = new Type('duration', 'google.protobuf.Duration')
export const TYPE = new Type('type')

export const listOf = (element: Type) => new Type('list', 'list', [element])
export const mapOf = (key: Type, value: Type) => new Type('map', 'map', [key, value])
export const structOf = (name: string) => new Type('struct', name)
export const opaqueOf = (name: string, ...parameters: Type[]) => new Type('opaque', name, parameters)
export const optionalOf = (type: Type) => opaqueOf('optional_type', type)
export const typeOf = (type: Type) => new Type('type', 'type', [type])
export const paramOf = (name: string) => new Type('param', name)

export const LIST = listOf(DYN)
export const MAP = mapOf(DYN, DYN)

export const isOptional = (type: Type) => type.kind === 'opaque' && type.name === 'optional_type'
export const isDyn = (type: Type) => type.kind === 'dyn' || type.kind === 'any'
export const isDynOrError = (type: Type) => isDyn(type) || type.kind === 'error'

/** The type that an optional holds; any other type itself. */
export const withoutOptional = (type: Type): Type => (isOptional(type) ? (type.parameters[0] ?? DYN) : type)

/** Whether two types are the same, parameters included. */
export function sameType(a: Type, b: Type): boolean {
  return (
    a === b ||
    (a.kind === b.kind &&
      a.name === b.name &&
      a.parameters.length === b.parameters.length &&
      a.parameters.every((parameter, i) => sameType(parameter, b.parameters[i] as Type)))
  )
}

/** The type as messages show it. */
export function formatType(type: Type): string {
  switch (type.kind) {
    case 'any':
    case 'duration':
    case 'timestamp':
    case 'null':
      return type.kind
    default:
      return type.parameters.length ? `${type.name}(${type.parameters.map(formatType).join(', ')})` : type.name
  }
}

const SIMPLE = [DYN, BOOL, INT, UINT, DOUBLE, STRING, BYTES, TYPE]
const NAMED = new Map<string, Type>([
  ...SIMPLE.map((type) => [type.name, type] as const),
  ['null', NULL],
  ['timestamp', TIMESTAMP],
  ['duration', DURATION],
])

/**
 * Reads types as the libraries write them: `string, list(A), optional(int)`. A capital letter is a type parameter; a name in
 * `own` is that type. Throws on anything else: these texts stand in the source.
 */
export function readTypes(text: string, own: Readonly<Record<string, Type>> = {}): Type[] {
  const tokens = text.match(/[A-Za-z_.0-9]+|[(),]/g) ?? []
  let at = 0
  const one = (): Type => {
    const name = tokens[at++] ?? ''
    const parameters: Type[] = []
    if (tokens[at] === '(') {
      do {
        at++
        parameters.push(one())
      } while (tokens[at] === ',')
      at++
    }
    return named(name, parameters, own)
  }
  const types: Type[] = []
  while (at < tokens.length) {
    types.push(one())
    at++
  }
  return types
}

function named(name: string, parameters: readonly Type[], own: Readonly<Record<string, Type>>): Type {
  const [first = DYN, second = DYN] = parameters
  if (name === 'list') return listOf(first)
  if (name === 'map') return mapOf(first, second)
  if (name === 'optional') return optionalOf(first)
  if (name === 'type' && parameters.length) return typeOf(first)
  const found = own[name] ?? NAMED.get(name) ?? (/^[A-Z]$/.test(name) ? paramOf(name) : undefined)
  if (!found) throw new Error(`bug: no type is called ${name}`)
  return found
}

/** The names of the parameters within some types. */
export function parameterNames(types: readonly Type[]): string[] {
  const found = types.flatMap((type) => (type.kind === 'param' ? [type.name] : parameterNames(type.parameters)))
  return [...new Set(found)]
}
