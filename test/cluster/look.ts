import { Pod } from '../../src/api/kinds/core/pod.ts'
import type { KubeObject } from '../../src/api/meta.ts'
import type { Cluster } from '../../testing/cluster.ts'

export interface Condition {
  type: string
  status: string
  reason?: string
  message?: string
  lastTransitionTime?: string
}

/** A condition of an object; fails when it has none of this type. */
export function condition(object: KubeObject, type: string): Condition {
  const { conditions = [] } = (object as KubeObject & { status?: { conditions?: Condition[] } }).status ?? {}
  const found = conditions.find((each) => each.type === type)
  if (!found) throw new Error(`${object.kind} ${object.metadata.name} has no condition ${type}`)
  return found
}

/** What `kubectl get pods -o wide` tells: `a Running`, `a Terminating`, sorted. */
export async function placement(cluster: Cluster): Promise<string[]> {
  const pods = await cluster.list(Pod)
  return pods
    .map((pod) => `${pod.spec.nodeName ?? '-'} ${pod.metadata.deletionTimestamp ? 'Terminating' : pod.status.phase}`)
    .sort()
}

/** Seconds of the cluster's clock between two times as objects write them. */
export function secondsBetween(from: string | undefined, to: string | undefined): number {
  return (Date.parse(to ?? '') - Date.parse(from ?? '')) / 1000
}

/** Names of objects, sorted. */
export const names = (objects: readonly KubeObject[]): string[] => objects.map(({ metadata }) => metadata.name).sort()
