import type { Kind } from '../../api/kind.ts'
import { PersistentVolumeClaim } from '../../api/kinds/core/persistent-volume-claim.ts'
import { Pod } from '../../api/kinds/core/pod.ts'
import { ResourceQuota } from '../../api/kinds/core/resource-quota.ts'
import { Service } from '../../api/kinds/core/service.ts'
import { deepEqual } from '../../api/equal.ts'
import { type GroupResource, isApiError, qualified } from '../../api/errors.ts'
import { keyOf, type KubeObject, parseKey } from '../../api/meta.ts'
import { type Evaluator, totalUsage } from '../../api/quota/evaluator.ts'
import { evaluatorOf, evaluatorsFor } from '../../api/quota/evaluators.ts'
import { expiresAt } from '../../api/quota/pods.ts'
import { addUsage, pick, readUsage, type Usage, writeUsage } from '../../api/quota/usage.ts'
import type { Informer } from '../../client/informer.ts'
import { WorkQueue } from '../../client/work-queue.ts'
import type { Env } from '../../std/env.ts'
import type { Controller, Shared } from '../context.ts'
import { messageOf } from '../failures.ts'

const WORKERS = 5

/** Whoever is charged for an object has made it by then, or has been given back what was charged. */
const CHARGED_AFTER_MS = 5_000

/** Kinds whose objects say how much they use; of the others metadata is enough, since they are only counted. */
const MEASURED = [Pod, Service, PersistentVolumeClaim] as unknown as Kind[]

const CUSTOM_KINDS = 'customresourcedefinitions.apiextensions.k8s.io'

/** Counts what namespaces use of their quotas, when something is gone, or a quota has changed. */
export const resourceQuota: Controller = {
  name: 'resourcequota',
  run: (shared, signal) => new QuotaController(shared).run(signal),
}

class QuotaController {
  private readonly shared: Shared
  private readonly env: Env
  private readonly queue: WorkQueue
  private readonly quotas: Informer<ResourceQuota>
  /** What is followed, by resource. */
  private readonly sources = new Map<string, Informer<KubeObject>>()
  /** Quotas that count what is not served, and may be one day. */
  private readonly incomplete = new Set<string>()

  constructor(shared: Shared) {
    this.shared = shared
    this.env = { ...shared.env, log: shared.env.log.with({ controller: resourceQuota.name }) }
    this.queue = new WorkQueue(shared.env.clock)
    this.quotas = shared.informers.of(ResourceQuota)
    for (const kind of MEASURED) this.follow(shared.informers.of(kind))
  }

  async run(signal: AbortSignal): Promise<void> {
    const stop = () => this.queue.shutDown()
    if (signal.aborted) stop()
    signal.addEventListener('abort', stop, { once: true })
    this.quotas.onChange((old, now) => this.onQuota(old, now))
    await Promise.all(Array.from({ length: WORKERS }, () => this.work()))
  }

  /** Charges change a quota as well: they are checked, but only once what they are for is there. */
  private onQuota(old: ResourceQuota | undefined, now: ResourceQuota | undefined): void {
    if (!now) return
    if (old && deepEqual(old.spec, now.spec)) this.queue.addAfter(keyOf(now), CHARGED_AFTER_MS)
    else this.queue.add(keyOf(now))
  }

  private follow(informer: Informer<KubeObject>): void {
    const { kind } = informer
    const evaluator = evaluatorOf(kind)
    if (!evaluator) return
    this.sources.set(qualified(kind), informer)
    informer.onChange((old, now) => {
      const quotas = old ? this.quotas.cache.list(old.metadata.namespace ?? '') : []
      if (!old || quotas.length === 0 || (now && !evaluator.frees(old, now))) return
      for (const quota of quotas) {
        if (Object.keys(quota.spec.hard ?? {}).some((name) => evaluator.measures(name))) this.queue.add(keyOf(quota))
      }
    })
  }

  private async work(): Promise<void> {
    for (let key = await this.queue.take(); key !== undefined; key = await this.queue.take()) {
      try {
        await this.reconcile(key)
        this.queue.forget(key)
      } catch (error) {
        this.logFailure(key, error)
        this.queue.addRateLimited(key)
      }
      this.queue.done(key)
    }
  }

  /** That a quota was charged while it was counted is its daily life. */
  private logFailure(key: string, error: unknown): void {
    if (isApiError(error, 'Conflict') || isApiError(error, 'NotFound')) return
    this.env.log.warn('a quota could not be counted', { key, error: messageOf(error) })
  }

  private async reconcile(key: string): Promise<void> {
    const quota = this.quotas.cache.get(parseKey(key))
    this.incomplete.delete(key)
    if (!quota || quota.metadata.deletionTimestamp) return
    const names = Object.keys(quota.spec.hard ?? {})
    const sources = await this.sourcesFor(key, evaluatorsFor(names))
    if (!sources) return
    const now = this.env.clock.now()
    const status = planQuotaStatus(quota, sources, now)
    const expiry = nextExpiry(this.podsIn(quota), now)
    if (expiry !== undefined) this.queue.addAfter(key, expiry - now + 1)
    await this.shared.api(ResourceQuota).updateStatus(quota, status)
  }

  private podsIn({ metadata }: ResourceQuota): readonly Pod[] {
    const pods = this.sources.get(Pod.plural) as Informer<Pod> | undefined
    return pods?.cache.list(metadata.namespace) ?? []
  }

  /** Where to count; `undefined` while some of it is not known yet, after which the key is woken. */
  private async sourcesFor(key: string, evaluators: readonly Evaluator[]): Promise<Source[] | undefined> {
    const sources: Source[] = []
    for (const evaluator of evaluators) {
      const informer = await this.informerOf(evaluator.resource)
      if (!informer) this.incomplete.add(key)
      else if (!informer.hasSynced) {
        void informer.synced.then(() => this.queue.add(key))
        return undefined
      } else sources.push({ evaluator, in: (namespace) => informer.cache.list(namespace) })
    }
    return sources
  }

  private async informerOf(resource: GroupResource): Promise<Informer<KubeObject> | undefined> {
    const known = this.sources.get(qualified(resource))
    if (known) return known
    const kinds = await this.shared.kinds()
    const kind = kinds.find(({ group, plural }) => group === resource.group && plural === resource.plural)
    if (kind) this.follow(this.shared.informers.metadataOf(kind))
    else this.awaitKinds(kinds)
    return this.sources.get(qualified(resource))
  }

  /** What is not served now may become so when somebody defines it. */
  private awaitKinds(kinds: readonly Kind[]): void {
    const custom = kinds.find((kind) => qualified(kind) === CUSTOM_KINDS)
    if (!custom || this.sources.has(CUSTOM_KINDS)) return
    const informer = this.shared.informers.metadataOf(custom)
    this.sources.set(CUSTOM_KINDS, informer)
    informer.onChange(() => {
      for (const key of this.incomplete) this.queue.addAfter(key, CHARGED_AFTER_MS)
    })
  }
}

/** The objects of one resource, and who measures them. */
export interface Source {
  evaluator: Evaluator
  in(namespace: string): readonly KubeObject[]
}

/** What a quota should say is used: of what nobody measures, what it said before. */
export function planQuotaStatus(
  { metadata, spec, status }: ResourceQuota,
  sources: readonly Source[],
  now: number,
): ResourceQuota['status'] {
  const { hard = {} } = spec
  const names = Object.keys(hard)
  let used: Usage = pick(readUsage(status?.used), (name) => hard[name] !== undefined)
  for (const { evaluator, in: objectsIn } of sources) {
    const total = totalUsage(evaluator, objectsIn(metadata.namespace ?? ''), spec, names, now)
    used = addUsage(
      pick(used, (name) => !total.has(name)),
      total,
    )
  }
  return { hard, used: writeUsage(used) }
}

/** When the first of the pods that are dying no longer counts. */
export function nextExpiry(pods: readonly Pod[], now: number): number | undefined {
  const times = pods.map(expiresAt).filter((at) => at !== undefined && at >= now) as number[]
  return times.length ? Math.min(...times) : undefined
}
