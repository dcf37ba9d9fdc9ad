import type { Deployment } from '../../../api/kinds/apps/deployment.ts'
import type { ReplicaSet } from '../../../api/kinds/apps/replica-set.ts'
import { isRolling, maxSurge, maxUnavailable, replicasOf, totalAvailable, totalReplicas } from './limits.ts'
import { allOf, byCreation, desiredWhenScaled, isScaled, maxWhenScaled, type Sets } from './sets.ts'

/** A replica set, and the size that it is to get. */
export interface Scaling {
  set: ReplicaSet
  to: number
}

/** Whether the deployment's size was changed since its replica sets were last scaled. */
export function isScalingEvent(deployment: Deployment, sets: Sets): boolean {
  return allOf(sets)
    .filter(isScaled)
    .some((set) => {
      const desired = desiredWhenScaled(set)
      return desired !== undefined && desired !== replicasOf(deployment)
    })
}

/**
 * What a change of size (or a pause) does. In the middle of a rollout all replica sets grow or shrink in
 * proportion, so that a bad template does not gain weight by it.
 */
export function planScale(deployment: Deployment, sets: Sets): Scaling[] {
  const wanted = replicasOf(deployment)
  const only = onlyScaledOrNewest(sets)
  if (only) return changed([{ set: only, to: wanted }])
  const { current, old } = sets
  if (current && isSaturated(deployment, current)) return old.filter(isScaled).map((set) => ({ set, to: 0 }))
  return isRolling(deployment) ? proportionally(deployment, allOf(sets).filter(isScaled)) : []
}

function changed(scalings: Scaling[]): Scaling[] {
  return scalings.filter(({ set, to }) => to !== replicasOf(set))
}

/** The only replica set with replicas; if none has any, the newest. */
function onlyScaledOrNewest(sets: Sets): ReplicaSet | undefined {
  const scaled = allOf(sets).filter(isScaled)
  if (scaled.length === 0) return sets.current ?? sets.old.at(-1)
  return scaled.length === 1 ? scaled[0] : undefined
}

/** Whether the replica set holds all replicas, and all are available. */
function isSaturated(deployment: Deployment, set: ReplicaSet): boolean {
  const wanted = replicasOf(deployment)
  return (
    replicasOf(set) === wanted && desiredWhenScaled(set) === wanted && (set.status?.availableReplicas ?? 0) === wanted
  )
}

function proportionally(deployment: Deployment, sets: readonly ReplicaSet[]): Scaling[] {
  const wanted = replicasOf(deployment)
  const allowed = wanted > 0 ? wanted + maxSurge(deployment) : 0
  const toAdd = allowed - totalReplicas(sets)
  // Of equally large ones the newer grows first, and the older shrinks first.
  const ordered = sets.toSorted(
    (a, b) => replicasOf(b) - replicasOf(a) || (toAdd > 0 ? byCreation(b, a) : byCreation(a, b)),
  )
  let added = 0
  const scalings = ordered.map((set) => {
    const share = toAdd === added ? 0 : clamp(shareOf(deployment, set), toAdd - added)
    added += share
    return { set, to: replicasOf(set) + share }
  })
  const [largest] = scalings
  if (largest) largest.to = Math.max(0, largest.to + toAdd - added)
  return scalings
}

/** Not more than what is left, in whichever direction. */
function clamp(share: number, left: number): number {
  return left > 0 ? Math.min(share, left) : Math.max(share, left)
}

/** By how much a replica set would change if all changed alike. */
function shareOf(deployment: Deployment, set: ReplicaSet): number {
  const size = replicasOf(set)
  if (replicasOf(deployment) === 0) return -size
  const max = replicasOf(deployment) + maxSurge(deployment)
  const before = maxWhenScaled(set) || (deployment.status?.replicas ?? 0)
  return before === 0 ? 0 : Math.round((size * max) / before) - size
}

/** How large the current replica set may be now, beside the others. */
export function roomForCurrent(deployment: Deployment, sets: Sets): number {
  const wanted = replicasOf(deployment)
  if (!isRolling(deployment)) return wanted
  const size = sets.current ? replicasOf(sets.current) : 0
  const room = wanted + maxSurge(deployment) - totalReplicas(allOf(sets))
  return room <= 0 ? size : size + Math.min(room, wanted - size)
}

/** The next step of a rolling update: grow the current replica set, or else shrink the old ones. */
export function planRolling(deployment: Deployment, sets: Sets & { current: ReplicaSet }): Scaling[] {
  const wanted = replicasOf(deployment)
  const size = replicasOf(sets.current)
  const grown = size >= wanted ? wanted : roomForCurrent(deployment, sets)
  if (grown !== size) return [{ set: sets.current, to: grown }]
  return shrinkOld(deployment, sets)
}

/** Takes unhealthy replicas first, because losing them costs nothing, then as many as the new ones make up for. */
function shrinkOld(deployment: Deployment, { current, old }: Sets & { current: ReplicaSet }): Scaling[] {
  const minAvailable = replicasOf(deployment) - maxUnavailable(deployment)
  const unavailable = replicasOf(current) - (current.status?.availableReplicas ?? 0)
  const surplus = totalReplicas([...old, current]) - minAvailable - unavailable
  if (surplus <= 0) return []
  const sizes = new Map(old.map((set) => [set, replicasOf(set)]))
  const take = (set: ReplicaSet, count: number) => sizes.set(set, (sizes.get(set) ?? 0) - count)

  let unhealthyLeft = surplus
  for (const set of old) {
    const count = Math.min(unhealthyLeft, Math.max(0, replicasOf(set) - (set.status?.availableReplicas ?? 0)))
    take(set, count)
    unhealthyLeft -= count
  }
  let left = Math.max(0, totalAvailable([...old, current]) - minAvailable)
  for (const set of old) {
    const count = Math.min(left, sizes.get(set) ?? 0)
    take(set, count)
    left -= count
  }
  return changed([...sizes].map(([set, to]) => ({ set, to })))
}
