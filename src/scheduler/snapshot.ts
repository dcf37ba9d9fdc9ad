import type { Node } from '../api/kinds/core/node.ts'
import type { Pod } from '../api/kinds/core/pod.ts'
import { NodeInfo } from './node-info.ts'
import { podInfo } from './pod-info.ts'

/** The cluster as scheduling sees it. It is kept up to date, never copied: a change costs what it changes. */
export class Snapshot {
  /** Nodes in the order in which they came. */
  readonly nodes = new Map<string, NodeInfo>()
  /** Which node each pod counts on, by uid. */
  private readonly placed = new Map<string, string>()
  /** Pods whose node is not known (yet), by that node's name. */
  private readonly waiting = new Map<string, Map<string, Pod>>()

  setNode(node: Node): void {
    const known = this.nodes.get(node.metadata.name)
    if (known) return known.update(node)
    const info = new NodeInfo(node)
    this.nodes.set(node.metadata.name, info)
    for (const pod of this.waiting.get(node.metadata.name)?.values() ?? []) info.add(podInfo(pod))
    this.waiting.delete(node.metadata.name)
  }

  removeNode(name: string): void {
    const info = this.nodes.get(name)
    if (!info) return
    this.nodes.delete(name)
    this.waiting.set(name, new Map([...info.pods].map(([uid, { pod }]) => [uid, pod])))
  }

  /** Counts a pod on a node: one that is bound there, or about to be (`assume`). */
  place(pod: Pod, nodeName: string): void {
    const { uid } = pod.metadata
    this.remove(uid)
    this.placed.set(uid, nodeName)
    const node = this.nodes.get(nodeName)
    if (node) return node.add(podInfo(pod))
    const waiting = this.waiting.get(nodeName) ?? new Map<string, Pod>()
    this.waiting.set(nodeName, waiting.set(uid, pod))
  }

  /** Counts the pod nowhere any more. */
  remove(uid: string): void {
    const nodeName = this.placed.get(uid)
    if (nodeName === undefined) return
    this.placed.delete(uid)
    this.nodes.get(nodeName)?.remove(uid)
    const waiting = this.waiting.get(nodeName)
    waiting?.delete(uid)
    if (waiting?.size === 0) this.waiting.delete(nodeName)
  }
}
