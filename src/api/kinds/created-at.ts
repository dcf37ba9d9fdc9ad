import type { Column } from '../kind.ts'
import type { KubeObject } from '../meta.ts'

/** The column of kinds that upstream has no printer for: when the object was made, as it is stored. */
export const createdAt: Column<KubeObject> = {
  name: 'Created At',
  cell: ({ metadata }) => metadata.creationTimestamp,
  type: 'date',
  format: '',
  description: 'When the object was created.',
  priority: 0,
}
