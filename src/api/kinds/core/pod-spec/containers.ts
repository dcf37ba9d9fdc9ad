import { dns1123Label } from '../../../names.ts'
import type { Report } from '../../../report.ts'
import { optionalOneOf, requireFormat, requireOneOf } from '../../check.ts'
import { validateEnv, validateEnvFrom } from './env.ts'
import { validateMounts, type Volumes } from './mounts.ts'
import { validateHostPorts, validatePorts } from './ports.ts'
import { validateProbesAndHooks } from './probes.ts'
import { validateContainerResources } from './resources.ts'
import { validateRestartRules } from './restart-rules.ts'
import { validateSecurityContext } from './security.ts'
import { type AnyContainer, isSidecar, type PodSpec } from './types.ts'

/** What the rules of one container need to know of its pod. */
export interface PodContext {
  volumes: Volumes
  /** Names in `spec.resourceClaims`. */
  claims: readonly string[]
  restartPolicy: string | undefined
  hostUsers: boolean
  graceSeconds: number | undefined
}

/** What is wrong with any container; `report` stands at it. */
function validateCommon(container: AnyContainer, context: PodContext, report: Report): void {
  requireFormat(report, 'name', container.name, dns1123Label)
  if (!container.image) report.required('image')
  requireOneOf(report, 'terminationMessagePolicy', container.terminationMessagePolicy, TERMINATION_POLICIES)
  validatePorts(container.ports, report.at('ports'))
  validateEnv(container.env, report.at('env'))
  validateEnvFrom(container.envFrom, report.at('envFrom'))
  validateMounts(container, context.volumes, report)
  requireOneOf(report, 'imagePullPolicy', container.imagePullPolicy, ['Always', 'IfNotPresent', 'Never'])
  validateContainerResources(container.resources ?? {}, context.claims, report.at('resources'))
  validateResizePolicy(container, context.restartPolicy, report.at('resizePolicy'))
  const { securityContext } = container
  if (securityContext) validateSecurityContext(securityContext, context.hostUsers, report.at('securityContext'))
}

const TERMINATION_POLICIES = ['File', 'FallbackToLogsOnError']

function validateResizePolicy(
  { resizePolicy = [] }: AnyContainer,
  podRestartPolicy: string | undefined,
  report: Report,
) {
  const seen = new Set<string>()
  for (const [i, { resourceName, restartPolicy }] of resizePolicy.entries()) {
    if (seen.has(resourceName)) report.at(i).duplicate('', resourceName)
    seen.add(resourceName)
    requireOneOf(report, '', resourceName, ['cpu', 'memory'])
    requireOneOf(report, '', restartPolicy, ['NotRequired', 'RestartContainer'])
    if (podRestartPolicy === 'Never' && restartPolicy !== 'NotRequired') {
      report.invalid('', restartPolicy, "must be 'NotRequired' when pod `restartPolicy` is 'Never'")
    }
  }
}

/** What is wrong with the main containers; `report` stands at their list. */
export function validateContainers({ containers = [] }: PodSpec, context: PodContext, report: Report): void {
  if (containers.length === 0) return report.required('')
  const names = new Set<string>()
  for (const [i, container] of containers.entries()) {
    const at = report.at(i)
    validateCommon(container, context, at)
    if (names.has(container.name)) at.duplicate('name', container.name)
    names.add(container.name)
    validateProbesAndHooks(container, context.graceSeconds, at)
    validateRestartRules(container, at)
  }
  validateHostPorts(containers, report)
}

const ONLY_SIDECARS = 'may not be set for init containers without restartPolicy=Always'

/** What is wrong with the init containers; `report` stands at their list. */
export function validateInitContainers(spec: PodSpec, context: PodContext, report: Report): void {
  const names = new Set(spec.containers?.map(({ name }) => name))
  for (const [i, container] of (spec.initContainers ?? []).entries()) {
    const at = report.at(i)
    validateCommon(container, context, at)
    validateRestartRules(container, at)
    if (names.has(container.name)) at.duplicate('name', container.name)
    else if (container.name) names.add(container.name)
    // They run one after another, so only their own ports can collide. Upstream tells it at the first.
    validateHostPorts([container], report)
    if (isSidecar(container)) validateProbesAndHooks(container, context.graceSeconds, at)
    else validateOnceRun(container, at)
  }
}

/** What ends by itself is neither probed nor stopped, and not restarted to be resized. */
function validateOnceRun(container: AnyContainer, report: Report): void {
  for (const field of ['lifecycle', 'livenessProbe', 'readinessProbe', 'startupProbe'] as const) {
    if (container[field]) report.forbidden(field, ONLY_SIDECARS)
  }
  for (const [i, { restartPolicy }] of (container.resizePolicy ?? []).entries()) {
    if (restartPolicy !== 'RestartContainer') continue
    const why = "must not be set to 'RestartContainer' for non-sidecar initContainers"
    report.at('resizePolicy', i).invalid('restartPolicy', restartPolicy, why)
  }
}

/** What a container for debugging may say of itself; it is no part of the pod's service. */
const EPHEMERAL_FIELDS = new Set([
  'name',
  'image',
  'command',
  'args',
  'workingDir',
  'envFrom',
  'env',
  'volumeMounts',
  'volumeDevices',
  'terminationMessagePath',
  'terminationMessagePolicy',
  'imagePullPolicy',
  'securityContext',
  'stdin',
  'stdinOnce',
  'tty',
  'targetContainerName',
])
const NOT_EPHEMERAL = 'cannot be set for an Ephemeral Container'

/** What is wrong with the ephemeral containers; `report` stands at their list. */
export function validateEphemeralContainers(spec: PodSpec, context: PodContext, report: Report): void {
  const others = new Set([...(spec.containers ?? []), ...(spec.initContainers ?? [])].map(({ name }) => name))
  const names = new Set(others)
  for (const [i, container] of (spec.ephemeralContainers ?? []).entries()) {
    const at = report.at(i)
    validateCommon(container, context, at)
    validateImageSpaces(container, at)
    if (names.has(container.name)) at.duplicate('name', container.name)
    names.add(container.name)
    const { targetContainerName: target } = container
    if (target && !others.has(target)) at.notFound('targetContainerName', target)
    validateEphemeralFields(container, at)
  }
}

function validateEphemeralFields(container: AnyContainer, report: Report): void {
  for (const [field, value] of Object.entries(container)) {
    const empty = field === 'resources' && Object.keys(value as object).length === 0
    if (!EPHEMERAL_FIELDS.has(field) && !empty) report.forbidden(field, NOT_EPHEMERAL)
  }
  for (const [i, { subPath, subPathExpr }] of (container.volumeMounts ?? []).entries()) {
    const at = report.at('volumeMounts', i)
    if (subPath) at.forbidden('subPath', NOT_EPHEMERAL)
    if (subPathExpr) at.forbidden('subPathExpr', NOT_EPHEMERAL)
  }
}

/** A pod's image must be written without spaces around it; a template may hold a placeholder. */
export function validateImageSpaces({ image = '' }: AnyContainer, report: Report): void {
  if (image.trim() !== image) report.invalid('image', image, 'must not have leading or trailing whitespace')
}

/** What is wrong with when the pod's containers start again; `report` stands at the spec. */
export function validatePodRestartPolicy({ restartPolicy }: PodSpec, report: Report): void {
  if (!restartPolicy) report.required('restartPolicy')
  else optionalOneOf(report, 'restartPolicy', restartPolicy, ['Always', 'OnFailure', 'Never'])
}
