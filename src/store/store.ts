import { assert } from '../std/assert.ts'
import type { Env } from '../std/env.ts'
import { compactRegularly } from './compactor.ts'
import type { Change, Driver, StoreSize, Write, WriteResult } from './driver.ts'
import { FutureRevision } from './driver.ts'
import { resourcePrefix } from './keys.ts'
import { SortedMap } from './sorted-map.ts'
import type { Storable } from './stored.ts'
import { encode, Stored, withRevision } from './stored.ts'
import type { StoreEvent, Watch } from './watch.ts'
import { CHANGES_PAGE, eventFromHistory, eventOf, WatchHub } from './watch.ts'

/** How many objects are loaded at a time when a store is opened. */
const LOAD_PAGE = 1000

/** The key was not as the writer believed; nothing was written. */
export class Conflict extends Error {
  /** What is there now; `undefined`: nothing. */
  readonly current: Stored | undefined
  constructor(key: string, current: Stored | undefined) {
    super(current ? `${key} is at revision ${current.revision}` : `${key} does not exist`)
    this.name = 'Conflict'
    this.current = current
  }
}

export interface ListOptions {
  /** Only keys after this one: the last key of the page before. */
  after?: string
  /** At most so many; all when absent. */
  limit?: number
  /** As of this revision; the newest when absent. */
  revision?: number
}

export interface Listing {
  /** The revision that the answer shows. Ask for the next page at it. */
  revision: number
  items: Stored[]
  /** Whether `limit` left out some. */
  more: boolean
  /** How many it left out; absent when that is not known, which is with pages of old revisions. */
  remaining?: number
}

/** What `transform` shall do with the object: write this one in its place, delete it, or leave it. */
export type Decision = Storable | 'delete' | 'unchanged'

export interface StoreOptions {
  /** For tests: how many events watches find in memory at least. */
  ringEvents?: number
}

/**
 * Every object, held in memory over a driver. Objects that are handed in are serialised before the call returns, objects
 * that are handed out are shared. A write resolves when it is durable, `get` shows it, and its event is with the watches.
 */
export interface Store {
  /** The newest revision. */
  revision(): number
  get(key: string): Stored | undefined
  /** The objects whose keys begin with `prefix`, in byte order. Throws `Compacted` or `FutureRevision`. */
  list(prefix: string, options?: ListOptions): Promise<Listing>
  /** Throws `Conflict` when the key exists. */
  create(key: string, object: Storable): Promise<Stored>
  /** Throws `Conflict` when the key is not at `expectedRevision`. Writes nothing when nothing would change. */
  update(key: string, expectedRevision: number, object: Storable): Promise<Stored>
  /** Resolves with the last state, at the revision that deleted it. Throws `Conflict` as `update` does. */
  delete(key: string, expectedRevision: number): Promise<Stored>
  /**
   * Does what `decide` says about the object that is there (`undefined`: none), and asks again whenever another writer
   * was faster. Resolves with what was written or deleted, or what there is when nothing was to change.
   */
  transform(
    key: string,
    decide: (current: Stored | undefined) => Decision | Promise<Decision>,
  ): Promise<Stored | undefined>
  /**
   * What happens after a revision (the newest when absent) to `prefix`: '', a list prefix, or one whole key. Reading it
   * throws `Compacted` when the history from there on is gone. Read it or close it: it is held until then.
   */
  watch(prefix: string, options?: { after?: number }): Watch
  /**
   * Calls `observer` with each event of such a prefix from now on, before the write behind it resolves and before any watch shows
   * it: what is derived from objects is then never older than what anybody has seen. It must neither throw nor take long. Returns
   * what ends that.
   */
  observe(prefix: string, observer: (event: StoreEvent) => void): () => void
  size(): Promise<StoreSize>
  /** Ends all watches and closes the driver, after the writes that are under way. */
  close(): Promise<void>
}

/** Loads all that the driver holds. The store owns the driver from then on, and compacts it regularly. */
export async function openStore(driver: Driver, env: Env, options: StoreOptions = {}): Promise<Store> {
  try {
    const { objects, revision } = await load(driver)
    return new CachedStore(driver, env, objects, new WatchHub(driver, revision, options.ringEvents))
  } catch (error) {
    await driver.close()
    throw error
  }
}

async function load(driver: Driver): Promise<{ objects: SortedMap<Stored>; revision: number }> {
  const objects = new SortedMap<Stored>()
  let page = await driver.range({ prefix: '', limit: LOAD_PAGE })
  const { revision } = page
  for (;;) {
    for (const entry of page.entries) objects.set(entry.key, new Stored(entry))
    if (!page.more) return { objects, revision }
    page = await driver.range({ prefix: '', limit: LOAD_PAGE, revision, after: page.entries.at(-1)?.key })
  }
}

class CachedStore implements Store {
  readonly #driver: Driver
  readonly #objects: SortedMap<Stored>
  readonly #hub: WatchHub
  /** When each resource last changed: a page of an older revision that is not older than this can come from memory. */
  readonly #changed = new Map<string, number>()
  readonly #loadedAt: number
  readonly #stopCompaction: () => void
  #closed = false

  constructor(driver: Driver, env: Env, objects: SortedMap<Stored>, hub: WatchHub) {
    this.#driver = driver
    this.#objects = objects
    this.#hub = hub
    this.#loadedAt = hub.revision
    this.#stopCompaction = compactRegularly(driver, env, () => hub.revision)
  }

  revision(): number {
    return this.#hub.revision
  }

  get(key: string): Stored | undefined {
    return this.#objects.get(key)
  }

  async list(prefix: string, options: ListOptions = {}): Promise<Listing> {
    const { revision = this.#hub.revision } = options
    if (revision > this.#hub.revision) throw new FutureRevision(this.#hub.revision)
    const now = revision === this.#hub.revision || revision >= this.#changedAt(prefix)
    return now ? this.#listNewest(prefix, revision, options) : this.#listOld(prefix, revision, options)
  }

  async create(key: string, object: Storable): Promise<Stored> {
    return this.#write(key, 0, encode(object))
  }

  async update(key: string, expectedRevision: number, object: Storable): Promise<Stored> {
    const value = encode(object)
    const current = this.#objects.get(key)
    const same = current?.revision === expectedRevision && current.text === withRevision(value, expectedRevision)
    return same ? current : this.#write(key, expectedRevision, value)
  }

  async delete(key: string, expectedRevision: number): Promise<Stored> {
    return this.#write(key, expectedRevision, undefined)
  }

  async transform(
    key: string,
    decide: (current: Stored | undefined) => Decision | Promise<Decision>,
  ): Promise<Stored | undefined> {
    for (;;) {
      const current = this.#objects.get(key)
      const decision = await decide(current)
      if (decision === 'unchanged' || (decision === 'delete' && !current)) return current
      try {
        const expected = current?.revision ?? 0
        return decision === 'delete' ? await this.delete(key, expected) : await this.update(key, expected, decision)
      } catch (error) {
        if (!(error instanceof Conflict)) throw error
      }
    }
  }

  watch(prefix: string, { after = this.#hub.revision }: { after?: number } = {}): Watch {
    const watch = this.#hub.watch(prefix, after)
    if (this.#closed) watch.close()
    return watch
  }

  observe(prefix: string, observer: (event: StoreEvent) => void): () => void {
    return this.#hub.observe(prefix, observer)
  }

  size(): Promise<StoreSize> {
    return this.#driver.size()
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#stopCompaction()
    this.#hub.closeAll()
    await this.#driver.close()
  }

  #changedAt(prefix: string): number {
    const resource = resourcePrefix(prefix)
    return resource ? (this.#changed.get(resource) ?? this.#loadedAt) : this.#hub.revision
  }

  #listNewest(prefix: string, revision: number, { after, limit = Number.POSITIVE_INFINITY }: ListOptions): Listing {
    const items: Stored[] = []
    let remaining = 0
    for (const key of this.#objects.keys(prefix, after)) {
      if (items.length < limit) items.push(this.#objects.get(key) as Stored)
      else remaining++
    }
    return { revision, items, more: remaining > 0, remaining }
  }

  async #listOld(prefix: string, revision: number, { after, limit }: ListOptions): Promise<Listing> {
    const { entries, more } = await this.#driver.range({ prefix, after, limit, revision })
    const items = entries.map((entry) => {
      const current = this.#objects.get(entry.key)
      return current?.revision === entry.modRevision ? current : new Stored(entry)
    })
    return { revision, items, more }
  }

  async #write(key: string, expected: number, value: string | undefined): Promise<Stored> {
    const [result] = await this.#ask([{ key, value, expected }])
    assert(result, 'the driver left a write unanswered')
    if (result.ok) return this.#settle(result.revision, key, value)
    const current = result.current && new Stored(result.current)
    // A retry starts from memory, so memory must show what the writer ran into, a deletion included.
    if (current) await this.#reach(current.revision)
    else if (this.#objects.get(key)) await this.#catchUp()
    throw new Conflict(key, current)
  }

  async #ask(writes: Write[]): Promise<WriteResult[]> {
    try {
      return await this.#driver.commit(writes)
    } catch (error) {
      // It may have been carried out all the same. When that cannot be found out, the next write will.
      await this.#catchUp().catch(() => undefined)
      throw error
    }
  }

  /** Brings a write that the driver has acknowledged into memory. */
  async #settle(revision: number, key: string, value: string | undefined): Promise<Stored> {
    // Another writer's change, or one of ours whose answer got lost, may stand before it.
    if (this.#hub.revision < revision - 1) await this.#reach(revision - 1)
    if (this.#hub.revision === revision - 1) return this.#apply({ revision, key, value })
    const [change] = await this.#driver.changes(revision - 1, 1)
    assert(change, `the driver does not know revision ${revision}, which it has acknowledged`)
    return eventFromHistory(change).stored
  }

  async #catchUp(): Promise<void> {
    await this.#reach((await this.#driver.size()).revision)
  }

  /** Reads on until memory shows `revision`. */
  async #reach(revision: number): Promise<void> {
    while (this.#hub.revision < revision) {
      const changes = await this.#driver.changes(this.#hub.revision, CHANGES_PAGE)
      assert(changes.length > 0, `the driver says that it is at ${revision}, but has no changes up to there`)
      for (const change of changes) if (change.revision === this.#hub.revision + 1) this.#apply(change)
    }
  }

  /** Brings the change after the newest revision into memory and to the watches. */
  #apply(change: Omit<Change, 'previous'>): Stored {
    const { key, revision, value } = change
    const event = eventOf(change, this.#objects.get(key))
    if (value === undefined) this.#objects.delete(key)
    else this.#objects.set(key, event.stored)
    this.#changed.set(resourcePrefix(key), revision)
    this.#hub.publish(event)
    return event.stored
  }
}
