import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Deployment } from '../../src/api/kinds/apps/deployment.ts'
import { ReplicaSet } from '../../src/api/kinds/apps/replica-set.ts'
import { Pod } from '../../src/api/kinds/core/pod.ts'
import { type Cluster, deployment, startCluster } from '../../testing/index.ts'
import { condition, names } from './look.ts'

const REVISION = 'deployment.kubernetes.io/revision'

/** The replica sets as `revision image wanted/ready`, by revision. */
async function sets(cluster: Cluster): Promise<string[]> {
  const found = await cluster.list(ReplicaSet)
  return found
    .map(({ metadata, spec, status }) => {
      const image = spec.template?.spec?.containers[0]?.image
      return `${metadata.annotations?.[REVISION]} ${image} ${spec.replicas}/${status.readyReplicas ?? 0}`
    })
    .sort()
}

const setImage = (cluster: Cluster, name: string, image: string) =>
  cluster.edit(Deployment, name, ({ spec }) => {
    const [container] = spec.template.spec?.containers ?? []
    if (container) container.image = image
  })

const scale = (cluster: Cluster, name: string, replicas: number) =>
  cluster.edit(Deployment, name, ({ spec }) => {
    spec.replicas = replicas
  })

/** How many pods there were that were not on their way out, and how many of those were ready, at each revision. */
function counts(cluster: Cluster, afterRevision: number): { all: number; ready: number }[] {
  const pods = new Map<string, Pod>()
  const seen: { all: number; ready: number }[] = []
  for (const { type, object, revision } of cluster.history(Pod)) {
    if (type === 'DELETED' || object.metadata.deletionTimestamp) pods.delete(object.metadata.uid)
    else pods.set(object.metadata.uid, object)
    if (revision <= afterRevision) continue
    const ready = [...pods.values()].filter((pod) =>
      pod.status.conditions?.some((c) => c.type === 'Ready' && c.status === 'True'),
    )
    seen.push({ all: pods.size, ready: ready.length })
  }
  return seen
}

/** A probe that finds a container ready a few seconds after its start. */
const slow = { readinessProbe: { tcpSocket: { port: 80 }, initialDelaySeconds: 3, periodSeconds: 1 } }

for (const [replicas, maxSurge, maxUnavailable, most, fewest] of [
  [10, 3, 2, 13, 8],
  [4, '25%', '25%', 5, 3],
  [3, 0, 1, 3, 2],
  [5, 1, 0, 6, 5],
  [3, '100%', '100%', 6, 0],
] as const) {
  test(`rolling ${replicas} pods, surge ${maxSurge}, unavailable ${maxUnavailable}: never more than ${most}, nor fewer ready than ${fewest}`, async () => {
    await using cluster = await startCluster({ nodes: ['a', 'b'], seed: replicas })
    const strategy = { type: 'RollingUpdate', rollingUpdate: { maxSurge, maxUnavailable } } as const
    await cluster.apply(deployment('web', { replicas, image: 'nginx:1', container: slow, workload: { strategy } }))
    await cluster.settled()
    await cluster.advance('10s')
    assert.deepEqual(await sets(cluster), [`1 nginx:1 ${replicas}/${replicas}`])

    const { revision } = cluster.history().at(-1) ?? { revision: 0 }
    await setImage(cluster, 'web', 'nginx:2')
    await cluster.advance('2m')
    assert.deepEqual(await sets(cluster), ['1 nginx:1 0/0', `2 nginx:2 ${replicas}/${replicas}`])
    const during = counts(cluster, revision)
    assert.equal(Math.max(...during.map(({ all }) => all)), most)
    const low = Math.min(...during.map(({ ready }) => ready))
    assert.ok(low >= fewest, `only ${low} were ready`)
    assert.deepEqual(cluster.log, [])
  })
}

test('a rollout tells what it does: events, conditions, counts', async () => {
  await using cluster = await startCluster({ nodes: ['a', 'b'] })
  await cluster.apply(deployment('web', { replicas: 2, image: 'nginx:1' }))
  await cluster.settled()
  await setImage(cluster, 'web', 'nginx:2')
  await cluster.settled()
  const web = await cluster.get(Deployment, 'web')
  const [one, two] = (await cluster.list(ReplicaSet)).sort((a, b) =>
    (a.metadata.annotations?.[REVISION] ?? '') < (b.metadata.annotations?.[REVISION] ?? '') ? -1 : 1,
  )
  const [first, second] = [one?.metadata.name, two?.metadata.name]
  assert.deepEqual(await cluster.events(web), [
    `Normal ScalingReplicaSet Scaled up replica set ${first} from 0 to 2`,
    `Normal ScalingReplicaSet Scaled up replica set ${second} from 0 to 1`,
    `Normal ScalingReplicaSet Scaled down replica set ${first} from 2 to 1`,
    `Normal ScalingReplicaSet Scaled up replica set ${second} from 1 to 2`,
    `Normal ScalingReplicaSet Scaled down replica set ${first} from 1 to 0`,
  ])
  const { status, reason, message } = condition(web, 'Progressing')
  assert.deepEqual(
    [status, reason, message],
    ['True', 'NewReplicaSetAvailable', `ReplicaSet "${second}" has successfully progressed.`],
  )
  const available = condition(web, 'Available')
  assert.deepEqual(
    [available.status, available.reason, available.message],
    ['True', 'MinimumReplicasAvailable', 'Deployment has minimum availability.'],
  )
  const { observedGeneration, replicas, updatedReplicas, readyReplicas, availableReplicas } = web.status
  assert.deepEqual(
    [observedGeneration, replicas, updatedReplicas, readyReplicas, availableReplicas],
    [web.metadata.generation, 2, 2, 2, 2],
  )
  assert.equal(web.metadata.annotations?.[REVISION], '2')
})

test('what is changed while it is paused comes when it resumes, as one rollout', async () => {
  await using cluster = await startCluster()
  await cluster.apply(deployment('web', { replicas: 2, image: 'nginx:1' }))
  await cluster.settled()
  const pause = (paused: boolean) =>
    cluster.api(Deployment).patch({ namespace: 'default', name: 'web' }, { spec: { paused } }, { type: 'strategic' })
  await pause(true)
  await cluster.settled()
  assert.equal(condition(await cluster.get(Deployment, 'web'), 'Progressing').reason, 'DeploymentPaused')
  await setImage(cluster, 'web', 'nginx:2')
  await setImage(cluster, 'web', 'nginx:3')
  await cluster.settled()
  assert.deepEqual(await sets(cluster), ['1 nginx:1 2/2'])
  await scale(cluster, 'web', 3)
  await cluster.settled()
  assert.deepEqual(await sets(cluster), ['1 nginx:1 3/3'], 'scaling does not wait')
  await pause(false)
  await cluster.settled()
  assert.deepEqual(await sets(cluster), ['1 nginx:1 0/0', '2 nginx:3 3/3'])
})

test('undo as kubectl does it takes the old template back, in the old replica set, as a new revision', async () => {
  await using cluster = await startCluster()
  await cluster.apply(deployment('web', { replicas: 2, image: 'nginx:1' }))
  await cluster.settled()
  await setImage(cluster, 'web', 'nginx:2')
  await cluster.settled()
  const old = (await cluster.list(ReplicaSet)).find(({ metadata }) => metadata.annotations?.[REVISION] === '1')
  assert.ok(old)
  const { 'pod-template-hash': _, ...labels } = old.spec.template?.metadata?.labels ?? {}
  const value = { ...old.spec.template, metadata: { ...old.spec.template?.metadata, labels } }
  const undo = [{ op: 'replace', path: '/spec/template', value }]
  await cluster.api(Deployment).patch({ namespace: 'default', name: 'web' }, undo, { type: 'json' })
  await cluster.settled()
  assert.deepEqual(await sets(cluster), ['2 nginx:2 0/0', '3 nginx:1 2/2'])
  const now = await cluster.get(ReplicaSet, old.metadata.name)
  assert.equal(now.metadata.uid, old.metadata.uid)
  assert.equal(now.metadata.annotations?.['deployment.kubernetes.io/revision-history'], '1')
})

test('a rollout that does not come on says so when its deadline is over, and goes on when it can', async () => {
  await using cluster = await startCluster()
  await cluster.apply(deployment('web', { replicas: 2, image: 'nginx:1', workload: { progressDeadlineSeconds: 60 } }))
  await cluster.settled()
  await setImage(cluster, 'web', 'missing:2')
  await cluster.advance('58s')
  assert.equal(condition(await cluster.get(Deployment, 'web'), 'Progressing').reason, 'ReplicaSetUpdated')
  await cluster.advance('10s')
  const stuck = await cluster.get(Deployment, 'web')
  const broken = (await cluster.list(ReplicaSet)).find(({ metadata }) => metadata.annotations?.[REVISION] === '2')
  const { status, reason, message } = condition(stuck, 'Progressing')
  assert.deepEqual(
    [status, reason, message],
    ['False', 'ProgressDeadlineExceeded', `ReplicaSet "${broken?.metadata.name}" has timed out progressing.`],
  )
  assert.equal(condition(stuck, 'Available').status, 'True')
  assert.deepEqual(await sets(cluster), ['1 nginx:1 2/2', '2 missing:2 1/0'])

  await setImage(cluster, 'web', 'nginx:3')
  await cluster.settled()
  assert.equal(condition(await cluster.get(Deployment, 'web'), 'Progressing').reason, 'NewReplicaSetAvailable')
  assert.deepEqual(await sets(cluster), ['1 nginx:1 0/0', '2 missing:2 0/0', '3 nginx:3 2/2'])
})

test('a deployment that is scaled while it rolls spreads the new replicas over its sets', async () => {
  await using cluster = await startCluster()
  const strategy = { type: 'RollingUpdate', rollingUpdate: { maxSurge: 3, maxUnavailable: 2 } } as const
  await cluster.apply(deployment('web', { replicas: 10, image: 'nginx:1', workload: { strategy } }))
  await cluster.settled()
  await setImage(cluster, 'web', 'missing:2')
  await cluster.advance('20s')
  assert.deepEqual(await sets(cluster), ['1 nginx:1 8/8', '2 missing:2 5/0'])
  await scale(cluster, 'web', 15)
  await cluster.advance('20s')
  // The example of upstream's documentation.
  assert.deepEqual(await sets(cluster), ['1 nginx:1 11/11', '2 missing:2 7/0'])
})

test('Recreate starts nothing new before all that is old is gone', async () => {
  await using cluster = await startCluster({ runtime: { behaviour: () => ({ ignoresTerm: true }) } })
  await cluster.apply(
    deployment('web', { replicas: 3, image: 'nginx:1', workload: { strategy: { type: 'Recreate' } } }),
  )
  await cluster.settled()
  await setImage(cluster, 'web', 'nginx:2')
  await cluster.advance('25s')
  assert.deepEqual(await sets(cluster), ['1 nginx:1 0/0'])
  assert.equal((await cluster.list(Pod)).length, 3, 'they have 30 s to end')
  await cluster.advance('15s')
  assert.deepEqual(await sets(cluster), ['1 nginx:1 0/0', '2 nginx:2 3/3'])
  const images = new Map<string, string>()
  for (const { type, object } of cluster.history(Pod)) {
    const over = type === 'DELETED' || object.status.phase === 'Succeeded' || object.status.phase === 'Failed'
    if (over) images.delete(object.metadata.uid)
    else images.set(object.metadata.uid, object.spec.containers[0]?.image ?? '')
    assert.ok(new Set(images.values()).size <= 1, 'old and new pods stood side by side')
  }
})

test('a new pod counts only after minReadySeconds', async () => {
  await using cluster = await startCluster()
  await cluster.apply(deployment('web', { replicas: 1, image: 'nginx:1', workload: { minReadySeconds: 60 } }))
  await cluster.settled()
  const status = async () => (await cluster.get(Deployment, 'web')).status
  assert.deepEqual([(await status()).readyReplicas, (await status()).availableReplicas], [1, undefined])
  await cluster.advance('61s')
  assert.deepEqual([(await status()).readyReplicas, (await status()).availableReplicas], [1, 1])
})

test('old replica sets are kept up to the limit', async () => {
  await using cluster = await startCluster()
  await cluster.apply(deployment('web', { image: 'nginx:1', workload: { revisionHistoryLimit: 2 } }))
  await cluster.settled()
  for (const version of [2, 3, 4, 5]) {
    await setImage(cluster, 'web', `nginx:${version}`)
    await cluster.settled()
  }
  assert.deepEqual(await sets(cluster), ['3 nginx:3 0/0', '4 nginx:4 0/0', '5 nginx:5 1/1'])
})

test('the scale subresource scales', async () => {
  await using cluster = await startCluster()
  await cluster.apply(deployment('web', { replicas: 1 }))
  await cluster.settled()
  const ref = { namespace: 'default', name: 'web' }
  const asked = { apiVersion: 'autoscaling/v1', kind: 'Scale', metadata: ref, spec: { replicas: 4 } }
  await cluster.api(Deployment).put(ref, 'scale', asked)
  await cluster.settled()
  assert.equal((await cluster.list(Pod)).length, 4)
  await scale(cluster, 'web', 0)
  await cluster.settled()
  assert.deepEqual(names(await cluster.list(Pod)), [])
})

for (const propagationPolicy of ['Background', 'Foreground', 'Orphan'] as const) {
  test(`deleting a deployment: ${propagationPolicy}`, async () => {
    await using cluster = await startCluster({ runtime: { behaviour: () => ({ ignoresTerm: true }) } })
    await cluster.apply(deployment('web', { replicas: 2 }))
    await cluster.settled()
    const [set] = await cluster.list(ReplicaSet)
    await cluster.delete(Deployment, 'web', { propagationPolicy })
    await cluster.settled()
    await cluster.advance('5s')
    const left = await cluster.find(Deployment, 'web')
    const pods = await cluster.list(Pod)
    assert.equal(pods.length, 2, 'the containers have 30 s to end')
    if (propagationPolicy === 'Background') {
      assert.equal(left, undefined)
      assert.ok(pods.every(({ metadata }) => metadata.deletionTimestamp))
    } else if (propagationPolicy === 'Foreground') {
      assert.deepEqual(left?.metadata.finalizers, ['foregroundDeletion'])
      const still = await cluster.find(ReplicaSet, set?.metadata.name ?? '')
      assert.deepEqual(still?.metadata.finalizers, ['foregroundDeletion'], 'its pods block it')
    } else {
      assert.equal(left, undefined)
      const orphan = await cluster.get(ReplicaSet, set?.metadata.name ?? '')
      assert.equal(orphan.metadata.ownerReferences, undefined)
      assert.ok(pods.every(({ metadata }) => !metadata.deletionTimestamp))
    }
    await cluster.advance('1m')
    if (propagationPolicy === 'Orphan') {
      await cluster.apply(deployment('web', { replicas: 2 }))
      await cluster.settled()
      const web = await cluster.get(Deployment, 'web')
      const adopted = await cluster.get(ReplicaSet, set?.metadata.name ?? '')
      assert.equal(
        adopted.metadata.ownerReferences?.[0]?.uid,
        web.metadata.uid,
        'the same deployment made again adopts it',
      )
      assert.deepEqual(names(await cluster.list(Pod)), names(pods))
    } else {
      assert.deepEqual(await cluster.list(Deployment), [])
      assert.deepEqual(await cluster.list(ReplicaSet), [])
      assert.deepEqual(await cluster.list(Pod), [])
    }
  })
}
