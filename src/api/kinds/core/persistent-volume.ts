import type { IPersistentVolume } from 'kubernetes-models/v1/PersistentVolume'
import { timestamp } from '../../../std/clock.ts'
import { age, defineKind } from '../../kind.ts'
import type { Served } from '../../meta.ts'
import { validateVolumeSpec, validateVolumeUpdate } from './volume/validate-volume.ts'
import { accessModesText, storageClassOf } from './volume-modes.ts'
import { warnOfVolume } from './volume/warnings.ts'

export type PersistentVolume = Served<IPersistentVolume>

export const PersistentVolume = defineKind<PersistentVolume>({
  group: '',
  version: 'v1',
  kind: 'PersistentVolume',
  plural: 'persistentvolumes',
  shortNames: ['pv'],
  scope: 'Cluster',
  status: true,
  returnDeletedObject: true,
  generation: false,
  columns: [
    ['Capacity', ({ spec }) => String(spec.capacity?.['storage'] ?? 0), { description: 'How much it holds.' }],
    ['Access Modes', ({ spec }) => accessModesText(spec.accessModes), { description: 'How it can be mounted.' }],
    ['Reclaim Policy', ({ spec }) => spec.persistentVolumeReclaimPolicy, { description: 'What becomes of it.' }],
    ['Status', phase, { description: 'Available, Bound, Released or Failed.' }],
    ['Claim', claim, { description: 'The claim it is bound to.' }],
    ['StorageClass', (volume) => storageClassOf(volume), { description: 'StorageClass of the pv' }],
    ['VolumeAttributesClass', ({ spec }) => spec.volumeAttributesClassName ?? '<unset>'],
    ['Reason', ({ status }) => status?.reason ?? '', { description: 'Why it is in its phase.' }],
    age,
    ['VolumeMode', ({ spec }) => spec.volumeMode ?? '<unset>', { priority: 1 }],
  ],

  defaults(volume) {
    volume.spec ??= {}
    const { spec } = volume
    spec.persistentVolumeReclaimPolicy ||= 'Retain'
    spec.volumeMode ??= 'Filesystem'
  },

  prepareCreate(volume, { now }) {
    volume.status = { phase: 'Pending', lastPhaseTransitionTime: timestamp(now) }
  },

  prepareStatusUpdate({ status }, { status: old }, { now }) {
    if (status.phase === old.phase) status.lastPhaseTransitionTime ??= old.lastPhaseTransitionTime
    else if ((status.lastPhaseTransitionTime ?? old.lastPhaseTransitionTime) === old.lastPhaseTransitionTime) {
      status.lastPhaseTransitionTime = timestamp(now)
    }
  },

  validate({ spec }, report) {
    validateVolumeSpec(spec, report.at('spec'))
  },

  warnings: (volume, _old, warn) => warnOfVolume(volume, warn),
  validateUpdate: validateVolumeUpdate,
})

function phase({ metadata, status }: PersistentVolume): string {
  return metadata.deletionTimestamp ? 'Terminating' : (status?.phase ?? '')
}

function claim({ spec: { claimRef } }: PersistentVolume): string {
  return claimRef ? `${claimRef.namespace ?? ''}/${claimRef.name ?? ''}` : ''
}
