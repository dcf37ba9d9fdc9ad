import { podQosClass } from '../../api/kinds/core/pod/qos.ts'
import { timestamp } from '../../std/clock.ts'
import { DEADLINE_MESSAGE, type PodState, sandboxChange } from '../pod-machine.ts'
import { isHostNetwork, type PodStatus } from '../pod-spec.ts'
import { readySandbox } from '../runtime-pod.ts'
import { podConditions } from './conditions.ts'
import { type ContainerStatuses, containerStatuses, type StatusInput } from './container-statuses.ts'
import { hasStarted, phaseOf, type PodPhase } from './phase.ts'

export interface PodStatusInput extends StatusInput {
  state: PodState
  /** The node's addresses, the first one leading. */
  hostIPs: readonly string[]
}

/** The status of a pod, from what is wanted and what is seen. */
export function podStatus(input: PodStatusInput): PodStatus {
  const { pod, old, seen, state, now, hostIPs } = input
  const statuses = containerStatuses(input)
  const { phase, ...why } = phaseAndReason(input, statuses)
  const at = timestamp(now)
  const hasSandbox = !sandboxChange(pod, seen).change
  const { generation } = pod.metadata
  return {
    ...kept(old),
    conditions: podConditions({ pod, statuses, phase, hasSandbox, old: old.conditions ?? [], now: at }),
    ...withoutEmptyLists(statuses),
    ...(hostIPs[0] && { hostIP: hostIPs[0], hostIPs: hostIPs.map((ip) => ({ ip })) }),
    ...why,
    ...(generation && { observedGeneration: generation }),
    phase,
    ...addresses(input, state.phase !== 'syncing'),
    qosClass: podQosClass(pod),
    startTime: old.startTime ?? at,
  }
}

/** Fields of a status that are not the kubelet's to fill in. */
function kept({ nominatedNodeName, resourceClaimStatuses, extendedResourceClaimStatus }: PodStatus) {
  return {
    ...(nominatedNodeName && { nominatedNodeName }),
    ...(resourceClaimStatuses && { resourceClaimStatuses }),
    ...(extendedResourceClaimStatus && { extendedResourceClaimStatus }),
  }
}

function withoutEmptyLists(statuses: ContainerStatuses): Partial<ContainerStatuses> {
  return Object.fromEntries(Object.entries(statuses).filter(([, list]) => list.length > 0))
}

/** A pod that ended stays ended, and keeps the reason that goes with its phase. */
function phaseAndReason({ pod, old, seen, state }: PodStatusInput, statuses: ContainerStatuses) {
  const terminal = state.phase === 'terminated'
  if (state.phase !== 'syncing' && state.reason === 'DeadlineExceeded') {
    return { phase: 'Failed' as const, reason: 'DeadlineExceeded', message: DEADLINE_MESSAGE }
  }
  const computed = phaseOf(pod, statuses, { terminal, initialized: hasStarted(pod, seen) })
  const ended = [pod.status.phase, old.phase].find((phase) => phase === 'Failed' || phase === 'Succeeded')
  const phase: PodPhase = ended ?? computed
  if (phase !== old.phase) return { phase }
  return { ...(old.message && { message: old.message }), phase, ...(old.reason && { reason: old.reason }) }
}

/** A pod that stops keeps the addresses it had. */
function addresses({ pod, old, seen, hostIPs }: PodStatusInput, ending: boolean): Partial<PodStatus> {
  const seenIPs = isHostNetwork(pod) ? hostIPs : (readySandbox(seen)?.ips ?? [])
  const oldIPs = old.podIPs?.flatMap(({ ip }) => (ip ? [ip] : [])) ?? []
  const ips = seenIPs.length > 0 || !ending ? seenIPs : oldIPs
  return ips[0] ? { podIP: ips[0], podIPs: ips.map((ip) => ({ ip })) } : {}
}
