import type { ITopologySelectorTerm } from 'kubernetes-models/v1/TopologySelectorTerm'
import type { IStorageClass } from 'kubernetes-models/storage.k8s.io/v1/StorageClass'
import { age, defineKind, nameColumn } from '../../kind.ts'
import type { Served } from '../../meta.ts'
import { qualifiedName } from '../../names.ts'
import type { Report } from '../../report.ts'
import { invalidEach, requireOneOf } from '../check.ts'
import { rejectDuplicates } from '../duplicates.ts'
import { validateParameters, validateProvisioner } from './class-fields.ts'
import { deprecatedNodeLabel } from '../core/node-labels.ts'

export type StorageClass = Served<IStorageClass>

/** Marks the class of claims that name none. */
export const DEFAULT_STORAGE_CLASS_ANNOTATION = 'storageclass.kubernetes.io/is-default-class'
const OLD_DEFAULT_ANNOTATION = 'storageclass.beta.kubernetes.io/is-default-class'

const RECLAIM_POLICIES = ['Delete', 'Retain']
const BINDING_MODES = ['Immediate', 'WaitForFirstConsumer']

export const StorageClass = defineKind<StorageClass>({
  group: 'storage.k8s.io',
  version: 'v1',
  kind: 'StorageClass',
  plural: 'storageclasses',
  shortNames: ['sc'],
  scope: 'Cluster',
  returnDeletedObject: true,
  immutable: ['parameters', 'provisioner', 'reclaimPolicy', 'volumeBindingMode'],

  defaults(storageClass) {
    storageClass.reclaimPolicy ??= 'Delete'
    storageClass.volumeBindingMode ??= 'Immediate'
  },

  validate({ provisioner, parameters, reclaimPolicy, volumeBindingMode, allowedTopologies = [] }, report) {
    validateProvisioner(provisioner, 'provisioner', report)
    validateParameters(parameters, report)
    if (reclaimPolicy) requireOneOf(report, 'reclaimPolicy', reclaimPolicy, RECLAIM_POLICIES)
    requireOneOf(report, 'volumeBindingMode', volumeBindingMode, BINDING_MODES)
    validateTopologies(allowedTopologies, report)
  },

  warnings({ allowedTopologies = [] }, _old, warn) {
    for (const [i, { matchLabelExpressions = [] }] of allowedTopologies.entries()) {
      for (const [j, { key }] of matchLabelExpressions.entries()) {
        const why = deprecatedNodeLabel(key)
        if (why) warn.at('allowedTopologies', i, 'matchLabelExpressions', j).add('key', why)
      }
    }
  },

  columns: [
    { ...nameColumn, cell: nameText },
    ['Provisioner', ({ provisioner }) => provisioner],
    ['ReclaimPolicy', ({ reclaimPolicy }) => reclaimPolicy ?? 'Delete'],
    ['VolumeBindingMode', ({ volumeBindingMode }) => volumeBindingMode ?? 'Immediate'],
    ['AllowVolumeExpansion', ({ allowVolumeExpansion }) => allowVolumeExpansion ?? false],
    age,
  ],
})

/** Whether claims that name no class get this one. */
export function isDefaultStorageClass({ metadata: { annotations = {} } }: Pick<StorageClass, 'metadata'>): boolean {
  return annotations[DEFAULT_STORAGE_CLASS_ANNOTATION] === 'true' || annotations[OLD_DEFAULT_ANNOTATION] === 'true'
}

function nameText(storageClass: Pick<StorageClass, 'metadata'>): string {
  const { name } = storageClass.metadata
  return isDefaultStorageClass(storageClass) ? `${name} (default)` : name
}

function validateTopologies(topologies: readonly ITopologySelectorTerm[], report: Report): void {
  for (const [i, { matchLabelExpressions = [] }] of topologies.entries()) {
    const at = report.at('allowedTopologies', i, 'matchLabelExpressions')
    for (const [j, { key = '', values = [] }] of matchLabelExpressions.entries()) {
      if (values.length === 0) at.required(`[${j}].values`)
      rejectDuplicates(at, values, (k) => `[${j}].values[${k}]`)
      invalidEach(at, `[${j}].key`, key, qualifiedName(key))
    }
    const keys = matchLabelExpressions.map(({ key }) => key)
    rejectDuplicates(at, keys, (j) => `[${j}].key`)
  }
  const terms = topologies.map(normalTerm)
  for (const [i, term] of terms.entries()) {
    if (terms.indexOf(term) < i) report.duplicate(`allowedTopologies[${i}].matchLabelExpressions`, '')
  }
}

/** The same text for terms that differ only in the order of what they list. */
function normalTerm({ matchLabelExpressions = [] }: ITopologySelectorTerm): string {
  const entries = matchLabelExpressions.map(({ key, values }) => `${key}=${[...(values ?? [])].sort().join(',')}`)
  return entries.sort().join(';')
}
