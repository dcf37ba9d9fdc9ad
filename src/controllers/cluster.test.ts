import assert from 'node:assert/strict'
import { test } from 'node:test'
import { virtualClock } from '../../testing/virtual-clock.ts'
import { builtinSchema } from '../api/builtin-schema.ts'
import type { VersionInfo } from '../api/discovery.ts'
import { isApiError } from '../api/errors.ts'
import type { Kind } from '../api/kind.ts'
import { Deployment } from '../api/kinds/apps/deployment.ts'
import { ReplicaSet } from '../api/kinds/apps/replica-set.ts'
import { Lease } from '../api/kinds/coordination/lease.ts'
import { ConfigMap } from '../api/kinds/core/config-map.ts'
import { Endpoints } from '../api/kinds/core/endpoints.ts'
import { Event } from '../api/kinds/core/event.ts'
import { Namespace } from '../api/kinds/core/namespace.ts'
import { Node } from '../api/kinds/core/node.ts'
import { Pod } from '../api/kinds/core/pod.ts'
import { Service } from '../api/kinds/core/service.ts'
import { ServiceAccount } from '../api/kinds/core/service-account.ts'
import { EndpointSlice } from '../api/kinds/discovery/endpoint-slice.ts'
import { KINDS } from '../api/kinds/index.ts'
import type { KubeObject, ObjectRef } from '../api/meta.ts'
import { apiServer } from '../apiserver/server.ts'
import type { Api, Transport } from '../client/api.ts'
import { createApi } from '../client/client.ts'
import { createInformers } from '../client/informers.ts'
import { type Clock, microTimestamp, sleep, timestamp } from '../std/clock.ts'
import type { Env } from '../std/env.ts'
import { logTo } from '../std/log.ts'
import { seededRandom } from '../std/random.ts'
import { memoryDriver } from '../store/memory.ts'
import { openStore } from '../store/store.ts'
import { replicaSet } from './apps/replicaset.ts'
import type { Controller } from './context.ts'
import { runControllers } from './run.ts'
import { serviceAccount } from './core/serviceaccount.ts'
import { controller } from './runtime.ts'

const ADMIN = { name: 'admin', groups: ['system:masters'] }

interface Setup {
  nodes?: string[]
  /** How late the controllers see what happens. */
  lagMs?: number
  /** These only. */
  controllers?: readonly Controller[]
}

/** An API server in memory, the controllers, and stand-ins for scheduler and kubelets, all under a clock of their own. */
async function startControllers({ nodes = ['a'], lagMs = 0, controllers }: Setup = {}) {
  const clock = virtualClock()
  const problems: string[] = []
  const log = logTo((level, message, fields) => {
    if (level === 'error') problems.push(`${message} ${JSON.stringify(fields)}`)
  })
  const env: Env = { clock, random: seededRandom(1), log }
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
  const transport = clock.observe(server.transport(ADMIN))
  const api = createApi(transport, { clock })
  for (const name of ['default', 'kube-node-lease']) await api(Namespace).create({ metadata: { name } })
  const stop = new AbortController()
  const config = { rootCa: 'PEM', clusterCidr: '10.244.0.0/16' }
  const running = runControllers(env, lagging(transport, clock, lagMs), config, stop.signal, controllers)
  const workers = await startWorkers(api, env, nodes, stop.signal)
  await clock.settled()
  return {
    api,
    clock,
    problems,
    ...workers,
    /** The names of objects in a namespace, sorted. */
    names: async (kind: Kind, namespace?: string) =>
      (await api(kind).list(namespace ? { namespace } : {})).items.map(({ metadata }) => metadata.name).sort(),
    async [Symbol.asyncDispose]() {
      stop.abort()
      server.stop()
      await running
      assert.deepEqual(problems, [])
    },
  }
}

/** Delivers what a watch brings later than it happened. */
function lagging(transport: Transport, clock: Clock, lagMs: number): Transport {
  async function* late(body: AsyncIterable<string | Uint8Array>, signal: AbortSignal | undefined) {
    for await (const chunk of body) {
      await sleep(clock, lagMs, signal)
      yield chunk
    }
  }
  return async (request) => {
    const response = await transport(request)
    const { body } = response
    if (lagMs === 0 || typeof body === 'string' || body instanceof Uint8Array) return response
    return { ...response, body: late(body, request.signal) }
  }
}

/** Runs pods as soon as they exist, and ends them as soon as they are deleted, on nodes that beat until they are unplugged. */
async function startWorkers(api: Api, env: Env, nodes: string[], signal: AbortSignal) {
  const plugged = new Set(nodes)
  const images = { broken: new Set<string>() }
  let pods = 0
  for (const name of nodes) {
    await api(Node).create({ metadata: { name }, status: { conditions: [condition('Ready', 'True', env)] } })
    await api(Lease).create({ metadata: { namespace: 'kube-node-lease', name }, spec: { holderIdentity: name } })
    beat(name)
  }
  function beat(name: string) {
    env.clock.after(10_000, () => {
      if (signal.aborted) return
      beat(name)
      if (!plugged.has(name)) return
      const spec = { renewTime: microTimestamp(env.clock.now()) }
      void api(Lease).patch({ namespace: 'kube-node-lease', name }, { spec }, { type: 'merge' })
    })
  }
  const run = async (pod: Pod) => {
    const node = [...plugged].at(-1)
    if (pod.metadata.deletionTimestamp) {
      if (plugged.has(pod.spec.nodeName ?? '')) await api(Pod).delete(pod.metadata, { gracePeriodSeconds: 0 })
    } else if (!pod.spec.nodeName && node) {
      await api(Pod).post(pod.metadata, 'binding', { metadata: pod.metadata, target: { kind: 'Node', name: node } })
    } else if (pod.spec.nodeName && pod.status.phase === 'Pending' && plugged.has(pod.spec.nodeName)) {
      const ready = images.broken.has(pod.spec.containers[0]?.image ?? '') ? 'False' : 'True'
      const podIP = `10.244.0.${++pods}`
      const status = { phase: 'Running', podIP, podIPs: [{ ip: podIP }], conditions: [condition('Ready', ready, env)] }
      await api(Pod).updateStatus(pod, { ...pod.status, ...status } as Pod['status'])
    }
  }
  const informers = createInformers(api, env)
  informers.of(Pod).onChange((_, pod) => {
    if (pod) run(pod).catch((error: unknown) => assert.ok(isApiError(error), String(error)))
  })
  informers.start(signal)
  return { unplug: (name: string) => plugged.delete(name), breakImage: (image: string) => images.broken.add(image) }
}

function condition(type: string, status: 'True' | 'False', { clock }: Env) {
  const at = timestamp(clock.now())
  return { type, status, reason: 'Test', message: '', lastHeartbeatTime: at, lastTransitionTime: at }
}

const labels = { app: 'web' }

function web(replicas: number, image = 'v1', spec: object = {}): Partial<Deployment> & { metadata: ObjectRef } {
  return {
    metadata: { namespace: 'default', name: 'web' } as Deployment['metadata'],
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: 'c', image }] } },
      ...spec,
    },
  }
}

const WEB = { namespace: 'default', name: 'web' }

const setImage = (image: string) => ({ spec: { template: { spec: { containers: [{ name: 'c', image }] } } } })

async function messages(api: Api, about: string): Promise<string[]> {
  const { items } = await api(Event).list({ fieldSelector: `involvedObject.name=${about}` })
  return items.map(({ reason, message }) => `${reason}: ${message}`)
}

async function isGone<T extends KubeObject>(api: Api, kind: Kind<T>, ref: ObjectRef): Promise<boolean> {
  return api(kind)
    .get(ref)
    .then(
      () => false,
      (error: unknown) => isApiError(error, 'NotFound'),
    )
}

test('each namespace gets its service account and root CA; its deletion takes everything along', async () => {
  await using cluster = await startControllers()
  const { api, clock, names } = cluster
  await api(Namespace).create({ metadata: { name: 'shop' } })
  await clock.settled()
  assert.deepEqual(await names(ServiceAccount, 'shop'), ['default'])
  assert.equal((await api(ConfigMap).get({ namespace: 'shop', name: 'kube-root-ca.crt' })).data?.['ca.crt'], 'PEM')
  await api(Deployment).create({ ...web(2), metadata: { namespace: 'shop', name: 'web' } })
  await clock.settled()
  assert.equal((await names(Pod, 'shop')).length, 2)

  await api(Namespace).delete({ name: 'shop' })
  await clock.advance('2s')
  assert.equal(await isGone(api, Namespace, { name: 'shop' }), true)
  assert.deepEqual(await names(Pod, 'shop'), [])
  assert.deepEqual(await names(ReplicaSet, 'shop'), [])
})

test('a namespace whose content waits for a finalizer says so', async () => {
  await using cluster = await startControllers()
  const { api, clock } = cluster
  await api(Namespace).create({ metadata: { name: 'shop' } })
  await api(ConfigMap).create({ metadata: { namespace: 'shop', name: 'held', finalizers: ['example.com/hold'] } })
  await api(Namespace).delete({ name: 'shop' })
  await clock.advance('1s')
  const { status } = await api(Namespace).get({ name: 'shop' })
  const remaining = status.conditions?.find(({ type }) => type === 'NamespaceFinalizersRemaining')
  assert.equal(
    remaining?.message,
    'Some content in the namespace has finalizers remaining: example.com/hold in 1 resource instances',
  )
  await api(ConfigMap).patch({ namespace: 'shop', name: 'held' }, { metadata: { finalizers: null } }, { type: 'merge' })
  await clock.advance('10s')
  assert.equal(await isGone(api, Namespace, { name: 'shop' }), true)
})

test('a deployment: created, scaled, rolled out, rolled back', async () => {
  await using cluster = await startControllers()
  const { api, clock, names } = cluster
  await api(Deployment).create(web(2))
  await clock.settled()
  const created = await api(Deployment).get(WEB)
  const [first = ''] = await names(ReplicaSet)
  assert.equal((await names(Pod)).length, 2)
  assert.equal(created.metadata.annotations?.['deployment.kubernetes.io/revision'], '1')
  assert.equal(created.metadata.generation, 1)
  assert.equal(created.status.observedGeneration, 1)
  assert.equal(created.status.availableReplicas, 2)
  assert.deepEqual(await messages(api, 'web'), [`ScalingReplicaSet: Scaled up replica set ${first} from 0 to 2`])
  assert.equal((await messages(api, first)).length, 2)

  await api(Deployment).patch(WEB, { spec: { replicas: 4 } }, { type: 'merge' })
  await clock.settled()
  assert.equal((await names(Pod)).length, 4)

  await api(Deployment).patch(WEB, setImage('v2'), { type: 'strategic' })
  await clock.settled()
  const rolled = await api(Deployment).get(WEB)
  assert.equal(rolled.metadata.annotations?.['deployment.kubernetes.io/revision'], '2')
  assert.equal(rolled.status.updatedReplicas, 4)
  assert.equal(rolled.status.replicas, 4)
  const progressing = rolled.status.conditions?.find(({ type }) => type === 'Progressing')
  assert.equal(progressing?.reason, 'NewReplicaSetAvailable')
  const pods = (await api(Pod).list({ namespace: 'default' })).items
  assert.deepEqual(
    pods.map(({ spec }) => spec.containers[0]?.image),
    ['v2', 'v2', 'v2', 'v2'],
  )

  await api(Deployment).patch(WEB, setImage('v1'), { type: 'strategic' })
  await clock.settled()
  assert.equal((await names(ReplicaSet)).length, 2)
  const revived = await api(ReplicaSet).get({ namespace: 'default', name: first })
  assert.equal(revived.metadata.annotations?.['deployment.kubernetes.io/revision'], '3')
  assert.equal(revived.metadata.annotations?.['deployment.kubernetes.io/revision-history'], '1')
  assert.equal(revived.status.availableReplicas, 4)
})

test('a rollout that cannot succeed stops half-way, fails at its deadline, and can be taken back', async () => {
  await using cluster = await startControllers()
  const { api, clock, breakImage } = cluster
  breakImage('v2')
  await api(Deployment).create(web(4))
  await clock.settled()
  await api(Deployment).patch(WEB, setImage('v2'), { type: 'strategic' })
  await clock.advance('9m')
  const stuck = await api(Deployment).get(WEB)
  assert.deepEqual([stuck.status.availableReplicas, stuck.status.updatedReplicas], [3, 2])
  await clock.advance('2m')
  const failed = (await api(Deployment).get(WEB)).status.conditions?.find(({ type }) => type === 'Progressing')
  assert.equal(failed?.reason, 'ProgressDeadlineExceeded')
  await api(Deployment).patch(WEB, setImage('v1'), { type: 'strategic' })
  await clock.settled()
  assert.equal((await api(Deployment).get(WEB)).status.availableReplicas, 4)
})

test('minReadySeconds: a pod counts once it has been ready that long', async () => {
  await using cluster = await startControllers()
  const { api, clock } = cluster
  await api(Deployment).create(web(1, 'v1', { minReadySeconds: 30 }))
  await clock.advance('29s')
  assert.equal((await api(Deployment).get(WEB)).status.availableReplicas, undefined)
  await clock.advance('2s')
  assert.equal((await api(Deployment).get(WEB)).status.availableReplicas, 1)
})

test('a pod that is deleted is replaced; one whose labels change is let go, and an orphan is taken in', async () => {
  await using cluster = await startControllers()
  const { api, clock, names } = cluster
  await api(Deployment).create(web(2))
  await clock.settled()
  const before = await names(Pod)
  await api(Pod).delete({ namespace: 'default', name: before[0] ?? '' })
  await clock.settled()
  const replaced = await names(Pod)
  assert.equal(replaced.length, 2)
  assert.ok(!replaced.includes(before[0] ?? ''))

  const released = { namespace: 'default', name: replaced[0] ?? '' }
  await api(Pod).patch(released, { metadata: { labels: { app: 'debug' } } }, { type: 'merge' })
  await clock.settled()
  assert.equal((await api(Pod).get(released)).metadata.ownerReferences?.length ?? 0, 0)
  assert.equal((await names(Pod)).length, 3)

  await api(Pod).patch(released, { metadata: { labels: { app: 'web' } } }, { type: 'merge' })
  await clock.settled()
  assert.equal((await names(Pod)).length, 2)
})

test('deleting a deployment: in the background, in the foreground, and leaving its pods', async () => {
  await using cluster = await startControllers()
  const { api, clock, names } = cluster
  for (const propagationPolicy of ['Background', 'Foreground'] as const) {
    await api(Deployment).create(web(2))
    await clock.settled()
    await api(Deployment).delete(WEB, { propagationPolicy })
    await clock.settled()
    assert.deepEqual([await names(Deployment), await names(ReplicaSet), await names(Pod)], [[], [], []])
  }
  await api(Deployment).create(web(2))
  await clock.settled()
  const kept = await names(ReplicaSet)
  await api(Deployment).delete(WEB, { propagationPolicy: 'Orphan' })
  await clock.settled()
  assert.deepEqual(await names(Deployment), [])
  assert.deepEqual(await names(ReplicaSet), kept)
  assert.equal((await names(Pod)).length, 2)
})

test('foreground: the owner stays until what blocks it has gone', async () => {
  await using cluster = await startControllers()
  const { api, clock, names } = cluster
  await api(Deployment).create(web(1))
  await clock.settled()
  const [name = ''] = await names(Pod)
  const pod = { namespace: 'default', name }
  await api(Pod).patch(pod, { metadata: { finalizers: ['example.com/hold'] } }, { type: 'merge' })
  await api(Deployment).delete(WEB, { propagationPolicy: 'Foreground' })
  await clock.settled()
  assert.deepEqual([(await names(Deployment)).length, (await names(ReplicaSet)).length], [1, 1])
  await api(Pod).patch(pod, { metadata: { finalizers: null } }, { type: 'merge' })
  await clock.settled()
  assert.deepEqual([await names(Deployment), await names(ReplicaSet), await names(Pod)], [[], [], []])
})

test('what refers to an owner that never was is deleted', async () => {
  await using cluster = await startControllers()
  const { api, clock, names } = cluster
  const ownerReferences = [{ apiVersion: 'v1', kind: 'Pod', name: 'lost', uid: 'nowhere' }]
  await api(ConfigMap).create({ metadata: { namespace: 'default', name: 'stray', ownerReferences } })
  await clock.settled()
  assert.deepEqual(await names(ConfigMap, 'default'), ['kube-root-ca.crt'])
})

test('the pods of a silent node are replaced once their toleration runs out', async () => {
  await using cluster = await startControllers({ nodes: ['a', 'b'] })
  const { api, clock, unplug } = cluster
  await api(Deployment).create(web(2))
  await clock.settled()
  const placed = async () =>
    (await api(Pod).list({ namespace: 'default' })).items
      .map(({ metadata, spec }) => `${spec.nodeName} ${metadata.deletionTimestamp ? 'Terminating' : 'Running'}`)
      .sort()
  assert.deepEqual(await placed(), ['b Running', 'b Running'])
  unplug('b')
  await clock.advance('70s')
  const silent = await api(Node).get({ name: 'b' })
  const ready = silent.status.conditions?.find(({ type }) => type === 'Ready')
  assert.deepEqual([ready?.status, ready?.reason], ['Unknown', 'NodeStatusUnknown'])
  assert.deepEqual(
    silent.spec.taints?.map(({ key, effect }) => `${key} ${effect}`),
    ['node.kubernetes.io/unreachable NoSchedule', 'node.kubernetes.io/unreachable NoExecute'],
  )
  const pods = (await api(Pod).list({ namespace: 'default' })).items
  assert.deepEqual(
    pods.map(({ status }) => status.conditions?.[0]?.status),
    ['False', 'False'],
  )
  await clock.advance('5m')
  assert.deepEqual(await placed(), ['a Running', 'a Running', 'b Terminating', 'b Terminating'])

  await api(Node).delete({ name: 'b' })
  await clock.advance('1m')
  assert.deepEqual(await placed(), ['a Running', 'a Running'])
})

test('a service knows its pods, and its endpoints go with it', async () => {
  await using cluster = await startControllers()
  const { api, clock, names } = cluster
  const ports = [{ port: 80, targetPort: 8080 }]
  await api(Service).create({ metadata: { namespace: 'default', name: 'web' }, spec: { selector: labels, ports } })
  await api(Deployment).create(web(2))
  await clock.settled()
  const [slice] = (await api(EndpointSlice).list({ namespace: 'default' })).items
  assert.deepEqual(
    slice?.endpoints?.map(({ conditions }) => conditions?.ready),
    [true, true],
  )
  assert.deepEqual(slice?.endpoints?.map(({ targetRef }) => targetRef?.name).sort(), await names(Pod))
  const { subsets } = await api(Endpoints).get(WEB)
  assert.equal(subsets?.[0]?.addresses?.length, 2)
  await api(Deployment).patch(WEB, { spec: { replicas: 0 } }, { type: 'merge' })
  await clock.settled()
  assert.deepEqual((await api(EndpointSlice).list({ namespace: 'default' })).items[0]?.endpoints ?? [], [])
  await api(Service).delete(WEB)
  await clock.settled()
  assert.deepEqual([await names(EndpointSlice, 'default'), await names(Endpoints, 'default')], [[], []])
})

test('each node gets its own range of pod addresses', async () => {
  await using cluster = await startControllers({ nodes: ['a', 'b', 'c'] })
  const { items } = await cluster.api(Node).list()
  assert.deepEqual(items.map(({ spec }) => spec.podCIDR).sort(), ['10.244.0.0/24', '10.244.1.0/24', '10.244.2.0/24'])
})

test('with caches that lag behind, a replica set still makes and deletes no pod too many', async () => {
  await using cluster = await startControllers({ lagMs: 1000, controllers: [serviceAccount, replicaSet] })
  const { api, clock, names } = cluster
  const template = { metadata: { labels }, spec: { containers: [{ name: 'c', image: 'v1' }] } }
  await api(ReplicaSet).create({
    metadata: { namespace: 'default', name: 'web' },
    spec: { replicas: 3, selector: { matchLabels: labels }, template },
  })
  // Each of these wakes the key while the cache shows an older state.
  for (let i = 0; i < 20; i++) {
    await clock.advance(300)
    await api(ReplicaSet).patch(WEB, { metadata: { annotations: { i: String(i) } } }, { type: 'merge' })
  }
  await clock.advance('30s')
  const made = (await messages(api, 'web')).filter((message) => message.startsWith('SuccessfulCreate'))
  assert.deepEqual([made.length, (await names(Pod)).length], [3, 3])

  await api(ReplicaSet).patch(WEB, { spec: { replicas: 1 } }, { type: 'merge' })
  for (let i = 0; i < 20; i++) {
    await clock.advance(300)
    await api(ReplicaSet).patch(WEB, { metadata: { annotations: { i: String(i) } } }, { type: 'merge' })
  }
  await clock.advance('30s')
  const deleted = (await messages(api, 'web')).filter((message) => message.startsWith('SuccessfulDelete'))
  assert.deepEqual([deleted.length, (await names(Pod)).length], [2, 1])
})

test('a reconcile that throws is logged and tried again; one that asks to come back does', async () => {
  const at: number[] = []
  const flaky = controller({
    name: 'flaky',
    for: ConfigMap,
    async reconcile(_, { env }) {
      at.push(env.clock.monotonic())
      if (at.length <= 2) throw new TypeError('a bug')
      return at.length < 5 ? { requeueAfterMs: 60_000 } : undefined
    },
  })
  const cluster = await startControllers({ controllers: [flaky] })
  const { api, clock, problems } = cluster
  const start = clock.monotonic()
  await api(ConfigMap).create({ metadata: { namespace: 'default', name: 'x' } })
  await clock.advance('10m')
  assert.deepEqual(
    at.map((ms) => ms - start),
    [0, 5, 15, 60_015, 120_015],
  )
  assert.equal(problems.splice(0).filter((line) => line.includes('a bug')).length, 2)
  await cluster[Symbol.asyncDispose]()
})
