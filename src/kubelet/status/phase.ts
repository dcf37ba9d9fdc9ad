import type { Pod } from '../../api/kinds/core/pod.ts'
import { type Container, type ContainerStatus, initContainers, isSidecar } from '../pod-spec.ts'
import { restartsAfter } from '../restarts.ts'
import { readySandbox, type RuntimePod } from '../runtime-pod.ts'
import { type ContainerStatuses, containerStatuses } from './container-statuses.ts'

export type PodPhase = 'Pending' | 'Running' | 'Succeeded' | 'Failed'

interface Counts {
  unknown: number
  running: number
  waiting: number
  stopped: number
  stoppedForGood: number
  succeeded: number
  pendingInit: number
  pendingSidecars: number
  initFailedForGood: number
}

/** The phase that a pod's containers make, by upstream's rules. `terminal`: nothing will be started any more. */
export function phaseOf(
  pod: Pod,
  statuses: Pick<ContainerStatuses, 'containerStatuses' | 'initContainerStatuses'>,
  { terminal, initialized }: { terminal: boolean; initialized: boolean },
): PodPhase {
  const counts = count(pod, statuses)
  const { unknown, running, waiting, stopped, stoppedForGood, succeeded } = counts
  if (counts.initFailedForGood > 0) return 'Failed'
  if (counts.pendingInit > 0 || (counts.pendingSidecars > 0 && !initialized) || waiting > 0) return 'Pending'
  if (running > 0 && unknown === 0) return 'Running'
  if (running > 0 || stopped === 0 || unknown > 0) return 'Pending'
  if (!terminal && stopped !== stoppedForGood) return 'Running'
  return stopped === succeeded ? 'Succeeded' : 'Failed'
}

function count(pod: Pod, statuses: Pick<ContainerStatuses, 'containerStatuses' | 'initContainerStatuses'>): Counts {
  const counts: Counts = {
    unknown: 0,
    running: 0,
    waiting: 0,
    stopped: 0,
    stoppedForGood: 0,
    succeeded: 0,
    pendingInit: 0,
    pendingSidecars: 0,
    initFailedForGood: 0,
  }
  const statusOf = ({ name }: Container, among: readonly ContainerStatus[]) => among.find((each) => each.name === name)
  for (const container of initContainers(pod)) {
    const status = statusOf(container, statuses.initContainerStatuses)
    if (isSidecar(container)) countSidecar(counts, status)
    else countInit(counts, pod, container, status)
  }
  for (const container of pod.spec.containers) {
    countApp(counts, pod, container, statusOf(container, statuses.containerStatuses))
  }
  return counts
}

function countInit(counts: Counts, pod: Pod, container: Container, status: ContainerStatus | undefined): void {
  const state = status?.state
  const ended = state?.terminated ?? (state?.waiting ? status?.lastState?.terminated : undefined)
  if (!ended) counts.pendingInit++
  else if (ended.exitCode !== 0 && !restartsAfter(pod, container, ended.exitCode)) counts.initFailedForGood++
}

function countSidecar(counts: Counts, status: ContainerStatus | undefined): void {
  if (!status) counts.unknown++
  else if (status.state?.running) {
    if (!status.started) counts.pendingSidecars++
    counts.running++
  } else if (status.state?.waiting && !status.lastState?.terminated) {
    counts.pendingSidecars++
    counts.waiting++
  }
}

function countApp(counts: Counts, pod: Pod, container: Container, status: ContainerStatus | undefined): void {
  const state = status?.state
  if (state?.running) {
    counts.running++
    return
  }
  const ended = state?.terminated ?? (state?.waiting ? status?.lastState?.terminated : undefined)
  if (ended) {
    counts.stopped++
    if (!restartsAfter(pod, container, ended.exitCode)) counts.stoppedForGood++
    if (state?.terminated && ended.exitCode === 0) counts.succeeded++
  } else if (state?.waiting) counts.waiting++
  else counts.unknown++
}

/** Whether a container of the present sandbox has started, which ends what waits for init containers. */
export function hasStarted(pod: Pod, seen: RuntimePod): boolean {
  const sandboxId = readySandbox(seen)?.id
  const names = new Set(pod.spec.containers.map(({ name }) => name))
  return seen.containers.some((container) => names.has(container.name) && container.sandboxId === sandboxId)
}

/** The phase as it is now, by what the API server holds and what the runtime shows. */
export function phaseNow(pod: Pod, seen: RuntimePod, now: number): PodPhase {
  const statuses = containerStatuses({ pod, old: pod.status, seen, now, runtimeName: '' })
  return phaseOf(pod, statuses, { terminal: false, initialized: hasStarted(pod, seen) })
}
