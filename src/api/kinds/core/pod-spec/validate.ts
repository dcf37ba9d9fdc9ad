import { dns1123Label, inRange, nameIsDns1123Subdomain, qualifiedName } from '../../../names.ts'
import { validateAnnotations, validateLabels } from '../../../object-meta.ts'
import type { Report } from '../../../report.ts'
import { invalidEach, optionalOneOf, requireFormat } from '../../check.ts'
import { validatePodAnnotations } from './annotations.ts'
import {
  type PodContext,
  validateContainers,
  validateEphemeralContainers,
  validateInitContainers,
  validatePodRestartPolicy,
} from './containers.ts'
import { validateDns } from './dns.ts'
import { eachContainer } from './each-container.ts'
import { validateContainerResources, validatePodResources } from './resources.ts'
import { validateAffinity, validateTolerations } from './scheduling.ts'
import { validatePodSecurityContext } from './security.ts'
import { validateSpread } from './spread.ts'
import type { PodSpec, PodTemplateSpec } from './types.ts'
import { validateVolumes, type VolumeOwner } from './volumes.ts'
import { validateHostProcess, validateOs } from './windows.ts'

const DEADLINE_SECONDS_MAX = 2 ** 31 - 1

/** What is wrong with the template of a workload's pods; `report` stands at it. */
export function validatePodTemplateSpec({ metadata = {}, spec }: PodTemplateSpec, report: Report): void {
  validateLabels(metadata.labels, 'labels', report)
  validateAnnotations(metadata.annotations, 'annotations', report)
  validatePodAnnotations(metadata.annotations, spec ?? { containers: [] }, report.at('annotations'))
  validatePodSpec(spec ?? { containers: [] }, { isPod: false }, report.at('spec'))
  if (spec?.ephemeralContainers?.length) {
    report.forbidden('spec.ephemeralContainers', 'ephemeral containers not allowed in pod template')
  }
}

/** What is wrong with the spec of a pod, or of a template; `report` stands at it. */
export function validatePodSpec(spec: PodSpec, owner: VolumeOwner, report: Report): void {
  if (spec.terminationGracePeriodSeconds === undefined) report.required('terminationGracePeriodSeconds')
  const context: PodContext = {
    volumes: validateVolumes(spec.volumes, owner, report.at('volumes')),
    claims: (spec.resourceClaims ?? []).flatMap(({ name }) => name || []),
    restartPolicy: spec.restartPolicy,
    hostUsers: spec.hostUsers ?? true,
    graceSeconds: spec.terminationGracePeriodSeconds,
  }
  validateResourceClaims(spec, report.at('resourceClaims'))
  validateContainers(spec, context, report.at('containers'))
  validateInitContainers(spec, context, report.at('initContainers'))
  validateEphemeralContainers(spec, context, report.at('ephemeralContainers'))
  validatePodResources(spec, context.claims, report.at('resources'))
  validateHostNetworkPorts(spec, owner, report)
  validatePodRestartPolicy(spec, report)
  validateDns(spec, report)
  validatePodSecurityContext(spec, report.at('securityContext'))
  validateScheduling(spec, report)
  validateReferences(spec, report)
  validateHostProcess(spec, report)
  validateHostUsers(spec, report)
  validateOs(spec, report)
  validateFileKeyVolumes(spec, report)
}

function validateResourceClaims({ resourceClaims = [] }: PodSpec, report: Report): void {
  const names = new Set<string>()
  for (const [i, claim] of resourceClaims.entries()) {
    const at = report.at(i)
    const { name, resourceClaimName, resourceClaimTemplateName } = claim
    if (name && names.has(name)) at.duplicate('name', name)
    else requireFormat(at, 'name', name, dns1123Label)
    names.add(name)
    if (resourceClaimName !== undefined && resourceClaimTemplateName !== undefined) {
      const why = 'at most one of `resourceClaimName` or `resourceClaimTemplateName` may be specified'
      at.invalid('', claim, why)
    } else if (resourceClaimName === undefined && resourceClaimTemplateName === undefined) {
      at.invalid('', claim, 'must specify one of: `resourceClaimName`, `resourceClaimTemplateName`')
    }
    for (const [field, value] of Object.entries({ resourceClaimName, resourceClaimTemplateName })) {
      if (value !== undefined) invalidEach(at, field, value, nameIsDns1123Subdomain(value, false))
    }
  }
}

/** On the host's network a port cannot be mapped to another; a template may leave it open. */
function validateHostNetworkPorts(
  { hostNetwork, containers = [] }: PodSpec,
  { isPod }: VolumeOwner,
  report: Report,
): void {
  if (!hostNetwork) return
  for (const [i, { ports = [] }] of containers.entries()) {
    for (const [j, { hostPort = 0, containerPort }] of ports.entries()) {
      if (hostPort === containerPort || (!isPod && hostPort === 0)) continue
      const why = 'must match `containerPort` when `hostNetwork` is true'
      report.at('containers', i, 'ports', j).invalid('hostPort', hostPort, why)
    }
  }
}

/** Where and when it may run. */
function validateScheduling(spec: PodSpec, report: Report): void {
  validateLabels(spec.nodeSelector, 'nodeSelector', report)
  if (spec.affinity) validateAffinity(spec.affinity, report.at('affinity'))
  for (const [i, { conditionType = '' }] of (spec.readinessGates ?? []).entries()) {
    invalidEach(report.at('readinessGates', i), 'conditionType', conditionType, qualifiedName(conditionType))
  }
  const gates = new Set<string>()
  for (const [i, { name = '' }] of (spec.schedulingGates ?? []).entries()) {
    const at = report.at('schedulingGates', i)
    invalidEach(at, '', name, qualifiedName(name))
    if (gates.has(name)) at.duplicate('', name)
    gates.add(name)
  }
  validateSpread(spec.topologySpreadConstraints ?? [], report.at('topologySpreadConstraints'))
  validateTolerations(spec.tolerations ?? [], report.at('tolerations'))
  const { activeDeadlineSeconds: deadline, preemptionPolicy } = spec
  if (deadline !== undefined) {
    invalidEach(report, 'activeDeadlineSeconds', deadline, inRange(deadline, 1, DEADLINE_SECONDS_MAX))
  }
  if (preemptionPolicy !== undefined && !preemptionPolicy) report.required('preemptionPolicy')
  else optionalOneOf(report, 'preemptionPolicy', preemptionPolicy, ['PreemptLowerPriority', 'Never'])
}

const NAMES = ['serviceAccountName', 'nodeName', 'priorityClassName', 'runtimeClassName'] as const

/** What it names, and what its runtime class adds. */
function validateReferences(spec: PodSpec, report: Report): void {
  for (const field of NAMES) {
    const name = spec[field]
    if (name) invalidEach(report, field, name, nameIsDns1123Subdomain(name, false))
  }
  if (spec.overhead) validateContainerResources({ limits: spec.overhead }, [], report.at('overhead'))
  if (spec.schedulingGroup) {
    const { podGroupName: name } = spec.schedulingGroup
    const at = report.at('schedulingGroup')
    if (name === undefined) at.invalid('podGroupName', null, 'must specify one of: `podGroupName`')
    else invalidEach(at, 'podGroupName', name, nameIsDns1123Subdomain(name, false))
  }
}

/** A pod with users of its own shares no other namespace with the host. */
function validateHostUsers(spec: PodSpec, report: Report): void {
  if (spec.hostUsers !== false) return
  const why = 'when `hostUsers` is false'
  if (spec.hostNetwork) report.forbidden('hostNetwork', why)
  if (spec.hostPID) report.forbidden('HostPID', why)
  if (spec.hostIPC) report.forbidden('HostIPC', why)
  for (const [container, at] of eachContainer(spec, report)) {
    if (container.volumeDevices?.length) at.forbidden('volumeDevices', why)
  }
}

/** Variables from a file come from a volume that the pod's own containers write. */
function validateFileKeyVolumes(spec: PodSpec, report: Report): void {
  for (const [container, at] of eachContainer(spec, report)) {
    for (const [i, { valueFrom }] of (container.env ?? []).entries()) {
      if (!valueFrom?.fileKeyRef) continue
      const { volumeName } = valueFrom.fileKeyRef
      const volume = spec.volumes?.find(({ name }) => name === volumeName)
      const ref = at.at('env', i, 'valueFrom', 'fileKeyRef')
      if (!volume) ref.notFound('volumeName', volumeName)
      else if (!volume.emptyDir) ref.invalid('volumeName', volumeName, 'referenced volume must be of type emptyDir')
    }
  }
}
