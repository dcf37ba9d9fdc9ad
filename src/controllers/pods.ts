import type { Pod } from '../api/kinds/core/pod.ts'
import type { Draft, KubeObject } from '../api/meta.ts'
import { controllerRef } from './owner.ts'

export type PodStatus = Pod['status']

/** Whether the pod runs or is to run: it has not ended and is not being deleted. */
export function isActive({ metadata, status }: Pod): boolean {
  return !hasEnded(status) && metadata.deletionTimestamp === undefined
}

/** Whether the pod is being deleted but still runs. */
export function isTerminating({ metadata, status }: Pod): boolean {
  return !hasEnded(status) && metadata.deletionTimestamp !== undefined
}

/** Whether all containers have stopped for good. */
export function hasEnded(status: PodStatus | undefined): boolean {
  return status?.phase === 'Succeeded' || status?.phase === 'Failed'
}

export function readyCondition({ status }: Pod) {
  return status?.conditions?.find(({ type }) => type === 'Ready')
}

export function isReady(pod: Pod): boolean {
  return readyCondition(pod)?.status === 'True'
}

/** Since when the pod is ready, in milliseconds since 1970; `undefined` when it is not, or nobody knows. */
export function readySinceMs(pod: Pod): number | undefined {
  const condition = readyCondition(pod)
  return condition?.status === 'True' && condition.lastTransitionTime
    ? Date.parse(condition.lastTransitionTime)
    : undefined
}

/** How long until a ready pod counts as available: 0 when it does already, `undefined` when it is not ready. */
export function availableInMs(pod: Pod, minReadySeconds: number, now: number): number | undefined {
  if (!isReady(pod)) return undefined
  if (minReadySeconds === 0) return 0
  const since = readySinceMs(pod)
  return since === undefined ? undefined : Math.max(0, since + minReadySeconds * 1000 - now)
}

interface PodTemplate {
  metadata?: { labels?: Record<string, string>; annotations?: Record<string, string>; finalizers?: string[] }
  spec?: Pod['spec']
}

/** A new pod of a template, owned by `owner`. */
export function podFromTemplate(template: PodTemplate | undefined, owner: KubeObject): Draft<Pod> {
  const { labels, annotations, finalizers } = template?.metadata ?? {}
  return {
    metadata: {
      generateName: `${owner.metadata.name}-`,
      namespace: owner.metadata.namespace,
      ...(labels && { labels }),
      ...(annotations && { annotations }),
      ...(finalizers && { finalizers }),
      ownerReferences: [controllerRef(owner)],
    },
    ...(template?.spec && { spec: template.spec }),
  }
}
