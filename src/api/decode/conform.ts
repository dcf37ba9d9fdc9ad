import { isFreeForm, type Schema, type SchemaTable, shortName } from '../schema.ts'
import { canonicalBase64 } from './base64.ts'
import { isDroppedWhenEmpty, isEmpty, quickCheck } from './quick-check.ts'
import { isInt32, jsonTypeOf, type Mismatch, objectOf, specialType } from './special.ts'

/** A value as its type wants it, and what was not right with what came. */
export interface Conformed {
  /** Without unknown fields, nulls and empty optional lists; quantities and times in canonical form. */
  value: unknown
  /** Paths of the fields that the type does not have, in order of appearance. */
  unknown: string[]
  /** Why the value cannot be read at all, in the words of Go's JSON decoder. */
  error?: string
}

/** Brings `value` into the shape of a type. `value` itself comes back when it is right as it is; it is never changed. */
export function conform(table: SchemaTable, type: string, value: unknown): Conformed {
  if (quickCheck(table, type)(value)) return { value, unknown: [] }
  const walk: Walk = { table, unknown: [], fatal: undefined, mismatch: undefined }
  const conformed = walkValue(walk, { $ref: type }, value, { struct: '', names: [], path: '' })
  const error = walk.fatal ?? walk.mismatch
  return { value: conformed, unknown: walk.unknown, ...(error !== undefined && { error }) }
}

interface Walk {
  readonly table: SchemaTable
  readonly unknown: string[]
  /** Ends Go's decoder at once, so it outranks what was noted before. */
  fatal: string | undefined
  /** Go's decoder notes the first of these and reads on. */
  mismatch: string | undefined
}

interface Place {
  /** The Go struct that the innermost field belongs to. */
  struct: string
  /** The fields that lead here, as Go's messages list them: without indexes. */
  names: readonly string[]
  /** The whole path: `spec.containers[0].name`. */
  path: string
}

/** What a value that is left out becomes. */
const NOTHING = undefined

function walkValue(walk: Walk, schema: Schema, value: unknown, place: Place): unknown {
  const special = specialType(schema.$ref)
  if (special) {
    const read = special.read(value)
    if ('value' in read) return read.value
    walk.fatal ??= 'error' in read ? read.error : mismatchMessage(read, place)
    return NOTHING
  }
  const resolved = walk.table.resolve(schema)
  const alternative = objectOf(schema.$ref)
  if (alternative) return walkAlternative(walk, alternative, value, place)
  if (isFreeForm(resolved)) return value
  const found = jsonTypeOf(value)
  if (found === 'object' && resolved.type === 'object') {
    const object = value as Record<string, unknown>
    return resolved.properties
      ? walkStruct(walk, schema, resolved, object, place)
      : walkMap(walk, resolved.additionalProperties, object, place)
  }
  if (found === 'array' && resolved.type === 'array') {
    const item = resolved.items ?? {}
    return (value as unknown[]).map((one, index) => {
      if (one === null) return zeroOf(walk.table, item)
      return walkValue(walk, item, one, { ...place, path: `${place.path}[${index}]` })
    })
  }
  return walkScalar(walk, schema, resolved, value, place)
}

/** Such types read their own JSON, and lose on the way what a strict reading would object to. */
function walkAlternative(walk: Walk, type: string, value: unknown, place: Place): unknown {
  const silent: Walk = { ...walk, unknown: [] }
  const read = (one: unknown) => (jsonTypeOf(one) === 'object' ? walkValue(silent, { $ref: type }, one, place) : one)
  const conformed = Array.isArray(value) ? value.map(read) : read(value)
  walk.fatal ??= silent.fatal
  walk.mismatch ??= silent.mismatch
  return conformed
}

function walkStruct(
  walk: Walk,
  schema: Schema,
  resolved: Schema,
  value: Record<string, unknown>,
  place: Place,
): unknown {
  const struct = schema.$ref ? shortName(schema.$ref) : place.struct
  const result: Record<string, unknown> = {}
  for (const [name, one] of Object.entries(value)) {
    const path = place.path ? `${place.path}.${name}` : name
    const field = resolved.properties && Object.hasOwn(resolved.properties, name) && resolved.properties[name]
    if (!field) {
      walk.unknown.push(path)
      continue
    }
    if (one === null) continue
    const conformed = walkValue(walk, field, one, { struct, names: [...place.names, name], path })
    const dropped = isEmpty(conformed) && isDroppedWhenEmpty(resolved, name, walk.table.resolve(field))
    if (conformed !== NOTHING && !dropped) result[name] = conformed
  }
  return result
}

function walkMap(
  walk: Walk,
  values: Schema | boolean | undefined,
  value: Record<string, unknown>,
  place: Place,
): unknown {
  if (typeof values !== 'object') return value
  const entries = Object.entries(value).map(([key, one]) => {
    if (one === null) return [key, zeroOf(walk.table, values)]
    return [key, walkValue(walk, values, one, { ...place, path: `${place.path}.${key}` })]
  })
  return Object.fromEntries(entries)
}

function walkScalar(walk: Walk, schema: Schema, { type, format }: Schema, value: unknown, place: Place): unknown {
  const found = jsonTypeOf(value)
  if (type === 'string' && found === 'string') {
    if (format !== 'byte') return value
    const read = canonicalBase64(value as string)
    if (typeof read === 'string') return read
    walk.mismatch ??= read.error
    return NOTHING
  }
  if (type === 'boolean' && found === 'bool') return value
  if (type === 'number' && found === 'number') return value
  if (type === 'integer' && found === 'number') {
    if (format === 'int32' ? isInt32(value) : Number.isInteger(value)) return value
    walk.mismatch ??= mismatchMessage({ found: `number ${value}`, wanted: goType(walk.table, schema) }, place)
    return NOTHING
  }
  walk.mismatch ??= mismatchMessage({ found, wanted: goType(walk.table, schema) }, place)
  return NOTHING
}

function mismatchMessage({ found, wanted }: Mismatch, { struct, names }: Place): string {
  const into = names.length > 0 ? `Go struct field ${struct}.${names.join('.')}` : 'Go value'
  return `json: cannot unmarshal ${found} into ${into} of type ${wanted}`
}

/** What Go has where nothing was said; null in a list or a map becomes this. */
function zeroOf(table: SchemaTable, schema: Schema): unknown {
  const special = specialType(schema.$ref)
  if (special) return special.zero
  const resolved = table.resolve(schema)
  if (isFreeForm(resolved)) return null
  switch (resolved.type) {
    case 'string':
      return ''
    case 'boolean':
      return false
    case 'array':
      return []
    case 'object':
      return {}
    default:
      return 0
  }
}

/** Maps of quantities are a named type in Go; everything else is named after its parts. */
const RESOURCE_LIST = 'v1.ResourceList'
const GO_PACKAGES: Readonly<Record<string, string>> = {
  Quantity: 'resource',
  RawExtension: 'runtime',
  IntOrString: 'intstr',
}

/** The Go type that upstream declares, as its messages print it: `[]v1.Container`, `map[string]string`. */
function goType(table: SchemaTable, schema: Schema): string {
  if (schema.$ref !== undefined) {
    const name = shortName(schema.$ref)
    return `${GO_PACKAGES[name] ?? schema.$ref.split('.').at(-2)}.${name}`
  }
  const values = schema.additionalProperties
  switch (schema.type) {
    case 'array':
      return `[]${goType(table, schema.items ?? {})}`
    case 'object':
      if (typeof values !== 'object') return 'map[string]interface {}'
      return goType(table, values) === 'resource.Quantity' ? RESOURCE_LIST : `map[string]${goType(table, values)}`
    case 'boolean':
      return 'bool'
    case 'integer':
      return schema.format ?? 'int64'
    case 'number':
      return 'float64'
    default:
      return schema.format === 'byte' ? '[]uint8' : 'string'
  }
}
