import type { ILabelSelector } from '@kubernetes-models/apimachinery/apis/meta/v1/LabelSelector'
import { ApiError, badRequest, forbidden, isApiError, notFound } from '../../api/errors.ts'
import type { Kind } from '../../api/kind.ts'
import { Pod } from '../../api/kinds/core/pod.ts'
import type { KubeObject } from '../../api/meta.ts'
import { matchesLabels } from '../../api/selector.ts'
import { timestamp } from '../../std/clock.ts'
import { listPrefix } from '../../store/keys.ts'
import type { Answer, Call } from '../call.ts'
import { type Context, lookup } from '../context.ts'
import { checkDeleteOptions, type DeleteOptions } from '../options/delete-options.ts'
import { writeOptions } from '../options/write-options.ts'
import { readObject } from '../payload.ts'
import type { Subresource } from '../registry.ts'
import { answerStatus } from '../representation/answer.ts'
import { amend } from '../strategy/amend.ts'
import { deleteObject } from '../strategy/delete.ts'
import { checkPreconditions } from '../strategy/plan-delete.ts'
import { writerOf } from '../verbs/writer.ts'
import { SUCCESS } from './binding.ts'
import { setCondition } from './pod-condition.ts'

type Eviction = KubeObject & { deleteOptions?: DeleteOptions & { kind?: string; apiVersion?: string } }

const EVICTION = {
  group: 'policy',
  version: 'v1',
  kind: 'Eviction',
  type: 'io.k8s.api.policy.v1.Eviction',
} as Kind<Eviction>

const BUDGETS = { group: 'policy', version: 'v1', plural: 'poddisruptionbudgets', scope: 'Namespaced' } as Kind<Budget>

type Budget = KubeObject & {
  spec: { selector?: ILabelSelector; unhealthyPodEvictionPolicy?: string }
  status?: {
    observedGeneration?: number
    disruptionsAllowed?: number
    currentHealthy?: number
    desiredHealthy?: number
    disruptedPods?: Record<string, string>
  }
}

const TOO_MANY = "Cannot evict pod as it would violate the pod's disruption budget."

/** Deletes a pod, if the disruption budget that covers it allows. */
export const eviction: Subresource = { create: evict }

async function evict(context: Context, call: Call): Promise<Answer> {
  const { namespace, name } = call.info
  const { dryRun, fieldValidation } = writeOptions(call, 'CreateOptions')
  const object = await readObject(context, call, EVICTION, fieldValidation)
  if (object.metadata.name !== name) throw badRequest('name in URL does not match name in Eviction object')
  const { kind: _, apiVersion: __, ...options } = object.deleteOptions ?? {}
  checkDeleteOptions(options)
  const isDry = dryRun || (options.dryRun?.length ?? 0) > 0
  const pod = lookup(context.store, Pod, { namespace, name })
  if (!pod) throw notFound(Pod, name)
  await admit(context, call, object, isDry)
  if (!mayIgnoreBudgets(pod)) await spendBudget(context, pod, isDry)
  await markAndDelete(context, call, pod, isDry ? { ...options, dryRun: ['All'] } : options)
  return answerStatus(call, SUCCESS)
}

/** Before budgets are touched: whoever may not evict the pod must not spend them. */
async function admit({ admission }: Context, call: Call, object: Eviction, dryRun: boolean): Promise<void> {
  const { namespace, name } = call.info
  const kind = Pod as unknown as Kind
  const request = { operation: 'CREATE', kind, subresource: 'eviction', namespace, name, object, dryRun } as const
  const writer = writerOf(call)
  await admission.admit({ ...request, ...writer })
  await admission.validate({ ...request, ...writer })
}

/** A pod that does not run yet, or no longer, disrupts nothing by going. */
function mayIgnoreBudgets({ metadata, status }: Pod): boolean {
  return ['Succeeded', 'Failed', 'Pending'].includes(status.phase ?? '') || metadata.deletionTimestamp !== undefined
}

async function spendBudget(context: Context, pod: Pod, dryRun: boolean): Promise<void> {
  const { namespace = '', name, labels = {} } = pod.metadata
  const { items } = await context.store.list(listPrefix(BUDGETS, namespace))
  const budgets = items.map(({ object }) => object as Budget).filter(({ spec }) => matchesLabels(spec.selector, labels))
  const [budget, ...others] = budgets
  if (!budget) return
  if (others.length) {
    throw new ApiError(
      500,
      'InternalError',
      'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.',
    )
  }
  if (!isReady(pod) && mayLoseUnready(budget)) return
  const now = timestamp(context.env.clock.now())
  await amend(context, BUDGETS, budget.metadata, (latest) => decrement(latest, name, now), dryRun)
}

function isReady({ status }: Pod): boolean {
  return status.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false
}

/** A pod that is not ready counts for nothing, so its going costs nothing. */
function mayLoseUnready({ spec, status: { currentHealthy = 0, desiredHealthy = 0 } = {} }: Budget): boolean {
  return spec.unhealthyPodEvictionPolicy === 'AlwaysAllow' || (currentHealthy >= desiredHealthy && desiredHealthy > 0)
}

function decrement(budget: Budget, pod: string, now: string): void {
  const { name, generation = 0 } = budget.metadata
  const { observedGeneration = 0, disruptionsAllowed = 0, desiredHealthy = 0, currentHealthy = 0 } = budget.status ?? {}
  if (observedGeneration < generation) {
    throw tooMany(`The disruption budget ${name} is still being processed by the server.`)
  }
  if (disruptionsAllowed < 0) {
    throw forbidden({ group: 'policy', plural: 'poddisruptionbudgets' }, name, 'pdb disruptions allowed is negative')
  }
  if (disruptionsAllowed === 0) {
    throw tooMany(
      `The disruption budget ${name} needs ${desiredHealthy} healthy pods and has ${currentHealthy} currently`,
    )
  }
  const disruptedPods = { ...budget.status?.disruptedPods, [pod]: now }
  budget.status = { ...budget.status, disruptionsAllowed: disruptionsAllowed - 1, disruptedPods }
}

function tooMany(message: string): ApiError {
  return new ApiError(429, 'TooManyRequests', TOO_MANY, {
    causes: [{ reason: 'DisruptionBudget', message, field: '' }],
  })
}

/** The pod shows why it went. */
async function markAndDelete(context: Context, call: Call, pod: Pod, options: DeleteOptions): Promise<void> {
  const { namespace = '', name } = pod.metadata
  const now = context.env.clock.now()
  const mark = (latest: Pod) => {
    checkPreconditions(Pod, latest, options)
    const why = { reason: 'EvictionByEvictionAPI', message: 'Eviction API: evicting' }
    setCondition(latest, { type: 'DisruptionTarget', status: 'True', ...why }, now)
  }
  try {
    const { object } = await amend(context, Pod, { namespace, name }, mark, (options.dryRun?.length ?? 0) > 0)
    const preconditions = options.preconditions?.resourceVersion
      ? { ...options.preconditions, resourceVersion: object.metadata.resourceVersion }
      : options.preconditions
    const request = { kind: Pod as unknown as Kind, namespace, name, writer: writerOf(call) }
    await deleteObject(context, { ...request, options: { ...options, ...(preconditions && { preconditions }) } })
  } catch (error) {
    // Somebody else deleted it meanwhile.
    if (!isApiError(error, 'NotFound')) throw error
  }
}
