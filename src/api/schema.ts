import { assert } from '../std/assert.ts'
import { patchSchema, type PatchSchema } from './patch/schema.ts'

/** The shape of a value, as OpenAPI v2 and structural schemas say it. `$ref` holds a canonical name alone. */
export interface Schema {
  $ref?: string
  type?: 'object' | 'array' | 'string' | 'integer' | 'number' | 'boolean'
  format?: string
  description?: string
  properties?: Readonly<Record<string, Schema>>
  required?: readonly string[]
  items?: Schema
  additionalProperties?: Schema | boolean
  enum?: readonly unknown[]
  default?: unknown
  nullable?: boolean
  allOf?: readonly Schema[]
  anyOf?: readonly Schema[]
  oneOf?: readonly Schema[]
  not?: Schema
  'x-kubernetes-list-type'?: 'atomic' | 'set' | 'map'
  'x-kubernetes-list-map-keys'?: readonly string[]
  'x-kubernetes-map-type'?: 'atomic' | 'granular'
  'x-kubernetes-patch-merge-key'?: string
  'x-kubernetes-patch-strategy'?: string
  'x-kubernetes-group-version-kind'?: readonly GroupVersionKind[]
  'x-kubernetes-unions'?: readonly unknown[]
  'x-kubernetes-preserve-unknown-fields'?: boolean
  'x-kubernetes-int-or-string'?: boolean
  'x-kubernetes-embedded-resource'?: boolean
}

export interface GroupVersionKind {
  group: string
  version: string
  kind: string
}

/** Definitions by canonical name: `io.k8s.api.core.v1.Pod`. */
export type Definitions = Readonly<Record<string, Schema>>

/** Every type that is known, and how to walk from one to the next. */
export interface SchemaTable {
  readonly types: Iterable<string>
  /** The definition of a canonical name. */
  schemaOf(type: string): Schema | undefined
  /** The schema that `schema` refers to, or itself. Throws for a name that is not there. */
  resolve(schema: Schema): Schema
  /** The schema of what stands below a name (or an index): a field, the value of an open map, an item. Not resolved. */
  child(schema: Schema, name: string | number): Schema | undefined
  /** How patches see the type; the same value each time. */
  patchSchemaOf(type: string): PatchSchema | undefined
}

/** A table of `definitions`; names that it lacks are looked up in `base`. Nothing is copied. */
export function loadSchema(definitions: Definitions, base?: SchemaTable): SchemaTable {
  const schemaOf = (type: string) => (Object.hasOwn(definitions, type) ? definitions[type] : base?.schemaOf(type))
  const resolve = (schema: Schema) => {
    if (schema.$ref === undefined) return schema
    const found = schemaOf(schema.$ref)
    assert(found, `no schema is known for ${schema.$ref}`)
    return found
  }
  const table: SchemaTable = {
    types: { [Symbol.iterator]: () => new Set([...Object.keys(definitions), ...(base?.types ?? [])]).values() },
    schemaOf,
    resolve,
    child: (schema, name) => childOf(resolve(schema), name),
    patchSchemaOf: (type) => (schemaOf(type) ? patchSchemaAt(table, { $ref: type }, patchSchemas) : undefined),
  }
  const patchSchemas: PatchSchemas = new Map()
  return table
}

function childOf(resolved: Schema, name: string | number): Schema | undefined {
  if (typeof name === 'number') return resolved.items
  if (resolved.properties && Object.hasOwn(resolved.properties, name)) return resolved.properties[name]
  return typeof resolved.additionalProperties === 'object' ? resolved.additionalProperties : undefined
}

/** Walks a dotted path of field names, through lists, as `kubectl explain` does. */
export function fieldAt(table: SchemaTable, type: string, path: readonly string[]): Schema | undefined {
  let schema: Schema | undefined = { $ref: type }
  for (const name of path) {
    let resolved: Schema = table.resolve(schema)
    while (resolved.items) resolved = table.resolve(resolved.items)
    schema = childOf(resolved, name)
    if (!schema) return undefined
  }
  return schema
}

/** `PodSpec` of `io.k8s.api.core.v1.PodSpec`. */
export function shortName(type: string): string {
  return type.slice(type.lastIndexOf('.') + 1)
}

/** Whether the type holds JSON of any shape: RawExtension, JSON, FieldsV1. `resolved` has no `$ref`. */
export function isFreeForm(resolved: Schema): boolean {
  if (resolved.type === undefined) return !resolved['x-kubernetes-int-or-string']
  return resolved.type === 'object' && !resolved.properties && resolved.additionalProperties === undefined
}

/** Two types that field management knows by name, as their schemas do not tell: text or a number, and JSON taken as a whole. */
const QUANTITY = 'io.k8s.apimachinery.pkg.api.resource.Quantity'
const RAW_EXTENSION = 'io.k8s.apimachinery.pkg.runtime.RawExtension'

/** Places share their patch schema by type, or by the field's own schema where it says more. */
type PatchSchemas = Map<string | Schema, PatchSchema>

function patchSchemaAt(table: SchemaTable, place: Schema, known: PatchSchemas): PatchSchema {
  const key = place.$ref !== undefined && Object.keys(place).length === 1 ? place.$ref : place
  const found = known.get(key)
  if (found) return found
  const made = makePatchSchema(table, place, (child) => patchSchemaAt(table, child, known))
  known.set(key, made)
  return made
}

function makePatchSchema(table: SchemaTable, place: Schema, of: (child: Schema) => PatchSchema): PatchSchema {
  const resolved = table.resolve(place)
  const says = <K extends keyof Schema>(key: K): Schema[K] => place[key] ?? resolved[key]
  const particulars: Partial<PatchSchema> = {
    type: patchType(resolved),
    ...(place.$ref !== QUANTITY && scalarType(resolved)),
    typeName: place.$ref === undefined ? '' : shortName(place.$ref),
    preservesUnknown: says('x-kubernetes-preserve-unknown-fields') ?? false,
    isOpenMap: resolved.additionalProperties !== undefined && resolved.additionalProperties !== false,
    field: (name) => {
      const child = childOf(resolved, name)
      return child && of(child)
    },
    listType: says('x-kubernetes-list-type') ?? 'atomic',
    mapKeys: says('x-kubernetes-list-map-keys') ?? [],
    mapType: says('x-kubernetes-map-type') ?? (place.$ref === RAW_EXTENSION ? 'atomic' : 'granular'),
    patchStrategy: parseStrategy(says('x-kubernetes-patch-strategy')),
    patchMergeKey: says('x-kubernetes-patch-merge-key'),
    default: says('default'),
  }
  // Types contain themselves (JSONSchemaProps), so what stands below is made when asked for.
  return Object.defineProperty(patchSchema(particulars), 'items', {
    enumerable: true,
    get: () => resolved.items && of(resolved.items),
  })
}

function parseStrategy(text: string | undefined): PatchSchema['patchStrategy'] {
  return (text?.split(',') ?? []).filter((one) => one === 'merge' || one === 'replace' || one === 'retainKeys')
}

/** Text with a format is not held to be text: a port may be a number, and who parses the format tells what is wrong with it. */
function scalarType({ type, format }: Schema): Pick<PatchSchema, 'scalarType'> {
  if (type === 'boolean') return { scalarType: 'boolean' }
  if (type === 'integer' || type === 'number') return { scalarType: 'numeric' }
  return type === 'string' && (!format || format === 'byte') ? { scalarType: 'string' } : {}
}

function patchType(resolved: Schema): PatchSchema['type'] {
  if (isFreeForm(resolved)) return 'any'
  if (resolved.type === 'object') return 'map'
  return resolved.type === 'array' ? 'list' : 'scalar'
}
