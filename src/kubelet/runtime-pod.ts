import type { Container, ContainerStatus, LinuxResources, PodSandbox, PodSandboxStatus } from './cri/types.ts'
import { annotationsOf, labelsOf } from './labels.ts'

/** What is seen of a pod: what the runtime says, what was done on the node for it, and what did not work. */
export interface RuntimePod {
  /** Newest first. */
  sandboxes: SeenSandbox[]
  /** Newest first, those of old sandboxes included. */
  containers: SeenContainer[]
  /** What the kubelet has done since it started; all of it may be done again. */
  node: NodeWork
  /** The starts that failed, by container; `''` is the pod as a whole: its volumes, cgroup or sandbox. */
  failures: Record<string, Failure>
  /** What probes found, by container id; a container without an entry has not been judged yet. */
  health: Record<string, Health>
}

export interface SeenSandbox {
  id: string
  attempt: number
  ready: boolean
  createdAtMs: number
  /** Empty for the node's network, and for a sandbox that stopped. */
  ips: string[]
  hostNetwork: boolean
}

export type SeenState = 'created' | 'running' | 'exited' | 'unknown'

export interface SeenContainer {
  id: string
  name: string
  sandboxId: string
  state: SeenState
  restartCount: number
  /** Of the container as the pod described it when this one was made. */
  hash: string
  /** How long to wait before another one is made after this one ends. */
  backOffMs: number
  createdAtMs: number
  startedAtMs: number
  finishedAtMs: number
  exitCode: number
  reason: string
  message: string
  image: string
  imageRef: string
  resources?: LinuxResources
  user?: { uid: number; gid: number; supplementalGroups: number[] }
}

export interface NodeWork {
  /** Cgroup and directories are there. */
  prepared: boolean
  volumesMountedAtMs?: number
  /** Volumes and cgroup were taken away … */
  cleaned: boolean
  /** … then directories and logs … */
  removed: boolean
  /** … and then the API server was told so. */
  deleted: boolean
}

export interface Failure {
  /** As `state.waiting.reason` says it. */
  reason: string
  message: string
  /** Not before this moment is it worth another try. */
  retryAtMs: number
}

export interface Health {
  started: boolean
  live: boolean
  ready: boolean
}

export const NOTHING_DONE: NodeWork = { prepared: false, cleaned: false, removed: false, deleted: false }

/** A pod of which nothing is there. */
export const nothingSeen = (): RuntimePod => ({
  sandboxes: [],
  containers: [],
  node: NOTHING_DONE,
  failures: {},
  health: {},
})

const NS_PER_MS = 1_000_000
const msOf = (nanoseconds: number) => Math.floor(nanoseconds / NS_PER_MS)

const STATES = {
  CONTAINER_CREATED: 'created',
  CONTAINER_RUNNING: 'running',
  CONTAINER_EXITED: 'exited',
  CONTAINER_UNKNOWN: 'unknown',
} as const

/** The newest container of this name. */
export const findContainer = ({ containers }: RuntimePod, name: string): SeenContainer | undefined =>
  containers.find((container) => container.name === name)

/** The sandbox that the pod lives in now. */
export const readySandbox = ({ sandboxes }: RuntimePod): SeenSandbox | undefined =>
  sandboxes[0]?.ready ? sandboxes[0] : undefined

export function seenSandbox(sandbox: PodSandbox, status: PodSandboxStatus | undefined): SeenSandbox {
  const network = status?.network
  return {
    id: sandbox.id,
    attempt: sandbox.metadata.attempt,
    ready: sandbox.state === 'SANDBOX_READY',
    createdAtMs: msOf(sandbox.createdAt),
    ips: network?.ip ? [network.ip, ...network.additionalIps.map(({ ip }) => ip)] : [],
    hostNetwork: status?.linux?.namespaces?.options?.network === 'NODE',
  }
}

export function seenContainer(container: Container, status: ContainerStatus, terminationMessage = ''): SeenContainer {
  const { hash, restartCount, backOffMs } = annotationsOf(status.annotations)
  return {
    id: status.id,
    name: labelsOf(status.labels).containerName,
    sandboxId: container.podSandboxId,
    state: STATES[status.state],
    restartCount,
    hash,
    backOffMs,
    createdAtMs: msOf(status.createdAt),
    startedAtMs: msOf(status.startedAt),
    finishedAtMs: msOf(status.finishedAt),
    exitCode: status.exitCode,
    reason: status.reason,
    message: [status.message, terminationMessage].filter(Boolean).join(': '),
    image: status.image?.image ?? '',
    imageRef: status.imageRef,
    ...(status.resources?.linux && { resources: status.resources.linux }),
    ...(status.user?.linux && { user: status.user.linux }),
  }
}

/** Newest first, and among those made in one moment the later attempt. */
export function newestFirst(a: SeenContainer, b: SeenContainer): number {
  return b.createdAtMs - a.createdAtMs || b.restartCount - a.restartCount
}
