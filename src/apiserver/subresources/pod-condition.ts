import type { Pod } from '../../api/kinds/core/pod.ts'
import { timestamp } from '../../std/clock.ts'

type Condition = NonNullable<Pod['status']['conditions']>[number]

/** Sets a condition, in place; its transition time stays while its status does. */
export function setCondition(pod: Pod, condition: Condition, now: number): void {
  pod.status ??= {}
  const conditions = pod.status.conditions ?? []
  const old = conditions.find(({ type }) => type === condition.type)
  const lastTransitionTime = old?.status === condition.status ? old?.lastTransitionTime : timestamp(now)
  const next = { ...condition, ...(lastTransitionTime && { lastTransitionTime }) }
  pod.status.conditions = old ? conditions.map((one) => (one === old ? next : one)) : [...conditions, next]
}
