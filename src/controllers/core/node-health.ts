import type { Node } from '../../api/kinds/core/node.ts'
import { timestamp } from '../../std/clock.ts'

export type NodeCondition = NonNullable<Node['status']['conditions']>[number]

/** What a node last said, and when we heard it by our own clock: clocks of nodes are not trusted. */
export interface Health {
  heartbeat: string
  renewed: string
  heardMs: number
}

/** The conditions that the kubelet keeps; a silent node's become Unknown. The network's is kept by others. */
const KUBELET_CONDITIONS = ['Ready', 'MemoryPressure', 'DiskPressure', 'PIDPressure']

export function readyOf({ status }: Node): NodeCondition | undefined {
  return status?.conditions?.find(({ type }) => type === 'Ready')
}

/** Takes note of a sign of life: a heartbeat in the status, or a renewed lease. */
export function listen(before: Health | undefined, node: Node, renewTime: string | undefined, now: number): Health {
  const heartbeat = readyOf(node)?.lastHeartbeatTime ?? ''
  const renewed = renewTime ?? ''
  if (!before) {
    // A node that never spoke has been silent since it was made.
    const heardMs = heartbeat || renewed ? now : Date.parse(node.metadata.creationTimestamp)
    return { heartbeat, renewed, heardMs }
  }
  const silent = before.heartbeat === heartbeat && before.renewed >= renewed
  return silent ? before : { heartbeat, renewed, heardMs: now }
}

/** The conditions of a node that has been silent for too long; `undefined` when they say so already. */
export function unknownConditions(node: Node, now: number): NodeCondition[] | undefined {
  const before = node.status?.conditions ?? []
  const known = before.map((condition) => (isKubelets(condition) ? silenced(condition, now) : condition))
  const missing = KUBELET_CONDITIONS.filter((type) => !before.some((condition) => condition.type === type))
  if (missing.length === 0 && known.every((condition, i) => condition === before[i])) return undefined
  return [...known, ...missing.map((type) => neverHeard(type, node, now))]
}

const isKubelets = ({ type }: NodeCondition) => KUBELET_CONDITIONS.includes(type)

function silenced(condition: NodeCondition, now: number): NodeCondition {
  if (condition.status === 'Unknown') return condition
  return {
    ...condition,
    status: 'Unknown',
    reason: 'NodeStatusUnknown',
    message: 'Kubelet stopped posting node status.',
    lastTransitionTime: timestamp(now),
  }
}

function neverHeard(type: string, { metadata }: Node, now: number): NodeCondition {
  return {
    type,
    status: 'Unknown',
    reason: 'NodeStatusNeverUpdated',
    message: 'Kubelet never posted node status.',
    lastHeartbeatTime: metadata.creationTimestamp,
    lastTransitionTime: timestamp(now),
  }
}
