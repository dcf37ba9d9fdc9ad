import type { IContainer } from 'kubernetes-models/v1/Container'
import type { IContainerStatus } from 'kubernetes-models/v1/ContainerStatus'
import type { IPodCondition } from 'kubernetes-models/v1/PodCondition'
import type { IPodStatus } from 'kubernetes-models/v1/PodStatus'
import type { IProbe } from 'kubernetes-models/v1/Probe'
import type { IVolume } from 'kubernetes-models/v1/Volume'
import type { Pod } from '../api/kinds/core/pod.ts'
import type { RuntimePod, SeenContainer } from './runtime-pod.ts'
import { findContainer } from './runtime-pod.ts'

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

/** Whether the container's own rules or policy, else the pod's, want it again after this end. */
export function restartsAfter(pod: Pod, container: Container, exitCode: number): boolean {
  const rule = container.restartPolicyRules?.find(({ exitCodes }) => {
    const listed = exitCodes?.values?.includes(exitCode) ?? false
    return exitCodes?.operator === 'In' ? listed : exitCodes?.operator === 'NotIn' && !listed
  })
  if (container.restartPolicy && rule?.action === 'Restart') return true
  const policy = container.restartPolicy ?? pod.spec.restartPolicy ?? 'Always'
  return policy === 'Always' || (policy === 'OnFailure' && exitCode !== 0)
}

/** Whether a container that was killed while it ran comes back. */
export function restartsOnFailure(pod: Pod, container: Container): boolean {
  return (container.restartPolicy ?? pod.spec.restartPolicy ?? 'Always') !== 'Never'
}

/** Whether a container must be started, now or after a back-off. */
export function shouldBeRestarted(pod: Pod, container: Container, latest: SeenContainer | undefined): boolean {
  if (pod.metadata.deletionTimestamp) return false
  if (!latest) return true
  if (latest.state === 'running') return false
  if (latest.state !== 'exited') return true
  return restartsAfter(pod, container, latest.exitCode)
}

/** Whether any of the pod's own containers was ever made: then its init containers are done. */
export const wasInitialized = (pod: Pod, seen: RuntimePod): boolean =>
  pod.spec.containers.some(({ name }) => {
    const latest = findContainer(seen, name)
    return latest !== undefined && latest.state !== 'unknown'
  })
