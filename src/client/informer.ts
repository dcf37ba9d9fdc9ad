import type { Kind } from '../api/kind.ts'
import { keyOf, type KubeObject } from '../api/meta.ts'
import { sleep } from '../std/clock.ts'
import type { Env } from '../std/env.ts'
import type { Api, Cache } from './api.ts'
import { backoffMs, type CacheChange, type Happening, START, step } from './informer-step.ts'
import { type Indexes, ObjectCache } from './object-cache.ts'

/** Which objects of a kind; all of them when nothing is said. */
export interface Selection {
  namespace?: string
  fieldSelector?: string
  labelSelector?: string
}

export interface InformerOptions<T> extends Selection {
  indexes?: Indexes<T>
}

/** `old` is absent for a new object, `now` for one that is gone. */
export type ChangeHandler<T> = (old: T | undefined, now: T | undefined) => void

/** The objects of one kind, kept up to date by list and watch. It never polls and never repeats what it has said. */
export interface Informer<T extends KubeObject> {
  readonly kind: Kind<T>
  readonly cache: Cache<T>
  /** Resolves when the cache holds the first list. */
  readonly synced: Promise<void>
  readonly hasSynced: boolean
  /** The newest resourceVersion that the cache shows; 0 before the first list. */
  readonly seen: number
  addIndexes(indexes: Indexes<T>): void
  /** Calls `handler` for what is cached already, and then for each change. Returns what ends that. */
  onChange(handler: ChangeHandler<T>): () => void
  /** Runs `run` once, as soon as `condition` holds; it is asked again after each thing the watch brings. */
  when(condition: () => boolean, run: () => void): void
  /** Follows the kind until the signal is aborted. */
  run(signal: AbortSignal): Promise<void>
}

interface Waiter {
  condition: () => boolean
  run: () => void
}

class ListWatchInformer<T extends KubeObject> implements Informer<T> {
  readonly kind: Kind<T>
  readonly cache: ObjectCache<T>
  readonly synced: Promise<void>
  hasSynced = false
  seen = 0
  private readonly api: Api
  private readonly env: Env
  private readonly selection: Selection
  private readonly handlers = new Set<ChangeHandler<T>>()
  private waiters: Waiter[] = []
  private resolveSynced: () => void = () => {}

  constructor(kind: Kind<T>, api: Api, env: Env, { indexes, ...selection }: InformerOptions<T>) {
    this.kind = kind
    this.api = api
    this.env = { ...env, log: env.log.with({ kind: kind.kind }) }
    this.selection = selection
    this.cache = new ObjectCache(indexes)
    this.synced = new Promise((resolve) => {
      this.resolveSynced = resolve
    })
  }

  addIndexes(indexes: Indexes<T>): void {
    this.cache.addIndexes(indexes)
  }

  onChange(handler: ChangeHandler<T>): () => void {
    this.handlers.add(handler)
    for (const object of this.cache.list()) handler(undefined, object)
    return () => this.handlers.delete(handler)
  }

  when(condition: () => boolean, run: () => void): void {
    if (condition()) run()
    else this.waiters.push({ condition, run })
  }

  async run(signal: AbortSignal): Promise<void> {
    let state = START
    while (!signal.aborted) {
      const waitMs = backoffMs(state.failures, this.env.random.next())
      if (waitMs > 0 && !(await this.waited(waitMs, signal))) return
      const source = state.phase === 'list' ? this.list() : this.watch(state.resourceVersion, signal)
      for await (const happening of source) {
        if (signal.aborted) return
        const { next, change, restart } = step(state, happening)
        if (happening.what === 'failed') this.logFailure(state.phase, happening.error, next.failures)
        state = next
        if (change) this.apply(change)
        if (state.phase === 'watch') this.reach(state.resourceVersion)
        if (restart) break
      }
    }
  }

  private logFailure(phase: string, error: unknown, failures: number): void {
    this.env.log.warn(`${phase} of a kind failed`, { error: String(error), failures })
  }

  /** Whether the whole time passed, and not the signal came. */
  private waited(ms: number, signal: AbortSignal): Promise<boolean> {
    return sleep(this.env.clock, ms, signal).then(
      () => true,
      () => false,
    )
  }

  private async *list(): AsyncGenerator<Happening<T>> {
    try {
      yield { what: 'listed', list: await this.api(this.kind).list(this.selection) }
    } catch (error) {
      yield { what: 'failed', error }
    }
  }

  private async *watch(resourceVersion: string, signal: AbortSignal): AsyncGenerator<Happening<T>> {
    // A signal of its own, so that leaving the loop early closes the request.
    const stop = new AbortController()
    try {
      const either = AbortSignal.any([signal, stop.signal])
      const options = { ...this.selection, resourceVersion, allowWatchBookmarks: true, signal: either }
      for await (const event of this.api(this.kind).watch(options)) yield { what: 'event', event }
      yield { what: 'ended' }
    } catch (error) {
      yield { what: 'failed', error }
    } finally {
      stop.abort()
    }
  }

  private apply(change: CacheChange<T>): void {
    if ('put' in change) this.tell(this.cache.put(change.put), change.put)
    else if ('remove' in change) this.forget(keyOf(change.remove), change.remove)
    else this.replace(change.replace)
  }

  private replace(objects: readonly T[]): void {
    const kept = new Map(objects.map((object) => [keyOf(object), object]))
    for (const key of this.cache.keys()) if (!kept.has(key)) this.forget(key)
    for (const [key, object] of kept) this.renew(key, object)
  }

  /** Takes an object from a list: another uid under the same name is a deletion that was missed. */
  private renew(key: string, object: T): void {
    const old = this.cache.get(object.metadata)
    if (old?.metadata.resourceVersion === object.metadata.resourceVersion) return
    if (old && old.metadata.uid !== object.metadata.uid) this.forget(key)
    this.tell(this.cache.put(object), object)
  }

  /** `last` is the object as the deletion showed it. */
  private forget(key: string, last?: T): void {
    const old = this.cache.remove(key)
    if (old) this.tell(last ?? old, undefined)
  }

  private tell(old: T | undefined, now: T | undefined): void {
    for (const handler of this.handlers) {
      try {
        handler(old, now)
      } catch (error) {
        this.env.log.error('a handler of changes failed', { error })
      }
    }
  }

  private reach(resourceVersion: string): void {
    this.seen = Number(resourceVersion) || this.seen
    if (!this.hasSynced) {
      this.hasSynced = true
      this.resolveSynced()
    }
    if (this.waiters.length === 0) return
    const due = this.waiters.filter(({ condition }) => condition())
    this.waiters = this.waiters.filter((waiter) => !due.includes(waiter))
    for (const { run } of due) run()
  }
}

/** An informer over one kind. It does nothing until it is run. */
export function informer<T extends KubeObject>(
  kind: Kind<T>,
  api: Api,
  env: Env,
  options: InformerOptions<T> = {},
): Informer<T> {
  return new ListWatchInformer(kind, api, env, options)
}
