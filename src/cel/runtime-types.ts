import {
  BOOL,
  BYTES,
  DOUBLE,
  DURATION,
  INT,
  LIST,
  MAP,
  NULL,
  opaqueOf,
  STRING,
  structOf,
  TIMESTAMP,
  TYPE,
  Type,
  UINT,
} from './types.ts'
import {
  CelMap,
  Double,
  Duration,
  isInt,
  isList,
  isMap,
  listAt,
  listSize,
  mapFind,
  mapKeys,
  Opaque,
  Optional,
  Timestamp,
  Uint,
  type Value,
} from './values.ts'

const OPTIONAL = opaqueOf('optional_type')

/** The type that `type(x)` yields. */
export function runtimeType(value: Value): Type {
  if (typeof value === 'string') return STRING
  if (isInt(value)) return INT
  if (typeof value === 'boolean') return BOOL
  if (value === null) return NULL
  if (value instanceof Type) return TYPE
  if (isList(value)) return LIST
  if (isMap(value)) return value instanceof CelMap && value.typeName !== 'map' ? structOf(value.typeName) : MAP
  if (value instanceof Opaque) return opaqueOf(value.typeName)
  return objectType(value)
}

function objectType(value: object): Type {
  if (value instanceof Double) return DOUBLE
  if (value instanceof Uint) return UINT
  if (value instanceof Timestamp) return TIMESTAMP
  if (value instanceof Duration) return DURATION
  if (value instanceof Uint8Array) return BYTES
  if (value instanceof Optional) return OPTIONAL
  throw new Error('bug: an object of no CEL type')
}

const GO_NAMES: Readonly<Record<string, string>> = {
  bool: 'types.Bool',
  bytes: 'types.Bytes',
  double: 'types.Double',
  duration: 'types.Duration',
  int: 'types.Int',
  list: '*types.baseList',
  map: '*types.baseMap',
  null: 'types.Null',
  string: 'types.String',
  timestamp: 'types.Timestamp',
  type: '*types.Type',
  uint: 'types.Uint',
}

/** What upstream calls the type of a value where its messages tell it as Go does. */
export function goTypeName(value: Value): string {
  if (value instanceof Optional) return '*types.Optional'
  const { kind, name } = runtimeType(value)
  return GO_NAMES[kind] ?? `cel.${name.replace(/.*\./, '')}`
}

/** Whether a value may be given where a type is declared. Of lists and maps the first entry is looked at. */
export function isOfType(value: Value, type: Type): boolean {
  switch (type.kind) {
    case 'dyn':
    case 'any':
    case 'param':
      return true
    case 'string':
      return typeof value === 'string'
    case 'int':
      return isInt(value)
    case 'bool':
      return typeof value === 'boolean'
    case 'list':
      return isList(value) && (listSize(value) === 0 || isOfType(listAt(value, 0), type.parameters[0] as Type))
    case 'map':
      return isMap(value) && firstEntryFits(value, type.parameters)
    default:
      return runtimeType(value).name === type.name
  }
}

function firstEntryFits(map: Parameters<typeof mapKeys>[0], [keyType, valueType]: readonly Type[]): boolean {
  for (const key of mapKeys(map)) {
    const value = mapFind(map, key)
    return isOfType(key, keyType as Type) && value !== undefined && isOfType(value, valueType as Type)
  }
  return true
}
