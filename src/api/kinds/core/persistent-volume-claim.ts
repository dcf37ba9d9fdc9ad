import type { IPersistentVolumeClaim } from 'kubernetes-models/v1/PersistentVolumeClaim'
import { age, defineKind } from '../../kind.ts'
import type { Served } from '../../meta.ts'
import { validateClaimSpec } from './volume/claim-spec.ts'
import { validateClaimStatus, validateClaimUpdate } from './volume/claim-update.ts'
import { accessModesText, storageClassOf } from './volume-modes.ts'
import { warnOfClaimSpec, warnOfClassAnnotation } from './volume/warnings.ts'

export type PersistentVolumeClaim = Served<IPersistentVolumeClaim>

export const PersistentVolumeClaim = defineKind<PersistentVolumeClaim>({
  group: '',
  version: 'v1',
  kind: 'PersistentVolumeClaim',
  plural: 'persistentvolumeclaims',
  shortNames: ['pvc'],
  scope: 'Namespaced',
  status: true,
  returnDeletedObject: true,
  generation: false,
  columns: [
    ['Status', phase, { description: 'Pending, Bound or Lost.' }],
    ['Volume', ({ spec }) => spec.volumeName ?? '', { description: 'The volume it is bound to.' }],
    ['Capacity', capacity, { description: 'How much the volume holds.' }],
    ['Access Modes', modes, { description: 'How the volume can be mounted.' }],
    ['StorageClass', (volumeClaim) => storageClassOf(volumeClaim), { description: 'StorageClass of the pvc' }],
    ['VolumeAttributesClass', ({ spec }) => spec.volumeAttributesClassName ?? '<unset>'],
    age,
    ['VolumeMode', ({ spec }) => spec.volumeMode ?? '<unset>', { priority: 1 }],
  ],

  defaults(claim) {
    claim.spec ??= {}
    claim.spec.volumeMode ??= 'Filesystem'
  },

  prepareCreate(volumeClaim) {
    volumeClaim.status = { phase: 'Pending' }
    normalizeSources(volumeClaim.spec, {})
  },

  prepareUpdate({ spec }, old) {
    normalizeSources(spec, old.spec)
  },

  validate({ spec }, report) {
    validateClaimSpec(spec, report.at('spec'))
  },

  warnings({ metadata, spec }, _old, warn) {
    warnOfClassAnnotation(metadata.annotations, warn)
    warnOfClaimSpec(spec, warn.at('spec'))
  },

  validateUpdate: validateClaimUpdate,
  validateStatusUpdate: (claim, _old, report) => validateClaimStatus(claim, report),
})

function phase({ metadata, status }: PersistentVolumeClaim): string {
  return metadata.deletionTimestamp ? 'Terminating' : (status?.phase ?? '')
}

function capacity({ spec, status }: PersistentVolumeClaim): string {
  return spec.volumeName ? String(status?.capacity?.['storage'] ?? 0) : ''
}

function modes({ spec, status }: PersistentVolumeClaim): string {
  return spec.volumeName ? accessModesText(status?.accessModes) : ''
}

const SNAPSHOTS = 'snapshot.storage.k8s.io'

/** The old field for what a claim starts from, and the new one, say the same; the old one knows only two kinds. */
function normalizeSources(spec: PersistentVolumeClaim['spec'], old: PersistentVolumeClaim['spec']): void {
  const { dataSource: source } = spec
  if (source && !spec.dataSourceRef && !old.dataSource && !old.dataSourceRef) {
    const known = source.apiGroup ? `${SNAPSHOTS}/VolumeSnapshot` : '/PersistentVolumeClaim'
    if (`${source.apiGroup ?? ''}/${source.kind}` !== known) delete spec.dataSource
  }
  if (spec.dataSource && !spec.dataSourceRef) spec.dataSourceRef = { ...spec.dataSource }
  else if (spec.dataSourceRef && !spec.dataSource && !spec.dataSourceRef.namespace) {
    spec.dataSource = { ...spec.dataSourceRef }
  }
}
