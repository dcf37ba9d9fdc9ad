import { assert } from '../std/assert.ts'
import type { Change, Driver } from './driver.ts'
import { resourcePrefix } from './keys.ts'
import { Stored } from './stored.ts'

/** How many events stay in memory for watches that resume or lag; older ones are read from the driver. */
const RING_EVENTS = 512

/** How many changes are read from the driver at a time. */
export const CHANGES_PAGE = 500

/** One change to one object. All watches are handed the same value, so what is derived from it can be kept by identity. */
export interface StoreEvent {
  type: 'ADDED' | 'MODIFIED' | 'DELETED'
  /** The object now; of a deleted one its last state, at the revision that deleted it. */
  stored: Stored
  /** The object before; absent with ADDED. */
  previous?: Stored
}

/**
 * The events of one prefix from one revision on, in order, without gap or duplicate, in batches that are never empty.
 * A watch holds no queue: one whose reader is slow reads on from the history, and throws `Compacted` once that is gone.
 */
export interface Watch extends AsyncIterable<readonly StoreEvent[]> {
  /** Every event up to here has been taken by the reader: what a bookmark may say. */
  readonly revision: number
  /** Ends the watch: the reader's loop ends without an error. */
  close(): void
}

/** The newest events, and the watches that wait for more. */
export class WatchHub {
  readonly #driver: Driver
  readonly #ringEvents: number
  #ring: StoreEvent[] = []
  #revision: number
  /** Every watch, under the prefix that it was asked for. */
  readonly #watches = new Map<string, Set<HubWatch>>()
  /** Those who are told before all watches, by prefix. */
  readonly #observers = new Map<string, Set<(event: StoreEvent) => void>>()

  constructor(driver: Driver, revision: number, ringEvents = RING_EVENTS) {
    this.#driver = driver
    this.#revision = revision
    this.#ringEvents = ringEvents
  }

  get revision(): number {
    return this.#revision
  }

  /** Makes `event`, whose revision follows on the newest, known to its watches. */
  publish(event: StoreEvent): void {
    this.#revision = event.stored.revision
    this.#ring.push(event)
    // Cut in bulk: shifting an array costs its length.
    if (this.#ring.length >= 2 * this.#ringEvents) this.#ring = this.#ring.slice(-this.#ringEvents)
    const prefixes = prefixesOf(event.stored.key)
    for (const prefix of prefixes) for (const observe of this.#observers.get(prefix) ?? []) observe(event)
    for (const prefix of prefixes) {
      for (const watch of this.#watches.get(prefix) ?? []) watch.wake(event.stored.revision)
    }
  }

  /** Calls `observer` with each event of '', a list prefix or a key. Returns what ends that. */
  observe(prefix: string, observer: (event: StoreEvent) => void): () => void {
    const group = this.#observers.get(prefix) ?? new Set()
    this.#observers.set(prefix, group.add(observer))
    return () => group.delete(observer)
  }

  /** A watch of '', a list prefix or a key. */
  watch(prefix: string, after: number): Watch {
    const watch = new HubWatch(this, prefix, after)
    const group = this.#watches.get(prefix)
    if (group) group.add(watch)
    else this.#watches.set(prefix, new Set([watch]))
    return watch
  }

  drop(prefix: string, watch: HubWatch): void {
    const group = this.#watches.get(prefix)
    group?.delete(watch)
    if (group?.size === 0) this.#watches.delete(prefix)
  }

  closeAll(): void {
    for (const group of this.#watches.values()) for (const watch of group) watch.close()
  }

  /** Some events after `after`, and up to where that was; not all when they have to be read. */
  async read(after: number): Promise<{ events: readonly StoreEvent[]; upTo: number }> {
    const newest = this.#revision
    const missing = newest - this.#ring.length - after
    if (missing <= 0) return { events: this.#ring.slice(this.#ring.length - (newest - after)), upTo: newest }
    const changes = await this.#driver.changes(after, Math.min(missing, CHANGES_PAGE))
    const last = changes.at(-1)
    assert(last, `the driver has no change after ${after}, but the newest revision is ${newest}`)
    return { events: changes.map(eventFromHistory), upTo: last.revision }
  }
}

class HubWatch implements Watch {
  readonly #hub: WatchHub
  readonly #prefix: string
  /** The revision up to which all was taken; `undefined`: up to the newest. */
  #taken: number | undefined
  #closed = false
  #resume = () => {}

  constructor(hub: WatchHub, prefix: string, after: number) {
    this.#hub = hub
    this.#prefix = prefix
    this.#taken = after
  }

  get revision(): number {
    return this.#taken ?? this.#hub.revision
  }

  /** There is an event for this watch at `revision`. */
  wake(revision: number): void {
    this.#taken ??= revision - 1
    this.#resume()
  }

  close(): void {
    this.#closed = true
    this.#hub.drop(this.#prefix, this)
    this.#resume()
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<readonly StoreEvent[], void> {
    try {
      while (!this.#closed) {
        const events = await this.#read()
        if (events.length > 0 && !this.#closed) yield events
      }
    } finally {
      this.close()
    }
  }

  /** What is there now, or nothing after having waited for it. */
  async #read(): Promise<readonly StoreEvent[]> {
    const newest = this.#hub.revision
    if (this.#taken === newest) this.#taken = undefined
    if (this.#taken === undefined || this.#taken > newest) {
      await new Promise<void>((resolve) => {
        this.#resume = resolve
      })
      return []
    }
    const { events, upTo } = await this.#hub.read(this.#taken)
    this.#taken = upTo
    return events.filter(({ stored: { key } }) => this.#covers(key))
  }

  #covers(key: string): boolean {
    const whole = this.#prefix !== '' && !this.#prefix.endsWith('/')
    return whole ? key === this.#prefix : key.startsWith(this.#prefix)
  }
}

/** The event that a change read from the driver is. */
export function eventFromHistory(change: Change): StoreEvent {
  return eventOf(change, change.previous && new Stored(change.previous))
}

/** The event that a change is, given what the key held before. */
export function eventOf({ revision, key, value }: Omit<Change, 'previous'>, previous: Stored | undefined): StoreEvent {
  if (value === undefined) {
    assert(previous, 'a key was deleted that was not there')
    return { type: 'DELETED', stored: previous.deletedAt(revision), previous }
  }
  const createRevision = previous?.createRevision ?? revision
  const stored = new Stored({ key, value, modRevision: revision, createRevision })
  return previous ? { type: 'MODIFIED', stored, previous } : { type: 'ADDED', stored }
}

/** The prefixes that `key` is watched under: everything, its resource, its namespace, itself. */
function prefixesOf(key: string): string[] {
  return ['', resourcePrefix(key), key.slice(0, key.lastIndexOf('/') + 1), key]
}
