import { Node } from '../../api/kinds/core/node.ts'
import { fits, plugin, refuse } from '../framework.ts'

/** A pod that names its node goes nowhere else. */
export const nodeName = plugin({
  name: 'NodeName',
  retryOn: [{ kind: Node, change: ['added'] }],
  concerns: ({ pod }) => Boolean(pod.spec.nodeName),
  filter: ({ pod }, { node }) =>
    pod.spec.nodeName === node.metadata.name
      ? fits
      : refuse("node(s) didn't match the requested node name", { preemptionHelps: false }),
})
