import { deepEqual } from '../api/equal.ts'
import type { Pod } from '../api/kinds/core/pod.ts'
import type { Timer } from '../std/clock.ts'
import { act } from './act.ts'
import type { NodeDeps } from './node-deps.ts'
import { type Action, type PodState, step, type Step } from './pod-machine.ts'
import { graceSeconds, isSidecar } from './pod-spec.ts'
import type { PodWork } from './pod-work.ts'
import type { Probers } from './probes/probers.ts'
import { type Failure, NOTHING_DONE, type NodeWork, type RuntimePod } from './runtime-pod.ts'
import { readPod } from './runtime-reader.ts'
import { StartError } from './start-error.ts'
import { isOwnCondition } from './status/conditions.ts'
import { podStatus } from './status/pod-status.ts'
import type { StatusManager } from './status-manager.ts'
import type { MountedVolume } from './volumes/volume.ts'

/** What did not work is tried again after this time and up to half as much more. */
const RETRY_MS = 10_000
const RETRY_JITTER = 0.5
/** The end of a pod is not put off for that long. */
const END_RETRY_MS = 1000
/** The runtime speaks of an end before its own records show it. */
const RECHECK_MS = [20, 100, 500, 2000]

/** What all workers share. */
export interface WorkerContext {
  deps: NodeDeps
  statuses: StatusManager
  probers: Probers
  /** Told of everything that the runtime has for the pod. */
  saw(worker: PodWorker, seen: RuntimePod): void
}

type Outcome = 'done' | 'failed' | 'aborted'

/** The one loop of a pod: wait for a wake, look, decide, act, tell. */
export class PodWorker {
  readonly uid: string
  private readonly context: WorkerContext
  private want: Pod | undefined
  /** Kept when the pod is gone, for events. */
  private known: Pod | undefined
  private state: PodState = { phase: 'syncing' }
  private seen: RuntimePod | undefined
  private readonly node: NodeWork = { ...NOTHING_DONE }
  private readonly volumes = new Map<string, MountedVolume>()
  private failures: Record<string, Failure> = {}
  private readonly recorded = new Set<string>()
  private acting = new AbortController()
  private awake = true
  private wakeUp: () => void = () => {}
  private timers = new Set<Timer>()

  constructor(context: WorkerContext, uid: string, want?: Pod) {
    this.context = context
    this.uid = uid
    this.want = want
    this.known = want
  }

  get pod(): Pod | undefined {
    return this.want
  }

  /** What was seen last. */
  get view(): RuntimePod | undefined {
    return this.seen
  }

  /** The pod as it is wanted now. One that is to stop, or sooner than before, interrupts what is being done. */
  update(pod: Pod): void {
    const before = this.want
    this.want = pod
    this.known = pod
    if (pod.metadata.deletionTimestamp) {
      const sooner = before && graceSeconds(pod) < graceSeconds(before)
      if (!before?.metadata.deletionTimestamp || sooner) this.acting.abort()
    }
    // Most changes are the kubelet's own: the status that it wrote comes back to it.
    if (!before || !deepEqual(mattering(before), mattering(pod))) this.wake()
  }

  gone(): void {
    if (!this.want) return
    this.want = undefined
    if (this.state.phase !== 'terminated') this.acting.abort()
    this.wake()
  }

  wake(): void {
    this.awake = true
    this.wakeUp()
  }

  /** Wakes now and a few times soon after, until the runtime's records have caught up with what it told. */
  recheck(): void {
    this.wake()
    for (const ms of RECHECK_MS) this.later(ms)
  }

  private later(ms: number): Timer {
    const timer = this.context.deps.env.clock.after(ms, () => {
      this.timers.delete(timer)
      this.wake()
    })
    this.timers.add(timer)
    return timer
  }

  /** Works until nothing of the pod is left, or until the signal is aborted, which leaves everything as it is. */
  async run(signal: AbortSignal): Promise<void> {
    const stop = () => {
      this.acting.abort()
      this.wake()
    }
    signal.addEventListener('abort', stop, { once: true })
    try {
      while (!signal.aborted) {
        this.awake = false
        const { done, wakeAtMs } = await this.turn(signal)
        if (done) break
        await this.sleepUntil(wakeAtMs)
      }
    } finally {
      signal.removeEventListener('abort', stop)
      for (const timer of this.timers) timer.cancel()
      this.context.probers.stop(this.uid)
      this.context.statuses.forget(this.uid)
    }
  }

  private async sleepUntil(wakeAtMs: number | undefined): Promise<void> {
    if (this.awake) return
    const { clock } = this.context.deps.env
    const timer = wakeAtMs === undefined ? undefined : this.later(Math.max(wakeAtMs - clock.now(), 0))
    await new Promise<void>((resolve) => {
      this.wakeUp = resolve
    })
    timer?.cancel()
  }

  /** Steps until there is nothing more to do for now. */
  private async turn(signal: AbortSignal): Promise<Pick<Step, 'done' | 'wakeAtMs'>> {
    for (;;) {
      try {
        const seen = await this.look()
        const { now } = this.context.deps.env.clock
        const result = step(this.state, this.want, seen, now())
        this.tell(seen, result.next)
        if (result.done || signal.aborted) return result
        const outcome = await this.perform(result.actions, seen)
        if (signal.aborted) return {}
        const moved = this.state.phase !== result.next.phase
        if (outcome === 'done') this.state = result.next
        if (outcome === 'failed') return { wakeAtMs: this.failures['']?.retryAtMs ?? now() + END_RETRY_MS }
        const acted = result.actions.some((action) => action.do !== 'record')
        if (outcome === 'done' && !acted && !moved) return result
      } catch (error) {
        // The runtime does not answer: nothing can be decided before it does.
        this.context.deps.env.log.warn('a pod could not be looked at', { uid: this.uid, error: String(error) })
        return { wakeAtMs: this.context.deps.env.clock.now() + END_RETRY_MS }
      }
    }
  }

  private async look(): Promise<RuntimePod> {
    const { deps, probers, saw } = this.context
    const view = await readPod({ cri: deps.cri, fs: deps.os.fs }, this.uid, this.seen?.containers)
    const pod = this.want
    if (pod) probers.follow(pod, view, { ending: this.state.phase !== 'syncing', wake: () => this.wake() })
    const seen = { ...view, node: { ...this.node }, failures: this.failures, health: probers.health(this.uid) }
    this.seen = seen
    saw(this, seen)
    return seen
  }

  private tell(seen: RuntimePod, state: PodState): void {
    const pod = this.want
    // What is taken away at the very end must not change what was said last.
    if (!pod || (this.state.phase === 'terminated' && this.node.cleaned)) return
    const { deps, statuses } = this.context
    const old = statuses.latest(pod)
    const { hostIPs, runtimeName } = deps.node
    statuses.set(pod, podStatus({ pod, old, seen, state, now: deps.env.clock.now(), hostIPs, runtimeName }))
  }

  /** In order. The start of a container may fail without holding up the others, unless they wait for it. */
  private async perform(actions: readonly Action[], seen: RuntimePod): Promise<Outcome> {
    this.acting = new AbortController()
    const { signal } = this.acting
    const { uid, node, volumes } = this
    const work: PodWork = { uid, seen, node, volumes, signal, ...(this.known && { pod: this.known }) }
    for (const action of actions) {
      if (signal.aborted) return 'aborted'
      if (action.do === 'record' && action.once && !this.isFirst(action.once)) continue
      try {
        await act(this.context.deps, work, action)
        if (action.do === 'startContainer') delete this.failures[action.start.container.name]
      } catch (error) {
        if (signal.aborted) return 'aborted'
        const { container, kind } = action.do === 'startContainer' ? action.start : {}
        this.remember(container?.name ?? '', error)
        if (!container) return 'failed'
        if (kind === 'init' && !isSidecar(container)) break
      }
    }
    delete this.failures['']
    return 'done'
  }

  private isFirst(key: string): boolean {
    if (this.recorded.has(key)) return false
    this.recorded.add(key)
    return true
  }

  private remember(name: string, error: unknown): void {
    const { clock, random, log } = this.context.deps.env
    const message = error instanceof Error ? error.message : String(error)
    const known = error instanceof StartError
    if (!known) log.warn('a pod could not be brought on', { uid: this.uid, container: name, error: message })
    const syncing = this.state.phase === 'syncing'
    const waitMs = syncing ? RETRY_MS * (1 + RETRY_JITTER * random.next()) : END_RETRY_MS
    const retryAtMs = Math.max((known ? error.retryAtMs : undefined) ?? clock.now() + waitMs, clock.now() + 1)
    this.failures = { ...this.failures, [name]: { reason: known ? error.reason : 'Error', message, retryAtMs } }
  }
}

/** What of a pod can change what is to be done for it, or what is said of it. */
function mattering({ metadata, spec, status }: Pod) {
  const { labels, annotations, generation, deletionTimestamp, deletionGracePeriodSeconds } = metadata
  const { phase, startTime, conditions = [] } = status
  const ended = phase === 'Failed' || phase === 'Succeeded'
  const others = conditions.filter(({ type }) => !isOwnCondition(type))
  const meta = { labels, annotations, generation, deletionTimestamp, deletionGracePeriodSeconds }
  return { ...meta, spec, ended, startTime, others }
}
