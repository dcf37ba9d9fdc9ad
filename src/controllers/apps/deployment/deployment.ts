import { deepEqual } from '../../../api/equal.ts'
import { isApiError } from '../../../api/errors.ts'
import { Deployment } from '../../../api/kinds/apps/deployment.ts'
import { ReplicaSet } from '../../../api/kinds/apps/replica-set.ts'
import { Pod } from '../../../api/kinds/core/pod.ts'
import { controllerOf, keyOf } from '../../../api/meta.ts'
import { matchesLabels } from '../../../api/selector.ts'
import type { Context } from '../../context.ts'
import { ignoringNotFound, isNamespaceTerminating, messageOf } from '../../failures.ts'
import { claim, planClaims } from '../../owner.ts'
import { controller } from '../../runtime.ts'
import { deadlineSeconds, replicasOf } from './limits.ts'
import { type Plan, planDeployment } from './plan.ts'
import type { Scaling } from './scale.ts'
import { REVISION_ANNOTATION, scaleAnnotations } from './sets.ts'
import { PROGRESSING, type Said, type Status, withCondition } from './status.ts'
import { sameTemplate } from './template-hash.ts'

export const deployment = controller({
  name: 'deployment',
  for: Deployment,
  owns: [ReplicaSet],
  watches: [
    { kind: ReplicaSet, keys: (set, context) => adopters(set as ReplicaSet, context) },
    { kind: Pod, keys: (pod, context) => recreating(pod as Pod, context) },
  ],

  async reconcile(object, context) {
    const { api, cache, env } = context
    if (selectsAll(object)) return refuse(object, context)
    const { namespace = '' } = object.metadata
    const candidates = [...cache(ReplicaSet).ownedBy(object), ...cache(ReplicaSet).orphans(namespace)]
    const claims = planClaims(object, (set) => selects(object, set), candidates)
    const sets = await claim(api, Deployment, object, ReplicaSet, claims)
    const podsOf = (set: ReplicaSet) => cache(Pod).ownedBy(set)
    const plan = planDeployment({ deployment: object, sets, podsOf, now: env.clock.now() })
    return perform(object, plan, context)
  },
})

function selects({ spec }: Deployment, { metadata }: ReplicaSet): boolean {
  return matchesLabels(spec.selector, metadata.labels)
}

function selectsAll({ spec: { selector } }: Deployment): boolean {
  return Object.keys(selector.matchLabels ?? {}).length + (selector.matchExpressions ?? []).length === 0
}

/** The deployments that an orphan matches. */
function adopters(set: ReplicaSet, { cache }: Context): string[] {
  if (controllerOf(set)) return []
  return cache(Deployment)
    .list(set.metadata.namespace ?? '')
    .filter((candidate) => selects(candidate, set))
    .map(keyOf)
}

/** A deployment that recreates waits for the end of pods; others need not know of them. */
function recreating(pod: Pod, { cache }: Context): string[] {
  const { namespace } = pod.metadata
  const setName = controllerOf(pod)?.name
  const set = setName && cache(ReplicaSet).get({ name: setName, namespace })
  const name = set && controllerOf(set)?.name
  const owner = name && cache(Deployment).get({ name, namespace })
  return owner && owner.spec.strategy?.type === 'Recreate' ? [keyOf(owner)] : []
}

async function refuse(object: Deployment, { api, events }: Context): Promise<void> {
  const message = 'This deployment is selecting all pods. A non-empty selector is required.'
  events.record(object, 'Warning', 'SelectingAll', message)
  await api(Deployment).updateStatus(object, { ...object.status, observedGeneration: object.metadata.generation })
}

async function perform(
  object: Deployment,
  plan: Plan,
  context: Context,
): Promise<{ requeueAfterMs: number } | undefined> {
  const { api } = context
  if (plan.what === 'create') return createSet(object, plan.set, context)
  if (plan.what === 'update') {
    await api(ReplicaSet).update(plan.set)
    return undefined
  }
  for (const scaling of plan.scale) await scale(object, scaling, context)
  for (const { metadata } of plan.remove) await ignoringNotFound(api(ReplicaSet).delete(metadata))
  await writeStatus(object, plan.status, plan.revision, context)
  return plan.requeueAfterMs === undefined ? undefined : { requeueAfterMs: plan.requeueAfterMs }
}

async function scale(object: Deployment, { set, to }: Scaling, { api, events }: Context): Promise<void> {
  const from = replicasOf(set)
  const annotations = { ...set.metadata.annotations, ...scaleAnnotations(object) }
  await api(ReplicaSet).update({
    ...set,
    metadata: { ...set.metadata, annotations },
    spec: { ...set.spec, replicas: to },
  })
  if (from === to) return
  const message = `Scaled ${from < to ? 'up' : 'down'} replica set ${set.metadata.name} from ${from} to ${to}`
  events.record(object, 'Normal', 'ScalingReplicaSet', message)
}

/** Writes the status, and with it the revision of the current replica set: that is where `kubectl rollout` looks for it. */
async function writeStatus(
  object: Deployment,
  status: Status,
  revision: string | undefined,
  { api }: Context,
): Promise<void> {
  const before = object.metadata.annotations ?? {}
  const annotations = revision === undefined ? before : { ...before, [REVISION_ANNOTATION]: revision }
  if (deepEqual(annotations, before) && deepEqual(status, object.status)) return
  const metadata = { ...object.metadata, annotations }
  await api(Deployment).put(object.metadata, 'status', { ...object, metadata, status })
}

async function createSet(
  object: Deployment,
  set: (Plan & { what: 'create' })['set'],
  context: Context,
): Promise<undefined> {
  const { api, events } = context
  const { name } = set.metadata
  try {
    await api(ReplicaSet).create(set)
  } catch (error) {
    if (isApiError(error, 'AlreadyExists')) return onNameTaken(object, name, error, context)
    if (!isNamespaceTerminating(error)) await reportFailure(object, name, error, context)
    throw error
  }
  const replicas = set.spec?.replicas ?? 0
  if (replicas > 0) {
    events.record(object, 'Normal', 'ScalingReplicaSet', `Scaled up replica set ${name} from 0 to ${replicas}`)
  }
  const said = { status: 'True', reason: 'NewReplicaSetCreated', message: `Created new replica set "${name}"` } as const
  await say(object, said, context, set.metadata.annotations?.[REVISION_ANNOTATION])
}

/** Either the cache does not show yet what we made ourselves, or another template has the same hash. */
async function onNameTaken(object: Deployment, name: string, error: unknown, { api }: Context): Promise<undefined> {
  const taken = await api(ReplicaSet).get({ namespace: object.metadata.namespace, name })
  const ours = controllerOf(taken)?.uid === object.metadata.uid
  if (ours && sameTemplate(taken.spec.template, object.spec.template)) return
  const collisionCount = (object.status?.collisionCount ?? 0) + 1
  await api(Deployment).updateStatus(object, { ...object.status, collisionCount })
  throw error
}

async function reportFailure(object: Deployment, name: string, error: unknown, context: Context): Promise<void> {
  const message = `Failed to create new replica set "${name}": ${messageOf(error)}`
  context.events.record(object, 'Warning', 'ReplicaSetCreateError', message)
  await say(object, { status: 'False', reason: 'ReplicaSetCreateError', message }, context)
}

/** Sets the Progressing condition, if progress is watched at all. */
async function say(
  object: Deployment,
  said: Omit<Said, 'type'>,
  context: Context,
  revision?: string,
): Promise<undefined> {
  const status = object.status ?? {}
  const watched = deadlineSeconds(object) !== undefined
  const now = context.env.clock.now()
  const next = watched ? withCondition(status, { type: PROGRESSING, ...said }, now) : status
  await writeStatus(object, next, revision, context)
}
