import type { Node } from '../api/kinds/core/node.ts'
import type { Pod } from '../api/kinds/core/pod.ts'
import { NodeInfo } from './node-info.ts'
import { type PodInfo, podInfo } from './pod-info.ts'

const metadata = (name: string) => ({
  name,
  uid: `uid-${name}`,
  resourceVersion: '1',
  creationTimestamp: '2026-01-01T00:00:00Z',
})

/** A node with 2 cores, 4 GiB and room for 10 pods, for tests. */
export function testNode(
  name: string,
  spec: Partial<Node['spec']> = {},
  more: { labels?: Record<string, string>; cpu?: string } = {},
): Node {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { ...metadata(name), labels: { 'kubernetes.io/hostname': name, ...more.labels } },
    spec,
    status: { allocatable: { cpu: more.cpu ?? '2', memory: '4Gi', pods: '10' } },
  }
}

/** A pod with one container that asks for `requests`, for tests. */
export function testPod(name: string, requests: Record<string, string> = {}, spec: Partial<Pod['spec']> = {}): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { ...metadata(name), namespace: 'default' },
    spec: { containers: [{ name: 'main', image: 'nginx', resources: { requests } }], ...spec },
    status: { phase: 'Pending' },
  }
}

export function nodeInfo(node: Node, ...pods: Pod[]): NodeInfo {
  const info = new NodeInfo(node)
  for (const pod of pods) info.add(podInfo(pod))
  return info
}

export const infoOf = (...args: Parameters<typeof testPod>): PodInfo => podInfo(testPod(...args))
