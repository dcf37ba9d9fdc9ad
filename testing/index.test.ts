import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Deployment } from '../src/api/kinds/apps/deployment.ts'
import { ConfigMap } from '../src/api/kinds/core/config-map.ts'
import { Namespace } from '../src/api/kinds/core/namespace.ts'
import { Node } from '../src/api/kinds/core/node.ts'
import { Pod } from '../src/api/kinds/core/pod.ts'
import { deployment, pod, startCluster } from './index.ts'

const MANIFEST = `
apiVersion: v1
kind: Namespace
metadata:
  name: shop
---
# Nothing but a comment.
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  namespace: shop
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - {name: web, image: nginx}
`

test('a cluster with one node runs what is applied', async () => {
  await using cluster = await startCluster()
  const [namespace, web] = await cluster.apply(MANIFEST)
  assert.deepEqual([namespace?.kind, web?.kind], ['Namespace', 'Deployment'])
  assert.equal(web?.metadata.managedFields?.[0]?.manager, 'test')
  await cluster.settled()
  assert.equal((await cluster.get(Deployment, 'web', 'shop')).status.readyReplicas, 2)
  assert.deepEqual(new Set((await cluster.list(Pod)).map(({ spec }) => spec.nodeName)), new Set(['node-1']))
  assert.equal(cluster.node('node-1').runtime.running.length, 2)
  assert.deepEqual(
    (await cluster.list(Node)).map(({ metadata }) => metadata.name),
    ['node-1'],
  )
})

test('applied again without a field, it is gone; a foreign field stays', async () => {
  await using cluster = await startCluster({ nodes: [] })
  const map = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings' } }
  await cluster.apply({ ...map, data: { a: '1', b: '2' } })
  await cluster
    .api(ConfigMap)
    .patch({ namespace: 'default', name: 'settings' }, { data: { c: '3' } }, { type: 'merge', fieldManager: 'other' })
  await cluster.apply({ ...map, data: { b: '3' } })
  assert.deepEqual((await cluster.get(ConfigMap, 'settings')).data, { b: '3', c: '3' })
})

test('a quiet hour: nothing is logged, and nothing is written but heartbeats', async () => {
  await using cluster = await startCluster({ nodes: ['a', 'b'] })
  await cluster.apply(deployment('web', { replicas: 4 }))
  await cluster.settled()
  await cluster.advance('10s')
  const from = cluster.history().length
  await cluster.advance('1h')
  const kinds = new Set(
    cluster
      .history()
      .slice(from)
      .map(({ object }) => object.kind),
  )
  assert.deepEqual(kinds, new Set(['Lease', 'Node']))
  assert.deepEqual(cluster.log, [])
})

test('a cluster ends whole, whatever is under way: no timer, no handle, no request is left', async () => {
  const before = process.getActiveResourcesInfo()
  for (const ms of [0, 1, 300, 600, 31_000]) {
    const cluster = await startCluster({ nodes: ['a', 'b'], runtime: { behaviour: () => ({ ignoresTerm: true }) } })
    await cluster.apply([
      deployment('web', { replicas: 5 }),
      deployment('broken', { image: 'missing' }),
      pod('huge', { requests: { cpu: '100' } }),
    ])
    await cluster.advance(ms)
    cluster.node('b').unplug()
    await cluster.delete(Namespace, 'kube-node-lease')
    await cluster.delete(Deployment, 'web')
    await cluster.advance(ms)
    await cluster[Symbol.asyncDispose]()
    assert.equal(cluster.clock.pending, 0, `after ${ms} ms`)
    assert.deepEqual(process.getActiveResourcesInfo(), before)
    await assert.rejects(cluster.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'late' } }))
  }
})

test('settled lets time pass only until nothing changes any more', async () => {
  await using cluster = await startCluster()
  await cluster.apply(pod('web', { command: ['sleep', '30'] }))
  const startedAt = cluster.clock.monotonic()
  await cluster.settled()
  const tookMs = cluster.clock.monotonic() - startedAt
  assert.ok(tookMs >= 1500 && tookMs <= 5000, `${tookMs} ms: half a second to pull, and one of rest`)
  assert.equal((await cluster.get(Pod, 'web')).status.phase, 'Running')
})

test('what a node that is unplugged asks for fails, also what is under way; its containers go on', async () => {
  await using cluster = await startCluster({ nodes: ['a', 'b'] })
  await cluster.apply(pod('web', { spec: { nodeName: 'a' } }))
  await cluster.settled()
  const written = () =>
    cluster.history().filter(({ object }) => object.kind === 'Lease' && object.metadata.name === 'a').length
  const before = written()
  cluster.node('a').unplug()
  await cluster.advance('30s')
  assert.equal(written(), before)
  assert.deepEqual(cluster.node('a').runtime.running, ['web/main'])
  assert.ok(cluster.log.some(({ component, error }) => component === 'kubelet a' && /ENETUNREACH/.test(String(error))))
  assert.ok(cluster.log.every(({ component }) => component === 'kubelet a'))
  cluster.node('a').plug()
  await cluster.advance('30s')
  assert.ok(written() > before)
})

test('what does not exist is said', async () => {
  await using cluster = await startCluster({ nodes: [] })
  assert.throws(() => cluster.node('a'), /the cluster has no node a/)
  await assert.rejects(cluster.apply({ apiVersion: 'v2', kind: 'Pod', metadata: { name: 'x' } }), /v2 Pod/)
  await assert.rejects(cluster.get(Pod, 'x'), /pods "x" not found/)
  assert.equal(await cluster.find(Pod, 'x'), undefined)
})
