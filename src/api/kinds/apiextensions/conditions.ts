import type { ICustomResourceDefinitionCondition } from 'kubernetes-models/apiextensions.k8s.io/v1/CustomResourceDefinitionCondition'

export type Condition = ICustomResourceDefinitionCondition

interface Conditioned {
  status?: { conditions?: readonly Condition[] }
}

export function conditionOf({ status }: Conditioned, type: string): Condition | undefined {
  return status?.conditions?.find((condition) => condition.type === type)
}

export function isConditionTrue(definition: Conditioned, type: string): boolean {
  return conditionOf(definition, type)?.status === 'True'
}

/** The conditions with this one among them; the time of its last transition stays as long as its status does. */
export function withCondition(conditions: readonly Condition[], next: Condition): Condition[] {
  const old = conditions.find(({ type }) => type === next.type)
  if (!old) return [...conditions, next]
  const { lastTransitionTime = next.lastTransitionTime } = old
  const kept = old.status === next.status ? { ...next, lastTransitionTime } : next
  return conditions.map((condition) => (condition === old ? kept : condition))
}
