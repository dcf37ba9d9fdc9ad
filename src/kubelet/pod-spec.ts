import type { IContainer } from 'kubernetes-models/v1/Container'
import type { IContainerStatus } from 'kubernetes-models/v1/ContainerStatus'
import type { IPodCondition } from 'kubernetes-models/v1/PodCondition'
import type { IPodStatus } from 'kubernetes-models/v1/PodStatus'
import type { IProbe } from 'kubernetes-models/v1/Probe'
import type { IVolume } from 'kubernetes-models/v1/Volume'
import type { Pod } from '../api/kinds/core/pod.ts'

export type Container = IContainer
export type ContainerStatus = IContainerStatus
export type PodCondition = IPodCondition
export type PodStatus = IPodStatus
export type Probe = IProbe
export type Volume = IVolume

export const initContainers = ({ spec }: Pod): readonly Container[] => spec.initContainers ?? []

/** Those of `kubectl debug`: they are started once, and never again. */
export const ephemeralContainers = ({ spec }: Pod): readonly Container[] => spec.ephemeralContainers ?? []

/** Every container that the pod may run. */
export const allContainers = (pod: Pod): readonly Container[] => [
  ...initContainers(pod),
  ...pod.spec.containers,
  ...ephemeralContainers(pod),
]

/** An init container that keeps running beside the others. */
export const isSidecar = ({ restartPolicy }: Container): boolean => restartPolicy === 'Always'

export const isHostNetwork = ({ spec }: Pod): boolean => spec.hostNetwork === true

/** How messages of the kubelet name a pod: `name_namespace(uid)`. */
export const formatPod = ({ metadata: { name, namespace, uid } }: Pod): string => `${name}_${namespace}(${uid})`

/** Where an event about a container points to: `spec.containers{web}`. */
export function fieldPathOf(pod: Pod, name: string): string {
  const has = (containers: readonly Container[]) => containers.some((container) => container.name === name)
  if (has(pod.spec.containers)) return `spec.containers{${name}}`
  return has(initContainers(pod)) ? `spec.initContainers{${name}}` : `spec.ephemeralContainers{${name}}`
}

/** The seconds that the pod's containers are given to end. */
export const graceSeconds = ({ metadata, spec }: Pod): number =>
  metadata.deletionGracePeriodSeconds ?? spec.terminationGracePeriodSeconds ?? DEFAULT_GRACE_SECONDS

const DEFAULT_GRACE_SECONDS = 30
