import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Node } from '../../src/api/kinds/core/node.ts'
import { Pod } from '../../src/api/kinds/core/pod.ts'
import { GrpcError } from '../../src/os/grpc.ts'
import { pod, startCluster } from '../../testing/index.ts'
import { condition, names, placement } from './look.ts'

test('of too many pods that have ended the oldest go', async () => {
  await using cluster = await startCluster({ controllers: { terminatedPodThreshold: 2 } })
  for (const name of ['one', 'two', 'three', 'four']) {
    await cluster.apply(pod(name, { command: ['sleep', '1'], spec: { restartPolicy: 'Never' } }))
    await cluster.advance('5s')
  }
  await cluster.apply(pod('runs'))
  await cluster.advance('1m')
  assert.deepEqual(names(await cluster.list(Pod)), ['four', 'runs', 'three'])
})

test('a pod of a node that is not there is removed after a while', async () => {
  await using cluster = await startCluster()
  await cluster.apply(pod('lost', { spec: { nodeName: 'nowhere' } }))
  await cluster.advance('35s')
  assert.deepEqual(names(await cluster.list(Pod)), ['lost'])
  await cluster.advance('10s')
  assert.deepEqual(names(await cluster.list(Pod)), [])
})

test('a pod that never had a node is gone as soon as it is deleted', async () => {
  await using cluster = await startCluster({ nodes: [] })
  await cluster.apply(pod('web'))
  await cluster.settled()
  await cluster.delete(Pod, 'web')
  assert.equal(await cluster.find(Pod, 'web'), undefined)
})

test('a node whose runtime does not answer is not ready, gets no pods, and loses its own after five minutes', async () => {
  await using cluster = await startCluster({ nodes: ['a', 'b'] })
  await cluster.apply(pod('web', { spec: { nodeName: 'a' } }))
  await cluster.settled()
  const { runtime } = cluster.node('a')
  const { status } = runtime
  runtime.status = () => Promise.reject(new GrpcError('UNAVAILABLE', 'connection refused'))
  await cluster.advance('30s')
  const node = await cluster.get(Node, 'a')
  const ready = condition(node, 'Ready')
  assert.deepEqual([ready.status, ready.reason], ['False', 'KubeletNotReady'])
  assert.match(ready.message ?? '', /container runtime is down/)
  assert.deepEqual(node.spec.taints?.map(({ key, effect }) => `${key}:${effect}`).sort(), [
    'node.kubernetes.io/not-ready:NoExecute',
    'node.kubernetes.io/not-ready:NoSchedule',
  ])
  await cluster.apply(pod('late'))
  await cluster.settled()
  assert.equal((await cluster.get(Pod, 'late')).spec.nodeName, 'b')
  assert.equal((await cluster.get(Pod, 'web')).metadata.deletionTimestamp, undefined)
  await cluster.advance('6m')
  assert.deepEqual(await placement(cluster), ['b Running'])

  runtime.status = status.bind(runtime)
  await cluster.advance('15s')
  assert.equal(condition(await cluster.get(Node, 'a'), 'Ready').status, 'True')
  assert.deepEqual((await cluster.get(Node, 'a')).spec.taints ?? [], [])
})
