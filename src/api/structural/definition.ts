import type { GroupVersionKind, Schema } from '../schema.ts'
import { OBJECT_META } from './metadata.ts'
import { type JsonSchema, valuesOf } from './schema.ts'

const TEXT: Schema = { type: 'string' }
const TYPE_AND_METADATA = { apiVersion: TEXT, kind: TEXT, metadata: { $ref: OBJECT_META } }

/** The definition of a custom type, as it is published and as patches see it: with what every object has. */
export function definitionOf(schema: JsonSchema, kind: GroupVersionKind): Schema {
  const whole = published(schema)
  return {
    ...whole,
    type: 'object',
    properties: { ...whole.properties, ...TYPE_AND_METADATA },
    'x-kubernetes-group-version-kind': [kind],
  }
}

function published(schema: JsonSchema): Schema {
  const { properties, items, additionalProperties, ...rest } = schema
  const values = valuesOf(schema)
  const fields =
    properties && Object.fromEntries(Object.entries(properties).map(([name, one]) => [name, published(one)]))
  const made = {
    ...rest,
    ...(schema['x-kubernetes-int-or-string'] && saysBoth(schema)),
    ...(fields && { properties: fields }),
    ...(items && { items: published(items) }),
    ...(additionalProperties !== undefined && {
      additionalProperties: values ? published(values) : additionalProperties,
    }),
  } as Schema
  return schema['x-kubernetes-embedded-resource'] ? asResource(made) : made
}

function asResource(schema: Schema): Schema {
  const required = [...new Set([...(schema.required ?? []), 'kind', 'apiVersion'])]
  return { ...schema, properties: { ...schema.properties, ...TYPE_AND_METADATA }, required }
}

const BOTH = [{ type: 'integer' }, { type: 'string' }]

/** An integer or a string, for those who do not know the extension. */
function saysBoth({ anyOf, allOf = [] }: JsonSchema): object {
  const isSaid = [anyOf, allOf[0]?.anyOf].some((list) => JSON.stringify(list) === JSON.stringify(BOTH))
  if (isSaid) return {}
  return anyOf ? { allOf: [{ anyOf: BOTH }, ...allOf] } : { anyOf: BOTH }
}
