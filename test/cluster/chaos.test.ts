import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isApiError } from '../../src/api/errors.ts'
import { Deployment } from '../../src/api/kinds/apps/deployment.ts'
import { ReplicaSet } from '../../src/api/kinds/apps/replica-set.ts'
import { Namespace } from '../../src/api/kinds/core/namespace.ts'
import { Node } from '../../src/api/kinds/core/node.ts'
import { Pod } from '../../src/api/kinds/core/pod.ts'
import { controllerOf, type KubeObject } from '../../src/api/meta.ts'
import { type Random, seededRandom } from '../../src/std/random.ts'
import { type Cluster, deployment, startCluster } from '../../testing/index.ts'

/** `SKIFF_SEEDS=7,8` runs others. */
const SEEDS = (process.env['SKIFF_SEEDS'] ?? '1,2').split(',').map(Number)
const ROUNDS = 50
const NODES = ['a', 'b', 'c']

interface Chaos {
  cluster: Cluster
  /** A whole number from 0 on, below this one. */
  pick(below: number): number
  one<T>(of: readonly T[]): T | undefined
  /** The nodes whose kubelet does not run. */
  stopped: Set<string>
}

const SHOP = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } }

/** What can happen; the ones that stand here twice happen more often. */
const HAPPENINGS: readonly ((chaos: Chaos, node: string) => unknown)[] = [
  applyDeployment,
  applyDeployment,
  applyDeployment,
  deletePod,
  deletePod,
  ({ cluster }) => cluster.apply(SHOP),
  ({ cluster, pick }) => pick(3) === 0 && cluster.delete(Namespace, 'shop'),
  ({ cluster }, node) => cluster.node(node).hiccup(),
  ({ cluster }, node) => cluster.node(node).unplug(),
  ({ cluster }) => NODES.forEach((node) => cluster.node(node).plug()),
  startOrStop,
  ({ cluster, pick }, node) => cordon(cluster, node, pick(2) === 0),
  ({ cluster, one, pick }, node) => {
    const { runtime } = cluster.node(node)
    const container = one(runtime.running)
    if (container) runtime.exit(container, pick(2))
  },
  ({ cluster, one }, node) => {
    const { runtime } = cluster.node(node)
    const [pod] = one(runtime.running)?.split('/') ?? []
    if (pod) runtime.loseSandbox(pod)
  },
]

function applyDeployment({ cluster, pick }: Chaos): Promise<unknown> {
  const namespace = pick(2) ? 'default' : 'shop'
  return cluster.apply(deployment(`web-${pick(3)}`, { replicas: pick(7), image: `nginx:${pick(3)}`, namespace }))
}

async function deletePod({ cluster, one, pick }: Chaos): Promise<void> {
  const pod = one(await cluster.list(Pod))
  if (!pod) return
  const { name, namespace } = pod.metadata
  await cluster.delete(Pod, name, { namespace, ...(pick(4) === 0 && { gracePeriodSeconds: 0 }) })
}

async function startOrStop({ cluster, stopped }: Chaos, node: string): Promise<void> {
  if (stopped.delete(node)) return cluster.node(node).start()
  stopped.add(node)
  await cluster.node(node).stop()
}

const cordon = (cluster: Cluster, name: string, unschedulable: boolean) =>
  cluster.api(Node).patch({ name }, { spec: { unschedulable } }, { type: 'merge' })

/** Containers that end by themselves, and some that do not want to end. */
function behaviour(random: Random) {
  const ends = random.next() < 0.2
  return {
    ignoresTerm: random.next() < 0.3,
    ...(ends && { exitAfterMs: Math.floor(random.next() * 60_000), exitCode: random.next() < 0.5 ? 0 : 1 }),
  }
}

async function disturb(chaos: Chaos): Promise<void> {
  const { cluster, one, pick } = chaos
  for (let round = 0; round < ROUNDS; round++) {
    try {
      await one(HAPPENINGS)?.(chaos, one(NODES) ?? '')
    } catch (error) {
      // What was to be changed may be gone, or going.
      const expected = ['NotFound', 'Conflict', 'Forbidden'].some((reason) => isApiError(error, reason))
      if (!expected) throw error
    }
    await cluster.advance(pick(4) === 0 ? pick(400_000) : pick(8000))
  }
}

async function heal({ cluster, stopped }: Chaos): Promise<void> {
  for (const name of NODES) {
    const node = cluster.node(name)
    node.plug()
    if (stopped.delete(name)) await node.start()
    await cordon(cluster, name, false)
  }
  await cluster.advance('20m')
}

const ownedBy = <T extends KubeObject>(owner: KubeObject, objects: readonly T[]): T[] =>
  objects.filter((object) => controllerOf(object)?.uid === owner.metadata.uid)

const nameOf = ({ metadata }: KubeObject) => `${metadata.namespace}/${metadata.name}`

/** Each deployment has what it asks for, in the newest version. */
async function checkDeployments(cluster: Cluster): Promise<void> {
  const [sets, pods] = [await cluster.list(ReplicaSet), await cluster.list(Pod)]
  for (const each of await cluster.list(Deployment)) {
    const { replicas: wanted = 0 } = each.spec
    const { updatedReplicas = 0, observedGeneration } = each.status
    assert.equal(updatedReplicas, wanted, `${nameOf(each)} is up to date`)
    assert.equal(observedGeneration, each.metadata.generation, `${nameOf(each)} was seen`)
    const own = ownedBy(each, sets).flatMap((set) => ownedBy(set, pods))
    assert.equal(own.length, wanted, `${nameOf(each)} has its pods`)
    const images = new Set(own.map(({ spec }) => spec.containers[0]?.image))
    if (wanted > 0) assert.deepEqual([...images], [each.spec.template.spec?.containers[0]?.image])
  }
}

/** Statuses say what runs, and nothing runs that the API does not know. */
async function checkPods(cluster: Cluster): Promise<void> {
  const expected = new Set<string>()
  for (const pod of await cluster.list(Pod)) {
    assert.equal(pod.metadata.deletionTimestamp, undefined, `${nameOf(pod)} still ends`)
    const running = Boolean(pod.status.containerStatuses?.[0]?.state?.running)
    const ready = pod.status.conditions?.find(({ type }) => type === 'Ready')
    assert.equal(ready?.status, running ? 'True' : 'False', nameOf(pod))
    if (running) expected.add(`${pod.spec.nodeName} ${pod.metadata.name}/main`)
  }
  const actual = NODES.flatMap((node) => cluster.node(node).runtime.running.map((container) => `${node} ${container}`))
  assert.deepEqual(actual.sort(), [...expected].sort())
}

for (const seed of SEEDS) {
  test(`whatever happens, in the end there is what was asked for (seed ${seed})`, async () => {
    const random = seededRandom(seed)
    await using cluster = await startCluster({ nodes: NODES, seed, runtime: { behaviour: () => behaviour(random) } })
    const pick = (below: number) => Math.floor(random.next() * below)
    const chaos: Chaos = { cluster, pick, one: (of) => of[pick(of.length)], stopped: new Set() }
    await disturb(chaos)
    await heal(chaos)
    await checkDeployments(cluster)
    await checkPods(cluster)
    const shop = await cluster.find(Namespace, 'shop')
    assert.notEqual(shop?.status.phase, 'Terminating')
    // A namespace whose pods do not end in time is an error to its controller.
    const bugs = cluster.log.filter(({ level, error }) => level === 'error' && !/unexpected items/.test(String(error)))
    assert.deepEqual(bugs, [])
  })
}
