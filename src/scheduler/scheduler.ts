import { isApiError } from '../api/errors.ts'
import { Node } from '../api/kinds/core/node.ts'
import { Pod } from '../api/kinds/core/pod.ts'
import type { Api, Transport } from '../client/api.ts'
import { createApi } from '../client/client.ts'
import { createEventRecorder, type EventRecorder } from '../client/event-recorder.ts'
import { createInformers, type Informers } from '../client/informers.ts'
import { sleep, timestamp } from '../std/clock.ts'
import type { Env } from '../std/env.ts'
import { isOver, nodeChanges, podChanges } from './changes.ts'
import { schedule } from './cycle.ts'
import { podInfo } from './pod-info.ts'
import { PLUGINS } from './plugins/index.ts'
import { type QueuedPod, SchedulingQueue } from './queue.ts'
import { Snapshot } from './snapshot.ts'

const SCHEDULER_NAME = 'default-scheduler'
const USER_AGENT = 'kube-scheduler'
/** Others get their turn after so many pods. */
const PODS_A_TURN = 50

interface SchedulerContext {
  env: Env
  api: Api
  informers: Informers
  events: EventRecorder
}

/** Finds nodes for pods until the signal is aborted. */
export async function runScheduler(env: Env, transport: Transport, signal: AbortSignal): Promise<void> {
  const api = createApi(transport, { userAgent: USER_AGENT, clock: env.clock })
  const informers = createInformers(api, env)
  const events = createEventRecorder(api, env, { component: SCHEDULER_NAME }, signal)
  const scheduler = new Scheduler({ env, api, informers, events })
  const running = scheduler.run(signal)
  informers.start(signal)
  await running
}

class Scheduler {
  private readonly context: SchedulerContext
  private readonly snapshot = new Snapshot()
  private readonly queue: SchedulingQueue
  /** Pods whose binding is under way, by uid: they count on their node though the API does not show it yet. */
  private readonly assumed = new Set<string>()
  private awake: () => void = () => {}
  private cycles = 0

  constructor(context: SchedulerContext) {
    this.context = context
    this.queue = new SchedulingQueue(context.env.clock, PLUGINS, () => this.awake())
  }

  async run(signal: AbortSignal): Promise<void> {
    const { informers, env } = this.context
    const [nodes, pods] = [informers.of(Node), informers.of(Pod)]
    const stops = [
      nodes.onChange((old, now) => this.nodeChanged(old, now)),
      pods.onChange((old, now) => this.podChanged(old, now)),
    ]
    await Promise.all([nodes.synced, pods.synced])
    while (!signal.aborted) {
      const more = this.scheduleSome()
      await (more ? sleep(env.clock, 0) : this.woken(signal))
    }
    for (const stop of stops) stop()
    this.queue.close()
  }

  private woken(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      this.awake = resolve
      signal.addEventListener('abort', () => resolve(), { once: true })
    })
  }

  private nodeChanged(old: Node | undefined, now: Node | undefined): void {
    if (now) this.snapshot.setNode(now)
    else if (old) this.snapshot.removeNode(old.metadata.name)
    const changes = nodeChanges(old, now)
    if (changes.length > 0) this.queue.happened({ kind: 'Node', changes })
  }

  private podChanged(old: Pod | undefined, now: Pod | undefined): void {
    const pod = now ?? old
    if (!pod) return
    const { uid } = pod.metadata
    const changes = podChanges(old, now)
    const bound = Boolean(pod.spec.nodeName)
    if (!now || isOver(now)) this.forget(uid)
    else if (now.spec.nodeName) this.settle(now, now.spec.nodeName)
    else if (isOurs(now) && !this.assumed.has(uid)) this.queue.put(now, changes)
    else if (!this.assumed.has(uid)) this.queue.delete(uid)
    if (bound && changes.length > 0) this.queue.happened({ kind: 'Pod', changes })
  }

  private settle(pod: Pod, node: string): void {
    this.assumed.delete(pod.metadata.uid)
    this.queue.delete(pod.metadata.uid)
    this.snapshot.place(pod, node)
  }

  private forget(uid: string): void {
    this.assumed.delete(uid)
    this.queue.delete(uid)
    this.snapshot.remove(uid)
  }

  /** Tries the next pods; whether there may be more. */
  private scheduleSome(): boolean {
    for (let i = 0; i < PODS_A_TURN; i++) {
      const queued = this.queue.pop()
      if (!queued) return false
      this.scheduleOne(queued)
    }
    return true
  }

  private scheduleOne(queued: QueuedPod): void {
    const { env } = this.context
    const { pod } = queued
    const outcome = schedule(podInfo(pod), [...this.snapshot.nodes.values()], PLUGINS, env.random, this.cycles++)
    if ('node' in outcome) {
      this.assumed.add(pod.metadata.uid)
      this.snapshot.place(pod, outcome.node)
      void this.bind(queued, outcome.node)
      return
    }
    this.queue.refuse(queued, outcome.refusedBy)
    this.context.events.record(pod, 'Warning', 'FailedScheduling', outcome.message, { action: 'Scheduling' })
    void this.markUnschedulable(pod, outcome.message)
  }

  /** Never rejects: a binding that fails is tried again, unless the pod is gone or has a node already. */
  private async bind(queued: QueuedPod, node: string): Promise<void> {
    const { api, env, events } = this.context
    const { pod } = queued
    const { name, namespace = '', uid } = pod.metadata
    try {
      await api(Pod).post({ name, namespace }, 'binding', {
        apiVersion: 'v1',
        kind: 'Binding',
        metadata: { name, namespace, uid },
        target: { apiVersion: 'v1', kind: 'Node', name: node },
      })
      events.record(pod, 'Normal', 'Scheduled', `Successfully assigned ${namespace}/${name} to ${node}`, {
        action: 'Binding',
      })
    } catch (error) {
      this.assumed.delete(uid)
      this.snapshot.remove(uid)
      if (isApiError(error, 'NotFound') || isApiError(error, 'Conflict')) return this.queue.delete(uid)
      env.log.warn('binding a pod failed', { pod: `${namespace}/${name}`, node, error: String(error) })
      this.queue.retry(queued)
    }
  }

  /** Says in the pod's status why it has no node, if that is not said already. */
  private async markUnschedulable(pod: Pod, message: string): Promise<void> {
    const known = pod.status.conditions?.find(({ type }) => type === 'PodScheduled')
    if (known?.status === 'False' && known.reason === 'Unschedulable' && known.message === message) return
    const { api, env } = this.context
    const now = timestamp(env.clock.now())
    const lastTransitionTime = known?.status === 'False' ? (known.lastTransitionTime ?? now) : now
    const condition = {
      type: 'PodScheduled',
      status: 'False',
      reason: 'Unschedulable',
      message,
      lastProbeTime: null,
      lastTransitionTime,
    }
    try {
      await api(Pod).patch(
        pod.metadata,
        { status: { conditions: [condition] } },
        { type: 'strategic', subresource: 'status' },
      )
    } catch (error) {
      if (!isApiError(error, 'NotFound')) env.log.warn('writing why a pod has no node failed', { error: String(error) })
    }
  }
}

/** Whether the pod waits for a node from this scheduler. */
function isOurs({ spec, metadata }: Pod): boolean {
  return !spec.nodeName && !metadata.deletionTimestamp && (spec.schedulerName ?? SCHEDULER_NAME) === SCHEDULER_NAME
}
