import { createHash } from 'node:crypto'
import { groupsOf } from '../discovery.ts'
import type { Kind } from '../kind.ts'
import { apiVersionOf } from '../meta.ts'
import type { Schema } from '../schema.ts'
import { collectDefinitions, type OpenApiSource } from './definitions.ts'
import { type Endpoint, type Operation, planEndpoints } from './endpoints.ts'
import { COMMON_PARAMETERS, type Parameter, pathParameter, queryParameter } from './parameters.ts'
import { ANSWER_MEDIA_TYPES, bodyMediaTypes, type Json, mapValues } from './v2.ts'

/** A document of OpenAPI version 3, of one group version. */
export interface OpenApiDocument {
  openapi: '3.0.0'
  info: { title: string; version: string }
  paths: Record<string, Json>
  components: { schemas: Record<string, Json>; securitySchemes: Record<string, Json> }
}

/** `/openapi/v3`: the documents there are, each with a hash that changes when the document does. */
export function renderOpenApiV3Index(source: Pick<OpenApiSource, 'kinds' | 'table' | 'version'>) {
  const paths = groupsOf(source.kinds).flatMap(({ group, versions }) =>
    versions.map((version) => {
      const path = group === '' ? `api/${version}` : `apis/${group}/${version}`
      const hash = hashOf(source, apiVersionOf({ group, version }))
      return [path, { serverRelativeURL: `/openapi/v3/${path}?hash=${hash}` }]
    }),
  )
  return { paths: Object.fromEntries(paths) as Record<string, { serverRelativeURL: string }> }
}

/** `/openapi/v3/apis/<group>/<version>`; `undefined` when the version has no kinds. */
export function renderOpenApiV3(
  source: OpenApiSource,
  groupVersion: { group: string; version: string },
): OpenApiDocument | undefined {
  const apiVersion = apiVersionOf(groupVersion)
  const kinds = source.kinds.filter((kind) => kind.apiVersion === apiVersion)
  if (kinds.length === 0) return undefined
  const endpoints = kinds.flatMap(planEndpoints).sort((a, b) => (a.path < b.path ? -1 : 1))
  const schemas = [...collectDefinitions({ ...source, kinds }, endpoints)].map(([type, schema]) => [type, toV3(schema)])
  return {
    openapi: '3.0.0',
    info: { title: 'Kubernetes', version: source.version },
    paths: Object.fromEntries(endpoints.map((endpoint) => [endpoint.path, renderPath(endpoint)])),
    components: {
      schemas: {
        ...Object.fromEntries(schemas),
        ...ONE_OF,
      },
      securitySchemes: {
        BearerToken: { type: 'apiKey', name: 'authorization', in: 'header', description: 'Bearer token' },
      },
    },
  }
}

/** Types that version 2 cannot say. */
const ONE_OF: Record<string, Json> = {
  'io.k8s.apimachinery.pkg.api.resource.Quantity': { oneOf: [{ type: 'string' }, { type: 'number' }] },
  'io.k8s.apimachinery.pkg.util.intstr.IntOrString': {
    format: 'int-or-string',
    oneOf: [{ type: 'integer' }, { type: 'string' }],
  },
}

/** Built-in types only change with the program, so its version and what the kinds themselves say are enough. */
function hashOf(
  { kinds, table, version }: Pick<OpenApiSource, 'kinds' | 'table' | 'version'>,
  apiVersion: string,
): string {
  const hash = createHash('sha256').update(version)
  for (const kind of kinds)
    if (kind.apiVersion === apiVersion) hash.update(fingerprint(kind, table.schemaOf(kind.type)))
  return hash.digest('hex').toUpperCase()
}

function fingerprint(
  { plural, kind, type, verbs, scope, status, subresources }: Kind,
  schema: Schema | undefined,
): string {
  return JSON.stringify([plural, kind, type, verbs, scope, status, subresources, schema])
}

const refTo = (type: string): Json => ({ $ref: `#/components/schemas/${type}` })

/** In version 3 nothing may stand beside a reference, so it moves into `allOf`. */
function toV3({ $ref, properties, items, additionalProperties, ...rest }: Schema): Json {
  if ($ref !== undefined) {
    return Object.keys(rest).length === 0 ? refTo($ref) : { allOf: [refTo($ref)], ...rest }
  }
  return {
    ...rest,
    ...(properties && { properties: mapValues(properties, toV3) }),
    ...(items && { items: toV3(items) }),
    ...(additionalProperties !== undefined && {
      additionalProperties:
        typeof additionalProperties === 'object' ? toV3(additionalProperties) : additionalProperties,
    }),
  }
}

function renderParameter(name: string, place: 'query' | 'path', { type, description }: Parameter): Json {
  return {
    name,
    in: place,
    ...(place === 'path' && { required: true }),
    schema: { type, uniqueItems: true },
    description,
  }
}

function renderPath({ pathParameters, operations }: Endpoint): Json {
  const own = pathParameters.map((name) => renderParameter(name, 'path', pathParameter(name)))
  const common = Object.entries(COMMON_PARAMETERS).map(([name, one]) => renderParameter(name, 'query', one))
  return {
    ...Object.fromEntries(operations.map((operation) => [operation.method, renderOperation(operation)])),
    parameters: [...own, ...common],
  }
}

function renderOperation(operation: Operation): Json {
  const { action, id, description, tag, speaks, query, body, isBodyRequired, response, codes } = operation
  const requestTypes = bodyMediaTypes(operation)
  const content = (types: readonly string[], schema: Json) =>
    Object.fromEntries(types.map((mediaType) => [mediaType, { schema }]))
  const answer = response ? content(ANSWER_MEDIA_TYPES, refTo(response)) : content(['*/*'], { type: 'string' })
  return {
    description,
    operationId: id,
    // Clients look for some of these by name and do not follow references, so they stand here in full.
    parameters: query.map((name) => renderParameter(name, 'query', queryParameter(name))),
    ...(body && {
      requestBody: { content: content(requestTypes, refTo(body)), ...(isBodyRequired && { required: true }) },
    }),
    responses: {
      ...Object.fromEntries(codes.map(([code, text]) => [code, { description: text, content: answer }])),
      401: { description: 'Unauthorized' },
    },
    tags: [tag],
    'x-kubernetes-action': action,
    'x-kubernetes-group-version-kind': speaks,
  }
}
