import type { Schema } from '../schema.ts'
import { collectDefinitions, type OpenApiSource } from './definitions.ts'
import { type Endpoint, type Operation, planEndpoints } from './endpoints.ts'
import { COMMON_PARAMETERS, QUERY_PARAMETERS, type Parameter, pathParameter, queryParameter } from './parameters.ts'

/** A JSON object as OpenAPI documents are made of. */
export type Json = { [key: string]: unknown }

/** A document of OpenAPI version 2 ("Swagger"). */
export interface SwaggerDocument {
  swagger: '2.0'
  info: { title: string; version: string }
  paths: Record<string, Json>
  definitions: Record<string, Json>
  parameters: Record<string, Json>
  securityDefinitions: Record<string, Json>
  security: Record<string, string[]>[]
}

export const ANSWER_MEDIA_TYPES: readonly string[] = ['application/json', 'application/yaml']
const STRATEGIC = 'application/strategic-merge-patch+json'
const PATCH_MEDIA_TYPES: readonly string[] = [
  'application/json-patch+json',
  'application/merge-patch+json',
  STRATEGIC,
  'application/apply-patch+yaml',
]

/** The media types of the bodies that an operation takes. */
export function bodyMediaTypes({ action, isStrategic }: Operation): readonly string[] {
  if (action !== 'patch') return ['*/*']
  return PATCH_MEDIA_TYPES.filter((type) => isStrategic || type !== STRATEGIC)
}

/** `/openapi/v2`: every path and every type in one document. */
export function renderOpenApiV2(source: OpenApiSource): SwaggerDocument {
  const endpoints = source.kinds.flatMap(planEndpoints).sort((a, b) => (a.path < b.path ? -1 : 1))
  const definitions = [...collectDefinitions(source, endpoints)].map(([type, schema]) => [type, toV2(schema)])
  const shared = { ...QUERY_PARAMETERS, ...COMMON_PARAMETERS }
  return {
    swagger: '2.0',
    info: { title: 'Kubernetes', version: source.version },
    paths: Object.fromEntries(endpoints.map((endpoint) => [endpoint.path, renderPath(endpoint)])),
    definitions: Object.fromEntries(definitions),
    parameters: Object.fromEntries(
      Object.entries(shared).map(([name, parameter]) => [name, renderParameter(name, 'query', parameter)]),
    ),
    securityDefinitions: {
      BearerToken: { type: 'apiKey', name: 'authorization', in: 'header', description: 'Bearer token' },
    },
    security: [{ BearerToken: [] }],
  }
}

/** A schema with its references as version 2 writes them, and without defaults, as upstream publishes it. */
function toV2(schema: Schema): Json {
  const { $ref, default: _default, properties, items, additionalProperties, ...rest } = sayable(schema)
  return {
    ...rest,
    ...($ref !== undefined && { $ref: `#/definitions/${$ref}` }),
    ...(properties && { properties: mapValues(properties, toV2) }),
    ...(items && { items: toV2(items) }),
    ...(additionalProperties !== undefined && {
      additionalProperties:
        typeof additionalProperties === 'object' ? toV2(additionalProperties) : additionalProperties,
    }),
  }
}

const JUNCTORS = ['allOf', 'anyOf', 'oneOf', 'not', 'nullable'] as const

/** The schema without what version 2 has no words for, or its clients choke on: what may be null or hold anything has no shape. */
function sayable(schema: Schema): Schema {
  const said: Schema = { ...schema }
  for (const keyword of JUNCTORS) delete said[keyword]
  const isOpen = schema['x-kubernetes-preserve-unknown-fields']
  if (schema.nullable || isOpen) {
    delete said.items
    delete said.properties
  }
  if (schema.nullable || (isOpen && said.type === 'object') || (said.type === 'array' && !said.items)) delete said.type
  const required = said.required?.filter((name) => !said.properties?.[name]?.nullable)
  if (required && required.length > 0) return { ...said, required }
  delete said.required
  return said
}

/** A record with each value changed. */
export function mapValues<T, R>(record: Readonly<Record<string, T>>, change: (value: T) => R): Record<string, R> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]))
}

function renderParameter(name: string, place: 'query' | 'path', { type, description }: Parameter): Json {
  return { name, in: place, ...(place === 'path' && { required: true }), type, uniqueItems: true, description }
}

/** Clients look for these two by name, and do not follow references. */
const INLINE = ['dryRun', 'fieldValidation']

function renderPath({ pathParameters, operations }: Endpoint): Json {
  const own = pathParameters.map((name) => renderParameter(name, 'path', pathParameter(name)))
  return {
    ...Object.fromEntries(operations.map((operation) => [operation.method, renderOperation(operation)])),
    parameters: [...own, { $ref: '#/parameters/pretty' }],
  }
}

function renderOperation(operation: Operation): Json {
  const { action, id, description, tag, speaks, query, body, isBodyRequired, response, codes } = operation
  const parameters = query.map((name) =>
    INLINE.includes(name) ? renderParameter(name, 'query', queryParameter(name)) : { $ref: `#/parameters/${name}` },
  )
  const schema = response ? { $ref: `#/definitions/${response}` } : { type: 'string' }
  return {
    consumes: bodyMediaTypes(operation),
    description,
    operationId: id,
    parameters: [
      ...(body
        ? [
            {
              name: 'body',
              in: 'body',
              ...(isBodyRequired && { required: true }),
              schema: { $ref: `#/definitions/${body}` },
            },
          ]
        : []),
      ...parameters,
    ],
    produces: response ? ANSWER_MEDIA_TYPES : ['*/*'],
    responses: {
      ...Object.fromEntries(codes.map(([code, text]) => [code, { description: text, schema }])),
      401: { description: 'Unauthorized' },
    },
    schemes: ['https'],
    tags: [tag],
    'x-kubernetes-action': action,
    'x-kubernetes-group-version-kind': speaks,
  }
}
