import type { IPersistentVolumeClaimSpec } from 'kubernetes-models/v1/PersistentVolumeClaimSpec'
import type { IPersistentVolumeClaimTemplate } from 'kubernetes-models/v1/PersistentVolumeClaimTemplate'
import { dns1123Subdomain, nameIsDns1123Label, nameIsDns1123Subdomain } from '../../../names.ts'
import { validateAnnotations, validateLabels } from '../../../object-meta.ts'
import type { Report } from '../../../report.ts'
import { invalidEach, optionalOneOf } from '../../check.ts'
import { validateLabelSelector } from '../../label-selector.ts'
import { validatePositiveQuantity } from '../resource-names.ts'

type ClaimSpec = IPersistentVolumeClaimSpec

const ACCESS_MODES = ['ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod']
const VOLUME_MODES = ['Block', 'Filesystem']

/** What is wrong with access modes; `report` stands at the spec. */
export function validateAccessModes(modes: readonly string[] = [], report: Report): void {
  for (const mode of modes) optionalOneOf(report, 'accessModes', mode, ACCESS_MODES)
  const known = new Set(modes.filter((mode) => ACCESS_MODES.includes(mode)))
  if (known.has('ReadWriteOncePod') && known.size > 1) {
    report.forbidden('accessModes', 'may not use ReadWriteOncePod with other access modes')
  }
}

/** What is wrong with the classes and the mode that claims and volumes have alike; `report` stands at the spec. */
export function validateVolumeTraits(spec: { storageClassName?: string; volumeMode?: string }, report: Report): void {
  const { storageClassName, volumeMode } = spec
  if (storageClassName) {
    invalidEach(report, 'storageClassName', storageClassName, nameIsDns1123Subdomain(storageClassName, false))
  }
  optionalOneOf(report, 'volumeMode', volumeMode, VOLUME_MODES)
}

/** What is wrong with the spec of a claim; `report` stands at it. */
export function validateClaimSpec(spec: ClaimSpec, report: Report): void {
  if (!spec.accessModes?.length) report.required('accessModes', 'at least 1 access mode is required')
  validateLabelSelector(spec.selector, report.at('selector'))
  validateAccessModes(spec.accessModes, report)
  const storage = spec.resources?.requests?.['storage']
  if (storage === undefined) report.required('resources[storage]')
  else validatePositiveQuantity(report, 'resources[storage]', storage)
  validateVolumeTraits(spec, report)
  validateDataSources(spec, report)
  const { volumeAttributesClassName: name } = spec
  if (name) invalidEach(report, 'volumeAttributesClassName', name, nameIsDns1123Subdomain(name, false))
}

/** The old field and the new one must say the same, unless the new one names a namespace. */
function validateDataSources({ dataSource, dataSourceRef }: ClaimSpec, report: Report): void {
  if (dataSource) validateDataSource(dataSource, report.at('dataSource'))
  if (dataSourceRef) validateDataSource(dataSourceRef, report.at('dataSourceRef'))
  if (!dataSource || !dataSourceRef) return
  const why = dataSourceRef.namespace
    ? 'may not be specified when dataSourceRef.namespace is specified'
    : sameSource(dataSource, dataSourceRef)
      ? ''
      : 'must match dataSourceRef'
  if (why) report.invalid('', {}, why)
}

type DataSource = NonNullable<ClaimSpec['dataSourceRef']>

function sameSource(a: DataSource, b: DataSource): boolean {
  return a.apiGroup === b.apiGroup && a.kind === b.kind && a.name === b.name
}

function validateDataSource({ name, kind = '', apiGroup, namespace }: DataSource, report: Report): void {
  if (!name) report.required('name')
  if (!kind) report.required('kind')
  if (!apiGroup && kind !== 'PersistentVolumeClaim') {
    report.invalid('', kind, "must be 'PersistentVolumeClaim' when referencing the default apiGroup")
  }
  if (apiGroup) invalidEach(report, 'apiGroup', apiGroup, dns1123Subdomain(apiGroup))
  if (namespace) invalidEach(report, 'namespace', namespace, nameIsDns1123Label(namespace, false))
}

/** What is wrong with the template of a claim that a pod brings along; `report` stands at it. */
export function validateClaimTemplate({ metadata = {}, spec }: IPersistentVolumeClaimTemplate, report: Report): void {
  const at = report.at('metadata')
  validateAnnotations(metadata.annotations, 'annotations', at)
  validateLabels(metadata.labels, 'labels', at)
  for (const field of Object.keys(metadata)) {
    if (field !== 'annotations' && field !== 'labels') at.forbidden(field, 'cannot be set')
  }
  validateClaimSpec(spec ?? {}, report.at('spec'))
}
