import type { KubeObject } from '../meta.ts'

const KEPT = ['deletionTimestamp', 'generation', 'labels', 'annotations', 'ownerReferences', 'finalizers'] as const

/** Makes a status update leave all metadata as it is, but for who manages the status. */
export function keepMetadata({ metadata: next }: KubeObject, { metadata: old }: KubeObject): void {
  for (const field of KEPT) {
    if (old[field] === undefined) delete next[field]
    else Object.assign(next, { [field]: old[field] })
  }
}
