import type { IPersistentVolume } from 'kubernetes-models/v1/PersistentVolume'
import type { Served } from '../../../meta.ts'
import { deepEqual } from '../../../equal.ts'
import { nameIsDns1123Subdomain } from '../../../names.ts'
import { IMMUTABLE } from '../../../object-meta.ts'
import type { Report } from '../../../report.ts'
import { unifiedDiff } from '../../../unified-diff.ts'
import { invalidEach, noBacksteps, optionalOneOf } from '../../check.ts'
import { validateNodeSelector } from '../pod-spec/node-selector.ts'
import { validatePositiveQuantity } from '../resource-names.ts'
import { validateAccessModes, validateVolumeTraits } from './claim-spec.ts'
import { validateCsiVolume } from './csi.ts'
import { validateHostPath } from './host-path.ts'
import { REMOTE_SOURCES } from './remote.ts'

type PersistentVolume = Served<IPersistentVolume>

type Spec = PersistentVolume['spec']

/** The fields that are no source of storage. */
const TRAITS = new Set([
  'accessModes',
  'capacity',
  'claimRef',
  'mountOptions',
  'nodeAffinity',
  'persistentVolumeReclaimPolicy',
  'storageClassName',
  'volumeAttributesClassName',
  'volumeMode',
])

/** What is wrong with the spec of a volume; `report` stands at it. */
export function validateVolumeSpec(spec: Spec, report: Report): void {
  if (!spec.accessModes?.length) report.required('accessModes')
  validateAccessModes(spec.accessModes, report)
  validateCapacity(spec, report)
  const { persistentVolumeReclaimPolicy: policy } = spec
  if (policy) optionalOneOf(report, 'persistentVolumeReclaimPolicy', policy, ['Delete', 'Recycle', 'Retain'])
  if (spec.nodeAffinity) validateNodeAffinity(spec.nodeAffinity, report.at('nodeAffinity'))
  validateSource(spec, report)
  if (/^\/+\.?$/.test(spec.hostPath?.path ?? '') && policy === 'Recycle') {
    report.forbidden('persistentVolumeReclaimPolicy', "may not be 'recycle' for a hostPath mount of '/'")
  }
  validateVolumeTraits(spec, report)
  validateAttributesClass(spec, report)
}

function validateCapacity({ capacity = {} }: Spec, report: Report): void {
  const names = Object.keys(capacity)
  if (names.length === 0) report.required('capacity')
  if (capacity['storage'] === undefined || names.length > 1) report.notSupported('capacity', capacity, ['storage'])
  for (const [name, amount] of Object.entries(capacity)) {
    validatePositiveQuantity(report, `capacity[${name}]`, amount)
  }
}

function validateNodeAffinity({ required }: NonNullable<Spec['nodeAffinity']>, report: Report): void {
  if (!required) report.required('required', 'must specify required node constraints')
  else validateNodeSelector(required, true, report.at('required'))
}

/** A volume has one source; the first that it names counts. */
function validateSource(spec: Spec, report: Report): void {
  const [first, ...more] = sourcesOf(spec)
  if (!first) return report.required('', 'must specify a volume type')
  for (const extra of more) report.forbidden(extra, 'may not specify more than 1 volume type')
  const at = report.at(first)
  if (first === 'hostPath') return validateHostPath(spec.hostPath, at)
  if (first === 'csi') return validateCsiVolume({ ...spec.csi }, at)
  if (first === 'local') return validateLocal(spec, at, report)
  const source = (spec as unknown as Record<string, Record<string, unknown>>)[first] ?? {}
  REMOTE_SOURCES[first]?.(source, at)
}

const sourcesOf = (spec: Spec) => Object.keys(sourceOf(spec))

/** A disk of one node can only be used there. */
function validateLocal({ local, nodeAffinity }: Spec, report: Report, atSpec: Report): void {
  if (!local?.path) report.required('path')
  else noBacksteps(report, 'path', local.path)
  if (!nodeAffinity) atSpec.required('nodeAffinity', 'Local volume requires node affinity')
}

function validateAttributesClass({ volumeAttributesClassName: name, csi }: Spec, report: Report): void {
  if (name === undefined) return
  if (!name) report.required('volumeAttributesClassName', 'an empty string is disallowed')
  else invalidEach(report, 'volumeAttributesClassName', name, nameIsDns1123Subdomain(name, false))
  if (!csi) report.required('csi', 'has to be specified when using volumeAttributesClassName')
}

/** What an update may not do to a volume: it stays the same piece of storage. */
export function validateVolumeUpdate(
  { spec: next }: PersistentVolume,
  { spec: old }: PersistentVolume,
  report: Report,
) {
  const now = sourceOf(next)
  const before = sourceOf(old)
  // How to grow it can be told later.
  if (now.csi && before.csi && !before.csi.controllerExpandSecretRef) {
    now.csi = { ...now.csi, controllerExpandSecretRef: undefined }
  }
  if (!deepEqual(now, before)) {
    const why = `spec.persistentvolumesource is immutable after creation\n${unifiedDiff(before, now)}`
    report.forbidden('spec.persistentvolumesource', why)
  }
  if (next.volumeMode !== old.volumeMode) report.invalid('volumeMode', next.volumeMode ?? null, IMMUTABLE)
  if (old.nodeAffinity && !deepEqual(next.nodeAffinity, old.nodeAffinity)) {
    report.invalid('nodeAffinity', next.nodeAffinity ?? null, `${IMMUTABLE}, except for updating from beta label to GA`)
  }
  if (old.volumeAttributesClassName !== undefined && next.volumeAttributesClassName === undefined) {
    report.forbidden('spec.volumeAttributesClassName', 'update from non-nil value to nil is forbidden')
  }
}

function sourceOf(spec: Spec): Partial<Spec> {
  return Object.fromEntries(Object.entries(spec).filter(([field, value]) => value !== undefined && !TRAITS.has(field)))
}
