/** One rule of `x-kubernetes-validations`, as apiextensions.k8s.io/v1 defines it. */
export interface ValidationRule {
  rule: string
  message?: string
  messageExpression?: string
  reason?: string
  fieldPath?: string
  optionalOldSelf?: boolean
}

/**
 * A schema as a CustomResourceDefinition says it (JSONSchemaProps). It is structural when `structuralErrors` finds nothing:
 * then every value that it speaks of has its type said once, outside of allOf, anyOf, oneOf and not.
 */
export interface JsonSchema {
  id?: string
  $schema?: string
  $ref?: string
  type?: string
  format?: string
  title?: string
  description?: string
  default?: unknown
  nullable?: boolean
  example?: unknown
  externalDocs?: { description?: string; url?: string }
  properties?: Readonly<Record<string, JsonSchema>>
  additionalProperties?: JsonSchema | boolean
  /** A list of schemas can be written, but is never valid. */
  items?: JsonSchema
  enum?: readonly unknown[]
  required?: readonly string[]
  maximum?: number
  exclusiveMaximum?: boolean
  minimum?: number
  exclusiveMinimum?: boolean
  multipleOf?: number
  maxLength?: number
  minLength?: number
  pattern?: string
  maxItems?: number
  minItems?: number
  uniqueItems?: boolean
  maxProperties?: number
  minProperties?: number
  allOf?: readonly JsonSchema[]
  anyOf?: readonly JsonSchema[]
  oneOf?: readonly JsonSchema[]
  not?: JsonSchema
  additionalItems?: JsonSchema | boolean
  patternProperties?: Readonly<Record<string, JsonSchema>>
  definitions?: Readonly<Record<string, JsonSchema>>
  dependencies?: Readonly<Record<string, JsonSchema | readonly string[]>>
  'x-kubernetes-preserve-unknown-fields'?: boolean
  'x-kubernetes-embedded-resource'?: boolean
  'x-kubernetes-int-or-string'?: boolean
  'x-kubernetes-list-type'?: string
  'x-kubernetes-list-map-keys'?: readonly string[]
  'x-kubernetes-map-type'?: string
  'x-kubernetes-validations'?: readonly ValidationRule[]
}

/** The fields of an object that its schema need not mention. */
export const META_FIELDS: readonly string[] = ['apiVersion', 'kind', 'metadata']

const DEFINITION_KEYWORDS = ['patternProperties', 'definitions'] as const
const JUNCTORS = ['allOf', 'anyOf', 'oneOf'] as const

export type Json = Record<string, unknown>

export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export const isSchema = (value: unknown): value is JsonSchema => isObject(value)

/** The schema that all values of a map have, if one is said. */
export function valuesOf({ additionalProperties }: JsonSchema): JsonSchema | undefined {
  return isSchema(additionalProperties) ? additionalProperties : undefined
}

/** The schema of a field, or of the value of an open map. */
export function childOf(schema: JsonSchema | undefined, name: string): JsonSchema | undefined {
  if (schema?.properties && Object.hasOwn(schema.properties, name)) return schema.properties[name]
  return schema && valuesOf(schema)
}

/** Whether the test holds of the schema or of one within it. */
export function someSchema(schema: JsonSchema, test: (one: JsonSchema) => boolean): boolean {
  return test(schema) || partsOf(schema).some((part) => someSchema(part, test))
}

function partsOf(schema: JsonSchema): JsonSchema[] {
  const { items, not, additionalProperties, additionalItems, properties = {}, dependencies = {} } = schema
  return [
    ...[items].flat(),
    ...JUNCTORS.flatMap((junctor) => schema[junctor] ?? []),
    not,
    ...Object.values(properties),
    additionalProperties,
    additionalItems,
    ...DEFINITION_KEYWORDS.flatMap((keyword) => Object.values(schema[keyword] ?? {})),
    ...Object.values(dependencies),
  ].filter(isSchema)
}
