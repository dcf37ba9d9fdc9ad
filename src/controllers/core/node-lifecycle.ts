import { Lease } from '../../api/kinds/coordination/lease.ts'
import { Node } from '../../api/kinds/core/node.ts'
import { Pod } from '../../api/kinds/core/pod.ts'
import { timestamp } from '../../std/clock.ts'
import { allTried } from '../batches.ts'
import type { Context } from '../context.ts'
import { ignoringNotFound } from '../failures.ts'
import { BY_NODE, podsByNode } from '../pods-by-node.ts'
import { isReady } from '../pods.ts'
import { controller } from '../runtime.ts'
import { type Health, listen, readyOf, unknownConditions } from './node-health.ts'
import { disruptionOf, evictionTaint, isEvicting, planTaints, zoneOf } from './node-taints.ts'

const MONITOR_GRACE_MS = 50_000
const STARTUP_GRACE_MS = 60_000

/** In a zone, nodes start to lose their pods one by one: a tenth of a node in a second. */
const EVICTION_INTERVAL_MS = 10_000
/** The same where many nodes are silent; small clusters evict nothing then. */
const SLOW_EVICTION_INTERVAL_MS = 100_000
const LARGE_CLUSTER_NODES = 50

const LEASE_NAMESPACE = 'kube-node-lease'

interface Memory {
  health: Map<string, Health>
  /** When a node of the zone was last tainted, so that the next waits its turn. */
  evictedMs: Map<string, number>
  disruption: Map<string, string>
  /** The pods (by uid) of a silent node that were told to be not ready: once is enough, for they may know better. */
  silenced: Map<string, Set<string>>
}

type NodeContext = Context<Memory>

/** Watches over nodes: those that fall silent become Unknown, are tainted, and their pods are no longer ready. */
export const nodeLifecycle = controller<Node, Memory>({
  name: 'node-lifecycle',
  component: 'node-controller',
  for: Node,
  watches: [
    { kind: Lease, keys: ({ metadata: { namespace, name } }) => (namespace === LEASE_NAMESPACE ? [name] : []) },
    // A pod can be bound to a node that has fallen silent a moment before.
    { kind: Pod, keys: (pod, context) => silentNodeOf(pod as Pod, context) },
  ],
  indexesOf: [podsByNode],
  state: () => ({ health: new Map(), evictedMs: new Map(), disruption: new Map(), silenced: new Map() }),

  async reconcile(node, context) {
    const { api, cache, env, state } = context
    const { name } = node.metadata
    const now = env.clock.now()
    greet(node, context)
    const { renewTime } = cache(Lease).get({ namespace: LEASE_NAMESPACE, name })?.spec ?? {}
    const health = listen(state.health.get(name), node, renewTime, now)
    state.health.set(name, health)
    const quietMs = graceMs(node, context) - (now - health.heardMs)
    const conditions = quietMs < 0 ? unknownConditions(node, now) : undefined
    if (conditions) {
      if (readyOf(node)?.status === 'True') report(node, context)
      // The change comes back as an event, and with it the taints.
      await api(Node).updateStatus(node, { ...node.status, conditions })
      return
    }
    const waitMs = await taint(node, context, now)
    if (readyOf(node)?.status === 'Unknown') await markPodsNotReady(name, context, now)
    else state.silenced.delete(name)
    const checks = [waitMs, quietMs >= 0 ? quietMs + 1 : undefined].filter((ms) => ms !== undefined)
    return checks.length > 0 ? { requeueAfterMs: Math.min(...checks) } : undefined
  },

  async gone({ name }, { state, events }) {
    state.silenced.delete(name)
    if (!state.health.delete(name)) return
    const about = { apiVersion: 'v1', kind: 'Node', metadata: { name } }
    events.record(about, 'Normal', 'RemovingNode', `Node ${name} event: Removing Node ${name} from Controller`)
  },
})

function silentNodeOf({ spec: { nodeName } }: Pod, { cache }: NodeContext): string[] {
  const node = nodeName && cache(Node).get({ name: nodeName })
  return node && readyOf(node)?.status === 'Unknown' ? [nodeName] : []
}

function graceMs(node: Node, { config }: NodeContext): number {
  if (readyOf(node)) return config.nodeMonitorGraceMs ?? MONITOR_GRACE_MS
  return config.nodeStartupGraceMs ?? STARTUP_GRACE_MS
}

function greet({ apiVersion, kind, metadata: { name, uid } }: Node, { state, events }: NodeContext): void {
  if (state.health.has(name)) return
  const about = { apiVersion, kind, metadata: { name, uid } }
  events.record(about, 'Normal', 'RegisteredNode', `Node ${name} event: Registered Node ${name} in Controller`)
}

function report({ apiVersion, kind, metadata: { name, uid } }: Node, { events }: NodeContext): void {
  const about = { apiVersion, kind, metadata: { name, uid } }
  events.record(about, 'Normal', 'NodeNotReady', `Node ${name} status is now: NodeNotReady`)
}

/** Brings the taints up to date; returns how long the node still has to wait for its turn to lose its pods. */
async function taint(node: Node, context: NodeContext, now: number): Promise<number | undefined> {
  const waitMs = evictionTaint(node) ? evictionWaitMs(node, context, now) : 0
  const evict = waitMs <= 0
  const taints = planTaints(node, evict, now)
  if (taints) {
    const { resourceVersion, name } = node.metadata
    await context.api(Node).patch({ name }, { metadata: { resourceVersion }, spec: { taints } }, { type: 'merge' })
    if (evict && evictionTaint(node) && !isEvicting(node)) context.state.evictedMs.set(zoneOf(node), now)
  }
  return Number.isFinite(waitMs) && waitMs > 0 ? waitMs : undefined
}

/** 0: now; infinite: not as long as the zone is as it is. */
function evictionWaitMs(node: Node, context: NodeContext, now: number): number {
  const { cache, state } = context
  const nodes = cache(Node).list()
  const zone = zoneOf(node)
  const inZone = nodes.filter((other) => zoneOf(other) === zone)
  const disruption = disruptionOf(inZone)
  wakeZone(inZone, zone, disruption, context)
  // All nodes of all zones silent: it is us who are cut off.
  if (disruptionOf(nodes) === 'full') return Number.POSITIVE_INFINITY
  if (isEvicting(node)) return 0
  const slow = disruption === 'partial'
  if (slow && inZone.length <= LARGE_CLUSTER_NODES) return Number.POSITIVE_INFINITY
  const last = state.evictedMs.get(zone)
  return last === undefined ? 0 : last + (slow ? SLOW_EVICTION_INTERVAL_MS : EVICTION_INTERVAL_MS) - now
}

/** When a zone changes its state, all its nodes are looked at again. */
function wakeZone(nodes: readonly Node[], zone: string, disruption: string, { state, wake }: NodeContext): void {
  if (state.disruption.get(zone) === disruption) return
  state.disruption.set(zone, disruption)
  for (const { metadata } of nodes) wake(metadata.name)
}

/** Nobody knows whether the pods of a silent node are ready, so they count as not ready. */
async function markPodsNotReady(name: string, context: NodeContext, now: number): Promise<void> {
  const silenced = context.state.silenced.get(name) ?? new Set()
  context.state.silenced.set(name, silenced)
  const ready = context
    .cache(Pod)
    .by(BY_NODE, name)
    .filter((pod) => isReady(pod) && !silenced.has(pod.metadata.uid))
  await allTried(ready, async (pod) => {
    await ignoringNotFound(markNotReady(pod, context, now))
    silenced.add(pod.metadata.uid)
  })
}

async function markNotReady(pod: Pod, { api, events }: NodeContext, now: number): Promise<void> {
  const conditions = (pod.status.conditions ?? []).map((condition) =>
    condition.type === 'Ready'
      ? { ...condition, status: 'False' as const, lastTransitionTime: timestamp(now) }
      : condition,
  )
  await api(Pod).updateStatus(pod, { ...pod.status, conditions })
  events.record(pod, 'Warning', 'NodeNotReady', 'Node is not ready')
}
