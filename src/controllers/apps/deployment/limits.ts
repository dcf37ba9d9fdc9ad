import type { Deployment } from '../../../api/kinds/apps/deployment.ts'
import type { ReplicaSet } from '../../../api/kinds/apps/replica-set.ts'
import { scaledValue } from '../../../api/int-or-string.ts'

export function replicasOf({ spec }: ReplicaSet | Deployment): number {
  return spec.replicas ?? 1
}

/** How many replicas these sets are to have together. */
export function totalReplicas(sets: readonly ReplicaSet[]): number {
  return sum(sets, replicasOf)
}

export function totalAvailable(sets: readonly ReplicaSet[]): number {
  return sum(sets, ({ status }) => status?.availableReplicas)
}

/** The sum of a number of each set; what is absent counts as zero. */
export function sum(sets: readonly ReplicaSet[], of: (set: ReplicaSet) => number | undefined): number {
  return sets.reduce((total, set) => total + (of(set) ?? 0), 0)
}

export function isRolling({ spec }: Deployment): boolean {
  return spec.strategy?.type === 'RollingUpdate'
}

/** How many replicas there may be above those wanted, while rolling. */
export function maxSurge(deployment: Deployment): number {
  return isRolling(deployment) ? limits(deployment).surge : 0
}

/** How many replicas may be missing while rolling. */
export function maxUnavailable(deployment: Deployment): number {
  const desired = replicasOf(deployment)
  return isRolling(deployment) && desired > 0 ? Math.min(limits(deployment).unavailable, desired) : 0
}

/** Both at once: if rounding leaves neither, one may be unavailable, or nothing could ever move. */
function limits(deployment: Deployment): { surge: number; unavailable: number } {
  const desired = replicasOf(deployment)
  const { maxSurge: surging = 0, maxUnavailable: missing = 0 } = deployment.spec.strategy?.rollingUpdate ?? {}
  const surge = scaledValue(surging, desired, 'up')
  const unavailable = scaledValue(missing, desired, 'down')
  return { surge, unavailable: surge === 0 && unavailable === 0 ? 1 : unavailable }
}

/** Whether the progress of a rollout is watched; the largest number stands for "no". */
export function deadlineSeconds({ spec: { progressDeadlineSeconds } }: Deployment): number | undefined {
  return progressDeadlineSeconds === NEVER ? undefined : progressDeadlineSeconds
}

export function historyLimit({ spec: { revisionHistoryLimit } }: Deployment): number {
  return revisionHistoryLimit === undefined || revisionHistoryLimit === NEVER
    ? Number.POSITIVE_INFINITY
    : revisionHistoryLimit
}

/** Go's math.MaxInt32. */
const NEVER = 2 ** 31 - 1
