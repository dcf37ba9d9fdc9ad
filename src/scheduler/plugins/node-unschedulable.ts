import { Node } from '../../api/kinds/core/node.ts'
import { Pod } from '../../api/kinds/core/pod.ts'
import { tolerates } from '../../api/tolerations.ts'
import { fits, plugin, refuse } from '../framework.ts'

/** A cordoned node counts as one with this taint. */
const UNSCHEDULABLE = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' } as const

/** Nothing new goes to a node that has been cordoned. */
export const nodeUnschedulable = plugin({
  name: 'NodeUnschedulable',
  retryOn: [
    { kind: Node, change: ['added', 'unschedulable'] },
    { kind: Pod, change: ['tolerations'] },
  ],
  filter({ pod }, { node }) {
    if (!node.spec.unschedulable || tolerates(pod.spec.tolerations, UNSCHEDULABLE)) return fits
    return refuse('node(s) were unschedulable', { preemptionHelps: false })
  },
})
