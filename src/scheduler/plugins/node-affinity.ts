import { Node } from '../../api/kinds/core/node.ts'
import { Pod } from '../../api/kinds/core/pod.ts'
import { matchesNodeSelector, matchesNodeSelectorTerm } from '../../api/node-selector.ts'
import { fits, highestIsBest, plugin, refuse } from '../framework.ts'

/** The pod's nodeSelector and required node affinity must match; the preferred one makes nodes liked more. */
export const nodeAffinity = plugin({
  name: 'NodeAffinity',
  weight: 2,
  retryOn: [
    { kind: Node, change: ['added', 'labels'] },
    { kind: Pod, change: ['labels'] },
  ],
  concerns: ({ pod }) => Boolean(pod.spec.nodeSelector ?? pod.spec.affinity?.nodeAffinity),
  filter({ pod }, { node }) {
    const labels = node.metadata.labels ?? {}
    const required = pod.spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution
    const selected = Object.entries(pod.spec.nodeSelector ?? {}).every(([key, value]) => labels[key] === value)
    if (selected && (!required || matchesNodeSelector(required, node))) return fits
    return refuse("node(s) didn't match Pod's node affinity/selector", { preemptionHelps: false })
  },
  score({ pod }, { node }) {
    const preferred = pod.spec.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []
    return preferred.reduce(
      (sum, { weight, preference }) => sum + (matchesNodeSelectorTerm(preference, node) ? weight : 0),
      0,
    )
  },
  normalize: highestIsBest,
})
