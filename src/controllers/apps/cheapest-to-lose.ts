import type { Pod } from '../../api/kinds/core/pod.ts'
import { isReady, readySinceMs } from '../pods.ts'

const DELETION_COST_ANNOTATION = 'controller.kubernetes.io/pod-deletion-cost'

const PHASE_ORDER = ['Pending', 'Unknown', 'Running']

/**
 * Orders pods so that those come first whose loss hurts least, by upstream's rules: unscheduled, early in life, not
 * ready, declared cheap, doubled up on a node, ready for a shorter time, restarted more often, younger.
 */
export function cheapestToLose(siblings: readonly Pod[], now: number): (a: Pod, b: Pod) => number {
  const onNode = new Map<string, number>()
  for (const { spec } of siblings) onNode.set(spec.nodeName ?? '', (onNode.get(spec.nodeName ?? '') ?? 0) + 1)
  const crowd = ({ spec }: Pod) => onNode.get(spec.nodeName ?? '') ?? 0

  const rules: ((a: Pod, b: Pod) => number)[] = [
    (a, b) => Number(Boolean(a.spec.nodeName)) - Number(Boolean(b.spec.nodeName)),
    (a, b) => phaseOrder(a) - phaseOrder(b),
    (a, b) => Number(isReady(a)) - Number(isReady(b)),
    (a, b) => deletionCost(a) - deletionCost(b),
    (a, b) => crowd(b) - crowd(a),
    (a, b) => (isReady(a) && isReady(b) ? byAge(a, b, readySinceMs(a), readySinceMs(b), now) : 0),
    (a, b) => restarts(b) - restarts(a),
    (a, b) => byAge(a, b, createdMs(a), createdMs(b), now),
  ]
  return (a, b) => {
    for (const rule of rules) {
      const order = rule(a, b)
      if (order !== 0) return order
    }
    return 0
  }
}

const phaseOrder = ({ status }: Pod) => PHASE_ORDER.indexOf(status?.phase ?? 'Pending')

const createdMs = ({ metadata }: Pod) => Date.parse(metadata.creationTimestamp)

function deletionCost({ metadata }: Pod): number {
  const text = metadata.annotations?.[DELETION_COST_ANNOTATION] ?? ''
  return /^-?\d+$/.test(text) ? Number(text) : 0
}

function restarts({ status }: Pod): number {
  return Math.max(0, ...(status?.containerStatuses ?? []).map(({ restartCount }) => restartCount))
}

/** Younger first. Ages count by their power of two, and among equals chance decides (the uid), so that no zone is drained first. */
function byAge(a: Pod, b: Pod, since: number | undefined, sinceB: number | undefined, now: number): number {
  if (since === sinceB) return 0
  // One that has no time is as young as can be.
  if (since === undefined || sinceB === undefined) return since === undefined ? -1 : 1
  return rank(now - since) - rank(now - sinceB) || (a.metadata.uid < b.metadata.uid ? -1 : 1)
}

/** Nanoseconds are what upstream takes the logarithm of. */
function rank(ageMs: number): number {
  return ageMs > 0 ? Math.floor(Math.log2(ageMs * 1e6)) : -1
}
