import type { IPod } from 'kubernetes-models/v1/Pod'
import type { Served } from '../../../meta.ts'
import { clone, deepEqual } from '../../../equal.ts'
import { inRange } from '../../../names.ts'
import type { Report } from '../../../report.ts'
import { unifiedDiff } from '../../../unified-diff.ts'
import { invalidEach } from '../../check.ts'
import { validateImageSpaces } from '../pod-spec/containers.ts'
import type { Container, PodSpec } from '../pod-spec/types.ts'
import { validateAnnotationUpdate } from '../pod-spec/annotations.ts'
import { acceptGatedChanges } from './gated.ts'

type Pod = Served<IPod>

const SECONDS_MAX = 2 ** 31 - 1

const UPDATABLE = [
  '`spec.containers[*].image`',
  '`spec.initContainers[*].image`',
  '`spec.activeDeadlineSeconds`',
  '`spec.tolerations` (only additions to existing tolerations)',
  '`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)',
]

/** What an update may not do to a pod: nearly everything. */
export function validatePodUpdate(next: Pod, old: Pod, report: Report): void {
  validateAnnotationUpdate(next.metadata.annotations, old.metadata.annotations, report.at('metadata', 'annotations'))
  const at = report.at('spec')
  const same =
    validateContainerUpdates(next.spec.containers, old.spec.containers, at.at('containers')) &&
    validateContainerUpdates(next.spec.initContainers, old.spec.initContainers, at.at('initContainers'))
  if (!same || !validateDeadlineUpdate(next.spec, old.spec, at)) return
  validateTolerationUpdate(next.spec, old.spec, at)
  validateGateUpdate(next.spec, old.spec, at.at('schedulingGates'))
  if (deepEqual(next.spec, old.spec)) return
  const rest = withoutAllowedChanges(next.spec, old.spec)
  if (old.spec.schedulingGates?.length) acceptGatedChanges(rest, old.spec, at)
  if (deepEqual(rest, old.spec)) return
  const diff = unifiedDiff(old.spec, rest)
  report.forbidden('spec', `pod updates may not change fields other than ${UPDATABLE.join(',')}\n${diff}`)
}

/** Answers whether the lists have the same length: if not, nothing else need be said. */
function validateContainerUpdates(
  next: readonly Container[] = [],
  old: readonly Container[] = [],
  report: Report,
): boolean {
  if (next.length !== old.length) {
    report.forbidden('', 'pod updates may not add or remove containers')
    return false
  }
  for (const [i, container] of next.entries()) {
    if (!container.image) report.at(i).required('image')
    validateImageSpaces(container, report.at(i))
  }
  return true
}

/** A deadline may be set once, and then only come nearer. Answers whether the rest need be looked at. */
function validateDeadlineUpdate(next: PodSpec, old: PodSpec, report: Report): boolean {
  const { activeDeadlineSeconds: seconds } = next
  const { activeDeadlineSeconds: before } = old
  if (seconds === undefined) {
    if (before !== undefined) {
      report.invalid('activeDeadlineSeconds', null, 'must not update from a positive integer to nil value')
    }
    return true
  }
  const messages = inRange(seconds, 0, SECONDS_MAX)
  if (messages.length === 0 && before !== undefined && before < seconds) {
    messages.push('must be less than or equal to previous value')
  }
  invalidEach(report, 'activeDeadlineSeconds', seconds, messages)
  return messages.length === 0
}

/** Tolerations can be added, and how long they last can change. */
function validateTolerationUpdate(next: PodSpec, old: PodSpec, report: Report): void {
  const kept = (old.tolerations ?? []).every((toleration) =>
    next.tolerations?.some((other) => deepEqual({ ...toleration, tolerationSeconds: other.tolerationSeconds }, other)),
  )
  if (!kept) report.forbidden('tolerations', 'existing toleration can not be modified except its tolerationSeconds')
}

/** Gates only ever open. */
function validateGateUpdate({ schedulingGates = [] }: PodSpec, old: PodSpec, report: Report): void {
  for (const [i, { name }] of schedulingGates.entries()) {
    if (old.schedulingGates?.some((gate) => gate.name === name)) continue
    report.at(i).forbidden('name', `only deletion is allowed, but found new scheduling gate '${name}'`)
  }
}

/** The new spec with everything that may change put back to what it was. */
function withoutAllowedChanges(next: PodSpec, old: PodSpec): PodSpec {
  const spec = clone(next)
  const putBackImages = (containers: readonly Container[] = [], before: readonly Container[] = []) => {
    for (const [i, container] of containers.entries()) container.image = before[i]?.image
  }
  putBackImages(spec.containers, old.containers)
  putBackImages(spec.initContainers, old.initContainers)
  spec.activeDeadlineSeconds = old.activeDeadlineSeconds
  spec.schedulingGates = old.schedulingGates
  spec.tolerations = old.tolerations
  const { terminationGracePeriodSeconds: before } = old
  if (before !== undefined && before < 0 && spec.terminationGracePeriodSeconds === 1) {
    spec.terminationGracePeriodSeconds = before
  }
  return spec
}
