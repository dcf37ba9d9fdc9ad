import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { suite, test } from 'node:test'
import {
  compareVersions,
  groupsOf,
  renderAggregated,
  renderApiVersions,
  renderGroup,
  renderGroupList,
  renderResourceList,
  renderVersion,
} from './discovery.ts'
import { canonicalType, defineKind, type Kind } from './kind.ts'
import { KINDS } from './kinds/index.ts'

/** A line of the published list of resources. */
interface Resource {
  group: string
  version: string
  resource: string
  kind: string
  scope: 'Namespaced' | 'Cluster'
  singular: string
  verbs: string[]
  shortNames?: string[]
  categories?: string[]
  subresources?: { name: string; kind: string; group: string; version: string; verbs: string[] }[]
}

const published = JSON.parse(
  readFileSync(new URL('../../data/api-resources-1.36.json', import.meta.url), 'utf8'),
) as Resource[]

const kindOf = ({ group, version, kind, resource, scope, ...rest }: Resource): Kind =>
  defineKind({
    group,
    version,
    kind,
    plural: resource,
    singular: rest.singular,
    scope,
    verbs: rest.verbs as Kind['verbs'],
    shortNames: rest.shortNames,
    categories: rest.categories,
    type: canonicalType(group, version, kind),
    status: rest.subresources?.some(({ name }) => name === 'status') ?? false,
    subresources: (rest.subresources ?? []).map((sub) => ({
      name: sub.name,
      verbs: sub.verbs,
      ...(sub.kind !== kind && {
        speaks: { group: sub.group || group, version: sub.version || version, kind: sub.kind },
      }),
    })),
  })

const ALL = published.map(kindOf)
const ga = ALL.filter((kind) => /^v\d+$/.test(kind.version))

/** What discovery says of a kind, as a line of the published list. */
function asPublished(kind: Kind): Resource {
  const groupVersion = { group: kind.group, version: kind.version }
  const { resources } = renderResourceList([kind], groupVersion) ?? { resources: [] }
  const { name, singularName, namespaced, ...rest } = resources.find((one) => one.name === kind.plural) as {
    name: string
    singularName: string
    namespaced: boolean
    kind: string
    verbs: string[]
  }
  const subresources = resources
    .filter((one) => one.name.includes('/'))
    .map((one) => {
      const { group = '', version = '', verbs } = one as { group?: string; version?: string; verbs: string[] }
      return { name: one.name.slice(name.length + 1), kind: one.kind, group, version, verbs }
    })
  return {
    ...groupVersion,
    resource: name,
    scope: namespaced ? 'Namespaced' : 'Cluster',
    singular: singularName,
    ...rest,
    ...(subresources.length > 0 && { subresources }),
  }
}

suite('discovery', () => {
  test('says of every published resource what was published', () => {
    assert.equal(ALL.length, published.length)
    for (const [index, kind] of ALL.entries()) assert.deepEqual(asPublished(kind), published[index])
  })

  test('says of every built-in kind what was published', () => {
    // PodPreset is served though Kubernetes has given it up.
    for (const kind of KINDS.filter(({ group }) => group !== 'settings.k8s.io')) {
      const wanted = published.find(
        (one) => one.kind === kind.kind && one.version === kind.version && one.group === kind.group,
      )
      assert.ok(wanted, `${kind.apiVersion} ${kind.kind} is not published`)
      assert.deepEqual(asPublished(kind), wanted)
    }
  })

  test('groups stand in order of priority, versions in order of preference', () => {
    const custom = { ...ALL[0], group: 'example.com', version: 'v1' } as Kind
    const groups = groupsOf([custom, ...ALL])
    assert.deepEqual(
      groups.slice(0, 3).map((one) => one.group),
      ['', 'apiregistration.k8s.io', 'apps'],
    )
    assert.equal(groups.at(-1)?.group, 'example.com')
    assert.deepEqual(groups.find(({ group }) => group === 'autoscaling')?.versions, ['v2', 'v1'])
    const versions = ['v1alpha1', 'odd', 'v1', 'v1beta2', 'v10', 'v1beta11', 'v2']
    assert.deepEqual(versions.sort(compareVersions), ['v10', 'v2', 'v1', 'v1beta11', 'v1beta2', 'v1alpha1', 'odd'])
  })

  test('the list of groups leaves core out', () => {
    const { groups } = renderGroupList(ga)
    assert.ok(groups.every(({ name }) => name !== ''))
    assert.deepEqual(renderGroup(ga, 'autoscaling'), {
      kind: 'APIGroup',
      apiVersion: 'v1',
      name: 'autoscaling',
      versions: [
        { groupVersion: 'autoscaling/v2', version: 'v2' },
        { groupVersion: 'autoscaling/v1', version: 'v1' },
      ],
      preferredVersion: { groupVersion: 'autoscaling/v2', version: 'v2' },
    })
    assert.equal(renderGroup(ga, 'nonsense'), undefined)
    assert.equal(renderResourceList(ga, { group: 'apps', version: 'v9' }), undefined)
    assert.deepEqual(renderApiVersions('10.0.0.1:6443').versions, ['v1'])
  })

  test('the aggregated form has the same resources', () => {
    const { items } = renderAggregated(ga, 'apis', 'v2')
    const apps = items.find(({ metadata }) => 'name' in metadata && metadata.name === 'apps')
    const deployments = apps?.versions[0]?.resources.find(({ resource }) => resource === 'deployments')
    assert.deepEqual(deployments, {
      resource: 'deployments',
      responseKind: { group: '', version: '', kind: 'Deployment' },
      scope: 'Namespaced',
      singularResource: 'deployment',
      verbs: ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'],
      shortNames: ['deploy'],
      categories: ['all'],
      subresources: [
        {
          subresource: 'scale',
          responseKind: { group: 'autoscaling', version: 'v1', kind: 'Scale' },
          verbs: ['get', 'patch', 'update'],
        },
        {
          subresource: 'status',
          responseKind: { group: '', version: '', kind: 'Deployment' },
          verbs: ['get', 'patch', 'update'],
        },
      ],
    })
    const core = renderAggregated(ga, 'api', 'v2beta1')
    assert.equal(core.apiVersion, 'apidiscovery.k8s.io/v2beta1')
    assert.equal(core.items.length, 1)
  })

  test('the version tells major and minor', () => {
    const info = { gitVersion: 'v1.36.2+skiff', gitCommit: '', buildDate: '', platform: 'linux/amd64' }
    const { major, minor, gitVersion } = renderVersion(info)
    assert.deepEqual([major, minor, gitVersion], ['1', '36', 'v1.36.2+skiff'])
  })
})
