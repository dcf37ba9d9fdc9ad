import type { IPersistentVolumeClaim } from 'kubernetes-models/v1/PersistentVolumeClaim'
import type { Served } from '../../../meta.ts'
import { clone, deepEqual } from '../../../equal.ts'
import { qualifiedName } from '../../../names.ts'
import { IMMUTABLE } from '../../../object-meta.ts'
import { compareQuantities } from '../../../quantity.ts'
import type { Report } from '../../../report.ts'
import { unifiedDiff } from '../../../unified-diff.ts'
import { invalidEach, optionalOneOf } from '../../check.ts'
import { isNative, validateAmount } from '../resource-names.ts'

type PersistentVolumeClaim = Served<IPersistentVolumeClaim>

type Spec = PersistentVolumeClaim['spec']

const BETA_CLASS = 'volume.beta.kubernetes.io/storage-class'

/** What an update may not do to a claim: once bound it may grow, and little else. */
export function validateClaimUpdate(next: PersistentVolumeClaim, old: PersistentVolumeClaim, report: Report): void {
  const before = clone(old.spec)
  const now = clone(next.spec)
  before.volumeName ||= now.volumeName
  acceptClass(now, next, old, report)
  if (next.status?.phase === 'Bound') {
    const storage = old.spec.resources?.requests?.['storage']
    if (now.resources?.requests && storage !== undefined) now.resources.requests['storage'] = storage
    now.volumeAttributesClassName = before.volumeAttributesClassName
  }
  if (!deepEqual(now, before)) {
    const why =
      'spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims'
    report.forbidden('spec', `${why}\n${unifiedDiff(before, now)}`)
  }
  validateSize(next.spec, old, report)
  if (next.spec.volumeMode !== old.spec.volumeMode)
    report.invalid('volumeMode', next.spec.volumeMode ?? null, IMMUTABLE)
  validateAttributesClass(next.spec, old, report)
}

/** A class can be given to a claim that has none, or that named it in the annotation of old. */
function acceptClass(now: Spec, next: PersistentVolumeClaim, old: PersistentVolumeClaim, report: Report): void {
  const before = old.metadata.annotations?.[BETA_CLASS]
  const annotation = next.metadata.annotations?.[BETA_CLASS]
  const { storageClassName } = now
  const given = storageClassName !== undefined && old.spec.storageClassName === undefined
  const moved = given && before === storageClassName && (annotation === undefined || annotation === before)
  if (!moved && annotation !== before) {
    report.invalid(`metadata.annotations.${BETA_CLASS}`, annotation ?? '', IMMUTABLE)
  }
  if (moved || (given && before === undefined)) now.storageClassName = old.spec.storageClassName
}

/** A claim does not shrink, but for a growth that failed. */
function validateSize(next: Spec, old: PersistentVolumeClaim, report: Report): void {
  const size = next.resources?.requests?.['storage'] ?? 0
  if (compareQuantities(size, old.spec.resources?.requests?.['storage'] ?? 0) >= 0) return
  if (compareQuantities(size, old.status?.capacity?.['storage'] ?? 0) > 0) return
  report.forbidden('spec.resources.requests.storage', 'field can not be less than status.capacity')
}

function validateAttributesClass(next: Spec, { spec, status }: PersistentVolumeClaim, report: Report): void {
  const { volumeAttributesClassName: name } = next
  if (name === spec.volumeAttributesClassName || status?.currentVolumeAttributesClassName === undefined || name) return
  const to = name === undefined ? 'nil' : 'empty string'
  const why = `update to ${to} is forbidden when status.currentVolumeAttributesClassName is not nil`
  report.forbidden('spec.volumeAttributesClassName', why)
}

const RESIZE_STATUSES = [
  'ControllerResizeInProgress',
  'ControllerResizeInfeasible',
  'NodeResizeInProgress',
  'NodeResizeInfeasible',
  'NodeResizePending',
].sort()

/** What a status may not say of a claim. */
export function validateClaimStatus({ spec, status }: PersistentVolumeClaim, report: Report): void {
  if (!spec.accessModes?.length) report.required('Spec.accessModes')
  const at = report.at('status')
  for (const [name, amount] of Object.entries(status.capacity ?? {})) {
    if (compareQuantities(amount, 0) < 0) {
      at.invalid(`capacity[${name}]`, amount, 'must be a valid resource quantity')
    }
  }
  for (const [name, state] of Object.entries(status.allocatedResourceStatuses ?? {})) {
    validateKey(at, 'allocatedResourceStatuses', name)
    optionalOneOf(at, 'allocatedResourceStatuses', state, RESIZE_STATUSES)
  }
  for (const [name, amount] of Object.entries(status.allocatedResources ?? {})) {
    if (validateKey(at, 'allocatedResources', name)) {
      validateAmount(at, `allocatedResources[${name}]`, 'storage', amount)
    }
  }
}

function validateKey(report: Report, path: string, name: string): boolean {
  const messages = qualifiedName(name)
  invalidEach(report, path, name, messages)
  if (messages.length) return false
  if (!isNative(name) || name === 'storage') return true
  report.notSupported(path, name, ['storage'])
  return false
}
