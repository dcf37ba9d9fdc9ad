import type { Pod } from '../../api/kinds/core/pod.ts'
import { type ContainerStatus, initContainers, isSidecar, type PodCondition } from '../pod-spec.ts'
import type { ContainerStatuses } from './container-statuses.ts'
import type { PodPhase } from './phase.ts'

type Statuses = Pick<ContainerStatuses, 'containerStatuses' | 'initContainerStatuses'>

/** A condition before it is known when it last changed. */
interface Verdict {
  status: 'True' | 'False'
  reason?: string
  message?: string
}

const OWN = [
  'PodReadyToStartContainers',
  'Initialized',
  'Ready',
  'ContainersReady',
  'PodScheduled',
  'PodResizePending',
  'PodResizeInProgress',
  'AllContainersRestarting',
]

/** Whether a condition is the kubelet's to set. */
export const isOwnCondition = (type: string): boolean => OWN.includes(type)

const READY: Verdict = { status: 'True' }
/** Go prints lists of names like this. */
const goList = (names: readonly string[]) => `[${names.join(' ')}]`

export interface ConditionInput {
  pod: Pod
  statuses: Statuses
  phase: PodPhase
  /** The sandbox is there, and its network. */
  hasSandbox: boolean
  old: readonly PodCondition[]
  /** RFC 3339. */
  now: string
}

/** All conditions of a pod: those of others as they stand, then the kubelet's own, in upstream's order. */
export function podConditions(input: ConditionInput): PodCondition[] {
  const { pod, old, hasSandbox } = input
  const others = old.filter(({ type }) => !isOwnCondition(type))
  const ready = containersReady(input)
  const verdicts: [string, Verdict][] = [
    ['PodReadyToStartContainers', { status: hasSandbox ? 'True' : 'False' }],
    ['Initialized', initialized(input)],
    ['Ready', ready.status === 'True' ? gatesReady(pod, others) : ready],
    ['ContainersReady', ready],
    ['PodScheduled', READY],
  ]
  return [...others, ...verdicts.map(([type, verdict]) => conditionOf(type, verdict, input))]
}

function conditionOf(
  type: string,
  { status, reason, message }: Verdict,
  { pod, old, now }: ConditionInput,
): PodCondition {
  const before = old.find((condition) => condition.type === type)
  const { generation } = pod.metadata
  return {
    lastTransitionTime: before?.status === status && before.lastTransitionTime ? before.lastTransitionTime : now,
    ...(message && { message }),
    ...(generation && { observedGeneration: generation }),
    ...(reason && { reason }),
    status,
    type,
  }
}

/** The names of containers whose status is missing, and of those whose status does not satisfy. */
function lacking(
  names: readonly string[],
  statuses: readonly ContainerStatus[],
  good: (status: ContainerStatus) => boolean,
) {
  const unknown: string[] = []
  const bad: string[] = []
  for (const name of names) {
    const status = statuses.find((each) => each.name === name)
    if (!status) unknown.push(name)
    else if (!good(status)) bad.push(name)
  }
  return { unknown, bad }
}

function complaint({ unknown, bad }: { unknown: string[]; bad: string[] }, kind: string): string {
  const parts = [
    ...(unknown.length > 0 ? [`containers with unknown status: ${goList(unknown)}`] : []),
    ...(bad.length > 0 ? [`containers with ${kind} status: ${goList(bad)}`] : []),
  ]
  return parts.join(', ')
}

function containersReady({ pod, statuses, phase }: ConditionInput): Verdict {
  const all = [...statuses.initContainerStatuses, ...statuses.containerStatuses]
  const names = [...initContainers(pod).filter(isSidecar), ...pod.spec.containers].map(({ name }) => name)
  const found = lacking(names, all, ({ ready }) => ready)
  if (phase === 'Succeeded' && found.unknown.length === 0) return { status: 'False', reason: 'PodCompleted' }
  if (phase === 'Failed') return { status: 'False', reason: 'PodFailed' }
  const message = complaint(found, 'unready')
  return message ? { status: 'False', reason: 'ContainersNotReady', message } : READY
}

function gatesReady({ spec }: Pod, others: readonly PodCondition[]): Verdict {
  const complaints = (spec.readinessGates ?? []).flatMap(({ conditionType }) => {
    const condition = others.find(({ type }) => type === conditionType)
    if (!condition) return [`corresponding condition of pod readiness gate "${conditionType}" does not exist.`]
    if (condition.status === 'True') return []
    return [`the status of pod readiness gate "${conditionType}" is not "True", but ${condition.status}`]
  })
  if (complaints.length === 0) return READY
  return { status: 'False', reason: 'ReadinessGatesNotReady', message: complaints.join(', ') }
}

function initialized({ pod, statuses, phase }: ConditionInput): Verdict {
  const containers = initContainers(pod)
  const sidecars = new Set(containers.filter(isSidecar).map(({ name }) => name))
  const found = lacking(
    containers.map(({ name }) => name),
    statuses.initContainerStatuses,
    ({ name, ready, started }) => (sidecars.has(name) ? started === true : ready),
  )
  if (phase === 'Succeeded' && found.unknown.length === 0) return { status: 'True', reason: 'PodCompleted' }
  if (statuses.containerStatuses.some(({ state }) => state?.running || state?.terminated)) return READY
  const message = complaint(found, 'incomplete')
  return message ? { status: 'False', reason: 'ContainersNotInitialized', message } : READY
}
