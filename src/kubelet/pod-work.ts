import type { Pod } from '../api/kinds/core/pod.ts'
import type { NodeWork, RuntimePod } from './runtime-pod.ts'
import type { MountedVolume } from './volumes/volume.ts'

/** What a pod's worker has in hand while it acts. */
export interface PodWork {
  uid: string
  /** The pod as it was last known; absent for one that was never seen in the API. */
  pod?: Pod
  seen: RuntimePod
  /** What was done, to be kept by who acts. */
  node: NodeWork
  volumes: Map<string, MountedVolume>
  /** Aborted when the pod is to stop sooner than it was. */
  signal: AbortSignal
}
