import type { IVolumeAttributesClass } from 'kubernetes-models/storage.k8s.io/v1/VolumeAttributesClass'
import { deepEqual } from '../../equal.ts'
import { age, defineKind } from '../../kind.ts'
import type { Served } from '../../meta.ts'
import { validateParameters, validateProvisioner } from './class-fields.ts'

export type VolumeAttributesClass = Served<IVolumeAttributesClass>

export const VolumeAttributesClass = defineKind<VolumeAttributesClass>({
  group: 'storage.k8s.io',
  version: 'v1',
  kind: 'VolumeAttributesClass',
  plural: 'volumeattributesclasses',
  shortNames: ['vac'],
  scope: 'Cluster',
  returnDeletedObject: true,

  validate({ driverName, parameters = {} }, report) {
    validateProvisioner(driverName, 'driverName', report)
    validateParameters(parameters, report)
    if (Object.keys(parameters).length === 0) {
      report.required('parameters', 'must contain at least one key/value pair')
    }
  },

  validateUpdate(next, old, report) {
    for (const field of ['driverName', 'parameters'] as const) {
      if (!deepEqual(next[field], old[field])) report.forbidden(field, `updates to ${field} are forbidden.`)
    }
  },

  columns: [['DriverName', ({ driverName }) => driverName], age],
})
