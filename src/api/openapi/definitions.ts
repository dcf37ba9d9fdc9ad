import type { Kind } from '../kind.ts'
import type { GroupVersionKind, Schema, SchemaTable } from '../schema.ts'
import { COMMON_TYPES, type Endpoint, listTypeOf } from './endpoints.ts'

/** Descriptions by canonical name, then by field; of the type itself under ''. */
export type Descriptions = Readonly<Record<string, Readonly<Record<string, string>>>>

/** What OpenAPI documents are rendered from. */
export interface OpenApiSource {
  kinds: readonly Kind[]
  table: SchemaTable
  descriptions: Descriptions
  /** `v1.36.0`. */
  version: string
}

const META = 'io.k8s.apimachinery.pkg.apis.meta.v1'

/** Every type that the endpoints speak, and all that these lead to; with descriptions and references as they stand in the table. */
export function collectDefinitions(source: OpenApiSource, endpoints: readonly Endpoint[]): Map<string, Schema> {
  const collected = new Map<string, Schema>()
  const lists = new Map(source.kinds.map((kind) => [listTypeOf(kind), kind]))
  const visit = (type: string) => {
    if (collected.has(type)) return
    const definition = definitionOf(source, type, lists)
    // Options of connections (PodExecOptions) are no types of their own.
    if (!definition) return
    const described = describe(definition, source.descriptions[type])
    collected.set(type, withMachineryKinds(type, described, source.kinds))
    for (const field of referencesOf(definition)) visit(field)
  }
  for (const { body, response } of endpoints.flatMap((endpoint) => endpoint.operations)) {
    if (body) visit(body)
    if (response) visit(response)
  }
  for (const type of [...Object.values(COMMON_TYPES), `${META}.WatchEvent`]) visit(type)
  return new Map([...collected].sort(([a], [b]) => (a < b ? -1 : 1)))
}

function definitionOf({ table }: OpenApiSource, type: string, lists: ReadonlyMap<string, Kind>): Schema | undefined {
  const found = table.schemaOf(type)
  const kind = lists.get(type)
  return found ?? (kind && listDefinition(kind))
}

/** The list of a custom kind, whose schema says nothing of lists. */
function listDefinition({ group, version, kind, type }: Kind): Schema {
  return {
    type: 'object',
    description: `A list of ${kind}.`,
    required: ['items'],
    properties: {
      apiVersion: { type: 'string' },
      items: { type: 'array', items: { $ref: type } },
      kind: { type: 'string' },
      metadata: { $ref: `${META}.ListMeta` },
    },
    'x-kubernetes-group-version-kind': [{ group, version, kind: `${kind}List` }],
  }
}

function describe(definition: Schema, descriptions: Readonly<Record<string, string>> = {}): Schema {
  const properties = Object.entries(definition.properties ?? {}).map(([name, field]): [string, Schema] => {
    const description = descriptions[name]
    return [name, description ? { description, ...field } : field]
  })
  return {
    ...(descriptions[''] && { description: descriptions[''] }),
    ...definition,
    ...(definition.properties && { properties: Object.fromEntries(properties) }),
  }
}

/** DeleteOptions and WatchEvent belong to every group version. */
function withMachineryKinds(type: string, definition: Schema, kinds: readonly Kind[]): Schema {
  const name = [`${META}.DeleteOptions`, `${META}.WatchEvent`].includes(type) && type.slice(META.length + 1)
  if (!name) return definition
  const versions = new Map(kinds.map(({ apiVersion, group, version }) => [apiVersion, { group, version }]))
  const gvks: GroupVersionKind[] = [...versions.values()].map((groupVersion) => ({ ...groupVersion, kind: name }))
  return { ...definition, 'x-kubernetes-group-version-kind': gvks }
}

function referencesOf(schema: Schema): string[] {
  if (schema.$ref !== undefined) return [schema.$ref]
  const inner = [schema.items, schema.additionalProperties, ...Object.values(schema.properties ?? {})]
  return inner.filter((part) => typeof part === 'object').flatMap(referencesOf)
}
