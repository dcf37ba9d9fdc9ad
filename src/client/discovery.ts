import { defineKind, type Kind, type Subresource, type Verb } from '../api/kind.ts'
import type { Transport } from './api.ts'
import { textOf } from './body.ts'
import { errorFromStatus, type Status } from '../api/errors.ts'

const AGGREGATED = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList'

interface GroupDiscovery {
  metadata?: { name?: string }
  versions?: readonly { version: string; resources?: readonly ResourceDiscovery[] }[]
}

interface ResourceDiscovery {
  resource: string
  responseKind?: { group?: string; version?: string; kind?: string }
  scope: string
  singularResource?: string
  verbs?: readonly string[]
  shortNames?: readonly string[]
  categories?: readonly string[]
  subresources?: readonly { subresource: string; verbs?: readonly string[] }[]
}

/** The kinds that a server serves, each in the version that its group prefers. */
export async function discoverKinds(transport: Transport): Promise<Kind[]> {
  const lists = await Promise.all(['/api', '/apis'].map((url) => discover(transport, url)))
  return lists.flat().flatMap(preferredKinds)
}

async function discover(transport: Transport, url: string): Promise<GroupDiscovery[]> {
  const response = await transport({ method: 'GET', url, headers: { accept: AGGREGATED } })
  const answer: unknown = JSON.parse(await textOf(response.body))
  if (response.status >= 400) throw errorFromStatus(answer as Status)
  return (answer as { items?: GroupDiscovery[] }).items ?? []
}

/** Versions stand in the order of preference; a resource counts in the first version that has it. */
export function preferredKinds({ metadata, versions = [] }: GroupDiscovery): Kind[] {
  const kinds = new Map<string, Kind>()
  for (const { version, resources = [] } of versions) {
    for (const resource of resources) {
      if (!kinds.has(resource.resource)) kinds.set(resource.resource, kindFrom(metadata?.name ?? '', version, resource))
    }
  }
  return [...kinds.values()]
}

function kindFrom(group: string, version: string, found: ResourceDiscovery): Kind {
  const { resource, responseKind, scope, singularResource, verbs = [], shortNames = [], categories = [] } = found
  return defineKind({
    group,
    version,
    kind: responseKind?.kind ?? '',
    plural: resource,
    ...(singularResource && { singular: singularResource }),
    scope: scope === 'Namespaced' ? 'Namespaced' : 'Cluster',
    verbs: verbs as readonly Verb[],
    shortNames,
    categories,
    status: (found.subresources ?? []).some(({ subresource }) => subresource === 'status'),
    subresources: (found.subresources ?? []).map(
      ({ subresource, verbs: allowed = [] }): Subresource => ({ name: subresource, verbs: allowed }),
    ),
  })
}
