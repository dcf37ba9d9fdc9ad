import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ReplicaSet } from '../../src/api/kinds/apps/replica-set.ts'
import { Pod } from '../../src/api/kinds/core/pod.ts'
import { pod, replicaSet, startCluster } from '../../testing/index.ts'
import { condition, names } from './look.ts'

test('a pod that is deleted is replaced', async () => {
  await using cluster = await startCluster()
  await cluster.apply(replicaSet('web', { replicas: 3 }))
  await cluster.settled()
  const before = names(await cluster.list(Pod))
  await cluster.delete(Pod, before[0] ?? '')
  await cluster.settled()
  const after = names(await cluster.list(Pod))
  assert.equal(after.length, 3)
  assert.deepEqual(
    after.filter((name) => before.includes(name)),
    before.slice(1),
  )
  const { replicas, readyReplicas, availableReplicas, fullyLabeledReplicas } = (await cluster.get(ReplicaSet, 'web'))
    .status
  assert.deepEqual([replicas, readyReplicas, availableReplicas, fullyLabeledReplicas], [3, 3, 3, 3])
})

test('a pod that has failed is replaced, and stays for its story', async () => {
  await using cluster = await startCluster()
  await cluster.apply(replicaSet('web', { replicas: 2 }))
  await cluster.settled()
  const [first = ''] = names(await cluster.list(Pod))
  await cluster
    .api(Pod)
    .patch(
      { namespace: 'default', name: first },
      { status: { phase: 'Failed', reason: 'Evicted' } },
      { type: 'strategic', subresource: 'status' },
    )
  await cluster.settled()
  const phases = (await cluster.list(Pod)).map(({ status }) => status.phase).sort()
  assert.deepEqual(phases, ['Failed', 'Running', 'Running'])
})

test('a pod that matches and has no owner is adopted; of too many the youngest go', async () => {
  await using cluster = await startCluster()
  await cluster.apply(pod('mine', { labels: { app: 'web' } }))
  await cluster.settled()
  await cluster.advance('10s')
  await cluster.apply(replicaSet('web', { replicas: 1 }))
  await cluster.settled()
  const set = await cluster.get(ReplicaSet, 'web')
  assert.deepEqual(names(await cluster.list(Pod)), ['mine'])
  assert.deepEqual((await cluster.get(Pod, 'mine')).metadata.ownerReferences, [
    {
      apiVersion: 'apps/v1',
      kind: 'ReplicaSet',
      name: 'web',
      uid: set.metadata.uid,
      controller: true,
      blockOwnerDeletion: true,
    },
  ])
  await cluster.apply(pod('late', { labels: { app: 'web' } }))
  await cluster.settled()
  assert.deepEqual(names(await cluster.list(Pod)), ['mine'])
})

test('a pod whose labels no longer match is let go and replaced', async () => {
  await using cluster = await startCluster()
  await cluster.apply(replicaSet('web', { replicas: 2 }))
  await cluster.settled()
  const [first = ''] = names(await cluster.list(Pod))
  await cluster.edit(Pod, first, ({ metadata }) => {
    metadata.labels = { app: 'web-debug' }
  })
  await cluster.settled()
  const pods = await cluster.list(Pod)
  assert.equal(pods.length, 3)
  assert.equal((await cluster.get(Pod, first)).metadata.ownerReferences, undefined)
  await cluster.delete(ReplicaSet, 'web')
  await cluster.settled()
  assert.deepEqual(names(await cluster.list(Pod)), [first])
})

test('a pod of another controller is not taken', async () => {
  await using cluster = await startCluster()
  await cluster.apply(replicaSet('one', { replicas: 2 }))
  await cluster.settled()
  const before = names(await cluster.list(Pod))
  await cluster.apply({
    ...replicaSet('two', { replicas: 1, workload: { selector: { matchLabels: { app: 'one' } } } }),
    spec: {
      replicas: 1,
      selector: { matchLabels: { app: 'one' } },
      template: { metadata: { labels: { app: 'one' } }, spec: { containers: [{ name: 'main', image: 'nginx' }] } },
    },
  })
  await cluster.settled()
  const pods = await cluster.list(Pod)
  assert.equal(pods.length, 3)
  const ofOne = pods.filter(({ metadata }) => metadata.ownerReferences?.[0]?.name === 'one')
  assert.deepEqual(names(ofOne), before)
})

test('pods that may not be made: the set says why, asks ever more rarely, and comes on when it may', async () => {
  await using cluster = await startCluster()
  await cluster.apply(replicaSet('web', { replicas: 2, spec: { serviceAccountName: 'builder' } }))
  await cluster.advance('2m')
  const set = await cluster.get(ReplicaSet, 'web')
  const { reason, message } = condition(set, 'ReplicaFailure')
  assert.equal(reason, 'FailedCreate')
  assert.match(message ?? '', /error looking up service account default\/builder: serviceaccount "builder" not found/)
  const [said = ''] = (await cluster.events(set)).filter((line) => line.includes('FailedCreate'))
  assert.match(said, /^Warning FailedCreate Error creating: pods "web-" is forbidden: error looking up service account/)
  const tries = Number(/ x(\d+)$/.exec(said)?.[1])
  assert.ok(tries >= 10 && tries <= 20, `${tries} tries in two minutes; 5 ms, doubling, makes 15`)

  await cluster.apply({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'builder' } })
  await cluster.advance('3m')
  assert.equal((await cluster.list(Pod)).length, 2)
  const { conditions = [] } = (await cluster.get(ReplicaSet, 'web')).status
  assert.deepEqual(conditions, [])
})

test('of too many pods those go that cost least: not scheduled, not ready, the younger', async () => {
  await using cluster = await startCluster()
  await cluster.apply(replicaSet('web', { replicas: 2, requests: { cpu: '600m' } }))
  await cluster.settled()
  await cluster.advance('1m')
  const running = names(await cluster.list(Pod))
  await cluster.edit(ReplicaSet, 'web', ({ spec }) => {
    spec.replicas = 4
  })
  await cluster.settled()
  const phases = (await cluster.list(Pod)).map(({ status }) => status.phase).sort()
  assert.deepEqual(phases, ['Pending', 'Running', 'Running', 'Running'], 'two processors hold three of them')
  await cluster.edit(ReplicaSet, 'web', ({ spec }) => {
    spec.replicas = 2
  })
  await cluster.settled()
  assert.deepEqual(names(await cluster.list(Pod)), running)
})

test('names of pods are those of their set with five characters more', async () => {
  await using cluster = await startCluster()
  await cluster.apply(replicaSet('web', { replicas: 3 }))
  await cluster.settled()
  for (const name of names(await cluster.list(Pod))) assert.match(name, /^web-[bcdfghjklmnpqrstvwxz2456789]{5}$/)
})
