import { Node } from '../../api/kinds/core/node.ts'
import { Pod } from '../../api/kinds/core/pod.ts'
import { untolerated } from '../../api/tolerations.ts'
import { fits, lowestIsBest, plugin, refuse } from '../framework.ts'

/** Taints keep pods away that do not tolerate them; those of effect PreferNoSchedule only make a node less wanted. */
export const taintToleration = plugin({
  name: 'TaintToleration',
  weight: 3,
  retryOn: [
    { kind: Node, change: ['added', 'taints'] },
    { kind: Pod, change: ['tolerations'] },
  ],
  filter({ pod }, { node }) {
    if (untolerated(pod, node, ['NoSchedule', 'NoExecute']).length === 0) return fits
    // Evicting pods does not remove a taint.
    return refuse('node(s) had untolerated taint(s)', { preemptionHelps: false })
  },
  score: ({ pod }, { node }) => untolerated(pod, node, ['PreferNoSchedule']).length,
  normalize: lowestIsBest,
})
