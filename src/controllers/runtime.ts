import { isApiError } from '../api/errors.ts'
import type { Kind } from '../api/kind.ts'
import { controllerOf, keyOf, type KubeObject, type ObjectRef, parseApiVersion, parseKey } from '../api/meta.ts'
import type { Informer } from '../client/informer.ts'
import type { Indexes, ObjectCache } from '../client/object-cache.ts'
import { WorkQueue, type WorkQueueOptions } from '../client/work-queue.ts'
import { Barrier, nameOf } from './barrier.ts'
import type { Context, Controller, Shared } from './context.ts'

/** Come back after so long, even if nothing changes. */
export interface Requeue {
  requeueAfterMs: number
}

export interface Watch<S> {
  kind: Kind
  /** The keys of `for` objects that a change concerns; asked for the object as it was and as it is. */
  keys(object: KubeObject, context: Context<S>): readonly string[]
}

/** What a controller's file says. */
export interface ControllerDefinition<T extends KubeObject, S = undefined> {
  /** `replicaset`. */
  name: string
  /** Whom its events come from; `${name}-controller` when absent. */
  component?: string
  for: Kind<T>
  /** Changes to objects whose controller is a `for` object wake that owner. */
  owns?: readonly Kind[]
  /** Other changes, mapped to keys of `for` objects. */
  watches?: readonly Watch<S>[]
  /** Kinds whose cache is read, but whose changes wake nobody. */
  reads?: readonly Kind[]
  /** More indexes on the cache of the `for` kind. */
  indexes?: Indexes<T>
  /** More indexes on the caches of other kinds. */
  indexesOf?: readonly { kind: Kind; indexes: Indexes<KubeObject> }[]
  /** Which objects are worth a look when they change; all when absent. */
  wants?(object: T): boolean
  workers?: number
  retry?: WorkQueueOptions
  /** Makes what the controller remembers between reconciles, when it starts: only what can be lost. */
  state?(): S
  /** Brings the world closer to what the object wants. A rejection means: try again later. */
  reconcile(object: T, context: Context<S>): Promise<Requeue | undefined | void>
  /** The object is no longer there. */
  gone?(ref: ObjectRef, context: Context<S>): Promise<Requeue | undefined | void>
}

const DEFAULT_WORKERS = 5

/** A controller: a function of a key, with queue, retries, workers and the read-your-writes barrier around it. */
export function controller<T extends KubeObject, S = undefined>(definition: ControllerDefinition<T, S>): Controller {
  return {
    name: definition.name,
    run: (shared, signal) => new Running(definition, shared).run(signal),
  }
}

class Running<T extends KubeObject, S> {
  private readonly definition: ControllerDefinition<T, S>
  private readonly queue: WorkQueue
  private readonly informers = new Map<string, Informer<KubeObject>>()
  private readonly own: Informer<T>
  private readonly barrier: Barrier
  private readonly context: Context<S>

  constructor(definition: ControllerDefinition<T, S>, shared: Shared) {
    this.definition = definition
    this.queue = new WorkQueue(shared.env.clock, definition.retry)
    this.own = this.follow(shared, definition.for, definition.indexes)
    for (const { kind, indexes } of definition.indexesOf ?? []) this.follow(shared, kind, indexes)
    const others = [
      ...(definition.owns ?? []),
      ...(definition.reads ?? []),
      ...(definition.watches ?? []).map(({ kind }) => kind),
    ]
    for (const kind of others) this.follow(shared, kind)
    this.barrier = new Barrier(this.informers)
    this.context = this.contextFrom(shared)
  }

  async run(signal: AbortSignal): Promise<void> {
    const stops = this.wakeOnChanges()
    await Promise.race([Promise.all([...this.informers.values()].map(({ synced }) => synced)), aborted(signal)])
    const stop = () => this.queue.shutDown()
    if (signal.aborted) stop()
    signal.addEventListener('abort', stop, { once: true })
    await Promise.all(Array.from({ length: this.definition.workers ?? DEFAULT_WORKERS }, () => this.work()))
    for (const end of stops) end()
  }

  private follow<U extends KubeObject>({ informers }: Shared, kind: Kind<U>, indexes?: Indexes<U>): Informer<U> {
    const informer = informers.of(kind, indexes ? { indexes } : {})
    this.informers.set(nameOf(kind), informer)
    return informer
  }

  private contextFrom({ env, api, config, kinds, recorder }: Shared): Context<S> {
    const { name, component = `${name}-controller`, state } = this.definition
    return {
      env: { ...env, log: env.log.with({ controller: name }) },
      api,
      config,
      kinds,
      events: recorder(component),
      state: state?.() as S,
      wake: (key) => this.queue.add(key),
      cache: <U extends KubeObject>(kind: Kind<U>) => {
        const informer = this.informers.get(nameOf(kind))
        if (!informer) throw new Error(`bug: ${name} reads ${kind.kind} without having named it`)
        return informer.cache as unknown as ObjectCache<U>
      },
    }
  }

  /** Starts to turn changes into keys; returns what ends that. */
  private wakeOnChanges(): (() => void)[] {
    const { owns = [], watches = [], wants } = this.definition
    const listen = (kind: Kind, keysOf: (object: KubeObject) => readonly string[]) =>
      this.informers.get(nameOf(kind))?.onChange((old, now) => {
        const objects = [old, now].filter((object) => object !== undefined)
        for (const key of new Set(objects.flatMap((object) => keysOf(object)))) this.queue.add(key)
      }) ?? (() => {})
    return [
      this.own.onChange((old, now) => {
        const object = now ?? old
        if (object && (!now || !wants || wants(object))) this.queue.add(keyOf(object))
      }),
      ...owns.map((kind) => listen(kind, (object) => this.ownerKeys(object))),
      ...watches.map(({ kind, keys }) => listen(kind, (object) => keys(object, this.context))),
    ]
  }

  private ownerKeys(object: KubeObject): string[] {
    const owner = controllerOf(object)
    const { kind, group, scope } = this.definition.for
    if (!owner || owner.kind !== kind || parseApiVersion(owner.apiVersion).group !== group) return []
    const namespace = scope === 'Namespaced' ? object.metadata.namespace : undefined
    return [keyOf({ metadata: { name: owner.name, ...(namespace && { namespace }) } })]
  }

  private async work(): Promise<void> {
    for (let key = await this.queue.take(); key !== undefined; key = await this.queue.take()) {
      await this.process(key)
      this.queue.done(key)
    }
  }

  private async process(key: string): Promise<void> {
    if (!this.barrier.isOpen(key, () => this.queue.add(key))) return
    try {
      const again = await this.reconcile(key)
      this.queue.forget(key)
      if (again) this.queue.addAfter(key, again.requeueAfterMs)
    } catch (error) {
      this.logFailure(key, error)
      this.queue.addRateLimited(key)
    }
  }

  private async reconcile(key: string): Promise<Requeue | undefined | void> {
    const ref = parseKey(key)
    const object = this.own.cache.get(ref)
    const context = { ...this.context, api: this.barrier.api(this.context.api, key) }
    if (object) return this.definition.reconcile(object, context)
    this.barrier.forget(key)
    return this.definition.gone?.(ref, context)
  }

  /** Conflicts and objects that vanished meanwhile belong to the daily life of a controller. */
  private logFailure(key: string, error: unknown): void {
    const expected = isApiError(error, 'Conflict') || isApiError(error, 'NotFound')
    const fields = {
      key,
      retries: this.queue.retries(key),
      error: error instanceof Error ? error.message : String(error),
    }
    if (expected) this.context.env.log.debug('a reconcile will be tried again', fields)
    else if (isApiError(error)) this.context.env.log.warn('a reconcile failed', fields)
    else
      this.context.env.log.error('a reconcile failed', {
        ...fields,
        stack: error instanceof Error ? error.stack : undefined,
      })
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
