import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Pod } from '../../src/api/kinds/core/pod.ts'
import { deployment, pod, startCluster } from '../../testing/index.ts'
import { condition, secondsBetween } from './look.ts'

/** The moments at which containers of a pod started, in seconds after the first one did. */
function starts(changes: readonly { object: Pod }[]): number[] {
  const times = new Set<string>()
  for (const { object } of changes) {
    const { state, lastState } = object.status.containerStatuses?.[0] ?? {}
    for (const each of [state?.running, state?.terminated, lastState?.terminated])
      if (each?.startedAt) times.add(each.startedAt)
  }
  const [first, ...rest] = [...times].sort()
  return [0, ...rest.map((time) => secondsBetween(first, time))]
}

test('a container that crashes at once is started again after 0, 10, 20, 40 … 300 seconds', async () => {
  await using cluster = await startCluster()
  await cluster.apply(pod('crash', { image: 'nginx:1', command: ['sh', '-c', 'exit 3'] }))
  await cluster.advance('40m')
  const at = starts(cluster.history(Pod))
  const gaps = at.slice(1).map((time, i) => time - (at[i] ?? 0))
  // The one that comes at once starts in the same second as the first.
  assert.deepEqual(gaps.slice(0, 8), [10, 20, 40, 80, 160, 300, 300, 300])
  const crash = await cluster.get(Pod, 'crash')
  const [status] = crash.status.containerStatuses ?? []
  assert.deepEqual(status?.state?.waiting, {
    reason: 'CrashLoopBackOff',
    message: `back-off 5m0s restarting failed container=main pod=crash_default(${crash.metadata.uid})`,
  })
  assert.equal(status?.lastState?.terminated?.exitCode, 3)
  assert.equal(
    status?.restartCount,
    cluster.node('node-1').runtime.calls.filter((call) => call === 'startContainer main').length - 1,
  )
  assert.equal(crash.status.phase, 'Running')
  assert.equal(condition(crash, 'Ready').reason, 'ContainersNotReady')
  assert.equal(condition(crash, 'Ready').message, 'containers with unready status: [main]')
})

test('a container that ran for ten minutes starts its back-off anew', async () => {
  await using cluster = await startCluster()
  await cluster.apply(pod('web', { image: 'nginx:1' }))
  await cluster.settled()
  const { runtime } = cluster.node('node-1')
  const waitsAfterCrash = async () => {
    runtime.exit('web/main', 1)
    await cluster.clock.settled()
    const at = cluster.clock.now()
    while (runtime.running.length === 0) await cluster.advance('1s')
    return Math.round((cluster.clock.now() - at) / 1000)
  }
  assert.deepEqual([await waitsAfterCrash(), await waitsAfterCrash(), await waitsAfterCrash()], [0, 10, 20])
  await cluster.advance('10m1s')
  assert.deepEqual([await waitsAfterCrash(), await waitsAfterCrash()], [0, 10])
})

for (const [restartPolicy, exitCode, phase, restarts] of [
  ['Always', 0, 'Running', true],
  ['Always', 1, 'Running', true],
  ['OnFailure', 0, 'Succeeded', false],
  ['OnFailure', 1, 'Running', true],
  ['Never', 0, 'Succeeded', false],
  ['Never', 1, 'Failed', false],
] as const) {
  test(`a container that ends with ${exitCode} under ${restartPolicy}: ${phase}${restarts ? ', and it is started again' : ''}`, async () => {
    await using cluster = await startCluster()
    await cluster.apply(pod('once', { command: ['sh', '-c', `exit ${exitCode}`], spec: { restartPolicy } }))
    await cluster.advance('1m')
    const { status } = await cluster.get(Pod, 'once')
    assert.equal(status.phase, phase)
    const [container] = status.containerStatuses ?? []
    assert.equal((container?.restartCount ?? 0) > 0, restarts)
    if (!restarts) {
      const { exitCode: code, reason } = container?.state?.terminated ?? {}
      assert.deepEqual([code, reason], [exitCode, exitCode === 0 ? 'Completed' : 'Error'])
      const ready = condition(await cluster.get(Pod, 'once'), 'Ready')
      assert.deepEqual([ready.status, ready.reason], ['False', exitCode === 0 ? 'PodCompleted' : 'PodFailed'])
    }
  })
}

test('of two containers the one that ends does not end the other', async () => {
  await using cluster = await startCluster()
  const containers = [
    { name: 'short', image: 'nginx', command: ['sleep', '5'] },
    { name: 'long', image: 'nginx', command: ['sleep', '60'] },
  ]
  await cluster.apply(pod('pair', { spec: { restartPolicy: 'Never', containers } }))
  await cluster.advance('20s')
  const half = await cluster.get(Pod, 'pair')
  assert.equal(half.status.phase, 'Running')
  assert.equal(condition(half, 'ContainersReady').message, 'containers with unready status: [short]')
  await cluster.advance('1m')
  assert.equal((await cluster.get(Pod, 'pair')).status.phase, 'Succeeded')
})

test('an init container that fails is tried again, or fails the pod under Never', async () => {
  await using cluster = await startCluster()
  const initContainers = [{ name: 'setup', image: 'nginx', command: ['sh', '-c', 'exit 1'] }]
  await cluster.apply([
    pod('patient', { spec: { initContainers } }),
    pod('strict', { spec: { initContainers, restartPolicy: 'Never' } }),
  ])
  await cluster.advance('5s')
  const patient = await cluster.get(Pod, 'patient')
  assert.equal(patient.status.phase, 'Pending')
  assert.equal(patient.status.initContainerStatuses?.[0]?.state?.waiting?.reason, 'CrashLoopBackOff')
  assert.equal(patient.status.containerStatuses?.[0]?.state?.waiting?.reason, 'PodInitializing')
  const { reason, message } = condition(patient, 'Initialized')
  assert.deepEqual([reason, message], ['ContainersNotInitialized', 'containers with incomplete status: [setup]'])
  const strict = await cluster.get(Pod, 'strict')
  assert.equal(strict.status.phase, 'Failed')
  assert.deepEqual(cluster.node('node-1').runtime.running, [])
})

test('a sidecar runs before, beside and after the others', async () => {
  await using cluster = await startCluster()
  const initContainers = [
    { name: 'proxy', image: 'nginx', restartPolicy: 'Always' as const },
    { name: 'setup', image: 'nginx', command: ['sleep', '3'] },
  ]
  await cluster.apply(pod('web', { command: ['sleep', '10'], spec: { initContainers, restartPolicy: 'Never' } }))
  await cluster.advance('3s')
  const { runtime } = cluster.node('node-1')
  assert.deepEqual(runtime.running, ['web/proxy', 'web/setup'])
  await cluster.advance('5s')
  assert.deepEqual(runtime.running, ['web/main', 'web/proxy'])
  await cluster.advance('20s')
  assert.deepEqual(runtime.running, [])
  assert.equal((await cluster.get(Pod, 'web')).status.phase, 'Succeeded')
  const order = runtime.calls.filter((call) => call.startsWith('startContainer'))
  assert.deepEqual(order, ['startContainer proxy', 'startContainer setup', 'startContainer main'])
})

test('a pod that is active for too long is ended, and has failed', async () => {
  await using cluster = await startCluster()
  await cluster.apply(pod('slow', { spec: { activeDeadlineSeconds: 60 } }))
  await cluster.advance('55s')
  assert.equal((await cluster.get(Pod, 'slow')).status.phase, 'Running')
  await cluster.advance('10s')
  const slow = await cluster.get(Pod, 'slow')
  assert.deepEqual(
    [slow.status.phase, slow.status.reason, slow.status.message],
    ['Failed', 'DeadlineExceeded', 'Pod was active on the node longer than the specified deadline'],
  )
  assert.deepEqual(cluster.node('node-1').runtime.running, [])
})

test('images: waiting grows from ten seconds to five minutes, and ends when the image is there', async () => {
  let there = false
  const pullError = (image: string) => (there ? undefined : `${image}: not found`)
  await using cluster = await startCluster({ runtime: { pullError } })
  await cluster.apply(deployment('web', { image: 'late:1' }))
  await cluster.advance('30m')
  const { runtime } = cluster.node('node-1')
  const tries = runtime.calls.filter((call) => call === 'pullImage late:1').length
  // At 0, 10, 30, 70, 150, 310 s, then every five minutes.
  assert.ok(tries >= 9 && tries <= 11, `${tries} tries in half an hour`)
  const [waiting] = await cluster.list(Pod)
  assert.equal(waiting?.status.containerStatuses?.[0]?.state?.waiting?.reason, 'ImagePullBackOff')
  assert.equal(waiting?.status.phase, 'Pending')
  there = true
  await cluster.advance('5m10s')
  assert.equal((await cluster.list(Pod))[0]?.status.phase, 'Running')
})

test('a deleted pod stays until its containers have ended, and no longer than its grace period', async () => {
  await using cluster = await startCluster({ runtime: { behaviour: () => ({ ignoresTerm: true }) } })
  await cluster.apply(pod('stubborn', { spec: { terminationGracePeriodSeconds: 20 } }))
  await cluster.settled()
  await cluster.delete(Pod, 'stubborn')
  await cluster.advance('19s')
  const dying = await cluster.get(Pod, 'stubborn')
  assert.equal(dying.metadata.deletionGracePeriodSeconds, 20)
  assert.equal(dying.status.phase, 'Running')
  assert.deepEqual(cluster.node('node-1').runtime.running, ['stubborn/main'])
  await cluster.advance('4s')
  assert.equal(await cluster.find(Pod, 'stubborn'), undefined)
  assert.deepEqual(cluster.node('node-1').runtime.running, [])
})

test('a pod that is deleted by force goes from the API at once, and from its node soon after', async () => {
  await using cluster = await startCluster()
  await cluster.apply(pod('web'))
  await cluster.settled()
  await cluster.delete(Pod, 'web', { gracePeriodSeconds: 0 })
  assert.equal(await cluster.find(Pod, 'web'), undefined)
  await cluster.advance('5s')
  assert.deepEqual(cluster.node('node-1').runtime.running, [])
})

test('a kubelet that is started again goes on with what runs, and does what was missed', async () => {
  await using cluster = await startCluster()
  await cluster.apply([
    pod('stays'),
    pod('goes'),
    pod('ends', { command: ['sleep', '30'], spec: { restartPolicy: 'Never' } }),
  ])
  await cluster.settled()
  const node = cluster.node('node-1')
  const { containerID } = (await cluster.get(Pod, 'stays')).status.containerStatuses?.[0] ?? {}
  await node.stop()
  await cluster.delete(Pod, 'goes')
  await cluster.advance('35s')
  assert.deepEqual(node.runtime.running, ['goes/main', 'stays/main'])
  assert.equal((await cluster.get(Pod, 'ends')).status.phase, 'Running', 'nobody has told')

  await node.start()
  await cluster.advance('10s')
  assert.deepEqual(node.runtime.running, ['stays/main'])
  assert.equal(await cluster.find(Pod, 'goes'), undefined)
  assert.equal((await cluster.get(Pod, 'ends')).status.phase, 'Succeeded')
  const [container] = (await cluster.get(Pod, 'stays')).status.containerStatuses ?? []
  assert.deepEqual([container?.containerID, container?.restartCount], [containerID, 0])
})

test('a crash loop is not forgotten when the kubelet is started again', async () => {
  await using cluster = await startCluster()
  await cluster.apply(pod('crash', { command: ['sh', '-c', 'exit 3'] }))
  await cluster.advance('6m')
  const node = cluster.node('node-1')
  const before = (await cluster.get(Pod, 'crash')).status.containerStatuses?.[0]?.restartCount ?? 0
  await node.stop()
  await node.start()
  await cluster.advance('1m')
  const after = (await cluster.get(Pod, 'crash')).status.containerStatuses?.[0]?.restartCount ?? 0
  assert.ok(before >= 6 && after - before <= 1, `${before} restarts before, ${after} after`)
})
