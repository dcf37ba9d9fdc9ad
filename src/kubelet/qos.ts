import type { Pod } from '../api/kinds/core/pod.ts'
import { amountsOf } from '../api/pod-resources.ts'
import { type Container, initContainers } from './pod-spec.ts'

export type QosClass = 'Guaranteed' | 'Burstable' | 'BestEffort'

/** Only these decide the class. */
const COUNTED = ['cpu', 'memory']

/** The class that the API server gave the pod, or the one that its resources make. */
export function podQosClass(pod: Pod): QosClass {
  return pod.status?.qosClass || computeQosClass(pod)
}

/** Guaranteed: every container has limits for cpu and memory, and asks for as much; BestEffort: none asks for any. */
export function computeQosClass(pod: Pod): QosClass {
  const holders = pod.spec.resources ? [pod.spec] : [...initContainers(pod), ...pod.spec.containers]
  if (holders.every((holder) => counted(holder, 'requests').length === 0 && counted(holder, 'limits').length === 0)) {
    return 'BestEffort'
  }
  return holders.every(isGuaranteed) ? 'Guaranteed' : 'Burstable'
}

type Holder = Pick<Container, 'resources'>

const counted = ({ resources }: Holder, which: 'requests' | 'limits') =>
  [...amountsOf(resources?.[which])].filter(([name, amount]) => COUNTED.includes(name) && amount > 0)

function isGuaranteed(holder: Holder): boolean {
  const limits = new Map(counted(holder, 'limits'))
  const requests = new Map(counted(holder, 'requests'))
  return COUNTED.every((name) => limits.has(name) && (requests.get(name) ?? limits.get(name)) === limits.get(name))
}
