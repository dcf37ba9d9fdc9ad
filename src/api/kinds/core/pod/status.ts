import type { IPod } from 'kubernetes-models/v1/Pod'
import type { Served } from '../../../meta.ts'
import { ipFamily, validIp } from '../../../ip.ts'
import { nameIsDns1123Subdomain, qualifiedName } from '../../../names.ts'
import { IMMUTABLE } from '../../../object-meta.ts'
import type { Report } from '../../../report.ts'
import { invalidEach } from '../../check.ts'
import type { Container, PodSpec } from '../pod-spec/types.ts'
import { validateAnnotationUpdate } from '../pod-spec/annotations.ts'

type Pod = Served<IPod>

type Status = Pod['status']
type ContainerStatus = NonNullable<Status['containerStatuses']>[number]
type Condition = NonNullable<Status['conditions']>[number]

const SYSTEM_CONDITIONS = ['PodScheduled', 'Ready', 'Initialized']

/** What a client that does not know a field would lose: the QoS class, and the generations that were observed. */
export function keepStatus({ status }: Pod, { status: old }: Pod): void {
  status.qosClass ||= old.qosClass
  status.observedGeneration ||= old.observedGeneration
  const before = Map.groupBy(old.conditions ?? [], ({ type }) => type)
  for (const condition of status.conditions ?? []) {
    const generation = before.get(condition.type)?.shift()?.observedGeneration
    if (generation) condition.observedGeneration ||= generation
  }
}

/** What a status may not say, nor change. */
export function validatePodStatusUpdate(next: Pod, old: Pod, report: Report): void {
  validateAnnotationUpdate(next.metadata.annotations, old.metadata.annotations, report.at('metadata', 'annotations'))
  const at = report.at('status')
  const { status } = next
  validateConditions(status.conditions ?? [], at)
  if (next.spec.nodeName !== old.spec.nodeName) at.forbidden('nodeName', 'may not be changed directly')
  validateNomination(status, old, at)
  if ((status.observedGeneration ?? 0) < 0) {
    at.invalid('observedGeneration', status.observedGeneration, 'must be a non-negative integer')
  }
  if ((status.qosClass ?? '') !== (old.status.qosClass ?? '')) at.invalid('qosClass', status.qosClass ?? '', IMMUTABLE)
  validateTransitions(status, old, at)
  validatePodIps(status, old.status, at)
  validateHostIps(status, old.status, at)
}

function validateConditions(conditions: readonly Condition[], report: Report): void {
  for (const [i, { type = '', observedGeneration = 0 }] of conditions.entries()) {
    const at = report.at('conditions', i)
    if (observedGeneration < 0) at.invalid('observedGeneration', observedGeneration, 'must be a non-negative integer')
    if (!SYSTEM_CONDITIONS.includes(type)) invalidEach(at, 'Type', type, qualifiedName(type))
  }
}

function validateNomination({ nominatedNodeName: name }: Status, old: Pod, report: Report): void {
  if (!name || name === old.status.nominatedNodeName) return
  invalidEach(report, 'nominatedNodeName', name, nameIsDns1123Subdomain(name, false))
  if (old.spec.nodeName) {
    report.forbidden('nominatedNodeName', 'may not be set on pods that are already bound to a node')
  }
}

/** A container that has ended for good does not come back. */
function validateTransitions(next: Status, { spec, status: old }: Pod, report: Report): void {
  const all = [...(spec.initContainers ?? []), ...(spec.containers ?? [])]
  const anyRestartsAll = all.some(({ restartPolicyRules = [] }) =>
    restartPolicyRules.some(({ action }) => action === 'RestartAllContainers'),
  )
  if (!anyRestartsAll) {
    const restarts = (containers: readonly Container[] | undefined) => (name: string, exitCode: number) => {
      const container = containers?.find((candidate) => candidate.name === name)
      return container !== undefined && shouldRestart(container, spec, exitCode)
    }
    const { containers, initContainers } = spec
    validateStates(next.containerStatuses, old.containerStatuses, restarts(containers), report.at('containerStatuses'))
    const at = report.at('initContainerStatuses')
    validateStates(next.initContainerStatuses, old.initContainerStatuses, restarts(initContainers), at)
  }
  const at = report.at('ephemeralContainerStatuses')
  validateStates(next.ephemeralContainerStatuses, old.ephemeralContainerStatuses, () => false, at)
}

function validateStates(
  next: readonly ContainerStatus[] = [],
  old: readonly ContainerStatus[] = [],
  restarts: (name: string, exitCode: number) => boolean,
  report: Report,
): void {
  for (const [i, { name, state }] of old.entries()) {
    if (!state?.terminated || restarts(name, state.terminated.exitCode)) continue
    const now = next.find((status) => status.name === name)
    if (now && !now.state?.terminated) {
      report.at(i).forbidden('state', 'may not be transitioned to non-terminated state')
    }
  }
}

/** Whether a container starts again after it ended with this code: by its rules, its own policy, or its pod's. */
export function shouldRestart(container: Container, spec: PodSpec, exitCode: number): boolean {
  const { restartPolicy, restartPolicyRules = [] } = container
  if (restartPolicy !== undefined) {
    const matching = restartPolicyRules.find(({ exitCodes }) => {
      const listed = exitCodes?.values?.includes(exitCode) ?? false
      return exitCodes?.operator === 'In' ? listed : exitCodes?.operator === 'NotIn' && !listed
    })
    if (matching) return true
  }
  const policy = restartPolicy ?? spec.restartPolicy
  return policy === 'OnFailure' ? exitCode !== 0 : policy !== 'Never'
}

function validatePodIps({ podIPs = [] }: Status, old: Status, report: Report): void {
  const known = (old.podIPs ?? []).map(({ ip }) => ip)
  for (const [i, { ip = '' }] of podIPs.entries()) {
    if (!known.includes(ip)) invalidEach(report.at('podIPs', i), '', ip, validIp(ip))
  }
  validateDualStack(podIPs, 'podIPs', report)
}

function validateHostIps({ hostIP, hostIPs = [] }: Status, old: Status, report: Report): void {
  const [first] = hostIPs
  if (!first) return
  if (hostIP !== first.ip) report.at('hostIPs', 0).invalid('ip', first.ip, 'must be equal to `hostIP`')
  const known = (old.hostIPs ?? []).map(({ ip }) => ip)
  for (const [i, { ip = '' }] of hostIPs.entries()) {
    if (!known.includes(ip)) invalidEach(report.at('hostIPs', i), '', ip, validIp(ip))
  }
  validateDualStack(hostIPs, 'hostIPs', report)
}

/** Two addresses are one of each family; more there are not. */
function validateDualStack(addresses: readonly { ip?: string }[], path: string, report: Report): void {
  const families = new Set(addresses.map(({ ip = '' }) => ipFamily(ip)))
  if (families.size !== addresses.length) {
    report.invalid(path, addresses, 'may specify no more than one IP for each IP family')
  }
}
