import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ConfigMap } from '../../src/api/kinds/core/config-map.ts'
import { Event } from '../../src/api/kinds/core/event.ts'
import { Node } from '../../src/api/kinds/core/node.ts'
import type { KubeObject } from '../../src/api/meta.ts'
import { type Cluster, startCluster } from '../../testing/index.ts'
import { names } from './look.ts'

interface Options {
  namespace?: string
  owners?: readonly KubeObject[]
  block?: boolean
  finalizers?: string[]
}

/** Makes a ConfigMap, which no other controller cares for. */
function make(cluster: Cluster, name: string, { namespace = 'default', owners = [], block, finalizers }: Options = {}) {
  const ownerReferences = owners.map(({ apiVersion, kind, metadata }) => ({
    apiVersion,
    kind,
    name: metadata.name,
    uid: metadata.uid,
    ...(block && { blockOwnerDeletion: true }),
  }))
  return cluster
    .api(ConfigMap)
    .create({ metadata: { name, namespace, ownerReferences, ...(finalizers && { finalizers }) } })
}

const ROOT_CA = 'kube-root-ca.crt'
const maps = async (cluster: Cluster, namespace = 'default') =>
  names(await cluster.list(ConfigMap, { namespace })).filter((name) => name !== ROOT_CA)

test('dependents go with their owner, and theirs with them', async () => {
  await using cluster = await startCluster({ nodes: [] })
  const owner = await make(cluster, 'owner')
  const child = await make(cluster, 'child', { owners: [owner] })
  await make(cluster, 'grandchild', { owners: [child] })
  await make(cluster, 'stranger')
  await cluster.settled()
  await cluster.delete(ConfigMap, 'owner')
  await cluster.settled()
  assert.deepEqual(await maps(cluster), ['stranger'])
})

test('an object with several owners stays until the last one is gone, and forgets those that are', async () => {
  await using cluster = await startCluster({ nodes: [] })
  const [one, two] = [await make(cluster, 'one'), await make(cluster, 'two')]
  await make(cluster, 'child', { owners: [one, two] })
  await cluster.settled()
  await cluster.delete(ConfigMap, 'one')
  await cluster.settled()
  assert.deepEqual(await maps(cluster), ['child', 'two'])
  assert.deepEqual(
    (await cluster.get(ConfigMap, 'child')).metadata.ownerReferences?.map(({ name }) => name),
    ['two'],
  )
  await cluster.delete(ConfigMap, 'two')
  await cluster.settled()
  assert.deepEqual(await maps(cluster), [])
})

test('an owner that never was, or whose uid is another one, is no owner', async () => {
  await using cluster = await startCluster({ nodes: [] })
  const owner = await make(cluster, 'owner')
  const other = { ...owner, metadata: { ...owner.metadata, uid: '00000000-0000-4000-8000-000000000000' } }
  await make(cluster, 'child', { owners: [other] })
  await cluster.settled()
  assert.deepEqual(await maps(cluster), ['owner'])
})

test('an owner in another namespace does not exist for its dependent; an event says so', async () => {
  await using cluster = await startCluster({ nodes: [] })
  await cluster.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'other' } })
  await cluster.settled()
  const owner = await make(cluster, 'owner', { namespace: 'other' })
  const child = await make(cluster, 'child', { owners: [owner] })
  await cluster.settled()
  assert.deepEqual(await maps(cluster), [])
  assert.deepEqual(await maps(cluster, 'other'), ['owner'])
  const uid = owner.metadata.uid
  assert.deepEqual(await cluster.events(child), [
    `Warning OwnerRefInvalidNamespace ownerRef [v1/ConfigMap, namespace: default, name: owner, uid: ${uid}] does not exist in namespace "default"`,
  ])
})

test('an object of a namespace may be owned by one of the cluster', async () => {
  await using cluster = await startCluster({ nodes: [] })
  const node = await cluster.api(Node).create({ metadata: { name: 'ghost' } })
  await make(cluster, 'child', { owners: [node] })
  await cluster.settled()
  assert.deepEqual(await maps(cluster), ['child'])
  await cluster.delete(Node, 'ghost')
  await cluster.settled()
  assert.deepEqual(await maps(cluster), [])
})

test('foreground: the owner stays until those dependents are gone that block it', async () => {
  await using cluster = await startCluster({ nodes: [] })
  const owner = await make(cluster, 'owner')
  await make(cluster, 'blocking', { owners: [owner], block: true, finalizers: ['example.com/hold'] })
  await make(cluster, 'quick', { owners: [owner], block: true })
  await cluster.settled()
  await cluster.delete(ConfigMap, 'owner', { propagationPolicy: 'Foreground' })
  await cluster.advance('1m')
  assert.deepEqual(await maps(cluster), ['blocking', 'owner'])
  assert.deepEqual((await cluster.get(ConfigMap, 'owner')).metadata.finalizers, ['foregroundDeletion'])
  assert.ok((await cluster.get(ConfigMap, 'blocking')).metadata.deletionTimestamp)
  await cluster.edit(ConfigMap, 'blocking', ({ metadata }) => {
    metadata.finalizers = []
  })
  await cluster.settled()
  assert.deepEqual(await maps(cluster), [])
})

test('foreground: a dependent that does not block is not waited for', async () => {
  await using cluster = await startCluster({ nodes: [] })
  const owner = await make(cluster, 'owner')
  await make(cluster, 'held', { owners: [owner], finalizers: ['example.com/hold'] })
  await cluster.settled()
  await cluster.delete(ConfigMap, 'owner', { propagationPolicy: 'Foreground' })
  await cluster.settled()
  assert.deepEqual(await maps(cluster), ['held'])
  assert.ok((await cluster.get(ConfigMap, 'held')).metadata.deletionTimestamp)
})

test('a circle of owners goes as a whole, in the background and in the foreground', async () => {
  for (const propagationPolicy of ['Background', 'Foreground'] as const) {
    await using cluster = await startCluster({ nodes: [] })
    const one = await make(cluster, 'one')
    const two = await make(cluster, 'two', { owners: [one], block: true })
    const ownerReferences = [
      { apiVersion: 'v1', kind: 'ConfigMap', name: 'two', uid: two.metadata.uid, blockOwnerDeletion: true },
    ]
    await cluster.api(ConfigMap).patch(one.metadata, { metadata: { ownerReferences } }, { type: 'merge' })
    await cluster.settled()
    assert.deepEqual(await maps(cluster), ['one', 'two'])
    await cluster.delete(ConfigMap, 'one', { propagationPolicy })
    await cluster.settled()
    assert.deepEqual(await maps(cluster), [], propagationPolicy)
  }
})

test('orphan: dependents stay without their owner', async () => {
  await using cluster = await startCluster({ nodes: [] })
  const owner = await make(cluster, 'owner')
  await make(cluster, 'child', { owners: [owner] })
  await cluster.settled()
  await cluster.delete(ConfigMap, 'owner', { propagationPolicy: 'Orphan' })
  await cluster.settled()
  assert.deepEqual(await maps(cluster), ['child'])
  assert.equal((await cluster.get(ConfigMap, 'child')).metadata.ownerReferences, undefined)
})

test('events are left alone: they speak of what is gone', async () => {
  await using cluster = await startCluster({ nodes: [] })
  const owner = await make(cluster, 'owner')
  const involvedObject = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    namespace: 'default',
    name: 'owner',
    uid: owner.metadata.uid,
  }
  await cluster
    .api(Event)
    .create({ metadata: { name: 'said', namespace: 'default' }, involvedObject, reason: 'Said', message: 'x' })
  await cluster.delete(ConfigMap, 'owner')
  await cluster.advance('10m')
  assert.deepEqual(names(await cluster.list(Event)), ['said'])
})
