import type { Node } from '../api/kinds/core/node.ts'
import { type Amounts, amountsOf } from '../api/pod-resources.ts'
import type { PodInfo } from './pod-info.ts'

/** A node with the pods that are on it or about to be, and the sum of what they take. */
export class NodeInfo {
  node: Node
  allocatable: Amounts
  readonly pods = new Map<string, PodInfo>()
  readonly requested = new Map<string, number>()
  readonly scored = { cpu: 0, memory: 0 }

  constructor(node: Node) {
    this.node = node
    this.allocatable = amountsOf(node.status.allocatable)
  }

  update(node: Node): void {
    this.node = node
    this.allocatable = amountsOf(node.status.allocatable)
  }

  add(info: PodInfo): void {
    this.remove(info.pod.metadata.uid)
    this.pods.set(info.pod.metadata.uid, info)
    this.count(info, 1)
  }

  remove(uid: string): void {
    const info = this.pods.get(uid)
    if (!info) return
    this.pods.delete(uid)
    this.count(info, -1)
  }

  private count(info: PodInfo, sign: 1 | -1): void {
    for (const [name, amount] of info.requests)
      this.requested.set(name, (this.requested.get(name) ?? 0) + sign * amount)
    this.scored.cpu += sign * info.scored.cpu
    this.scored.memory += sign * info.scored.memory
  }
}
