import type { ICSIStorageCapacity } from 'kubernetes-models/storage.k8s.io/v1/CSIStorageCapacity'
import { defineKind } from '../../kind.ts'
import type { Served } from '../../meta.ts'
import { nameIsDns1123Subdomain } from '../../names.ts'
import { NEGATIVE } from '../../object-meta.ts'
import { compareQuantities } from '../../quantity.ts'
import { invalidEach } from '../check.ts'
import { validateLabelSelector } from '../label-selector.ts'
import { warnOfNodeLabels } from '../core/node-labels.ts'

export type CSIStorageCapacity = Served<ICSIStorageCapacity>

export const CSIStorageCapacity = defineKind<CSIStorageCapacity>({
  group: 'storage.k8s.io',
  version: 'v1',
  kind: 'CSIStorageCapacity',
  plural: 'csistoragecapacities',
  scope: 'Namespaced',
  allowUnconditionalUpdate: false,
  immutable: ['nodeTopology', 'storageClassName'],

  validate({ nodeTopology, storageClassName = '', capacity }, report) {
    validateLabelSelector(nodeTopology, report.at('nodeTopology'))
    invalidEach(report, 'storageClassName', storageClassName, nameIsDns1123Subdomain(storageClassName, false))
    if (capacity !== undefined && compareQuantities(capacity, 0) < 0) report.invalid('capacity', capacity, NEGATIVE)
  },

  warnings({ nodeTopology }, _old, warn) {
    if (nodeTopology) warnOfNodeLabels(nodeTopology, warn.at('nodeTopology'))
  },

  columns: [
    ['StorageClassName', ({ storageClassName }) => storageClassName],
    ['Capacity', ({ capacity }) => String(capacity ?? '<unset>')],
  ],
})
