import type { IContainerState } from 'kubernetes-models/v1/ContainerState'
import type { IContainerStateTerminated } from 'kubernetes-models/v1/ContainerStateTerminated'
import type { Pod } from '../../api/kinds/core/pod.ts'
import { timestamp } from '../../std/clock.ts'
import { crashLoop } from '../plan-containers.ts'
import {
  type Container,
  type ContainerStatus,
  ephemeralContainers,
  initContainers,
  isSidecar,
  type PodStatus,
} from '../pod-spec.ts'
import { shouldBeRestarted, wasInitialized } from '../restarts.ts'
import type { RuntimePod, SeenContainer } from '../runtime-pod.ts'

export interface StatusInput {
  pod: Pod
  /** The status that was published last. */
  old: PodStatus
  seen: RuntimePod
  now: number
  /** `containerd`, which leads container ids. */
  runtimeName: string
}

export type ContainerStatuses = Required<
  Pick<PodStatus, 'containerStatuses' | 'initContainerStatuses' | 'ephemeralContainerStatuses'>
>

/** What 128 plus SIGKILL says: the container is gone, and nobody saw how. */
const LOST_EXIT_CODE = 137

/** The statuses of all containers of a pod; init containers in their order, the others by name. */
export function containerStatuses(input: StatusInput): ContainerStatuses {
  const { pod, old } = input
  const init = initContainers(pod)
  return {
    initContainerStatuses: init.map((each) =>
      withHealth(initStatus(input, each, old.initContainerStatuses), each, input),
    ),
    containerStatuses: byName(pod.spec.containers).map((each) =>
      withHealth(oneStatus(input, each, old.containerStatuses), each, input),
    ),
    ephemeralContainerStatuses: byName(ephemeralContainers(pod)).map((each) =>
      oneStatus(input, each, old.ephemeralContainerStatuses),
    ),
  }
}

const byName = (containers: readonly Container[]) =>
  [...containers].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))

/** Containers of this name, newest first. */
const historyOf = ({ containers }: RuntimePod, name: string) => containers.filter((each) => each.name === name)

function oneStatus(input: StatusInput, container: Container, before: readonly ContainerStatus[] = []): ContainerStatus {
  const old = before.find(({ name }) => name === container.name)
  const [latest, previous] = historyOf(input.seen, container.name)
  const status = latest ? seenStatus(input, container, { latest, previous, old }) : unseenStatus(input, container, old)
  return waiting(input, container, latest, status)
}

/** A container that has to be started says what holds it up, if that is known. */
function waiting(
  { pod, seen, now }: StatusInput,
  container: Container,
  latest: SeenContainer | undefined,
  status: ContainerStatus,
): ContainerStatus {
  if (!shouldBeRestarted(pod, container, latest)) return status
  const { name } = container
  const failure = seen.failures[name]
  // A fresh failure is shown before the back-off that it may have led to.
  const fresh = failure !== undefined && failure.retryAtMs > now
  const held = fresh ? failure : (crashLoop(pod, seen, name, now) ?? failure)
  if (!held) return status
  const lastState = status.state?.terminated ? status.state : status.lastState
  return { ...status, ...(lastState && { lastState }), state: { waiting: withoutEmpty(held) } }
}

const withoutEmpty = ({ reason, message }: { reason: string; message: string }) => ({
  ...(message && { message }),
  reason,
})

interface History {
  latest: SeenContainer
  previous?: SeenContainer
  old?: ContainerStatus
}

function seenStatus(
  { runtimeName }: StatusInput,
  container: Container,
  { latest, previous, old }: History,
): ContainerStatus {
  const containerID = `${runtimeName}://${latest.id}`
  const carried = old?.containerID !== containerID && old?.state?.terminated ? old.state : old?.lastState
  const last = previous ? stateOf(previous, runtimeName) : carried
  const { requests } = container.resources ?? {}
  return {
    ...base(container),
    ...(requests && { allocatedResources: requests }),
    containerID,
    image: latest.image,
    imageID: latest.imageRef,
    lastState: last?.terminated ? { terminated: last.terminated } : {},
    resources: container.resources ?? {},
    restartCount: Math.max(latest.restartCount, old?.restartCount ?? 0),
    state: stateOf(latest, runtimeName),
    ...(latest.user && { user: { linux: latest.user } }),
  }
}

/** What every status of the container says. */
function base(container: Container) {
  const mounts = container.volumeMounts?.map(({ name, mountPath, readOnly }) => ({
    mountPath,
    name,
    ...(readOnly && { readOnly, recursiveReadOnly: 'Disabled' as const }),
  }))
  return { name: container.name, ready: false, ...(mounts?.length && { volumeMounts: mounts }) }
}

function stateOf(container: SeenContainer, runtimeName: string): IContainerState {
  const { id, state, startedAtMs, finishedAtMs, exitCode, reason, message } = container
  if (state === 'running') return { running: { startedAt: timestamp(startedAtMs) } }
  if (state !== 'exited') return { waiting: {} }
  const terminated: IContainerStateTerminated = {
    containerID: `${runtimeName}://${id}`,
    exitCode,
    finishedAt: timestamp(finishedAtMs),
    ...(message && { message }),
    ...(reason && { reason }),
    startedAt: timestamp(startedAtMs),
  }
  return { terminated }
}

/** The runtime knows of no such container: it was never made, or it was lost. */
function unseenStatus({ pod }: StatusInput, container: Container, old: ContainerStatus | undefined): ContainerStatus {
  if (old?.state?.terminated) return old
  const reason = initContainers(pod).length > 0 ? 'PodInitializing' : 'ContainerCreating'
  const status: ContainerStatus = {
    ...base(container),
    image: container.image ?? '',
    imageID: '',
    lastState: old?.lastState ?? {},
    restartCount: old?.restartCount ?? 0,
    state: { waiting: { reason } },
  }
  if (!old?.state?.running || old.lastState?.terminated) return status
  const terminated = {
    exitCode: LOST_EXIT_CODE,
    message: 'The container could not be located when the pod was deleted.  The container used to be Running',
    reason: 'ContainerStatusUnknown',
  }
  const again = pod.metadata.deletionTimestamp ? 0 : 1
  return { ...status, lastState: { terminated }, restartCount: status.restartCount + again }
}

function initStatus(input: StatusInput, container: Container, before?: readonly ContainerStatus[]): ContainerStatus {
  const [latest] = historyOf(input.seen, container.name)
  if (latest?.state === 'exited' && latest.exitCode === 0) {
    const old = before?.find(({ name }) => name === container.name)
    return seenStatus(input, container, { latest, previous: historyOf(input.seen, container.name)[1], old })
  }
  const status = oneStatus(input, container, before)
  const lost = !latest && !isSidecar(container) && status.state?.waiting && wasInitialized(input.pod, input.seen)
  if (!lost) return status
  const message =
    'Unable to get init container status from container runtime and pod has been initialized, treat it as exited normally'
  return { ...status, state: { terminated: { exitCode: 0, message, reason: 'Completed' } } }
}

/** Fills in `started` and `ready`: what probes found, or what there being none means. */
function withHealth(status: ContainerStatus, container: Container, { pod, seen }: StatusInput): ContainerStatus {
  const isInit = initContainers(pod).includes(container)
  const exitedWell = status.state?.terminated?.exitCode === 0
  if (isInit && !isSidecar(container))
    return { ...status, ready: exitedWell, started: status.state?.running !== undefined }
  if (!status.state?.running) return { ...status, ready: false, started: false }
  const id = status.containerID?.split('://')[1] ?? ''
  const health = seen.health[id] ?? { started: !container.startupProbe, ready: !container.readinessProbe }
  return { ...status, ready: health.started && health.ready, started: health.started }
}
