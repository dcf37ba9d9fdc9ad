import type { Pod } from '../api/kinds/core/pod.ts'
import { Heap } from '../std/heap.ts'
import type { Clock, Timer } from '../std/clock.ts'
import type { Change, Plugin } from './framework.ts'

/** Upstream's `podInitialBackoffSeconds` and `podMaxBackoffSeconds`. */
const BACKOFF_FIRST_MS = 1000
const BACKOFF_MAX_MS = 10_000
/** A refused pod is tried again after this long whatever has happened: no hint is perfect. */
const REFUSED_MAX_MS = 5 * 60_000

export interface QueuedPod {
  pod: Pod
  /** When it first came, for the order among pods of one priority. */
  since: number
  attempts: number
  /** No sooner than this. */
  notBefore: number
  /** The plugins that refused it the last time; empty while it is to be tried. */
  refusedBy: ReadonlySet<string>
  state: 'active' | 'backoff' | 'refused' | 'taken'
  timer?: Timer
}

/** Something that has happened to an object of a kind, and may let refused pods fit. */
export interface Happening {
  kind: string
  changes: readonly Change[]
}

/**
 * The pods that wait for a node: those to try now, by priority and age; those that back off; those that were refused and
 * wait until something happens that one of the refusing plugins named (upstream's SchedulingQueue with queueing hints).
 */
export class SchedulingQueue {
  private readonly clock: Clock
  private readonly plugins: readonly Plugin[]
  private readonly wake: () => void
  private readonly pods = new Map<string, QueuedPod>()
  private readonly active = new Heap<QueuedPod>(isBefore)

  constructor(clock: Clock, plugins: readonly Plugin[], wake: () => void) {
    this.clock = clock
    this.plugins = plugins
    this.wake = wake
  }

  /** Takes a pod in, or its new version; one that was refused is tried again if what changed may help. */
  put(pod: Pod, changes: readonly Change[]): void {
    const known = this.pods.get(pod.metadata.uid)
    if (known) {
      known.pod = pod
      if (known.state === 'refused' && this.helps(known, { kind: 'Pod', changes })) this.release(known)
      return
    }
    const queued: QueuedPod = {
      pod,
      since: this.clock.monotonic(),
      attempts: 0,
      notBefore: 0,
      refusedBy: new Set(),
      state: 'taken',
    }
    this.pods.set(pod.metadata.uid, queued)
    this.release(queued)
  }

  delete(uid: string): void {
    this.pods.get(uid)?.timer?.cancel()
    this.pods.delete(uid)
  }

  /** Forgets all pods, and calls off what waits. */
  close(): void {
    for (const { timer } of this.pods.values()) timer?.cancel()
    this.pods.clear()
  }

  /** The next pod to try; it is not handed out again before `refuse` or `retry` gives it back. */
  pop(): QueuedPod | undefined {
    for (let next = this.active.pop(); next; next = this.active.pop()) {
      // The heap keeps what was deleted or replaced in the meantime.
      if (next.state !== 'active' || this.pods.get(next.pod.metadata.uid) !== next) continue
      next.state = 'taken'
      next.attempts++
      return next
    }
    return undefined
  }

  /** No node fits: the pod waits for a change that helps. */
  refuse(queued: QueuedPod, refusedBy: ReadonlySet<string>): void {
    this.park(queued, refusedBy)
    queued.timer = this.clock.after(REFUSED_MAX_MS, () => this.release(queued))
  }

  /** Something went wrong that may be gone soon: the pod is tried again after its back-off. */
  retry(queued: QueuedPod): void {
    this.park(queued, new Set())
    this.release(queued)
  }

  /** Lets go of the refused pods that what has happened may help. */
  happened(happening: Happening): void {
    for (const queued of this.pods.values()) {
      if (queued.state === 'refused' && this.helps(queued, happening)) this.release(queued)
    }
  }

  private park(queued: QueuedPod, refusedBy: ReadonlySet<string>): void {
    queued.state = 'refused'
    queued.refusedBy = refusedBy
    queued.notBefore = this.clock.monotonic() + Math.min(BACKOFF_MAX_MS, BACKOFF_FIRST_MS * 2 ** (queued.attempts - 1))
  }

  private helps({ refusedBy }: QueuedPod, { kind, changes }: Happening): boolean {
    return this.plugins.some(
      (plugin) =>
        refusedBy.has(plugin.name) &&
        plugin.retryOn.some(
          (hint) => hint.kind.kind === kind && hint.change.some((change) => changes.includes(change)),
        ),
    )
  }

  /** Lets a pod be tried: now, or once its back-off is over; unless a plugin keeps it out of the queue. */
  private release(queued: QueuedPod): void {
    queued.timer?.cancel()
    const gate = this.plugins.find((plugin) => plugin.preEnqueue?.(queued.pod))
    if (gate) return this.keepOut(queued, gate.name)
    const wait = queued.notBefore - this.clock.monotonic()
    if (wait > 0) {
      queued.state = 'backoff'
      queued.timer = this.clock.after(wait, () => this.release(queued))
      return
    }
    queued.state = 'active'
    this.active.push(queued)
    this.wake()
  }

  private keepOut(queued: QueuedPod, plugin: string): void {
    queued.state = 'refused'
    queued.refusedBy = new Set([plugin])
  }
}

/** Higher priority first, then the one that came first (upstream's PrioritySort). */
function isBefore(a: QueuedPod, b: QueuedPod): boolean {
  const [left, right] = [a.pod.spec.priority ?? 0, b.pod.spec.priority ?? 0]
  return left > right || (left === right && a.since < b.since)
}
