import { deepEqual } from '../api/equal.ts'
import { isApiError } from '../api/errors.ts'
import { Pod } from '../api/kinds/core/pod.ts'
import type { Api } from '../client/api.ts'
import { sleep } from '../std/clock.ts'
import type { Env } from '../std/env.ts'
import type { PodStatus } from './pod-spec.ts'
import { isOwnCondition } from './status/conditions.ts'

const RETRY_MS = 1000

interface Entry {
  /** The pod as the API server last showed it. */
  base: Pod
  wanted?: PodStatus
  written?: PodStatus
  /** Settles when all that is wanted is written. */
  writing?: Promise<void>
}

/** Writes the statuses of pods to the API server, each pod's in order, the newest only. */
export class StatusManager {
  private readonly api: Api
  private readonly env: Env
  private readonly signal: AbortSignal
  private readonly entries = new Map<string, Entry>()

  constructor(api: Api, env: Env, signal: AbortSignal) {
    this.api = api
    this.env = env
    this.signal = signal
  }

  /** The status that the next one builds on: the kubelet's own last word, and the newest of what others say. */
  latest(pod: Pod): PodStatus {
    const wanted = this.entries.get(pod.metadata.uid)?.wanted
    return wanted ? withOthers(wanted, pod) : pod.status
  }

  /** Takes note of a pod as the API server shows it. What somebody wrote over, because the node was thought lost, is said again. */
  observe(pod: Pod): void {
    const entry = this.entries.get(pod.metadata.uid)
    if (!entry || !isNewer(pod, entry.base)) return
    const overwritten = !deepEqual(ownPart(pod.status), ownPart(entry.base.status))
    entry.base = pod
    if (!overwritten) return
    delete entry.written
    this.startWriting(entry)
  }

  /** Sees to it that the API server shows this. Returns at once. */
  set(pod: Pod, status: PodStatus): void {
    const { uid } = pod.metadata
    const entry = this.entries.get(uid) ?? { base: pod }
    this.entries.set(uid, entry)
    this.observe(pod)
    if (entry.wanted && deepEqual(entry.wanted, status)) return
    entry.wanted = status
    this.startWriting(entry)
  }

  /** Waits until the last status is written, and then lets the API server drop the pod. */
  async finish(pod: Pod): Promise<void> {
    const { uid, name, namespace = '' } = pod.metadata
    await this.entries.get(uid)?.writing
    try {
      await this.api(Pod).delete({ name, namespace }, { gracePeriodSeconds: 0, preconditions: { uid } })
    } catch (error) {
      // Gone already, or another pod has its name by now.
      if (!isApiError(error, 'NotFound') && !isApiError(error, 'Conflict')) throw error
    }
  }

  forget(uid: string): void {
    this.entries.delete(uid)
  }

  private startWriting(entry: Entry): void {
    entry.writing ??= this.write(entry.base.metadata.uid, entry).finally(() => {
      delete entry.writing
    })
  }

  private async write(uid: string, entry: Entry): Promise<void> {
    while (entry.wanted !== entry.written && !this.signal.aborted && this.entries.get(uid) === entry) {
      const { base, wanted } = entry
      if (!wanted) return
      try {
        entry.base = await this.api(Pod).updateStatus(base, withOthers(wanted, base))
        entry.written = wanted
      } catch (error) {
        if (!(await this.recover(entry, error))) entry.written = wanted
      }
    }
  }

  /** Makes ready for another try; says whether there is to be one. */
  private async recover(entry: Entry, error: unknown): Promise<boolean> {
    const { name, namespace = '', uid } = entry.base.metadata
    if (isApiError(error, 'NotFound')) return false
    try {
      if (!isApiError(error, 'Conflict')) {
        this.env.log.warn('the status of a pod could not be written', { pod: name, namespace, error: String(error) })
        await sleep(this.env.clock, RETRY_MS, this.signal)
      }
      const now = await this.api(Pod).get({ name, namespace })
      entry.base = now
      return now.metadata.uid === uid
    } catch (again) {
      if (this.signal.aborted || isApiError(again, 'NotFound')) return false
      await sleep(this.env.clock, RETRY_MS, this.signal).catch(() => undefined)
      return true
    }
  }
}

const isNewer = (a: Pod, b: Pod) => Number(a.metadata.resourceVersion) > Number(b.metadata.resourceVersion)

/** What of a status only the kubelet may say. */
const ownPart = ({ conditions = [], ...status }: PodStatus): PodStatus => ({
  ...status,
  conditions: conditions.filter(({ type }) => isOwnCondition(type)),
})

/** A status with the conditions that are not the kubelet's taken from the pod as it stands. */
function withOthers(status: PodStatus, { status: { conditions = [] } }: Pod): PodStatus {
  const others = conditions.filter(({ type }) => !isOwnCondition(type))
  const own = (status.conditions ?? []).filter(({ type }) => isOwnCondition(type))
  return { ...status, conditions: [...others, ...own] }
}
