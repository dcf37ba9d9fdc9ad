import { Node } from '../../api/kinds/core/node.ts'
import { Pod } from '../../api/kinds/core/pod.ts'
import { keyOf } from '../../api/meta.ts'
import { covers, type Taint, type Toleration } from '../../api/tolerations.ts'
import type { Context } from '../context.ts'
import { ignoringNotFound } from '../failures.ts'
import { withCondition } from '../pod-conditions.ts'
import { BY_NODE, podsByNode } from '../pods-by-node.ts'
import { controller } from '../runtime.ts'

/** Since when (in milliseconds since 1970) a pod, by uid, has been under a taint that it tolerates for a time. */
type Memory = Map<string, number>

/** Deletes pods from nodes whose NoExecute taints they do not tolerate, or no longer. */
export const taintEviction = controller<Pod, Memory>({
  name: 'taint-eviction',
  component: 'taint-eviction-controller',
  for: Pod,
  watches: [{ kind: Node, keys: ({ metadata }, { cache }) => cache(Pod).by(BY_NODE, metadata.name).map(keyOf) }],
  indexesOf: [podsByNode],
  wants: ({ spec }) => Boolean(spec.nodeName),
  state: () => new Map(),

  async reconcile(pod, context) {
    const { cache, env, state } = context
    const { uid, deletionTimestamp } = pod.metadata
    const node = cache(Node).get({ name: pod.spec.nodeName ?? '' })
    if (!node || deletionTimestamp) return void state.delete(uid)
    const tolerated = toleratedMs(node.spec?.taints ?? [], pod.spec.tolerations ?? [])
    if (tolerated === undefined) return cancel(pod, context)
    const now = env.clock.now()
    const since = state.get(uid) ?? now
    if (since + tolerated <= now) return evict(pod, context)
    state.set(uid, since)
    return { requeueAfterMs: since + tolerated - now }
  },
})

/** How long the taints are tolerated: 0 when one is not at all, `undefined` when there is nothing to fear. */
export function toleratedMs(taints: readonly Taint[], tolerations: readonly Toleration[]): number | undefined {
  const driving = taints.filter(({ effect }) => effect === 'NoExecute')
  if (driving.length === 0) return undefined
  const used = driving.map((taint) => tolerations.find((toleration) => covers(toleration, taint)))
  if (used.includes(undefined)) return 0
  const limits = used.map((toleration) => toleration?.tolerationSeconds).filter((seconds) => seconds !== undefined)
  return limits.length > 0 ? Math.max(0, Math.min(...limits)) * 1000 : undefined
}

function cancel({ metadata }: Pod, { state, events }: Context<Memory>): undefined {
  if (!state.delete(metadata.uid)) return
  record(metadata, `Cancelling deletion of Pod ${keyOf({ metadata })}`, events)
}

async function evict(pod: Pod, { api, env, state, events }: Context<Memory>): Promise<undefined> {
  record(pod.metadata, `Marking for deletion Pod ${keyOf(pod)}`, events)
  const condition = {
    type: 'DisruptionTarget',
    status: 'True',
    reason: 'DeletionByTaintManager',
    message: 'Taint manager: deleting due to NoExecute taint',
  } as const
  await ignoringNotFound(
    api(Pod)
      .updateStatus(pod, withCondition(pod, condition, env.clock.now()))
      .then(() => api(Pod).delete(pod.metadata, { preconditions: { uid: pod.metadata.uid } })),
  )
  state.delete(pod.metadata.uid)
}

function record({ namespace, name }: Pod['metadata'], message: string, events: Context['events']): void {
  const about = { apiVersion: 'v1', kind: 'Pod', metadata: { namespace, name } }
  events.record(about, 'Normal', 'TaintManagerEviction', message)
}
