import type { Pod } from '../api/kinds/core/pod.ts'
import { type Amounts, podRequests } from '../api/pod-resources.ts'

/** What nodes count a pod as when it asks for nothing, so that such pods spread too (upstream's `GetNonzeroRequests`). */
const UNASKED_MILLI_CPU = 100
const UNASKED_MEMORY_BYTES = 200 * 1024 * 1024

/** A pod, and what the plugins need of it, worked out once. */
export interface PodInfo {
  pod: Pod
  requests: Amounts
  /** CPU and memory for scoring: with a share for what was not asked. */
  scored: { cpu: number; memory: number }
  hostPorts: readonly HostPort[]
}

export interface HostPort {
  protocol: string
  ip: string
  port: number
}

export function podInfo(pod: Pod): PodInfo {
  const requests = podRequests(pod)
  return {
    pod,
    requests,
    scored: { cpu: requests.get('cpu') ?? UNASKED_MILLI_CPU, memory: requests.get('memory') ?? UNASKED_MEMORY_BYTES },
    hostPorts: hostPortsOf(pod),
  }
}

function hostPortsOf({ spec }: Pod): HostPort[] {
  const sidecars = (spec.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always')
  return [...sidecars, ...spec.containers].flatMap(({ ports = [] }) =>
    ports.flatMap(({ hostPort, hostIP, protocol }) =>
      hostPort ? [{ protocol: protocol ?? 'TCP', ip: hostIP || '0.0.0.0', port: hostPort }] : [],
    ),
  )
}
