import type { INodeCondition } from 'kubernetes-models/v1/NodeCondition'
import type { Node } from '../api/kinds/core/node.ts'
import { formatQuantity, quantityOf } from '../api/quantity.ts'
import { timestamp } from '../std/clock.ts'
import type { Image, RuntimeCondition } from './cri/types.ts'
import type { FileSystemSpace } from '../os/fs.ts'
import type { Machine } from './machine.ts'

export const KUBELET_VERSION = 'v1.36.0'
export const MAX_PODS = 110
const IMAGES_MAX = 50
const NAMES_PER_IMAGE_MAX = 5

/** What the node keeps back, and below which it says that it is short: upstream's hard eviction thresholds. */
const MEMORY_RESERVE_BYTES = 100 * 1024 * 1024
const DISK_RESERVE_SHARE = 0.1
const INODES_RESERVE_SHARE = 0.05

/** All that a node's status is made from. */
export interface NodeFindings {
  nodeName: string
  nodeIPs: readonly string[]
  machine: Machine
  /** Of the file system that pods write to. */
  disk: FileSystemSpace
  memoryAvailableBytes: number
  runtime: { name: string; version: string; conditions: readonly RuntimeCondition[] }
  images: readonly Image[]
  /** Why the runtime could not be asked, if so. */
  runtimeError?: string
  kubeletPort: number
}

type NodeStatus = Node['status']

const bytes = (amount: number) => formatQuantity(quantityOf(Math.max(Math.floor(amount), 0), 'BinarySI'))
const plain = (amount: number) => formatQuantity(quantityOf(Math.max(Math.floor(amount), 0)))

/** What the machine has, and what of it pods may use. */
export function nodeResources({ machine, disk }: Pick<NodeFindings, 'machine' | 'disk'>) {
  const { cpus, memoryBytes } = machine
  const hugepages = Object.entries(machine.hugepages)
  const inHugepages = hugepages.reduce((sum, [, amount]) => sum + amount, 0)
  const common = {
    cpu: plain(cpus),
    ...Object.fromEntries(hugepages.map(([size, amount]) => [`hugepages-${size}`, bytes(amount)])),
    pods: plain(MAX_PODS),
  }
  return {
    capacity: { ...common, 'ephemeral-storage': bytes(disk.totalBytes), memory: bytes(memoryBytes) },
    allocatable: {
      ...common,
      'ephemeral-storage': plain(disk.totalBytes * (1 - DISK_RESERVE_SHARE)),
      memory: bytes(memoryBytes - inHugepages - MEMORY_RESERVE_BYTES),
    },
  }
}

/** The status of this node as it is now; `old` tells when conditions last changed. */
export function nodeStatus(findings: NodeFindings, old: NodeStatus | undefined, now: number): NodeStatus {
  const { nodeName, nodeIPs, machine, runtime, images, kubeletPort } = findings
  const { images: _, ...others } = old ?? {}
  return {
    ...others,
    addresses: [
      ...nodeIPs.map((address) => ({ address, type: 'InternalIP' as const })),
      { address: nodeName, type: 'Hostname' as const },
    ],
    ...nodeResources(findings),
    conditions: nodeConditions(findings, old?.conditions ?? [], now),
    daemonEndpoints: { kubeletEndpoint: { Port: kubeletPort } },
    ...(images.length > 0 && { images: nodeImages(images) }),
    nodeInfo: {
      architecture: machine.architecture,
      bootID: machine.bootID,
      containerRuntimeVersion: `${runtime.name}://${runtime.version}`,
      kernelVersion: machine.kernelVersion,
      kubeProxyVersion: '',
      kubeletVersion: KUBELET_VERSION,
      machineID: machine.machineID,
      operatingSystem: 'linux',
      osImage: machine.osImage,
      systemUUID: machine.systemUUID,
    },
  }
}

/** The largest images; a list of none is left out, as the server leaves it out. */
function nodeImages(images: readonly Image[]): NonNullable<NodeStatus['images']> {
  return images
    .toSorted((a, b) => b.size - a.size)
    .slice(0, IMAGES_MAX)
    .map(({ repoDigests, repoTags, size }) => ({
      names: [...repoDigests, ...repoTags].slice(0, NAMES_PER_IMAGE_MAX),
      sizeBytes: size,
    }))
}

interface Verdict {
  type: INodeCondition['type']
  status: 'True' | 'False'
  reason: string
  message: string
}

/** The kubelet's conditions in upstream's order, Ready last, after those that others have set. */
function nodeConditions(findings: NodeFindings, old: readonly INodeCondition[], now: number): INodeCondition[] {
  const at = timestamp(now)
  const verdicts = [memoryPressure(findings), diskPressure(findings), pidPressure(), ready(findings)]
  const others = old.filter(({ type }) => !verdicts.some((verdict) => verdict.type === type))
  const own = verdicts.map((verdict) => {
    const before = old.find(({ type }) => type === verdict.type)
    const since = before?.status === verdict.status ? before.lastTransitionTime : undefined
    return { lastHeartbeatTime: at, lastTransitionTime: since ?? at, ...verdict }
  })
  return [...others, ...own]
}

function memoryPressure({ memoryAvailableBytes }: NodeFindings): Verdict {
  const short = memoryAvailableBytes < MEMORY_RESERVE_BYTES
  return short
    ? {
        type: 'MemoryPressure',
        status: 'True',
        reason: 'KubeletHasInsufficientMemory',
        message: 'kubelet has insufficient memory available',
      }
    : {
        type: 'MemoryPressure',
        status: 'False',
        reason: 'KubeletHasSufficientMemory',
        message: 'kubelet has sufficient memory available',
      }
}

function diskPressure({ disk }: NodeFindings): Verdict {
  const { totalBytes, freeBytes, inodes, freeInodes } = disk
  // File systems that make inodes as they need them say 0 of 0.
  const short = freeBytes < totalBytes * DISK_RESERVE_SHARE || freeInodes < inodes * INODES_RESERVE_SHARE
  return short
    ? { type: 'DiskPressure', status: 'True', reason: 'KubeletHasDiskPressure', message: 'kubelet has disk pressure' }
    : {
        type: 'DiskPressure',
        status: 'False',
        reason: 'KubeletHasNoDiskPressure',
        message: 'kubelet has no disk pressure',
      }
}

const pidPressure = (): Verdict => ({
  type: 'PIDPressure',
  status: 'False',
  reason: 'KubeletHasSufficientPID',
  message: 'kubelet has sufficient PID available',
})

function ready({ runtime, runtimeError }: NodeFindings): Verdict {
  const down = runtime.conditions.filter(({ status }) => !status)
  const complaints = down.map(({ type, reason, message }) => {
    const what =
      type === 'NetworkReady' ? 'container runtime network not ready' : 'container runtime status check failed'
    return `${what}: ${type}=false reason:${reason} message:${message}`
  })
  if (runtimeError) complaints.unshift(`container runtime is down: ${runtimeError}`)
  if (complaints.length === 0) {
    return { type: 'Ready', status: 'True', reason: 'KubeletReady', message: 'kubelet is posting ready status' }
  }
  const message = complaints.length === 1 ? (complaints[0] ?? '') : `[${complaints.join(', ')}]`
  return { type: 'Ready', status: 'False', reason: 'KubeletNotReady', message }
}

/** The labels that every node has. */
export function nodeLabels(nodeName: string, { architecture }: Machine): Record<string, string> {
  return {
    'beta.kubernetes.io/arch': architecture,
    'beta.kubernetes.io/os': 'linux',
    'kubernetes.io/arch': architecture,
    'kubernetes.io/hostname': nodeName,
    'kubernetes.io/os': 'linux',
  }
}

/** The events of a node whose conditions changed: what they now say. */
export function conditionEvents(before: NodeStatus | undefined, after: NodeStatus): string[] {
  return (after.conditions ?? []).flatMap(({ type, status, reason }) => {
    const old = before?.conditions?.find((condition) => condition.type === type)
    if (old?.status === status) return []
    if (type === 'Ready') return old ? [status === 'True' ? 'NodeReady' : 'NodeNotReady'] : []
    return [(reason ?? '').replace(/^Kubelet/, 'Node')]
  })
}
