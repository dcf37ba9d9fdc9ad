import { isApiError } from '../../api/errors.ts'
import { Node } from '../../api/kinds/core/node.ts'
import { Pod } from '../../api/kinds/core/pod.ts'
import { keyOf } from '../../api/meta.ts'
import type { Context } from '../context.ts'
import { ignoringNotFound } from '../failures.ts'
import { withCondition } from '../pod-conditions.ts'
import { BY_NODE, podsByNode } from '../pods-by-node.ts'
import { hasEnded } from '../pods.ts'
import { controller } from '../runtime.ts'
import { readyOf } from './node-health.ts'

/** How long a node must be missing before its pods go: it may be on its way back. */
const QUARANTINE_MS = 40_000

const TERMINATED_THRESHOLD = 12_500

const OUT_OF_SERVICE = 'node.kubernetes.io/out-of-service'

/** The index of pods that have ended. */
const ENDED = 'ended'

/** Since when (in milliseconds since 1970) a node has been missing, by name. */
type Memory = Map<string, number>

/** Removes pods that no kubelet will: of nodes that are gone, unscheduled ones that are deleted, and too many that have ended. */
export const podGc = controller<Pod, Memory>({
  name: 'pod-garbage-collector',
  for: Pod,
  watches: [{ kind: Node, keys: ({ metadata }, { cache }) => cache(Pod).by(BY_NODE, metadata.name).map(keyOf) }],
  indexesOf: [podsByNode],
  indexes: { [ENDED]: ({ status }) => (hasEnded(status) ? ['yes'] : []) },
  state: () => new Map(),

  async reconcile(pod, context) {
    const { cache, config, env } = context
    if (hasEnded(pod.status)) {
      const surplus = planSurplus(cache(Pod).by(ENDED, 'yes'), config.terminatedPodThreshold ?? TERMINATED_THRESHOLD)
      if (surplus.includes(pod)) return remove(pod, context)
      // It is the end of this pod that makes an older one too many.
      for (const other of surplus) context.wake(keyOf(other))
    }
    const { nodeName } = pod.spec
    const node = nodeName ? cache(Node).get({ name: nodeName }) : undefined
    if (isAbandoned(pod, node)) return remove(pod, context)
    if (!nodeName) return
    if (node) return void context.state.delete(nodeName)
    return onMissingNode(pod, nodeName, context, env.clock.now())
  },
})

/** Whether a pod that is being deleted has nobody who would finish that. */
export function isAbandoned({ metadata, spec }: Pod, node: Node | undefined): boolean {
  if (!metadata.deletionTimestamp) return false
  if (!spec.nodeName) return true
  const outOfService = node?.spec?.taints?.some(({ key }) => key === OUT_OF_SERVICE) ?? false
  return node !== undefined && outOfService && readyOf(node)?.status !== 'True'
}

/** Those of the pods that have ended which are too many: evicted ones first, then the oldest. */
export function planSurplus(ended: readonly Pod[], threshold: number): Pod[] {
  if (threshold <= 0 || ended.length <= threshold) return []
  const evicted = ({ status }: Pod) => Number(status.phase === 'Failed' && status.reason === 'Evicted')
  const created = ({ metadata }: Pod) => Date.parse(metadata.creationTimestamp)
  const order = (a: Pod, b: Pod) =>
    evicted(b) - evicted(a) || created(a) - created(b) || (a.metadata.name < b.metadata.name ? -1 : 1)
  return ended.toSorted(order).slice(0, ended.length - threshold)
}

async function onMissingNode(pod: Pod, nodeName: string, context: Context<Memory>, now: number) {
  const { api, state } = context
  const since = state.get(nodeName) ?? now
  state.set(nodeName, since)
  if (now < since + QUARANTINE_MS) return { requeueAfterMs: since + QUARANTINE_MS - now }
  // The cache may lag behind; only the server knows.
  const exists = await api(Node)
    .get({ name: nodeName })
    .then(() => true, onlyNotFound)
  if (exists) return { requeueAfterMs: QUARANTINE_MS }
  await remove(pod, context, {
    type: 'DisruptionTarget',
    status: 'True',
    reason: 'DeletionByPodGC',
    message: 'PodGC: node no longer exists',
  })
}

function onlyNotFound(error: unknown): false {
  if (isApiError(error, 'NotFound')) return false
  throw error
}

type Said = Parameters<typeof withCondition>[1]

/** Marks the pod as failed, because there is no kubelet that would, and deletes it at once. */
async function remove(pod: Pod, { api, env }: Context<Memory>, condition?: Said): Promise<undefined> {
  const { metadata, status } = pod
  const conditioned = condition ? withCondition(pod, condition, env.clock.now()) : status
  const marking = hasEnded(status)
    ? Promise.resolve(pod)
    : api(Pod).updateStatus(pod, { ...conditioned, phase: 'Failed' })
  const options = { gracePeriodSeconds: 0, preconditions: { uid: metadata.uid } }
  await ignoringNotFound(marking.then(() => api(Pod).delete(metadata, options)))
}
