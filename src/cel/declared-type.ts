import type { TypeProvider } from './environment.ts'
import { escapeName, isReservedWord } from './escape.ts'
import type { EstimateSize } from './estimate.ts'
import { UNBOUNDED } from './cost.ts'
import { type SchemaLike, withTypeAndObjectMeta } from './schema.ts'
import {
  BOOL,
  BYTES,
  DOUBLE,
  DURATION,
  DYN,
  INT,
  listOf,
  mapOf,
  STRING,
  structOf,
  TIMESTAMP,
  type Type,
} from './types.ts'

/** A type as expressions see it, with what bounds the size of its values. */
export interface DeclaredType {
  readonly type: Type
  /** How many characters, elements or entries a value can have; -1 for any number. */
  readonly maxElements: number
  /** The least number of bytes that a value takes in JSON. */
  readonly minSerializedSize: number
  readonly key?: DeclaredType
  /** The elements of a list, or the values of a map. */
  readonly element?: DeclaredType
  /** The fields of an object, by the names that expressions use. */
  readonly fields?: ReadonlyMap<string, DeclaredType>
}

/** The largest request that is taken, which bounds what has no bound of its own. */
const MAX_REQUEST_BYTES = 3 * 1024 * 1024
const TIME_SIZE = 32
const DATE_SIZE = 12
const STRING_SIZE_MIN = 2

const simple = (type: Type, minSerializedSize: number, maxElements = 0): DeclaredType => ({
  type,
  maxElements,
  minSerializedSize,
})

/** What stands for a type of which nothing is known. */
export const DECLARED_DYN = simple(DYN, 1)
export const DECLARED_STRING = simple(STRING, STRING_SIZE_MIN)
export const DECLARED_BOOL = simple(BOOL, 4)

export const declaredList = (element: DeclaredType, maxItems = -1): DeclaredType => ({
  ...simple(listOf(element.type), 2, maxItems),
  element,
})

export const declaredMap = (element: DeclaredType, maxProperties = -1): DeclaredType => ({
  ...simple(mapOf(STRING, element.type), 2, maxProperties),
  key: DECLARED_STRING,
  element,
})

export const declaredObject = (
  name: string,
  fields: Readonly<Record<string, DeclaredType>> | ReadonlyMap<string, DeclaredType>,
  minSerializedSize = 2,
): DeclaredType => ({
  ...simple(structOf(name), minSerializedSize),
  fields: fields instanceof Map ? fields : new Map(Object.entries(fields)),
})

/** What `declareSchema` is told beside the schema. */
export interface DeclareOptions {
  /** Whether it is the schema of a whole resource, which has a kind and a name in any case. */
  isResourceRoot?: boolean
  /** The schema that a `$ref` stands for. */
  resolve?: (schema: SchemaLike) => SchemaLike
}

/**
 * The type of what a schema describes; nothing when expressions do not get to see it. Types of objects are named after the
 * way to them: `selfType`, `selfType.spec`, `selfType.list.@idx`. The first part must not be the name of a variable: what
 * `self.spec` is would not be clear.
 */
export function declareSchema(
  schema: SchemaLike,
  name: string,
  { isResourceRoot = false, resolve = (same) => same }: DeclareOptions = {},
): DeclaredType | undefined {
  return new Declarer(resolve).declare(schema, name, isResourceRoot)
}

class Declarer {
  private readonly resolve: (schema: SchemaLike) => SchemaLike
  /** The schemas on the way down: one within itself is not looked into again. */
  private readonly open = new Set<SchemaLike>()

  constructor(resolve: (schema: SchemaLike) => SchemaLike) {
    this.resolve = resolve
  }

  declare(unresolved: SchemaLike, name: string, isRoot = false): DeclaredType | undefined {
    const given = this.resolve(unresolved)
    if (this.open.has(given)) return DECLARED_DYN
    if (given['x-kubernetes-int-or-string']) {
      return simple(DYN, 1, given.maxLength === undefined ? MAX_REQUEST_BYTES - 2 : bytesOf(given.maxLength))
    }
    this.open.add(given)
    const isResource = isRoot || given['x-kubernetes-embedded-resource'] === true
    const declared = this.declareAs(isResource ? withTypeAndObjectMeta(given) : given, name)
    this.open.delete(given)
    return declared
  }

  private declareAs(schema: SchemaLike, name: string): DeclaredType | undefined {
    switch (schema.type) {
      case 'array':
        return this.list(schema, name)
      case 'object':
        return this.objectOrMap(schema, name)
      case 'string':
        return declareString(schema)
      case 'boolean':
        return DECLARED_BOOL
      case 'number':
        return simple(DOUBLE, 1)
      case 'integer':
        return simple(INT, 1)
      default:
        return undefined
    }
  }

  private list({ items, maxItems }: SchemaLike, name: string): DeclaredType | undefined {
    const element = items && this.declare(items, `${name}.@idx`)
    if (!element) return undefined
    const most = Math.floor((MAX_REQUEST_BYTES - 2) / (element.minSerializedSize + 1))
    return declaredList(element, maxItems === undefined ? most : Math.max(0, maxItems))
  }

  private objectOrMap(schema: SchemaLike, name: string): DeclaredType | undefined {
    const { additionalProperties, maxProperties } = schema
    if (typeof additionalProperties !== 'object') return this.object(schema, name)
    const element = this.declare(additionalProperties, `${name}.@elem`)
    if (!element) return undefined
    const most = Math.floor((MAX_REQUEST_BYTES - 2) / (element.minSerializedSize + 6))
    return declaredMap(element, maxProperties === undefined ? most : Math.max(0, maxProperties))
  }

  private object({ properties = {}, required = [] }: SchemaLike, name: string): DeclaredType {
    const fields = new Map<string, DeclaredType>()
    let minSerializedSize = 2
    for (const [property, schema] of Object.entries(properties)) {
      const escaped = escapeName(property)
      const type = this.declare(schema, `${name}.${escaped ?? property}`)
      if (!type) continue
      if (escaped !== undefined) fields.set(escaped, type)
      const isSent = required.includes(property) && this.resolve(schema).default === undefined
      if (isSent) minSerializedSize += property.length + type.minSerializedSize + 4
    }
    return declaredObject(name, fields, minSerializedSize)
  }
}

/** Characters can take four bytes each, and it is bytes that requests are limited in. */
const bytesOf = (maxLength: number) => Math.max(0, maxLength) * 4

function declareString({ format, maxLength, enum: values }: SchemaLike): DeclaredType {
  const most = MAX_REQUEST_BYTES - 2
  switch (format) {
    case 'byte':
      return simple(BYTES, STRING_SIZE_MIN, maxLength === undefined ? most : Math.max(0, maxLength))
    case 'duration':
      return simple(DURATION, 3, TIME_SIZE)
    case 'date':
      return simple(TIMESTAMP, DATE_SIZE, DATE_SIZE)
    case 'date-time':
      return simple(TIMESTAMP, 21, TIME_SIZE)
    default:
      return simple(STRING, STRING_SIZE_MIN, maxLength === undefined ? longestOf(values, most) : bytesOf(maxLength))
  }
}

function longestOf(values: readonly unknown[] | undefined, otherwise: number): number {
  if (!values?.length) return otherwise
  return Math.max(0, ...values.map((value) => (typeof value === 'string' ? value.length : 0)))
}

/** Knows the object types that occur in some declared types. */
export function typeProvider(...roots: readonly DeclaredType[]): TypeProvider {
  const structs = new Map<string, ReadonlyMap<string, DeclaredType>>()
  const collect = ({ type, fields, element }: DeclaredType) => {
    if (element) collect(element)
    if (!fields || structs.has(type.name)) return
    structs.set(type.name, fields)
    for (const field of fields.values()) collect(field)
  }
  roots.forEach(collect)
  return {
    hasStruct: (name) => structs.has(name),
    fieldType(struct, field) {
      const fields = structs.get(struct)
      // A reserved word needs no spelling where it is clear that a field is meant.
      return (fields?.get(field) ?? (isReservedWord(field) ? fields?.get(`__${field}__`) : undefined))?.type
    },
  }
}

/** Asks one provider after the other. */
export function joinProviders(...providers: readonly TypeProvider[]): TypeProvider {
  const owner = (name: string) => providers.find((provider) => provider.hasStruct(name))
  return {
    hasStruct: (name) => owner(name) !== undefined,
    fieldType: (struct, field) => owner(struct)?.fieldType(struct, field),
    create(struct, fields) {
      const provider = owner(struct)
      if (!provider?.create) throw new Error(`bug: nobody makes objects of type ${struct}`)
      return provider.create(struct, fields)
    },
  }
}

/** Estimates sizes by the declared types of variables; of variables that are not declared nothing is known. */
export function sizeEstimator(variables: Readonly<Record<string, DeclaredType>>): EstimateSize {
  return (path) => {
    const [variable, ...steps] = path ?? []
    let at = variable === undefined ? undefined : variables[variable]
    for (const step of steps) {
      if (step === '@items' || step === '@values') at = at?.element
      else at = step === '@keys' ? at?.key : at?.fields?.get(step)
    }
    return at && { min: 0, max: at.maxElements < 0 ? UNBOUNDED : at.maxElements }
  }
}

/** How often data of a least size can occur in one request: what the cost of a rule is multiplied by. */
export const maxCardinality = (minSerializedSize: number): number =>
  Math.floor(MAX_REQUEST_BYTES / (minSerializedSize + 1))
