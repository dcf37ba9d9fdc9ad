import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Lease } from '../../src/api/kinds/coordination/lease.ts'
import { Node } from '../../src/api/kinds/core/node.ts'
import { Pod } from '../../src/api/kinds/core/pod.ts'
import { deployment, pod, startCluster } from '../../testing/index.ts'
import { condition, placement, secondsBetween } from './look.ts'

test('pods of a silent node are replaced once their toleration runs out', async () => {
  await using cluster = await startCluster({ nodes: ['a', 'b'], seed: 7 })
  await cluster.apply(deployment('web', { replicas: 2, image: 'nginx' }))
  await cluster.settled()
  assert.deepEqual(await placement(cluster), ['a Running', 'b Running'])

  cluster.node('a').unplug()
  await cluster.advance('51s')
  assert.equal(condition(await cluster.get(Node, 'a'), 'Ready').status, 'Unknown')
  assert.deepEqual(await placement(cluster), ['a Running', 'b Running'])

  await cluster.advance('5m') // Past the 300 s every pod tolerates an unreachable node.
  assert.deepEqual(await placement(cluster), ['a Terminating', 'b Running', 'b Running'])
  assert.equal(cluster.node('a').runtime.running.length, 1, 'nobody could tell the node to end the container')

  cluster.node('a').plug()
  await cluster.settled()
  await cluster.advance('1m')
  assert.deepEqual(await placement(cluster), ['b Running', 'b Running'])
  assert.deepEqual(cluster.node('a').runtime.running, [])
  const node = await cluster.get(Node, 'a')
  assert.equal(condition(node, 'Ready').status, 'True')
  assert.deepEqual(node.spec.taints ?? [], [])
})

test('a silent node: what the API says of it and of its pods', async () => {
  await using cluster = await startCluster({ nodes: ['a', 'b'] })
  await cluster.apply(pod('web', { spec: { nodeName: 'a' } }))
  await cluster.settled()
  const heard = (await cluster.get(Lease, 'a', 'kube-node-lease')).spec.renewTime

  cluster.node('a').unplug()
  await cluster.advance('2m')
  const node = await cluster.get(Node, 'a')
  for (const type of ['Ready', 'MemoryPressure', 'DiskPressure', 'PIDPressure']) {
    const { status, reason, message } = condition(node, type)
    assert.deepEqual(
      { status, reason, message },
      {
        status: 'Unknown',
        reason: 'NodeStatusUnknown',
        message: 'Kubelet stopped posting node status.',
      },
    )
  }
  const quiet = secondsBetween(heard, condition(node, 'Ready').lastTransitionTime)
  assert.ok(quiet >= 50 && quiet <= 55, `Unknown ${quiet} s after the last heartbeat; the grace is 50 s`)
  assert.deepEqual(node.spec.taints?.map(({ key, effect }) => `${key}:${effect}`).sort(), [
    'node.kubernetes.io/unreachable:NoExecute',
    'node.kubernetes.io/unreachable:NoSchedule',
  ])
  const web = await cluster.get(Pod, 'web')
  assert.equal(web.status.phase, 'Running')
  assert.equal(condition(web, 'Ready').status, 'False')
  assert.ok((await cluster.events(web)).includes('Warning NodeNotReady Node is not ready'))
  assert.ok((await cluster.events(node)).includes('Normal NodeNotReady Node a status is now: NodeNotReady'))
})

test('a pod that names no limit stays on a silent node for ever; one that tolerates nothing leaves at once', async () => {
  await using cluster = await startCluster({ nodes: ['a', 'b'] })
  const taint = { key: 'node.kubernetes.io/unreachable', operator: 'Exists', effect: 'NoExecute' } as const
  await cluster.apply([
    pod('faithful', { spec: { nodeName: 'a', tolerations: [taint] } }),
    pod('hasty', { spec: { nodeName: 'a', tolerations: [{ ...taint, tolerationSeconds: 0 }] } }),
    pod('usual', { spec: { nodeName: 'a' } }),
  ])
  await cluster.settled()
  cluster.node('a').unplug()
  await cluster.advance('1m')
  const dying = async () =>
    (await cluster.list(Pod)).filter(({ metadata }) => metadata.deletionTimestamp).map(({ metadata }) => metadata.name)
  assert.deepEqual(await dying(), ['hasty'])
  const evicted = condition(await cluster.get(Pod, 'hasty'), 'DisruptionTarget')
  assert.equal(evicted.reason, 'DeletionByTaintManager')
  await cluster.advance('10m')
  assert.deepEqual(await dying(), ['hasty', 'usual'])
  await cluster.advance('2h')
  assert.deepEqual(await dying(), ['hasty', 'usual'])
})

test('a node that comes back in time keeps its pods', async () => {
  await using cluster = await startCluster({ nodes: ['a', 'b'] })
  await cluster.apply(pod('web', { spec: { nodeName: 'a' } }))
  await cluster.settled()
  const { uid } = (await cluster.get(Pod, 'web')).metadata
  cluster.node('a').unplug()
  await cluster.advance('4m')
  cluster.node('a').plug()
  await cluster.advance('10m')
  const web = await cluster.get(Pod, 'web')
  assert.equal(web.metadata.uid, uid)
  assert.equal(web.metadata.deletionTimestamp, undefined)
  assert.equal(condition(web, 'Ready').status, 'True')
  assert.equal(web.status.containerStatuses?.[0]?.restartCount, 0)
  assert.ok((await cluster.events(web)).includes('Normal TaintManagerEviction Cancelling deletion of Pod default/web'))
})

test('when all nodes are silent nothing is evicted: it is rather the control plane that is cut off', async () => {
  await using cluster = await startCluster({ nodes: ['a', 'b'] })
  await cluster.apply(deployment('web', { replicas: 2 }))
  await cluster.settled()
  cluster.node('a').unplug()
  cluster.node('b').unplug()
  await cluster.advance('1h')
  assert.deepEqual(await placement(cluster), ['a Running', 'b Running'])
})

test('pods of a node that was removed are collected, and replaced elsewhere', async () => {
  await using cluster = await startCluster({ nodes: ['a', 'b'] })
  await cluster.apply(deployment('web', { replicas: 2 }))
  await cluster.settled()
  await cluster.node('a').stop()
  await cluster.delete(Node, 'a')
  await cluster.advance('30s')
  assert.deepEqual(await placement(cluster), ['a Running', 'b Running'], 'the node has 40 s to come back')
  await cluster.advance('30s')
  assert.deepEqual(await placement(cluster), ['b Running', 'b Running'])
  assert.equal(await cluster.find(Lease, 'a', 'kube-node-lease'), undefined, 'the lease is owned by the node')
  const [gone] = cluster.history(Pod).filter(({ type }) => type === 'DELETED')
  const { reason, message } = condition(gone?.object as Pod, 'DisruptionTarget')
  assert.deepEqual([reason, message], ['DeletionByPodGC', 'PodGC: node no longer exists'])
  assert.equal(gone?.object.status.phase, 'Failed')
})

test('a pod on a node marked as out of service is let go without its kubelet', async () => {
  await using cluster = await startCluster({ nodes: ['a', 'b'] })
  await cluster.apply(deployment('web', { replicas: 2 }))
  await cluster.settled()
  cluster.node('a').unplug()
  await cluster.advance('7m')
  assert.deepEqual(await placement(cluster), ['a Terminating', 'b Running', 'b Running'])
  await cluster.edit(Node, 'a', ({ spec }) => {
    spec.taints = [...(spec.taints ?? []), { key: 'node.kubernetes.io/out-of-service', effect: 'NoExecute' }]
  })
  await cluster.settled()
  assert.deepEqual(await placement(cluster), ['b Running', 'b Running'])
})

test('what a node says when nothing happens: its lease every 10 s, its status every five minutes', async () => {
  await using cluster = await startCluster()
  const from = cluster.history().length
  await cluster.advance('4m')
  const changes = cluster.history().slice(from)
  assert.equal(changes.filter(({ object }) => object.kind === 'Lease').length, 24)
  assert.deepEqual(changes.filter(({ object }) => object.kind === 'Node').length, 0)
  await cluster.advance('2m')
  const reports = cluster.history(Node).filter(({ revision }) => revision > (changes[0]?.revision ?? 0))
  assert.equal(reports.length, 1, 'a status in which nothing changed is repeated every five minutes')
  const { spec } = await cluster.get(Lease, 'node-1', 'kube-node-lease')
  assert.equal(spec.holderIdentity, 'node-1')
  assert.equal(spec.leaseDurationSeconds, 40)
})
