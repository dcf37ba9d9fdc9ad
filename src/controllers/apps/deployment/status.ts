import type { Deployment } from '../../../api/kinds/apps/deployment.ts'
import type { ReplicaSet } from '../../../api/kinds/apps/replica-set.ts'
import { timestamp } from '../../../std/clock.ts'
import { deadlineSeconds, maxUnavailable, replicasOf, sum, totalAvailable, totalReplicas } from './limits.ts'
import { allOf, type Sets } from './sets.ts'

export type Status = Deployment['status']
type Condition = NonNullable<Status['conditions']>[number]

/** A condition before its times are known. */
export type Said = Pick<Condition, 'type' | 'status' | 'reason' | 'message'>

export const PROGRESSING = 'Progressing'
const TIMED_OUT = 'ProgressDeadlineExceeded'
const COMPLETE = 'NewReplicaSetAvailable'
const PAUSED = 'DeploymentPaused'

export function conditionOf(status: Status | undefined, type: string): Condition | undefined {
  return status?.conditions?.find((condition) => condition.type === type)
}

/** The status with a condition; one that says the same stays as it is. */
export function withCondition(status: Status, said: Said, now: number): Status {
  const before = conditionOf(status, said.type)
  if (before && before.status === said.status && before.reason === said.reason) return status
  const at = timestamp(now)
  const lastTransitionTime = before?.status === said.status ? before.lastTransitionTime : at
  return { ...status, conditions: [...without(status, said.type), { ...said, lastUpdateTime: at, lastTransitionTime }] }
}

function without(status: Status, type: string): Condition[] {
  return (status.conditions ?? []).filter((condition) => condition.type !== type)
}

function withoutCondition(status: Status, type: string): Status {
  if (!conditionOf(status, type)) return status
  const { conditions: _, ...rest } = status
  const left = without(status, type)
  return left.length > 0 ? { ...rest, conditions: left } : rest
}

/** Says that the deployment is paused, or no longer; so the time in between does not count as lack of progress. */
export function withPause(deployment: Deployment, now: number): Status {
  const { status, spec } = deployment
  const progressing = conditionOf(status, PROGRESSING)
  if (deadlineSeconds(deployment) === undefined || progressing?.reason === TIMED_OUT) return status
  const saysPaused = progressing?.reason === PAUSED
  if (Boolean(spec.paused) === saysPaused) return status
  const [reason, message] = spec.paused
    ? [PAUSED, 'Deployment is paused']
    : ['DeploymentResumed', 'Deployment is resumed']
  return withCondition(status, { type: PROGRESSING, status: 'Unknown', reason, message }, now)
}

/** The counts, and whether enough replicas are available. Zeros are left out, as upstream's serialisation does. */
export function countedStatus(deployment: Deployment, sets: Sets, now: number): Status {
  const all = allOf(sets)
  const available = totalAvailable(all)
  const counts = {
    replicas: sum(all, ({ status }) => status?.replicas),
    updatedReplicas: sets.current?.status?.replicas,
    readyReplicas: sum(all, ({ status }) => status?.readyReplicas),
    availableReplicas: available,
    unavailableReplicas: Math.max(0, totalReplicas(all) - available),
  }
  const { collisionCount, conditions } = deployment.status ?? {}
  const terminatingReplicas = terminating(all)
  const status: Status = {
    observedGeneration: deployment.metadata.generation,
    ...Object.fromEntries(Object.entries(counts).filter(([, count]) => count)),
    ...(terminatingReplicas !== undefined && { terminatingReplicas }),
    ...(collisionCount !== undefined && { collisionCount }),
    ...(conditions && { conditions }),
  }
  return withCondition(status, availability(deployment, available), now)
}

/** `undefined` as long as a replica set that has been looked at does not say how many of its pods are ending. */
function terminating(sets: readonly ReplicaSet[]): number | undefined {
  const silent = ({ status }: ReplicaSet) => status?.terminatingReplicas === undefined
  if (sets.some((set) => silent(set) && set.status?.observedGeneration)) return undefined
  return sum(sets, ({ status }) => status?.terminatingReplicas)
}

function availability(deployment: Deployment, available: number): Said {
  const enough = available >= replicasOf(deployment) - maxUnavailable(deployment)
  return enough
    ? {
        type: 'Available',
        status: 'True',
        reason: 'MinimumReplicasAvailable',
        message: 'Deployment has minimum availability.',
      }
    : {
        type: 'Available',
        status: 'False',
        reason: 'MinimumReplicasUnavailable',
        message: 'Deployment does not have minimum availability.',
      }
}

/** Whether all replicas are of the current template and available, and no others run. */
export function isComplete(deployment: Deployment, status: Status | undefined): boolean {
  const wanted = replicasOf(deployment)
  const { updatedReplicas = 0, replicas = 0, availableReplicas = 0, observedGeneration = 0 } = status ?? {}
  const all = updatedReplicas === wanted && replicas === wanted && availableReplicas === wanted
  return all && observedGeneration >= (deployment.metadata.generation ?? 0)
}

/** The status in a rollout: counts, progress, and what goes wrong with the replica sets. */
export function rolloutStatus(deployment: Deployment, sets: Sets, now: number): Status {
  const counted = countedStatus(deployment, sets, now)
  return withFailure(withProgress(deployment, sets, counted, now), sets, now)
}

function withProgress(deployment: Deployment, { current }: Sets, status: Status, now: number): Status {
  if (deadlineSeconds(deployment) === undefined) return withoutCondition(status, PROGRESSING)
  const before = conditionOf(deployment.status, PROGRESSING)
  const settled = (status.replicas ?? 0) === (status.updatedReplicas ?? 0) && before?.reason === COMPLETE
  if (settled) return status
  const who = current ? `ReplicaSet "${current.metadata.name}"` : `Deployment "${deployment.metadata.name}"`
  const say = (value: 'True' | 'False', reason: string, what: string): Said => ({
    type: PROGRESSING,
    status: value,
    reason,
    message: `${who} ${what}.`,
  })
  if (isComplete(deployment, status))
    return withCondition(status, say('True', COMPLETE, 'has successfully progressed'), now)
  if (hasProgressed(deployment.status ?? {}, status)) {
    return renewed(status, say('True', 'ReplicaSetUpdated', 'is progressing'), now)
  }
  if (!isTimedOut(deployment, status, now)) return status
  return withCondition(status, say('False', TIMED_OUT, 'has timed out progressing'), now)
}

/** Sets a condition whose update time counts even if it says the same as before. */
function renewed(status: Status, said: Said, now: number): Status {
  const before = conditionOf(status, said.type)
  const at = timestamp(now)
  const lastTransitionTime = before?.status === said.status ? before.lastTransitionTime : at
  const condition = { ...said, lastUpdateTime: at, lastTransitionTime }
  return { ...status, conditions: [...without(status, said.type), condition] }
}

/** More new replicas, fewer old ones, more ready or more available ones. */
function hasProgressed(before: Partial<Status>, after: Status): boolean {
  const old = ({ replicas = 0, updatedReplicas = 0 }: Partial<Status>) => replicas - updatedReplicas
  return (
    (after.updatedReplicas ?? 0) > (before.updatedReplicas ?? 0) ||
    old(after) < old(before) ||
    (after.readyReplicas ?? 0) > (before.readyReplicas ?? 0) ||
    (after.availableReplicas ?? 0) > (before.availableReplicas ?? 0)
  )
}

function isTimedOut(deployment: Deployment, status: Status, now: number): boolean {
  const condition = conditionOf(status, PROGRESSING)
  const deadline = deadlineSeconds(deployment)
  if (!condition || deadline === undefined || condition.reason === COMPLETE) return false
  return condition.reason === TIMED_OUT || Date.parse(condition.lastUpdateTime ?? '') + deadline * 1000 < now
}

/** The failure of a replica set, the current one's first, is the deployment's too. */
function withFailure(status: Status, sets: Sets, now: number): Status {
  const order = sets.current ? [sets.current, ...sets.old] : sets.old
  const failures = order.flatMap(({ status: { conditions } = { replicas: 0 } }) => conditions ?? [])
  const failure = failures.find(({ type }) => type === 'ReplicaFailure')
  if (!failure) return withoutCondition(status, 'ReplicaFailure')
  const { type, status: value, reason, message } = failure
  return withCondition(status, { type, status: value, reason, message }, now)
}

/** When to look again whether a rollout that stands still has timed out. */
export function progressCheckMs(deployment: Deployment, status: Status, now: number): number | undefined {
  const condition = conditionOf(status, PROGRESSING)
  const deadline = deadlineSeconds(deployment)
  if (!condition || deadline === undefined || deployment.spec.paused) return undefined
  if (isComplete(deployment, status) || condition.reason === TIMED_OUT || condition.reason === COMPLETE)
    return undefined
  // A second more, because times in conditions are whole seconds.
  return Math.max(0, Date.parse(condition.lastUpdateTime ?? '') + deadline * 1000 - now) + 1000
}
