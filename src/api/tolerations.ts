import type { Node } from './kinds/core/node.ts'
import type { Pod } from './kinds/core/pod.ts'

export type Taint = NonNullable<Node['spec']['taints']>[number]
export type Toleration = NonNullable<Pod['spec']['tolerations']>[number]
export type TaintEffect = Taint['effect']

/** Whether one toleration covers a taint (core/v1 `Toleration.ToleratesTaint`). */
export function covers(toleration: Toleration, taint: Taint): boolean {
  if (toleration.effect && toleration.effect !== taint.effect) return false
  if (toleration.key && toleration.key !== taint.key) return false
  if (!toleration.key && toleration.operator !== 'Exists') return false
  switch (toleration.operator) {
    case 'Exists':
      return true
    case 'Gt':
    case 'Lt':
      return compares(toleration.operator, taint.value, toleration.value)
    default:
      return (toleration.value ?? '') === (taint.value ?? '')
  }
}

/** Both values must be whole numbers: `Gt` means that the taint's is the larger one. */
function compares(operator: 'Gt' | 'Lt', taintValue = '', tolerationValue = ''): boolean {
  if (![taintValue, tolerationValue].every((text) => /^-?\d+$/.test(text))) return false
  return operator === 'Gt' ? BigInt(taintValue) > BigInt(tolerationValue) : BigInt(taintValue) < BigInt(tolerationValue)
}

export function tolerates(tolerations: readonly Toleration[] | undefined, taint: Taint): boolean {
  return tolerations?.some((toleration) => covers(toleration, taint)) ?? false
}

/** The node's taints of these effects that the pod does not tolerate. */
export function untolerated(pod: Pod, node: Node, effects: readonly TaintEffect[]): Taint[] {
  return (node.spec.taints ?? []).filter(
    (taint) => effects.includes(taint.effect) && !tolerates(pod.spec.tolerations, taint),
  )
}
