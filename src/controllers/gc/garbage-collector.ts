import type { Kind } from '../../api/kind.ts'
import type { KubeObject } from '../../api/meta.ts'
import { sleep } from '../../std/clock.ts'
import type { Env } from '../../std/env.ts'
import { WorkQueue } from '../../client/work-queue.ts'
import type { EventRecorder } from '../../client/event-recorder.ts'
import type { Controller, Shared } from '../context.ts'
import { messageOf } from '../failures.ts'
import { Collector } from './collector.ts'
import { Graph, isReachable, type Item, itemOf } from './graph.ts'

const WORKERS = 20

/** How long to wait before asking again what kinds there are, when that failed. */
const DISCOVERY_RETRY_MS = 5_000

/** Changes to objects of this kind change what kinds there are. */
const CUSTOM_KINDS = { group: 'apiextensions.k8s.io', plural: 'customresourcedefinitions' }

/** Deletes what has lost its owners, and lets owners wait for, or let go of, what they own. */
export const garbageCollector: Controller = {
  name: 'garbage-collector',
  run: (shared, signal) => new GarbageCollector(shared).run(signal),
}

/** A kind whose objects are in the graph. */
interface Followed {
  kind: Kind
  /** Resolves when its objects are all there, or when it is not followed any more. */
  ready: Promise<void>
  end(): void
}

class GarbageCollector {
  private readonly shared: Shared
  private readonly env: Env
  private readonly events: EventRecorder
  private readonly graph = new Graph()
  private readonly queue: WorkQueue
  private readonly collector: Collector
  /** All kinds, by group and kind. */
  private kinds = new Map<string, Kind>()
  private readonly followed = new Map<string, Followed>()
  private refreshing = false
  private stale = false

  constructor(shared: Shared) {
    this.shared = shared
    this.env = { ...shared.env, log: shared.env.log.with({ controller: garbageCollector.name }) }
    this.events = shared.recorder('garbage-collector-controller')
    this.queue = new WorkQueue(shared.env.clock)
    const kindOf = (group: string, kind: string) => this.kinds.get(`${group} ${kind}`)
    this.collector = new Collector(shared.api, this.graph, kindOf, (uid) => this.queue.add(uid))
  }

  async run(signal: AbortSignal): Promise<void> {
    const stop = () => this.queue.shutDown()
    if (signal.aborted) stop()
    signal.addEventListener('abort', stop, { once: true })
    await this.refresh(signal)
    const ready = Promise.all([...this.followed.values()].map((followed) => followed.ready))
    await Promise.race([ready, new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))])
    await Promise.all(Array.from({ length: WORKERS }, () => this.work()))
  }

  /** Follows the kinds that there are now, and no others. */
  private async refresh(signal: AbortSignal): Promise<void> {
    this.stale = true
    if (this.refreshing) return
    this.refreshing = true
    while (this.stale && !signal.aborted) {
      this.stale = false
      try {
        this.follow(await this.shared.kinds(), signal)
      } catch (error) {
        this.env.log.warn('the kinds could not be discovered', { error: messageOf(error) })
        this.stale = true
        await sleep(this.env.clock, DISCOVERY_RETRY_MS, signal).catch(() => {})
      }
    }
    this.refreshing = false
  }

  private follow(found: readonly Kind[], signal: AbortSignal): void {
    this.kinds = new Map(found.map((kind) => [nameOf(kind), kind]))
    const wanted = new Map(found.filter(isCollectable).map((kind) => [pathOf(kind), kind]))
    for (const [path, { kind, end }] of this.followed) {
      if (wanted.has(path)) continue
      this.followed.delete(path)
      end()
      for (const uid of this.graph.removeKind(kind)) this.queue.add(uid)
    }
    for (const [path, kind] of wanted) {
      if (!this.followed.has(path)) this.followed.set(path, this.begin(kind, signal))
    }
  }

  private begin(kind: Kind, signal: AbortSignal): Followed {
    const informer = this.shared.informers.metadataOf(kind)
    const ended = Promise.withResolvers<void>()
    informer.onChange((old, now) => this.onChange(kind, old, now))
    const isCustom = kind.group === CUSTOM_KINDS.group && kind.plural === CUSTOM_KINDS.plural
    if (isCustom) informer.onChange(() => void this.refresh(signal))
    return {
      kind,
      ready: Promise.race([informer.synced, ended.promise]),
      end: () => {
        this.shared.informers.forget(kind)
        ended.resolve()
      },
    }
  }

  private onChange(kind: Kind, old: KubeObject | undefined, now: KubeObject | undefined): void {
    if (now) {
      const item = itemOf(kind, now)
      // Unchanged owners keep their identity, so that the graph can tell at a glance.
      const before = this.graph.get(item.uid)
      if (before && sameOwners(before, item)) item.owners = before.owners
      else this.reportForeignOwners(item)
      for (const uid of this.graph.put(item)) this.queue.add(uid)
    } else if (old) {
      for (const uid of this.graph.remove(old.metadata.uid)) this.queue.add(uid)
    }
  }

  private reportForeignOwners(item: Item): void {
    for (const { uid, apiVersion, kind, name } of item.owners) {
      const owner = this.graph.get(uid)
      if (!owner || isReachable(item, owner)) continue
      const about = { apiVersion: item.kind.apiVersion, kind: item.kind.kind, metadata: { ...item.ref, uid: item.uid } }
      const { namespace = '' } = item.ref
      const text = `[${apiVersion}/${kind}, namespace: ${namespace}, name: ${name}, uid: ${uid}]`
      const message = `ownerRef ${text} does not exist in namespace "${namespace}"`
      this.events.record(about, 'Warning', 'OwnerRefInvalidNamespace', message)
    }
  }

  private async work(): Promise<void> {
    for (let uid = await this.queue.take(); uid !== undefined; uid = await this.queue.take()) {
      try {
        await this.collector.process(uid)
        this.queue.forget(uid)
      } catch (error) {
        this.env.log.debug('an object will be looked at again', { uid, error: messageOf(error) })
        this.queue.addRateLimited(uid)
      }
      this.queue.done(uid)
    }
  }
}

const nameOf = ({ group, kind }: Kind) => `${group} ${kind}`

/** Where a kind is found: the same name at another place, or in another version, is followed anew. */
const pathOf = ({ apiVersion, plural, kind, scope }: Kind) => [apiVersion, plural, kind, scope].join(' ')

/** Events own nothing and nobody owns them. */
function isCollectable({ verbs, plural }: Kind): boolean {
  return plural !== 'events' && (['delete', 'list', 'watch'] as const).every((verb) => verbs.includes(verb))
}

function sameOwners(a: Item, b: Item): boolean {
  return JSON.stringify(a.owners) === JSON.stringify(b.owners)
}
