import type { Pod } from '../api/kinds/core/pod.ts'
import { timestamp } from '../std/clock.ts'

type Condition = NonNullable<Pod['status']['conditions']>[number]

/** The pod's status with a condition; its transition time stays when its status does. */
export function withCondition(
  { status, metadata }: Pod,
  said: Pick<Condition, 'type' | 'status' | 'reason' | 'message'>,
  now: number,
): Pod['status'] {
  const before = status?.conditions ?? []
  const old = before.find(({ type }) => type === said.type)
  const lastTransitionTime = old?.status === said.status ? old.lastTransitionTime : timestamp(now)
  const condition = { ...said, observedGeneration: metadata.generation, lastTransitionTime }
  const conditions = old ? before.map((each) => (each === old ? condition : each)) : [...before, condition]
  return { ...status, conditions }
}
