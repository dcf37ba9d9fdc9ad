/** What is read of an OpenAPI schema, structural or Kubernetes' own; a subset of JSON Schema. */
export interface SchemaLike {
  readonly $ref?: string
  readonly type?: string
  readonly format?: string
  readonly properties?: Readonly<Record<string, SchemaLike>>
  readonly required?: readonly string[]
  readonly items?: SchemaLike
  readonly additionalProperties?: SchemaLike | boolean
  readonly enum?: readonly unknown[]
  readonly default?: unknown
  readonly nullable?: boolean
  readonly maxLength?: number
  readonly maxItems?: number
  readonly maxProperties?: number
  readonly 'x-kubernetes-list-type'?: string
  readonly 'x-kubernetes-list-map-keys'?: readonly string[]
  readonly 'x-kubernetes-int-or-string'?: boolean
  readonly 'x-kubernetes-embedded-resource'?: boolean
  readonly 'x-kubernetes-preserve-unknown-fields'?: boolean
}

const STRING: SchemaLike = { type: 'string' }

const META: Readonly<Record<string, SchemaLike>> = {
  kind: STRING,
  apiVersion: STRING,
  metadata: { type: 'object', properties: { name: STRING, generateName: STRING } },
}

const withMeta = new WeakMap<SchemaLike, SchemaLike>()

/** The schema of a resource: what every object has can be selected, whether the schema says so or not. */
export function withTypeAndObjectMeta(schema: SchemaLike): SchemaLike {
  const { kind, apiVersion, metadata } = schema.properties ?? {}
  const { name, generateName } = metadata?.properties ?? {}
  const isThere = [kind, apiVersion, name, generateName].every((each) => each?.type === 'string')
  if (isThere && metadata?.type === 'object') return schema
  const found = withMeta.get(schema)
  if (found) return found
  const made: SchemaLike = { ...schema, properties: { ...schema.properties, ...META } }
  withMeta.set(schema, made)
  return made
}
