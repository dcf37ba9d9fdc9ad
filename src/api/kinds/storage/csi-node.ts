import type { ICSINode } from 'kubernetes-models/storage.k8s.io/v1/CSINode'
import { deepEqual } from '../../equal.ts'
import { age, defineKind } from '../../kind.ts'
import type { Served } from '../../meta.ts'
import { IMMUTABLE } from '../../object-meta.ts'
import { qualifiedName } from '../../names.ts'
import type { Report } from '../../report.ts'
import { invalidEach, nonNegative } from '../check.ts'
import { validateCsiDriver } from '../core/volume/csi.ts'
import { rejectDuplicates } from '../duplicates.ts'

export type CSINode = Served<ICSINode>
type Driver = CSINode['spec']['drivers'][number]

const NODE_ID_MAX_CHARS = 256

export const CSINode = defineKind<CSINode>({
  group: 'storage.k8s.io',
  version: 'v1',
  kind: 'CSINode',
  plural: 'csinodes',
  scope: 'Cluster',
  allowUnconditionalUpdate: false,
  returnDeletedObject: true,
  generation: false,

  defaults(node) {
    node.spec ??= { drivers: [] }
    node.spec.drivers ??= []
  },

  validate({ spec: { drivers } }, report) {
    for (const [i, driver] of drivers.entries()) validateDriver(driver, report.at('spec', 'drivers', i))
    rejectDuplicates(
      report,
      drivers.map(({ name }) => name),
      (i) => `spec.drivers[${i}].name`,
    )
  },

  // What a driver says of a node stays as it is, but for how many volumes it can take.
  validateUpdate(next, old, report) {
    for (const before of old.spec.drivers) {
      const after = next.spec.drivers.find(({ name }) => name === before.name)
      if (!after || deepEqual({ ...after, allocatable: undefined }, { ...before, allocatable: undefined })) continue
      report.invalid('spec.drivers', after, IMMUTABLE)
    }
  },

  columns: [['Drivers', ({ spec }) => spec.drivers.length, { type: 'integer' }], age],
})

function validateDriver({ name, nodeID = '', allocatable, topologyKeys = [] }: Driver, report: Report): void {
  validateCsiDriver(name, 'name', report)
  if (nodeID === '') report.required('nodeID')
  if (nodeID.length > NODE_ID_MAX_CHARS) {
    report.invalid('nodeID', nodeID, `must be ${NODE_ID_MAX_CHARS} characters or less`)
  }
  nonNegative(report, 'allocatable.count', allocatable?.count)
  rejectDuplicates(report, topologyKeys, () => '')
  for (const key of topologyKeys) {
    if (key === '') report.required('')
    invalidEach(report, '', key, qualifiedName(key))
  }
}
