import { Node } from '../../api/kinds/core/node.ts'
import { Pod } from '../../api/kinds/core/pod.ts'
import { fits, plugin, refuse, SCORE_MAX } from '../framework.ts'
import type { NodeInfo } from '../node-info.ts'
import type { PodInfo } from '../pod-info.ts'

/** How many pods a node takes when it does not say. */
const UNLIMITED = Number.POSITIVE_INFINITY

/** A node must have left what the pod asks for; of several, the one with most left is liked best (LeastAllocated). */
export const nodeResourcesFit = plugin({
  name: 'NodeResourcesFit',
  retryOn: [
    { kind: Pod, change: ['removed', 'requests'] },
    { kind: Node, change: ['added', 'allocatable'] },
  ],
  filter(pod, node) {
    const short = insufficient(pod, node)
    if (short.length === 0) return fits
    const never = short.every((name) => (pod.requests.get(name) ?? 0) > (node.allocatable.get(name) ?? 0))
    return refuse(short.map(reason), { preemptionHelps: !never })
  },
  score(pod, { allocatable, scored }) {
    const left = (['cpu', 'memory'] as const).map((name) =>
      leastAllocated(scored[name] + pod.scored[name], allocatable.get(name) ?? 0),
    )
    return Math.floor(left.reduce((sum, each) => sum + each, 0) / left.length)
  },
})

const reason = (name: string) => (name === 'pods' ? 'Too many pods' : `Insufficient ${name}`)

/** The resources of which the node has too little left. */
function insufficient({ requests }: PodInfo, { allocatable, requested, pods }: NodeInfo): string[] {
  const full = pods.size + 1 > (allocatable.get('pods') ?? UNLIMITED)
  const short = [...requests].filter(
    ([name, amount]) => amount > 0 && amount > (allocatable.get(name) ?? 0) - (requested.get(name) ?? 0),
  )
  return [...(full ? ['pods'] : []), ...short.map(([name]) => name)]
}

function leastAllocated(wanted: number, capacity: number): number {
  return capacity === 0 || wanted > capacity ? 0 : Math.floor(((capacity - wanted) * SCORE_MAX) / capacity)
}
