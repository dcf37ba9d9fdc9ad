import type { Deployment } from '../../../api/kinds/apps/deployment.ts'
import type { ReplicaSet } from '../../../api/kinds/apps/replica-set.ts'
import type { Pod } from '../../../api/kinds/core/pod.ts'
import { deepEqual } from '../../../api/equal.ts'
import type { Draft } from '../../../api/meta.ts'
import { hasEnded } from '../../pods.ts'
import { deadlineSeconds, historyLimit, isRolling, replicasOf, sum } from './limits.ts'
import { isScalingEvent, planRolling, planScale, roomForCurrent, type Scaling } from './scale.ts'
import { byRevision, currentAnnotations, isScaled, newSet, REVISION_ANNOTATION, type Sets, sortOut } from './sets.ts'
import {
  conditionOf,
  countedStatus,
  isComplete,
  PROGRESSING,
  progressCheckMs,
  rolloutStatus,
  type Status,
  withCondition,
  withPause,
} from './status.ts'

/** What there is: the deployment, its replica sets, and the pods of each of these by its uid. */
export interface Seen {
  deployment: Deployment
  sets: readonly ReplicaSet[]
  podsOf(set: ReplicaSet): readonly Pod[]
  now: number
}

/** One step towards what the deployment wants. What follows is decided when its effect is seen. */
export type Plan =
  /** There is no replica set for the template. */
  | { what: 'create'; set: Draft<ReplicaSet> & { metadata: { name: string } } }
  /** The current replica set must be brought up to date (revision, annotations) before anything else. */
  | { what: 'update'; set: ReplicaSet }
  | { what: 'act'; revision?: string; scale: Scaling[]; remove: ReplicaSet[]; status: Status; requeueAfterMs?: number }

/** What to do now. Touches nothing. */
export function planDeployment({ deployment: given, sets: all, podsOf, now }: Seen): Plan {
  const sets = sortOut(given, all)
  if (given.metadata.deletionTimestamp)
    return { what: 'act', scale: [], remove: [], status: countedStatus(given, sets, now) }
  const deployment = { ...given, status: withPause({ ...given, status: given.status ?? {} }, now) }
  const outdated = sets.current && upToDate(deployment, { ...sets, current: sets.current })
  if (outdated) return { what: 'update', set: outdated }
  if (deployment.spec.paused || isScalingEvent(deployment, sets)) return planResize(deployment, sets, now)
  return isRolling(deployment) ? planRollout(deployment, sets, now) : planRecreate(deployment, sets, podsOf, now)
}

type Current = Sets & { current: ReplicaSet }

const hasCurrent = (sets: Sets): sets is Current => sets.current !== undefined

/** The current replica set as it should be, if it is not so already. */
function upToDate(deployment: Deployment, sets: Current): ReplicaSet | undefined {
  const { current } = sets
  const annotations = currentAnnotations(deployment, sets)
  const minReadySeconds = deployment.spec.minReadySeconds ?? 0
  if (
    deepEqual(annotations, current.metadata.annotations ?? {}) &&
    (current.spec.minReadySeconds ?? 0) === minReadySeconds
  ) {
    return undefined
  }
  return {
    ...current,
    metadata: { ...current.metadata, annotations: { ...annotations } },
    spec: { ...current.spec, minReadySeconds },
  }
}

function create(deployment: Deployment, sets: Sets): Plan {
  return { what: 'create', set: newSet(deployment, sets, roomForCurrent(deployment, sets)) }
}

function planResize(deployment: Deployment, sets: Sets, now: number): Plan {
  return {
    what: 'act',
    ...revisionOf(sets),
    scale: planScale(deployment, sets),
    remove: deployment.spec.paused ? outlived(deployment, sets) : [],
    status: countedStatus(withFound(deployment, sets, now), sets, now),
  }
}

function planRollout(deployment: Deployment, sets: Sets, now: number): Plan {
  if (!hasCurrent(sets)) return create(deployment, sets)
  return act(deployment, sets, planRolling(deployment, sets), now)
}

/** Nothing of the new template starts before the last pod of the old one has ended. */
function planRecreate(deployment: Deployment, sets: Sets, podsOf: Seen['podsOf'], now: number): Plan {
  const down = sets.old.filter(isScaled).map((set) => ({ set, to: 0 }))
  if (down.length > 0 || oldPodsRun(sets, podsOf)) return { ...act(deployment, sets, down, now), remove: [] }
  if (!hasCurrent(sets)) return create(deployment, sets)
  const wanted = replicasOf(deployment)
  const up = replicasOf(sets.current) === wanted ? [] : [{ set: sets.current, to: wanted }]
  return act(deployment, sets, up, now)
}

function oldPodsRun({ old }: Sets, podsOf: Seen['podsOf']): boolean {
  const counted = sum(old, ({ status }) => status?.replicas)
  return counted > 0 || old.flatMap(podsOf).some(({ status }) => !hasEnded(status))
}

function act(deployment: Deployment, sets: Sets, scale: Scaling[], now: number): Plan & { what: 'act' } {
  const found = withFound(deployment, sets, now)
  const status = rolloutStatus(found, sets, now)
  const requeueAfterMs = progressCheckMs(found, status, now)
  return {
    what: 'act',
    ...revisionOf(sets),
    scale,
    remove: scale.length === 0 && isComplete(deployment, deployment.status) ? outlived(deployment, sets) : [],
    status,
    ...(requeueAfterMs !== undefined && { requeueAfterMs }),
  }
}

function revisionOf({ current }: Sets): { revision?: string } {
  const revision = current?.metadata.annotations?.[REVISION_ANNOTATION]
  return revision === undefined ? {} : { revision }
}

/** A replica set that was there before anybody watched progress starts the clock. */
function withFound(deployment: Deployment, { current }: Sets, now: number): Deployment {
  if (!current || deadlineSeconds(deployment) === undefined || conditionOf(deployment.status, PROGRESSING))
    return deployment
  const message = `Found new replica set "${current.metadata.name}"`
  const said = { type: PROGRESSING, status: 'True', reason: 'FoundNewReplicaSet', message } as const
  return { ...deployment, status: withCondition(deployment.status, said, now) }
}

/** Old replica sets beyond the history limit, as far as they are empty. */
function outlived(deployment: Deployment, { old }: Sets): ReplicaSet[] {
  const alive = old.filter(({ metadata }) => !metadata.deletionTimestamp).toSorted(byRevision)
  return alive.slice(0, Math.max(0, alive.length - historyLimit(deployment))).filter(isEmpty)
}

function isEmpty(set: ReplicaSet): boolean {
  const seen = (set.status?.observedGeneration ?? 0) >= (set.metadata.generation ?? 0)
  return seen && replicasOf(set) === 0 && (set.status?.replicas ?? 0) === 0
}
