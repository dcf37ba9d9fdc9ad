import type { IPodStatus } from 'kubernetes-models/v1/PodStatus'
import { addQuantities, compareQuantities, formatQuantity } from '../../../quantity.ts'
import type { PodSpec, ResourceList, ResourceRequirements } from '../pod-spec/types.ts'

export type QosClass = 'Guaranteed' | 'Burstable' | 'BestEffort'

const COMPUTE = ['cpu', 'memory']

/** The class that the API server gave the pod, or the one that its resources make. */
export function podQosClass({ spec, status }: { spec: PodSpec; status?: IPodStatus }): QosClass {
  return status?.qosClass || qosClass(spec)
}

/** How a pod fares when its node runs short: the more exactly it says what it takes, the better. */
export function qosClass({ resources, containers = [], initContainers = [] }: PodSpec): QosClass {
  const all: ResourceRequirements[] = resources
    ? [resources]
    : [...containers, ...initContainers].map((container) => container.resources ?? {})
  const requests = sum(all.map((one) => one.requests))
  const limits = sum(all.map((one) => one.limits))
  const names = Object.keys(limits)
  if (names.length === 0 && Object.keys(requests).length === 0) return 'BestEffort'
  // A pod that speaks as a whole may leave its limits out.
  const limited = resources && !resources.limits ? true : all.every(({ limits: own }) => isLimited(own))
  const exact = names.every((name) => compareQuantities(limits[name] ?? 0, requests[name] ?? 0) === 0)
  return limited && exact && names.length === Object.keys(requests).length ? 'Guaranteed' : 'Burstable'
}

/** Whether both CPU and memory have a limit above zero. */
function isLimited(limits: ResourceList = {}): boolean {
  return COMPUTE.every((name) => compareQuantities(limits[name] ?? 0, 0) > 0)
}

function sum(lists: (ResourceList | undefined)[]): ResourceList {
  const total: ResourceList = {}
  for (const name of COMPUTE) {
    for (const list of lists) {
      const amount = list?.[name] ?? 0
      if (compareQuantities(amount, 0) > 0) total[name] = formatQuantity(addQuantities(total[name] ?? 0, amount))
    }
  }
  return total
}
