import { deepEqual } from '../api/equal.ts'
import type { Node } from '../api/kinds/core/node.ts'
import type { Pod } from '../api/kinds/core/pod.ts'
import type { Change } from './framework.ts'

/** What has happened to a node that may let pods fit. */
export function nodeChanges(old: Node | undefined, now: Node | undefined): Change[] {
  if (!now) return ['removed']
  if (!old) return ['added']
  return [
    ...differs('allocatable', old.status.allocatable, now.status.allocatable),
    ...differs('labels', old.metadata.labels, now.metadata.labels),
    ...differs('taints', old.spec.taints, now.spec.taints),
    ...differs('unschedulable', old.spec.unschedulable ?? false, now.spec.unschedulable ?? false),
  ]
}

/** What has happened to a pod that may let it, or others, fit. */
export function podChanges(old: Pod | undefined, now: Pod | undefined): Change[] {
  if (!now) return ['removed']
  if (!old) return ['added']
  if (!isOver(old) && isOver(now)) return ['removed']
  return [
    ...differs('labels', old.metadata.labels, now.metadata.labels),
    ...differs('tolerations', old.spec.tolerations, now.spec.tolerations),
    ...differs('gates', old.spec.schedulingGates, now.spec.schedulingGates),
    ...differs('requests', requestsOf(old), requestsOf(now)),
  ]
}

const requestsOf = ({ spec }: Pod) => spec.containers.map(({ resources }) => resources?.requests)

const differs = (change: Change, a: unknown, b: unknown): Change[] => (deepEqual(a, b) ? [] : [change])

/** A pod that has ended takes nothing of its node any more. */
export function isOver({ status }: Pod): boolean {
  return status.phase === 'Succeeded' || status.phase === 'Failed'
}
