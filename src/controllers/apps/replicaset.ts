import { isApiError } from '../../api/errors.ts'
import { ReplicaSet } from '../../api/kinds/apps/replica-set.ts'
import { Pod } from '../../api/kinds/core/pod.ts'
import { controllerOf, keyOf } from '../../api/meta.ts'
import { matchesLabels } from '../../api/selector.ts'
import { timestamp } from '../../std/clock.ts'
import { allTried, inGrowingBatches } from '../batches.ts'
import type { Context } from '../context.ts'
import { isNamespaceTerminating, messageOf } from '../failures.ts'
import { claim, planClaims } from '../owner.ts'
import { availableInMs, isActive, isReady, isTerminating, podFromTemplate } from '../pods.ts'
import { controller } from '../runtime.ts'
import { cheapestToLose } from './cheapest-to-lose.ts'

/** How many pods one reconcile creates or deletes at most. */
const BURST = 500

/** Creation doubles from one, so a quota that says no is asked once, not 500 times. */
const FIRST_BATCH = 1

export const replicaSet = controller({
  name: 'replicaset',
  for: ReplicaSet,
  owns: [Pod],
  watches: [{ kind: Pod, keys: (pod, context) => adopters(pod as Pod, context) }],

  async reconcile(set, context) {
    const { api, cache, env } = context
    const { namespace = '' } = set.metadata
    const candidates = [...cache(Pod).ownedBy(set), ...cache(Pod).orphans(namespace)]
    const running = candidates.filter(isActive)
    const claims = planClaims(set, (pod) => selects(set, pod), running)
    const pods = await claim(api, ReplicaSet, set, Pod, claims)
    const failure = set.metadata.deletionTimestamp ? undefined : await failureOf(manage(set, pods, context))
    const terminating = candidates.filter((pod) => isTerminating(pod) && owns(set, pod)).length
    const now = env.clock.now()
    await api(ReplicaSet).updateStatus(set, countReplicas(set, { pods, terminating, failure, now }))
    if (failure) throw failure
    return nextCheck(set, pods, now)
  },
})

function failureOf(work: Promise<void>): Promise<Error | undefined> {
  return work.then(
    () => undefined,
    (error: unknown) => (error instanceof Error ? error : new Error(String(error))),
  )
}

function selects({ spec }: ReplicaSet, { metadata }: Pod): boolean {
  return matchesLabels(spec.selector, metadata.labels)
}

function owns(set: ReplicaSet, pod: Pod): boolean {
  return controllerOf(pod)?.uid === set.metadata.uid
}

/** The replica sets that an orphan matches. */
function adopters(pod: Pod, { cache }: Context): string[] {
  if (controllerOf(pod)) return []
  return cache(ReplicaSet)
    .list(pod.metadata.namespace ?? '')
    .filter((set) => selects(set, pod))
    .map(keyOf)
}

async function manage(set: ReplicaSet, pods: readonly Pod[], context: Context): Promise<void> {
  const siblings = siblingPods(set, context)
  const { create, remove } = planReplicas(set, pods, siblings, context.env.clock.now())
  await inGrowingBatches(Array(create).fill(set), FIRST_BATCH, () => createPod(set, context))
  await allTried(remove, (pod) => deletePod(set, pod, context))
}

/** Active pods of all replica sets of the same owner: of two pods on a node one is cheaper to lose. */
function siblingPods(set: ReplicaSet, { cache }: Context): Pod[] {
  const owner = controllerOf(set)
  const sets = owner
    ? cache(ReplicaSet)
        .list(set.metadata.namespace)
        .filter((other) => controllerOf(other)?.uid === owner.uid)
    : [set]
  return sets.flatMap((sibling) => cache(Pod).ownedBy(sibling)).filter(isActive)
}

async function createPod(set: ReplicaSet, { api, events }: Context): Promise<void> {
  try {
    const pod = await api(Pod).create(podFromTemplate(set.spec.template, set))
    events.record(set, 'Normal', 'SuccessfulCreate', `Created pod: ${pod.metadata.name}`)
  } catch (error) {
    if (isNamespaceTerminating(error)) return
    events.record(set, 'Warning', 'FailedCreate', `Error creating: ${messageOf(error)}`)
    throw error
  }
}

async function deletePod(set: ReplicaSet, { metadata }: Pod, { api, events }: Context): Promise<void> {
  try {
    await api(Pod).delete(metadata, { preconditions: { uid: metadata.uid } })
    events.record(set, 'Normal', 'SuccessfulDelete', `Deleted pod: ${metadata.name}`)
  } catch (error) {
    if (isApiError(error, 'NotFound')) return
    events.record(set, 'Warning', 'FailedDelete', `Error deleting: ${messageOf(error)}`)
    throw new Error(`unable to delete pods: ${messageOf(error)}`, { cause: error })
  }
}

/** How many pods to create, or which to delete. Pure, so the test is a table. */
export function planReplicas(
  set: ReplicaSet,
  pods: readonly Pod[],
  siblings: readonly Pod[],
  now: number,
): { create: number; remove: Pod[] } {
  const missing = (set.spec.replicas ?? 1) - pods.length
  if (missing >= 0) return { create: Math.min(missing, BURST), remove: [] }
  const surplus = Math.min(-missing, BURST)
  return { create: 0, remove: pods.toSorted(cheapestToLose(siblings, now)).slice(0, surplus) }
}

interface Seen {
  pods: readonly Pod[]
  terminating: number
  failure?: Error | undefined
  now: number
}

/** The status that says what is there. */
export function countReplicas(set: ReplicaSet, { pods, terminating, failure, now }: Seen): ReplicaSet['status'] {
  const { minReadySeconds = 0, template } = set.spec
  const available = pods.filter((pod) => availableInMs(pod, minReadySeconds, now) === 0).length
  const ready = pods.filter(isReady).length
  const labelled = pods.filter((pod) =>
    matchesLabels({ matchLabels: template?.metadata?.labels ?? {} }, pod.metadata.labels),
  )
  const conditions = conditionsAfter(set, { pods, failure, now })
  return {
    replicas: pods.length,
    ...(labelled.length > 0 && { fullyLabeledReplicas: labelled.length }),
    ...(ready > 0 && { readyReplicas: ready }),
    ...(available > 0 && { availableReplicas: available }),
    terminatingReplicas: terminating,
    observedGeneration: set.metadata.generation,
    ...(conditions.length > 0 && { conditions }),
  }
}

type Conditions = NonNullable<ReplicaSet['status']['conditions']>

function conditionsAfter(set: ReplicaSet, { pods, failure, now }: Pick<Seen, 'pods' | 'failure' | 'now'>): Conditions {
  const before = set.status?.conditions ?? []
  const others = before.filter(({ type }) => type !== 'ReplicaFailure')
  if (!failure) return others
  if (others.length < before.length) return before
  const reason = pods.length < (set.spec.replicas ?? 1) ? 'FailedCreate' : 'FailedDelete'
  const condition = { type: 'ReplicaFailure', status: 'True', reason, message: failure.message } as const
  return [...others, { ...condition, lastTransitionTime: timestamp(now) }]
}

/** When the first ready pod that is not available yet will be. */
function nextCheck(set: ReplicaSet, pods: readonly Pod[], now: number): { requeueAfterMs: number } | undefined {
  const waits = pods.map((pod) => availableInMs(pod, set.spec.minReadySeconds ?? 0, now) ?? 0).filter((ms) => ms > 0)
  return waits.length > 0 ? { requeueAfterMs: Math.min(...waits) } : undefined
}
