import type { Kind, Subresource } from './kind.ts'
import { apiVersionOf } from './meta.ts'

/** Upstream's order of groups (its APIService priorities). Others follow, by name. */
const GROUP_ORDER: readonly string[] = [
  '',
  'apiregistration.k8s.io',
  'apps',
  'events.k8s.io',
  'authentication.k8s.io',
  'authorization.k8s.io',
  'autoscaling',
  'batch',
  'certificates.k8s.io',
  'networking.k8s.io',
  'policy',
  'rbac.authorization.k8s.io',
  'storage.k8s.io',
  'admissionregistration.k8s.io',
  'apiextensions.k8s.io',
  'scheduling.k8s.io',
  'coordination.k8s.io',
  'node.k8s.io',
  'discovery.k8s.io',
  'resource.k8s.io',
  'flowcontrol.apiserver.k8s.io',
  'internal.apiserver.k8s.io',
  'storagemigration.k8s.io',
]

export interface GroupVersion {
  group: string
  version: string
}

/** The versions of aggregated discovery that clients ask for. */
export type AggregatedVersion = 'v2' | 'v2beta1'

/** The media type of aggregated discovery, as the Content-Type of the answer. */
export function aggregatedMediaType(version: AggregatedVersion): string {
  return `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`
}

/** `/api`: where the core group is served. `serverAddress` is host and port. */
export function renderApiVersions(serverAddress: string) {
  return {
    kind: 'APIVersions',
    versions: ['v1'],
    serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress }],
  }
}

/** `/apis`: all groups but core. */
export function renderGroupList(kinds: readonly Kind[]) {
  const groups = groupsOf(kinds).filter(({ group }) => group !== '')
  return { kind: 'APIGroupList', apiVersion: 'v1', groups: groups.map(describeGroup) }
}

/** `/apis/<group>`; `undefined` when the group has no kinds. */
export function renderGroup(kinds: readonly Kind[], group: string) {
  const found = groupsOf(kinds).find((one) => one.group === group)
  return found && { kind: 'APIGroup', apiVersion: 'v1', ...describeGroup(found) }
}

/** `/api/v1` and `/apis/<group>/<version>`; `undefined` when the version has no kinds. */
export function renderResourceList(kinds: readonly Kind[], groupVersion: GroupVersion) {
  const members = kindsOf(kinds, groupVersion)
  if (members.length === 0) return undefined
  const resources = members.flatMap((kind) => [
    describeResource(kind),
    ...subresourcesOf(kind).map(legacySubresource(kind)),
  ])
  return {
    kind: 'APIResourceList',
    ...(groupVersion.group !== '' && { apiVersion: 'v1' }),
    groupVersion: apiVersionOf(groupVersion),
    resources: resources.sort((a, b) => (a.name < b.name ? -1 : 1)),
  }
}

/** Aggregated discovery: everything below `/api` (core) or `/apis` (the rest) in one document. */
export function renderAggregated(kinds: readonly Kind[], root: 'api' | 'apis', version: AggregatedVersion) {
  const groups = groupsOf(kinds).filter(({ group }) => (group === '') === (root === 'api'))
  return {
    kind: 'APIGroupDiscoveryList',
    apiVersion: `apidiscovery.k8s.io/${version}`,
    metadata: {},
    items: groups.map(({ group, versions }) => ({
      metadata: { ...(group && { name: group }), creationTimestamp: null },
      versions: versions.map((one) => ({
        version: one,
        resources: kindsOf(kinds, { group, version: one })
          .map(describeAggregated)
          .sort((a, b) => (a.resource < b.resource ? -1 : 1)),
        freshness: 'Current',
      })),
    })),
  }
}

export interface VersionInfo {
  /** `v1.36.0+skiff`: what clients compare with their own. */
  gitVersion: string
  gitCommit: string
  buildDate: string
  /** `linux/amd64`. */
  platform: string
}

/** `/version`, with major and minor read from `gitVersion`. */
export function renderVersion({ gitVersion, gitCommit, buildDate, platform }: VersionInfo) {
  const [, major = '', minor = ''] = /^v(\d+)\.(\d+)/.exec(gitVersion) ?? []
  return {
    major,
    minor,
    emulationMajor: major,
    emulationMinor: minor,
    minCompatibilityMajor: major,
    minCompatibilityMinor: `${Number(minor) - 1}`,
    gitVersion,
    gitCommit,
    gitTreeState: 'clean',
    buildDate,
    goVersion: '',
    compiler: '',
    platform,
  }
}

interface Group {
  group: string
  /** The preferred one first. */
  versions: string[]
}

/** The groups that the kinds belong to, in discovery's order. */
export function groupsOf(kinds: readonly Kind[]): Group[] {
  const versions = new Map<string, Set<string>>()
  for (const { group, version } of kinds) versions.set(group, (versions.get(group) ?? new Set()).add(version))
  return [...versions]
    .map(([group, set]) => ({ group, versions: [...set].sort(compareVersions) }))
    .sort((a, b) => rank(a.group) - rank(b.group) || (a.group < b.group ? -1 : 1))
}

function rank(group: string): number {
  const index = GROUP_ORDER.indexOf(group)
  return index < 0 ? GROUP_ORDER.length : index
}

const VERSION_FORM = /^v(\d+)(?:(alpha|beta)(\d+))?$/
const STABILITY = ['alpha', 'beta', undefined]

/** Sorts versions as Kubernetes prefers them: v2, v1, v1beta2, v1alpha1; other names last, by name. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [VERSION_FORM.exec(a), VERSION_FORM.exec(b)]
  if (!left || !right) return Number(!left) - Number(!right) || (a < b ? -1 : a > b ? 1 : 0)
  return (
    STABILITY.indexOf(right[2]) - STABILITY.indexOf(left[2]) ||
    Number(right[1]) - Number(left[1]) ||
    Number(right[3] ?? 0) - Number(left[3] ?? 0)
  )
}

function kindsOf(kinds: readonly Kind[], { group, version }: GroupVersion): Kind[] {
  return kinds.filter((kind) => kind.group === group && kind.version === version)
}

function describeGroup({ group, versions }: Group) {
  const described = versions.map((version) => ({ groupVersion: apiVersionOf({ group, version }), version }))
  return { name: group, versions: described, preferredVersion: described[0] }
}

const STATUS: Subresource = { name: 'status', verbs: ['get', 'patch', 'update'] }

/** A kind's subresources with `status` among them, by name. */
export function subresourcesOf(kind: Kind): Subresource[] {
  const listed = kind.subresources.filter(({ name }) => name !== STATUS.name)
  return [...listed, ...(kind.status ? [STATUS] : [])].sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** Lists that are empty are left out. */
const some = <T>(key: string, list: readonly T[]) => (list.length > 0 ? { [key]: [...list] } : {})

/** What can be done with a resource. Of one that is going, nothing new is promised, though finalizers can still be taken away. */
function verbsOf({ verbs, custom }: Kind): string[] {
  const refused = custom?.isTerminating ? ['create', 'patch', 'update'] : []
  return verbs.filter((verb) => !refused.includes(verb))
}

function describeResource(kind: Kind) {
  return {
    name: kind.plural,
    singularName: kind.singular,
    namespaced: kind.scope === 'Namespaced',
    kind: kind.kind,
    verbs: verbsOf(kind),
    ...some('shortNames', kind.shortNames),
    ...some('categories', kind.categories),
  }
}

/** What a subresource speaks, with group and version only where they are not the parent's own. */
function responseKind(kind: Kind, { speaks }: Subresource) {
  if (!speaks) return { group: '', version: '', kind: kind.kind }
  const isOwn = speaks.group === kind.group && speaks.version === kind.version
  return isOwn ? { group: '', version: '', kind: speaks.kind } : speaks
}

const legacySubresource = (kind: Kind) => (subresource: Subresource) => {
  const { group, version, kind: spoken } = responseKind(kind, subresource)
  return {
    name: `${kind.plural}/${subresource.name}`,
    singularName: '',
    namespaced: kind.scope === 'Namespaced',
    ...(group && { group }),
    ...(version && { version }),
    kind: spoken,
    verbs: [...subresource.verbs],
  }
}

function describeAggregated(kind: Kind) {
  const subresources = subresourcesOf(kind).map((subresource) => ({
    subresource: subresource.name,
    responseKind: responseKind(kind, subresource),
    verbs: [...subresource.verbs],
  }))
  return {
    resource: kind.plural,
    responseKind: { group: '', version: '', kind: kind.kind },
    scope: kind.scope,
    singularResource: kind.singular,
    verbs: verbsOf(kind),
    ...some('shortNames', kind.shortNames),
    ...some('categories', kind.categories),
    ...some('subresources', subresources),
  }
}
