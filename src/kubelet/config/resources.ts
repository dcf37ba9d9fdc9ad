import type { Pod } from '../../api/kinds/core/pod.ts'
import { addTo, amountsOf, podRequests } from '../../api/pod-resources.ts'
import type { LinuxResources } from '../cri/types.ts'
import { type Container, initContainers, isSidecar } from '../pod-spec.ts'
import { podQosClass } from '../../api/kinds/core/pod/qos.ts'

/** The kernel's bounds. */
const MIN_SHARES = 2
const MAX_SHARES = 262_144
const SHARES_PER_CPU = 1024
/** Microseconds over which a limit on cpu is counted. */
export const QUOTA_PERIOD = 100_000
/** The smallest part of a period that the kernel grants. */
const MIN_QUOTA = 1000

const GUARANTEED_OOM_SCORE = -997
const BEST_EFFORT_OOM_SCORE = 1000

/** Thousandths of a core as the weight of a cgroup. */
export function cpuShares(milliCpu: number): number {
  if (milliCpu === 0) return MIN_SHARES
  return Math.min(Math.max(Math.floor((milliCpu * SHARES_PER_CPU) / 1000), MIN_SHARES), MAX_SHARES)
}

/** Thousandths of a core as microseconds of each period; 0 is no limit. */
export function cpuQuota(milliCpu: number): number {
  if (milliCpu === 0) return 0
  return Math.max(Math.floor((milliCpu * QUOTA_PERIOD) / 1000), MIN_QUOTA)
}

/** Weight and limits for these amounts: cpu in thousandths of a core, memory in bytes, 0 for none. */
export function linuxResources(milliCpuRequest: number, milliCpuLimit: number, memoryLimit: number): LinuxResources {
  return {
    cpuShares: cpuShares(milliCpuRequest),
    cpuQuota: cpuQuota(milliCpuLimit),
    cpuPeriod: QUOTA_PERIOD,
    ...(memoryLimit > 0 && { memoryLimitInBytes: memoryLimit }),
  }
}

/** What a container's cgroup is given. */
export function containerResources(pod: Pod, container: Container, memoryCapacity: number): LinuxResources {
  const requests = amountsOf(container.resources?.requests)
  const limits = amountsOf(container.resources?.limits)
  const ofPod = amountsOf(pod.spec.resources?.limits)
  const cpuLimit = limits.get('cpu') || ofPod.get('cpu') || 0
  const memoryLimit = limits.get('memory') || ofPod.get('memory') || 0
  return {
    ...linuxResources(requests.get('cpu') ?? cpuLimit, cpuLimit, memoryLimit),
    oomScoreAdj: oomScoreAdjust(pod, container, memoryCapacity),
  }
}

/** How soon the kernel ends the container when memory runs out: the less it asked for, the sooner. */
export function oomScoreAdjust(pod: Pod, container: Container, memoryCapacity: number): number {
  if (pod.spec.priorityClassName === 'system-node-critical') return GUARANTEED_OOM_SCORE
  const qos = podQosClass(pod)
  if (qos === 'Guaranteed') return GUARANTEED_OOM_SCORE
  if (qos === 'BestEffort') return BEST_EFFORT_OOM_SCORE
  const requested = memoryRequest(container)
  const least = Math.min(...pod.spec.containers.map(memoryRequest))
  const counted =
    isSidecar(container) && initContainers(pod).includes(container) ? Math.max(requested, least) : requested
  const score = 1000 - Math.floor((1000 * counted) / memoryCapacity)
  if (score < 1000 + GUARANTEED_OOM_SCORE) return 1000 + GUARANTEED_OOM_SCORE
  return score === BEST_EFFORT_OOM_SCORE ? score - 1 : score
}

const memoryRequest = ({ resources }: Container): number => amountsOf(resources?.requests).get('memory') ?? 0

/** What a pod may take at most: the sum of its containers and sidecars, or what is said for it as a whole. */
export function podLimits({ spec }: Pod): { limits: Map<string, number>; complete: (name: string) => boolean } {
  const counted = [...spec.containers, ...(spec.initContainers ?? []).filter(isSidecar)]
  const each = counted.map(({ resources }) => amountsOf(resources?.limits))
  const limits = new Map<string, number>()
  for (const amounts of each) addTo(limits, amounts)
  const ofPod = amountsOf(spec.resources?.limits)
  for (const [name, amount] of ofPod) limits.set(name, amount)
  for (const init of spec.initContainers ?? []) {
    for (const [name, amount] of amountsOf(init.resources?.limits)) {
      if (!isSidecar(init) && !ofPod.has(name)) limits.set(name, Math.max(limits.get(name) ?? 0, amount))
    }
  }
  return { limits, complete: (name) => ofPod.has(name) || each.every((amounts) => (amounts.get(name) ?? 0) > 0) }
}

/** What a pod's own cgroup is given. A limit holds only if every container has one. */
export function podResources(pod: Pod): LinuxResources {
  const qos = podQosClass(pod)
  if (qos === 'BestEffort') return { cpuShares: MIN_SHARES }
  const { limits, complete } = podLimits(pod)
  const quota = complete('cpu') ? { cpuQuota: cpuQuota(limits.get('cpu') ?? 0), cpuPeriod: QUOTA_PERIOD } : {}
  const memory = complete('memory') ? { memoryLimitInBytes: limits.get('memory') ?? 0 } : {}
  return { cpuShares: cpuShares(podRequests(pod).get('cpu') ?? 0), ...quota, ...memory }
}

/** What a sandbox is told of the pod's resources; runtimes that start virtual machines size them by it. */
export function sandboxResources(pod: Pod): LinuxResources {
  const { limits } = podLimits(pod)
  return linuxResources(podRequests(pod).get('cpu') ?? 0, limits.get('cpu') ?? 0, limits.get('memory') ?? 0)
}
