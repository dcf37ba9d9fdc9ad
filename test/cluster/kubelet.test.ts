import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { builtinSchema } from '../../src/api/builtin-schema.ts'
import type { VersionInfo } from '../../src/api/discovery.ts'
import { isApiError } from '../../src/api/errors.ts'
import { Lease } from '../../src/api/kinds/coordination/lease.ts'
import { ConfigMap } from '../../src/api/kinds/core/config-map.ts'
import { Event } from '../../src/api/kinds/core/event.ts'
import { Namespace } from '../../src/api/kinds/core/namespace.ts'
import { Node } from '../../src/api/kinds/core/node.ts'
import { Pod } from '../../src/api/kinds/core/pod.ts'
import { ServiceAccount } from '../../src/api/kinds/core/service-account.ts'
import { KINDS } from '../../src/api/kinds/index.ts'
import { apiServer } from '../../src/apiserver/server.ts'
import { createApi } from '../../src/client/client.ts'
import { createEventRecorder } from '../../src/client/event-recorder.ts'
import { createInformers } from '../../src/client/informers.ts'
import { type Kubelet, runKubelet } from '../../src/kubelet/kubelet.ts'
import { logTo } from '../../src/std/log.ts'
import { seededRandom } from '../../src/std/random.ts'
import { memoryDriver } from '../../src/store/memory.ts'
import { openStore } from '../../src/store/store.ts'
import { fakeOs } from '../../testing/fake-os.ts'
import { fakeRuntime, type FakeRuntimeOptions } from '../../testing/fake-runtime.ts'
import { virtualClock } from '../../testing/virtual-clock.ts'

const ADMIN = { name: 'admin', groups: ['system:masters'] }
const DATA_DIR = '/var/lib/kubelet'

/** An API server and one kubelet with a runtime in memory, under a clock of their own. */
async function startNode(options: Omit<FakeRuntimeOptions, 'clock'> = {}) {
  const clock = virtualClock()
  const problems: string[] = []
  const log = logTo((level, message, fields) => {
    if (level === 'error' || level === 'warn') problems.push(`${message} ${JSON.stringify(fields)}`)
  })
  const env = { clock, random: seededRandom(1), log }
  const store = await openStore(memoryDriver(), env)
  const version = { major: '1', minor: '36' } as unknown as VersionInfo
  const server = await apiServer({
    kinds: KINDS,
    store,
    env,
    schema: builtinSchema,
    serviceCidr: '10.96.0.0/16',
    version,
  })
  const api = createApi(clock.observe(server.transport(ADMIN)), { userAgent: 'test', clock })
  for (const name of ['default', 'kube-node-lease']) {
    await api(Namespace)
      .create({ metadata: { name } })
      .catch((error: unknown) => assert.ok(isApiError(error, 'AlreadyExists')))
  }
  await api(ServiceAccount).create({
    metadata: { name: 'default', namespace: 'default' },
    automountServiceAccountToken: false,
  })
  const runtime = fakeRuntime({ clock, ...options })
  const os = fakeOs()
  const stops: AbortController[] = []

  /** Starts a kubelet, also another one after the first has stopped. */
  const start = async (): Promise<Kubelet> => {
    const stop = new AbortController()
    stops.push(stop)
    const informers = createInformers(api, env)
    const events = createEventRecorder(api, env, { component: 'kubelet', host: 'a' })
    const config = { nodeName: 'a', nodeIPs: ['192.0.2.1'], dataDir: DATA_DIR, clusterName: 'test', kubeletPort: 10250 }
    const kubelet = await runKubelet(env, os, { api, informers, cri: runtime, events }, config, stop.signal)
    informers.start(stop.signal)
    await clock.settled()
    return kubelet
  }
  const kubelet = await start()
  const status = async (name: string) => (await api(Pod).get({ namespace: 'default', name })).status
  return {
    api,
    clock,
    os,
    runtime,
    problems,
    kubelet,
    start,
    status,
    stopKubelet: () => stops.at(-1)?.abort(new Error('stopped')),
    /** Makes a pod on the node and waits until nothing moves. */
    async run(name: string, spec: Partial<Pod['spec']> = {}, metadata: Partial<Pod['metadata']> = {}) {
      const containers = [{ name: 'app', image: 'busybox:1.28', command: ['sh', '-c', 'wait'] }]
      await api(Pod).create({
        metadata: { name, namespace: 'default', ...metadata },
        spec: { nodeName: 'a', containers, ...spec },
      })
      await clock.settled()
    },
    /** `Reason: message` of a pod's events, in the order in which they came first. */
    async events(name: string): Promise<string[]> {
      await clock.settled()
      const { items } = await api(Event).list({ namespace: 'default' })
      const own = items.filter(({ involvedObject }) => involvedObject.name === name)
      return own.map(({ reason, message }) => `${reason}: ${message}`)
    },
    async waiting(name: string) {
      return (await status(name)).containerStatuses?.[0]?.state?.waiting
    },
    async [Symbol.asyncDispose]() {
      for (const stop of stops) stop.abort(new Error('stopped'))
      await clock.settled()
      server.stop()
    },
  }
}

suite('the node', () => {
  test('registers itself with what it has, and is ready', async () => {
    await using node = await startNode()
    const { metadata, status } = await node.api(Node).get({ name: 'a' })
    assert.equal(metadata.labels?.['kubernetes.io/hostname'], 'a')
    assert.deepEqual(status.capacity, {
      cpu: '2',
      'ephemeral-storage': '100Gi',
      memory: '8Gi',
      pods: '110',
    })
    assert.equal(status.allocatable?.memory, '8092Mi')
    assert.deepEqual(
      status.conditions?.map((condition) => `${condition.type}=${condition.status} ${condition.reason}`),
      [
        'MemoryPressure=False KubeletHasSufficientMemory',
        'DiskPressure=False KubeletHasNoDiskPressure',
        'PIDPressure=False KubeletHasSufficientPID',
        'Ready=True KubeletReady',
      ],
    )
    assert.equal(status.nodeInfo?.containerRuntimeVersion, 'fake://1.0.0')
    assert.deepEqual(node.problems, [])
  })

  test('renews its lease every ten seconds, and its status every five minutes', async () => {
    await using node = await startNode()
    const read = async () => {
      const lease = await node.api(Lease).get({ namespace: 'kube-node-lease', name: 'a' })
      const { status } = await node.api(Node).get({ name: 'a' })
      return { renewed: lease.spec.renewTime, heartbeat: status.conditions?.at(-1)?.lastHeartbeatTime }
    }
    const first = await read()
    await node.clock.advance('11s')
    const second = await read()
    assert.notEqual(second.renewed, first.renewed)
    assert.equal(second.heartbeat, first.heartbeat)
    await node.clock.advance('5m')
    assert.notEqual((await read()).heartbeat, first.heartbeat)
  })
})

suite('a pod', () => {
  test('runs once its image was pulled, and its events tell the story', async () => {
    await using node = await startNode({ pullMs: 1200 })
    await node.run('web')
    assert.deepEqual((await node.waiting('web'))?.reason, 'ContainerCreating')
    await node.clock.advance('2s')
    const { phase, podIP, containerStatuses } = await node.status('web')
    assert.equal(phase, 'Running')
    assert.match(podIP ?? '', /^10\.88\.0\./)
    assert.equal(containerStatuses?.[0]?.ready, true)
    assert.deepEqual(await node.events('web'), [
      await missingDns(node),
      'Pulling: Pulling image "busybox:1.28"',
      'Pulled: Successfully pulled image "busybox:1.28" in 1.2s (1.2s including waiting). Image size: 1000000 bytes.',
      'Created: Container created',
      'Started: Container started',
    ])
    assert.deepEqual(node.problems, [])
  })

  test('that is deleted is cleared away, and then its object goes', async () => {
    await using node = await startNode({ images: ['busybox:1.28'] })
    await node.run('web')
    assert.deepEqual(node.runtime.running, ['web/app'])
    await node.api(Pod).delete({ namespace: 'default', name: 'web' })
    await node.clock.settled()
    assert.deepEqual(node.runtime.running, [])
    await assert.rejects(node.status('web'), (error) => isApiError(error, 'NotFound'))
    assert.deepEqual(await node.runtime.listPodSandbox(), [])
    assert.deepEqual(await node.os.fs.list(`${DATA_DIR}/pods`), [])
    assert.deepEqual(await node.os.fs.list(`${DATA_DIR}/logs/pods`), [])
    assert.ok((await node.events('web')).includes('Killing: Stopping container app'))
    assert.deepEqual(node.problems, [])
  })

  test('that does not want to end is killed when its grace period is over', async () => {
    await using node = await startNode({ images: ['busybox:1.28'], behaviour: () => ({ ignoresTerm: true }) })
    await node.run('web', { terminationGracePeriodSeconds: 5 })
    await node.api(Pod).delete({ namespace: 'default', name: 'web' })
    await node.clock.advance('4s')
    assert.deepEqual(node.runtime.running, ['web/app'])
    await node.clock.advance('2s')
    await assert.rejects(node.status('web'), (error) => isApiError(error, 'NotFound'))
  })

  test('that is deleted again with less time is killed sooner', async () => {
    await using node = await startNode({ images: ['busybox:1.28'], behaviour: () => ({ ignoresTerm: true }) })
    await node.run('web')
    await node.api(Pod).delete({ namespace: 'default', name: 'web' })
    await node.clock.advance('1s')
    await node.api(Pod).delete({ namespace: 'default', name: 'web' }, { gracePeriodSeconds: 3 })
    await node.clock.advance('4s')
    assert.deepEqual(node.runtime.running, [])
  })

  test('that is deleted while its image is pulled goes at once', async () => {
    await using node = await startNode({ pullMs: 60_000 })
    await node.run('web')
    await node.api(Pod).delete({ namespace: 'default', name: 'web' })
    await node.clock.settled()
    await assert.rejects(node.status('web'), (error) => isApiError(error, 'NotFound'))
  })

  test('crashes in ever longer intervals', async () => {
    await using node = await startNode({
      images: ['busybox:1.28'],
      behaviour: () => ({ exitAfterMs: 100, exitCode: 3 }),
    })
    await node.run('web')
    await node.clock.advance('1s')
    const uid = (await node.api(Pod).get({ namespace: 'default', name: 'web' })).metadata.uid
    const message = `back-off 10s restarting failed container=app pod=web_default(${uid})`
    assert.deepEqual(await node.waiting('web'), { reason: 'CrashLoopBackOff', message })
    assert.equal((await node.status('web')).containerStatuses?.[0]?.restartCount, 1)
    const made = new Set<number>()
    for (let second = 0; second < 160; second++) {
      for (const { createdAt } of await node.runtime.listContainers()) made.add(createdAt / 1e9)
      await node.clock.advance('1s')
    }
    const times = [...made].sort()
    const waits = times.slice(1).map((time, i) => Math.floor(time - (times[i] as number)))
    assert.deepEqual(waits, [0, 10, 20, 40, 80])
    assert.ok(
      (await node.events('web')).includes(
        `BackOff: Back-off restarting failed container app in pod web_default(${uid})`,
      ),
    )
  })

  test('whose image does not exist says so, waits, and tries again', async () => {
    await using node = await startNode({ pullMs: 100 })
    await node.run('web', { containers: [{ name: 'app', image: 'nonexistent' }] })
    const why =
      'rpc error: code = NotFound desc = failed to pull and unpack image "docker.io/library/nonexistent:latest": ' +
      'failed to resolve reference "docker.io/library/nonexistent:latest": docker.io/library/nonexistent:latest: not found'
    await node.clock.advance(200)
    assert.deepEqual(await node.waiting('web'), { reason: 'ErrImagePull', message: why })
    await node.clock.advance('2s')
    const message = `Back-off pulling image "nonexistent": ErrImagePull: ${why}`
    assert.deepEqual(await node.waiting('web'), { reason: 'ImagePullBackOff', message })
    await node.clock.advance('10s')
    assert.equal(node.runtime.calls.filter((call) => call.startsWith('pullImage')).length, 2)
    const events = await node.events('web')
    for (const expected of [
      'Pulling: Pulling image "nonexistent"',
      `Failed: Failed to pull image "nonexistent": ${why}`,
      'Failed: Error: ErrImagePull',
      'BackOff: Back-off pulling image "nonexistent"',
      'Failed: Error: ImagePullBackOff',
    ]) {
      assert.ok(events.includes(expected), `${expected} is not among ${events.join('\n')}`)
    }
  })

  for (const [image, policy, reason, message] of [
    [
      'busybox:1.28',
      'Never',
      'ErrImageNeverPull',
      'Container image "busybox:1.28" is not present with pull policy of Never',
    ],
    [
      'Bad/Name',
      'IfNotPresent',
      'InvalidImageName',
      'Failed to apply default image tag "Bad/Name": couldn\'t parse image name "Bad/Name": invalid reference format',
    ],
  ] as const) {
    test(`with image ${image} under ${policy} waits with ${reason}`, async () => {
      await using node = await startNode()
      await node.run('web', { containers: [{ name: 'app', image, imagePullPolicy: policy }] })
      const waiting = await node.waiting('web')
      assert.equal(waiting?.reason, reason)
      assert.equal(waiting?.message?.slice(0, message.length), message)
    })
  }

  test('that needs a ConfigMap which is not there waits for it', async () => {
    await using node = await startNode({ images: ['busybox:1.28'] })
    const env = [{ name: 'A', valueFrom: { configMapKeyRef: { name: 'settings', key: 'a' } } }]
    await node.run('web', { containers: [{ name: 'app', image: 'busybox:1.28', command: ['sh', '-c', 'wait'], env }] })
    assert.deepEqual(await node.waiting('web'), {
      reason: 'CreateContainerConfigError',
      message: 'configmap "settings" not found',
    })
    await node.api(ConfigMap).create({ metadata: { name: 'settings', namespace: 'default' }, data: { a: '1' } })
    await node.clock.advance('20s')
    assert.equal((await node.status('web')).phase, 'Running')
  })

  test('runs its init containers one by one, and then itself', async () => {
    await using node = await startNode({ images: ['busybox:1.28'] })
    const init = (name: string) => ({ name, image: 'busybox:1.28', command: ['sleep', '2'] })
    await node.run('web', { initContainers: [init('one'), init('two')] })
    assert.deepEqual(node.runtime.running, ['web/one'])
    await node.clock.advance('3s')
    assert.deepEqual(node.runtime.running, ['web/two'])
    assert.equal((await node.status('web')).phase, 'Pending')
    await node.clock.advance('3s')
    assert.deepEqual(node.runtime.running, ['web/app'])
    const { phase, conditions } = await node.status('web')
    assert.equal(phase, 'Running')
    assert.equal(conditions?.find(({ type }) => type === 'Initialized')?.status, 'True')
  })

  test('that has done its work has succeeded, and stays', async () => {
    await using node = await startNode({ images: ['busybox:1.28'] })
    await node.run('job', {
      restartPolicy: 'Never',
      containers: [{ name: 'app', image: 'busybox:1.28', command: ['sleep', '3'] }],
    })
    await node.clock.advance('5s')
    const { phase, podIP, containerStatuses } = await node.status('job')
    assert.equal(phase, 'Succeeded')
    assert.ok(podIP)
    assert.equal(containerStatuses?.[0]?.state?.terminated?.reason, 'Completed')
    await node.clock.advance('10m')
    assert.equal(node.runtime.calls.filter((call) => call.startsWith('startContainer')).length, 1)
    assert.equal((await node.runtime.listContainers()).length, 1)
  })

  test('runs its hooks', async () => {
    await using node = await startNode({ images: ['busybox:1.28'] })
    const hook = (word: string) => ({ exec: { command: ['echo', word] } })
    const lifecycle = { postStart: hook('hello'), preStop: hook('bye') }
    await node.run('web', {
      containers: [{ name: 'app', image: 'busybox:1.28', command: ['sh', '-c', 'wait'], lifecycle }],
    })
    await node.api(Pod).delete({ namespace: 'default', name: 'web' })
    await node.clock.settled()
    assert.deepEqual(
      node.runtime.calls.filter((call) => /^(exec|start|stopC)/.test(call)),
      ['startContainer app', 'execSync app echo hello', 'execSync app echo bye', 'stopContainer app 30'],
    )
  })

  test('whose postStart hook fails is killed and started again', async () => {
    await using node = await startNode({ images: ['busybox:1.28'] })
    const lifecycle = { postStart: { exec: { command: ['exit 1'] } } }
    await node.run('web', {
      containers: [{ name: 'app', image: 'busybox:1.28', command: ['sh', '-c', 'wait'], lifecycle }],
    })
    assert.equal((await node.waiting('web'))?.reason, 'PostStartHookError')
    const events = await node.events('web')
    assert.ok(events.includes('FailedPostStartHook: PostStartHook failed'))
    assert.ok(events.includes('Killing: FailedPostStartHook'))
  })

  test('is ready when its probe says so, and is started again when it no longer lives', async () => {
    await using node = await startNode({
      images: ['busybox:1.28'],
      exec: (_, command) => ({ exitCode: answers[command[0] as keyof typeof answers] }),
    })
    const answers = { ready: 1, live: 0 }
    const probe = (word: string) => ({ exec: { command: [word] }, periodSeconds: 5, failureThreshold: 2 })
    const container = { name: 'app', image: 'busybox:1.28', command: ['sh', '-c', 'wait'] }
    await node.run('web', {
      containers: [{ ...container, readinessProbe: probe('ready'), livenessProbe: probe('live') }],
    })
    const ready = async () => (await node.status('web')).containerStatuses?.[0]?.ready
    assert.equal(await ready(), false)
    answers.ready = 0
    await node.clock.advance('6s')
    assert.equal(await ready(), true)
    answers.live = 1
    await node.clock.advance('11s')
    const events = await node.events('web')
    assert.ok(events.includes('Unhealthy: Liveness probe failed: '))
    assert.ok(events.includes('Killing: Container app failed liveness probe, will be restarted'))
    assert.equal((await node.status('web')).containerStatuses?.[0]?.restartCount, 1)
  })

  test('whose sandbox is lost gets another one', async () => {
    await using node = await startNode({ images: ['busybox:1.28'] })
    await node.run('web')
    const before = (await node.status('web')).podIP
    node.runtime.loseSandbox('web')
    await node.clock.advance('5s')
    const after = await node.status('web')
    assert.equal(after.phase, 'Running')
    assert.notEqual(after.podIP, before)
    assert.ok((await node.events('web')).some((line) => line.startsWith('SandboxChanged:')))
  })
})

suite('a kubelet that is started again', () => {
  test('finds what runs, and leaves it running', async () => {
    await using node = await startNode({ images: ['busybox:1.28'] })
    await node.run('web')
    const before = node.runtime.calls.length
    node.stopKubelet()
    await node.clock.advance('1s')
    await node.start()
    assert.deepEqual(node.runtime.calls.slice(before), [])
    assert.equal((await node.status('web')).phase, 'Running')
    assert.equal((await node.status('web')).containerStatuses?.[0]?.restartCount, 0)
  })

  test('clears away the pods that were deleted meanwhile', async () => {
    await using node = await startNode({ images: ['busybox:1.28'] })
    await node.run('web')
    node.stopKubelet()
    await node.clock.advance('1s')
    await node.api(Pod).delete({ namespace: 'default', name: 'web' }, { gracePeriodSeconds: 0 })
    await node.start()
    await node.clock.advance('5s')
    assert.deepEqual(node.runtime.running, [])
    assert.deepEqual(await node.runtime.listPodSandbox(), [])
    assert.deepEqual(await node.os.fs.list(`${DATA_DIR}/pods`), [])
  })
})

async function missingDns({ api }: { api: Awaited<ReturnType<typeof startNode>>['api'] }): Promise<string> {
  const { metadata } = await api(Pod).get({ namespace: 'default', name: 'web' })
  return (
    `MissingClusterDNS: pod: "web_default(${metadata.uid})". kubelet does not have ClusterDNS IP configured and cannot create Pod ` +
    'using "ClusterFirst" policy. Falling back to "Default" policy.'
  )
}
