import { defaultContainer } from './container-defaults.ts'
import { defaultPodLevelResources } from './pod-level.ts'
import type { PodSpec, PodTemplateSpec } from './types.ts'
import { defaultVolume } from './volume-defaults.ts'

const GRACE_PERIOD_SECONDS = 30

/** What every pod spec gets, in a pod or in a template. */
export function defaultPodSpec(spec: PodSpec): void {
  spec.dnsPolicy ||= 'ClusterFirst'
  spec.restartPolicy ||= 'Always'
  spec.securityContext ??= {}
  spec.terminationGracePeriodSeconds ??= GRACE_PERIOD_SECONDS
  spec.schedulerName ||= 'default-scheduler'
  mirrorServiceAccount(spec)
  for (const volume of spec.volumes ?? []) defaultVolume(volume)
  const { initContainers = [], containers = [], ephemeralContainers = [] } = spec
  for (const container of [...initContainers, ...containers, ...ephemeralContainers]) defaultContainer(container)
}

/** `serviceAccount` is the old name of `serviceAccountName`; both are served. */
function mirrorServiceAccount(spec: PodSpec): void {
  const name = spec.serviceAccountName || spec.serviceAccount
  if (!name) return
  spec.serviceAccountName = name
  spec.serviceAccount = name
}

/** What the template of a workload gets; a missing spec is left for the validation to tell. */
export function defaultPodTemplateSpec(template: PodTemplateSpec | undefined): void {
  if (!template) return
  template.metadata ??= {}
  template.spec ??= { containers: [] }
  defaultPodSpec(template.spec)
}

/** What only a pod gets, not a template: it would change when the defaults do. */
export function defaultOwnPodSpec(spec: PodSpec): void {
  for (const { resources } of [...(spec.initContainers ?? []), ...(spec.containers ?? [])]) {
    if (resources?.limits) resources.requests = { ...resources.limits, ...resources.requests }
  }
  defaultPodLevelResources(spec)
  spec.enableServiceLinks ??= true
  if (spec.hostNetwork) defaultHostPorts(spec)
}

/** On the host's network a container's port is the host's. */
function defaultHostPorts({ containers = [], initContainers = [] }: PodSpec): void {
  for (const { ports = [] } of [...containers, ...initContainers]) {
    for (const port of ports) port.hostPort ||= port.containerPort
  }
}
