import type { Pod } from '../api/kinds/core/pod.ts'
import type { NodeDeps } from './node-deps.ts'
import { PodWorker } from './pod-worker.ts'
import type { Probers } from './probes/probers.ts'
import type { RuntimePod, SeenState } from './runtime-pod.ts'
import type { StatusManager } from './status-manager.ts'

/** Ids of which an event came before anyone was seen to own them. */
const UNCLAIMED_MAX = 1000

export interface WorkersParts {
  statuses: StatusManager
  probers: Probers
  /** Told of each container that is seen in another state than before. */
  changed(id: string): void
}

/** A worker for each pod that is on the node or should be; they work side by side, each pod's steps one after the other. */
export class PodWorkers {
  private readonly deps: NodeDeps
  private readonly parts: WorkersParts
  private readonly signal: AbortSignal
  private readonly workers = new Map<string, PodWorker>()
  /** Workers by the ids of their containers and sandboxes. */
  private readonly owners = new Map<string, PodWorker>()
  private readonly unclaimed = new Set<string>()
  private readonly states = new Map<string, SeenState>()
  private readonly running = new Set<Promise<void>>()

  constructor(deps: NodeDeps, parts: WorkersParts, signal: AbortSignal) {
    this.deps = deps
    this.parts = parts
    this.signal = signal
  }

  /** The pod is to run here, or has changed. */
  update(pod: Pod): void {
    const worker = this.workers.get(pod.metadata.uid)
    this.parts.statuses.observe(pod)
    if (worker) worker.update(pod)
    else this.start(pod.metadata.uid, pod)
  }

  /** The pod is no longer in the API. */
  gone(uid: string): void {
    this.workers.get(uid)?.gone()
  }

  /** Something of this pod is on the node, though the API knows nothing of it. */
  adopt(uid: string): void {
    if (!this.workers.has(uid)) this.start(uid)
  }

  /** Something happened to a container or a sandbox. */
  runtimeChanged(id: string): void {
    const owner = this.owners.get(id)
    if (owner) return owner.recheck()
    if (this.unclaimed.size >= UNCLAIMED_MAX) this.unclaimed.clear()
    this.unclaimed.add(id)
  }

  wakeAll(): void {
    for (const worker of this.workers.values()) worker.wake()
  }

  /** The pod of this name and what runs of it, as it was seen last. */
  find(namespace: string, name: string): { pod: Pod; seen: RuntimePod | undefined } | undefined {
    for (const { pod, view } of this.workers.values()) {
      if (pod?.metadata.name === name && pod.metadata.namespace === namespace) return { pod, seen: view }
    }
    return undefined
  }

  /** Resolves when every worker has come to its end. */
  async stopped(): Promise<void> {
    while (this.running.size > 0) await Promise.all(this.running)
  }

  private start(uid: string, pod?: Pod): void {
    const { statuses, probers } = this.parts
    const saw = (owner: PodWorker, seen: RuntimePod) => this.claim(owner, seen)
    const context = { deps: this.deps, statuses, probers, saw }
    const worker = new PodWorker(context, uid, pod)
    this.workers.set(uid, worker)
    const run = worker
      .run(this.signal)
      .catch((error: unknown) => this.deps.env.log.error('a pod worker ended', { uid, error: String(error) }))
      .finally(() => {
        this.forget(worker)
        this.running.delete(run)
      })
    this.running.add(run)
  }

  private claim(worker: PodWorker, { sandboxes, containers }: RuntimePod): void {
    for (const { id } of [...sandboxes, ...containers]) {
      this.owners.set(id, worker)
      if (this.unclaimed.delete(id)) worker.recheck()
    }
    for (const { id, state } of containers) {
      if (this.states.get(id) === state) continue
      this.states.set(id, state)
      this.parts.changed(id)
    }
  }

  private forget(worker: PodWorker): void {
    if (this.workers.get(worker.uid) === worker) this.workers.delete(worker.uid)
    for (const [id, owner] of this.owners) {
      if (owner !== worker) continue
      this.owners.delete(id)
      this.states.delete(id)
    }
  }
}
