import type { Node } from '../../api/kinds/core/node.ts'
import type { Taint } from '../../api/tolerations.ts'
import { timestamp } from '../../std/clock.ts'
import { readyOf } from './node-health.ts'

const NOT_READY = 'node.kubernetes.io/not-ready'
const UNREACHABLE = 'node.kubernetes.io/unreachable'
const UNSCHEDULABLE = 'node.kubernetes.io/unschedulable'

/** Which condition in which state earns which taint. */
const CONDITION_TAINTS: readonly (readonly [type: string, status: string, key: string])[] = [
  ['Ready', 'False', NOT_READY],
  ['Ready', 'Unknown', UNREACHABLE],
  ['MemoryPressure', 'True', 'node.kubernetes.io/memory-pressure'],
  ['DiskPressure', 'True', 'node.kubernetes.io/disk-pressure'],
  ['NetworkUnavailable', 'True', 'node.kubernetes.io/network-unavailable'],
  ['PIDPressure', 'True', 'node.kubernetes.io/pid-pressure'],
]

const CONDITION_KEYS: ReadonlySet<string> = new Set([...CONDITION_TAINTS.map(([, , key]) => key), UNSCHEDULABLE])

/** How far a zone is disturbed. In a zone that is wholly silent it is rather us who are cut off, so nothing is evicted. */
export type Disruption = 'none' | 'partial' | 'full'

const UNHEALTHY_SHARE = 0.55

/** Upstream's ComputeZoneState. */
export function disruptionOf(nodes: readonly Node[]): Disruption {
  const ready = nodes.filter((node) => readyOf(node)?.status === 'True').length
  const notReady = nodes.length - ready
  if (ready === 0 && notReady > 0) return 'full'
  return notReady > 2 && notReady / nodes.length >= UNHEALTHY_SHARE ? 'partial' : 'none'
}

/** The node's zone and region as one key. */
export function zoneOf({ metadata: { labels = {} } }: Node): string {
  return `${labels['topology.kubernetes.io/region'] ?? ''}:${labels['topology.kubernetes.io/zone'] ?? ''}`
}

/** The taints that keep new pods away: one for each bad condition, and one when the node is cordoned. */
export function scheduleTaints(node: Node): string[] {
  const conditions = node.status?.conditions ?? []
  const earned = CONDITION_TAINTS.filter(([type, status]) =>
    conditions.some((condition) => condition.type === type && condition.status === status),
  )
  return [...earned.map(([, , key]) => key), ...(node.spec?.unschedulable ? [UNSCHEDULABLE] : [])]
}

/** The taint that drives pods off a node that is not ready, or silent. */
export function evictionTaint(node: Node): string | undefined {
  const ready = readyOf(node)?.status
  return ready === 'False' ? NOT_READY : ready === 'Unknown' ? UNREACHABLE : undefined
}

/** Whether the node carries one of the two taints that drive pods off. */
export function isEvicting(node: Node): boolean {
  return (node.spec?.taints ?? []).some(isEviction)
}

const isEviction = ({ key, effect }: Taint) => effect === 'NoExecute' && (key === NOT_READY || key === UNREACHABLE)

const isOurs = (taint: Taint) => isEviction(taint) || (taint.effect === 'NoSchedule' && CONDITION_KEYS.has(taint.key))

/**
 * The node's taints as they should be; `undefined` when they are. Taints of others stay, and those that stay keep the
 * time at which they were added.
 */
export function planTaints(node: Node, evict: boolean, now: number): Taint[] | undefined {
  const before = node.spec?.taints ?? []
  const eviction = evict ? evictionTaint(node) : undefined
  const wanted: Taint[] = [
    ...scheduleTaints(node).map((key) => ({ key, effect: 'NoSchedule' as const })),
    ...(eviction ? [{ key: eviction, effect: 'NoExecute' as const }] : []),
  ]
  const same = (a: Taint, b: Taint) => a.key === b.key && a.effect === b.effect
  const kept = before.filter((taint) => !isOurs(taint) || wanted.some((other) => same(other, taint)))
  const added = wanted.filter((taint) => !before.some((other) => same(other, taint)))
  if (added.length === 0 && kept.length === before.length) return undefined
  return [...kept, ...added.map((taint) => ({ ...taint, timeAdded: timestamp(now) }))]
}
