import type { IContainer } from 'kubernetes-models/v1/Container'
import type { IEphemeralContainer } from 'kubernetes-models/v1/EphemeralContainer'
import type { IPodSpec } from 'kubernetes-models/v1/PodSpec'
import type { IPodTemplateSpec } from 'kubernetes-models/v1/PodTemplateSpec'
import type { IResourceRequirements } from 'kubernetes-models/v1/ResourceRequirements'
import type { IVolume } from 'kubernetes-models/v1/Volume'

export type PodSpec = IPodSpec
export type PodTemplateSpec = IPodTemplateSpec
export type Container = IContainer
export type EphemeralContainer = IEphemeralContainer
export type AnyContainer = IContainer | IEphemeralContainer
export type ResourceRequirements = IResourceRequirements
export type ResourceList = Record<string, string | number>
export type Volume = IVolume

/** Whether an init container is a sidecar: started in its turn, and kept running beside the others. */
export function isSidecar({ restartPolicy }: { restartPolicy?: string }): boolean {
  return restartPolicy === 'Always'
}
