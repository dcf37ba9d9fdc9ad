import type { Random } from '../std/random.ts'
import type { Plugin, Refusal } from './framework.ts'
import type { NodeInfo } from './node-info.ts'
import type { PodInfo } from './pod-info.ts'

/** Where a pod goes, or why nowhere. */
export type Outcome = { node: string } | { message: string; refusedBy: ReadonlySet<string> }

/** Nodes are not all looked at once there are enough that fit (upstream's adaptive `percentageOfNodesToScore`). */
const NODES_ENOUGH_MIN = 100
const PERCENT_MIN = 5

/** Chooses a node for a pod. Touches nothing; `start` says with which node the search begins, so that all get their turn. */
export function schedule(
  pod: PodInfo,
  nodes: readonly NodeInfo[],
  plugins: readonly Plugin[],
  random: Random,
  start = 0,
): Outcome {
  if (nodes.length === 0) return { message: 'no nodes available to schedule pods', refusedBy: everyFilter(plugins) }
  const concerned = plugins.filter((plugin) => plugin.concerns?.(pod) ?? true)
  const { feasible, refusals } = filterNodes(pod, nodes, concerned, start)
  if (feasible.length === 0) {
    return {
      message: explain(
        nodes.length,
        refusals.map(({ refusal }) => refusal),
      ),
      refusedBy: new Set(refusals.map(({ by }) => by)),
    }
  }
  return { node: best(pod, feasible, concerned, random).node.metadata.name }
}

/** With no node at all, any plugin's hint about a new node will do. */
function everyFilter(plugins: readonly Plugin[]): Set<string> {
  return new Set(plugins.filter((plugin) => plugin.filter).map(({ name }) => name))
}

interface Filtered {
  feasible: NodeInfo[]
  refusals: { by: string; refusal: Refusal }[]
}

function filterNodes(pod: PodInfo, nodes: readonly NodeInfo[], plugins: readonly Plugin[], start: number): Filtered {
  const enough = nodesEnough(nodes.length)
  const result: Filtered = { feasible: [], refusals: [] }
  for (let i = 0; i < nodes.length && result.feasible.length < enough; i++) {
    const node = nodes[(start + i) % nodes.length] as NodeInfo
    const refused = firstRefusal(pod, node, plugins)
    if (refused) result.refusals.push(refused)
    else result.feasible.push(node)
  }
  return result
}

function firstRefusal(pod: PodInfo, node: NodeInfo, plugins: readonly Plugin[]) {
  for (const plugin of plugins) {
    const refusal = plugin.filter?.(pod, node)
    if (refusal) return { by: plugin.name, refusal }
  }
  return undefined
}

export function nodesEnough(all: number): number {
  if (all < NODES_ENOUGH_MIN) return all
  const percent = Math.max(PERCENT_MIN, 50 - Math.floor(all / 125))
  return Math.max(NODES_ENOUGH_MIN, Math.floor((all * percent) / 100))
}

/** The node with the highest sum of weighted scores; chance decides between equals. */
function best(pod: PodInfo, nodes: readonly NodeInfo[], plugins: readonly Plugin[], random: Random): NodeInfo {
  if (nodes.length === 1) return nodes[0] as NodeInfo
  const totals = nodes.map(() => 0)
  for (const { score, normalize, weight = 1 } of plugins) {
    if (!score) continue
    const raw = nodes.map((node) => score(pod, node))
    for (const [i, value] of (normalize ? normalize(raw) : raw).entries()) totals[i] = (totals[i] ?? 0) + value * weight
  }
  const highest = Math.max(...totals)
  const equals = nodes.filter((_, i) => totals[i] === highest)
  return equals[Math.floor(random.next() * equals.length)] as NodeInfo
}

/** `0/3 nodes are available: 1 node(s) had untolerated taint(s), 2 Insufficient cpu.` */
export function explain(nodes: number, refusals: readonly Refusal[]): string {
  const counts = new Map<string, number>()
  for (const reason of refusals.flatMap(({ reasons }) => reasons)) counts.set(reason, (counts.get(reason) ?? 0) + 1)
  const lines = [...counts].map(([reason, count]) => `${count} ${reason}`).sort()
  return `0/${nodes} nodes are available: ${lines.join(', ')}.`
}
