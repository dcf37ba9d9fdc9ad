import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Node } from '../../src/api/kinds/core/node.ts'
import { Pod } from '../../src/api/kinds/core/pod.ts'
import { type Cluster, deployment, pod, startCluster } from '../../testing/index.ts'
import { condition, placement } from './look.ts'

const nodeOf = async (cluster: Cluster, name: string) => (await cluster.get(Pod, name)).spec.nodeName

/** What is said of a pod that found no node; the same in its condition and in an event. */
async function refusal(cluster: Cluster, name: string): Promise<string | undefined> {
  const found = await cluster.get(Pod, name)
  const { status, reason, message } = condition(found, 'PodScheduled')
  assert.deepEqual(
    [found.spec.nodeName, found.status.phase, status, reason],
    [undefined, 'Pending', 'False', 'Unschedulable'],
  )
  const events = await cluster.events(found)
  assert.ok(
    events.some((line) => line.startsWith(`Warning FailedScheduling ${message}`)),
    events.join('\n'),
  )
  return message
}

const cordon = (cluster: Cluster, name: string, unschedulable: boolean) =>
  cluster.api(Node).patch({ name }, { spec: { unschedulable } }, { type: 'strategic' })

test('a pod that asks for too much waits, says why, and is scheduled when a node comes that has it', async () => {
  await using cluster = await startCluster({ nodes: ['a', 'b'] })
  await cluster.apply(pod('large', { requests: { cpu: '3', memory: '1Gi' } }))
  await cluster.settled()
  assert.match((await refusal(cluster, 'large')) ?? '', /^0\/2 nodes are available: 2 Insufficient cpu\./)
  await cluster.advance('10m')
  await cluster.addNode({ name: 'c', cpus: 8 })
  // Every five minutes it is tried in vain; it may be backing off from that.
  await cluster.advance('15s')
  assert.equal(await nodeOf(cluster, 'large'), 'c')
  assert.equal((await cluster.get(Pod, 'large')).status.phase, 'Running')
})

test('… when a node grows', async () => {
  await using cluster = await startCluster({ nodes: ['a'] })
  await cluster.apply(pod('large', { requests: { cpu: '3' } }))
  await cluster.settled()
  await refusal(cluster, 'large')
  await cluster.node('a').stop()
  await cluster.node('a').start({ cpus: 4 })
  await cluster.settled()
  assert.equal((await cluster.get(Node, 'a')).status.capacity?.cpu, '4')
  assert.equal(await nodeOf(cluster, 'large'), 'a')
})

test('… when another pod goes', async () => {
  await using cluster = await startCluster({ nodes: ['a'] })
  await cluster.apply([pod('first', { requests: { cpu: '1500m' } })])
  await cluster.settled()
  await cluster.apply([pod('second', { requests: { cpu: '1500m' } })])
  await cluster.settled()
  assert.match((await refusal(cluster, 'second')) ?? '', /^0\/1 nodes are available: 1 Insufficient cpu\./)
  await cluster.delete(Pod, 'first')
  await cluster.settled()
  assert.equal(await nodeOf(cluster, 'second'), 'a')
})

test('… when one has ended, though its object stays', async () => {
  await using cluster = await startCluster({ nodes: ['a'] })
  const once = { restartPolicy: 'Never' } as const
  await cluster.apply(pod('first', { requests: { cpu: '1500m' }, command: ['sleep', '60'], spec: once }))
  await cluster.settled()
  await cluster.apply(pod('second', { requests: { cpu: '1500m' } }))
  await cluster.settled()
  await refusal(cluster, 'second')
  await cluster.advance('1m')
  assert.equal((await cluster.get(Pod, 'first')).status.phase, 'Succeeded')
  assert.equal(await nodeOf(cluster, 'second'), 'a')
})

test('a cordoned node gets no pods, keeps those it has, and gets the waiting ones when it is uncordoned', async () => {
  await using cluster = await startCluster({ nodes: ['a'] })
  await cluster.apply(pod('early'))
  await cluster.settled()
  await cordon(cluster, 'a', true)
  await cluster.settled()
  const { taints } = (await cluster.get(Node, 'a')).spec
  assert.deepEqual(
    taints?.map(({ key, effect }) => `${key}:${effect}`),
    ['node.kubernetes.io/unschedulable:NoSchedule'],
  )
  await cluster.apply(pod('late'))
  await cluster.settled()
  assert.match((await refusal(cluster, 'late')) ?? '', /^0\/1 nodes are available: 1 node\(s\) were unschedulable\./)
  assert.deepEqual(await placement(cluster), ['- Pending', 'a Running'])
  await cordon(cluster, 'a', false)
  await cluster.settled()
  assert.deepEqual(await placement(cluster), ['a Running', 'a Running'])
})

test('taints keep away who does not tolerate them; NoExecute drives off who is there', async () => {
  await using cluster = await startCluster({ nodes: ['a', 'b'] })
  await cluster.apply(deployment('web', { replicas: 2 }))
  await cluster.settled()
  assert.deepEqual(await placement(cluster), ['a Running', 'b Running'])
  const taint = (name: string, effect: 'NoSchedule' | 'NoExecute') =>
    cluster.edit(Node, name, ({ spec }) => {
      spec.taints = [{ key: 'team', value: 'blue', effect }]
    })
  await taint('a', 'NoSchedule')
  await cluster.settled()
  assert.deepEqual(await placement(cluster), ['a Running', 'b Running'])
  await taint('a', 'NoExecute')
  await cluster.settled()
  assert.deepEqual(await placement(cluster), ['b Running', 'b Running'])

  await taint('b', 'NoSchedule')
  await cluster.settled()
  await cluster.apply(pod('red'))
  await cluster.apply(pod('blue', { spec: { tolerations: [{ key: 'team', value: 'blue', effect: 'NoExecute' }] } }))
  await cluster.settled()
  assert.equal(await nodeOf(cluster, 'blue'), 'a')
  assert.match((await refusal(cluster, 'red')) ?? '', /^0\/2 nodes are available: 2 node\(s\) had untolerated taint/)
})

test('node selectors and affinity: only where they fit, and as soon as a node does', async () => {
  await using cluster = await startCluster({ nodes: [{ name: 'a', labels: { disk: 'ssd' } }, 'b'] })
  const required = {
    nodeSelectorTerms: [{ matchExpressions: [{ key: 'zone', operator: 'In' as const, values: ['z1', 'z2'] }] }],
  }
  await cluster.apply([
    pod('fast', { spec: { nodeSelector: { disk: 'ssd' } } }),
    pod('tape', { spec: { nodeSelector: { disk: 'tape' } } }),
    pod('zoned', {
      spec: {
        affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: required } },
      },
    }),
  ])
  await cluster.settled()
  assert.equal(await nodeOf(cluster, 'fast'), 'a')
  for (const name of ['tape', 'zoned']) {
    assert.match(
      (await refusal(cluster, name)) ?? '',
      /^0\/2 nodes are available: 2 node\(s\) didn't match Pod's node affinity\/selector\./,
    )
  }
  await cluster
    .api(Node)
    .patch({ name: 'b' }, { metadata: { labels: { disk: 'tape', zone: 'z2' } } }, { type: 'merge' })
  await cluster.settled()
  assert.equal(await nodeOf(cluster, 'tape'), 'b')
  assert.equal(await nodeOf(cluster, 'zoned'), 'b')
})

test('pods spread over nodes by what is free there', async () => {
  await using cluster = await startCluster({ nodes: ['a', 'b', { name: 'c', cpus: 4 }] })
  await cluster.apply(deployment('web', { replicas: 8, requests: { cpu: '400m', memory: '64Mi' } }))
  await cluster.settled()
  const perNode = Object.groupBy(await placement(cluster), (place) => place)
  assert.deepEqual(
    Object.entries(perNode).map(([place, pods]) => `${pods?.length} ${place}`),
    ['2 a Running', '2 b Running', '4 c Running'],
  )
})

test('two pods do not get the same port of a node', async () => {
  await using cluster = await startCluster({ nodes: ['a', 'b'] })
  await cluster.apply(deployment('web', { replicas: 3, container: { ports: [{ containerPort: 80, hostPort: 8080 }] } }))
  await cluster.settled()
  assert.deepEqual(await placement(cluster), ['- Pending', 'a Running', 'b Running'])
  const waiting = (await cluster.list(Pod)).find(({ spec }) => !spec.nodeName)
  assert.match(
    (await refusal(cluster, waiting?.metadata.name ?? '')) ?? '',
    /^0\/2 nodes are available: 2 node\(s\) didn't have free ports for the requested pod ports\./,
  )
})

test('a pod with closed gates is not looked at; one of another scheduler is not ours', async () => {
  await using cluster = await startCluster()
  await cluster.apply([
    pod('gated', { spec: { schedulingGates: [{ name: 'example.com/wait' }] } }),
    pod('foreign', { spec: { schedulerName: 'other' } }),
  ])
  await cluster.advance('1m')
  assert.equal(condition(await cluster.get(Pod, 'gated'), 'PodScheduled').reason, 'SchedulingGated')
  assert.equal(await nodeOf(cluster, 'gated'), undefined)
  assert.equal(await nodeOf(cluster, 'foreign'), undefined)
  assert.deepEqual(await cluster.events(await cluster.get(Pod, 'foreign')), [])
  await cluster.edit(Pod, 'gated', ({ spec }) => {
    spec.schedulingGates = []
  })
  await cluster.settled()
  assert.equal(await nodeOf(cluster, 'gated'), 'node-1')
})

test('without nodes nothing can be scheduled, and that is said', async () => {
  await using cluster = await startCluster({ nodes: [] })
  await cluster.apply(pod('web'))
  await cluster.settled()
  assert.equal(await refusal(cluster, 'web'), 'no nodes available to schedule pods')
  await cluster.addNode('a')
  // A new node is tainted until it is seen to be ready; the pod may have tried before.
  await cluster.advance('5s')
  assert.equal(await nodeOf(cluster, 'web'), 'a')
})
