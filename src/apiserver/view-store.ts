import { deepEqual } from '../api/equal.ts'
import type { Kind, View } from '../api/kind.ts'
import type { KubeObject } from '../api/meta.ts'
import { listPrefix } from '../store/keys.ts'
import type { Listing, ListOptions, Store } from '../store/store.ts'
import { encode, type Storable, Stored } from '../store/stored.ts'
import type { StoreEvent, Watch } from '../store/watch.ts'

/**
 * The store as a kind sees it. For a view, the objects of the kind that stores them stand where the view's own would be, in
 * the view's shape, and are written back in theirs; whatever else is in the store is as it is.
 */
export function storeSeenAs(store: Store, kind: Kind): Store {
  return kind.viewOf ? new ViewStore(store, kind, kind.viewOf) : store
}

/** Stored objects in another shape, by view: all who read them share one. */
const shown = new WeakMap<View<KubeObject>, WeakMap<Stored, Stored>>()

class ViewStore implements Store {
  readonly #store: Store
  readonly #view: View<KubeObject>
  /** What keys begin with for those who see the view, and in the store. */
  readonly #seen: string
  readonly #real: string

  constructor(store: Store, kind: Kind, view: View<KubeObject>) {
    this.#store = store
    this.#view = view
    this.#seen = listPrefix(kind)
    this.#real = listPrefix(view.kind)
  }

  revision(): number {
    return this.#store.revision()
  }

  get(key: string): Stored | undefined {
    const found = this.#store.get(this.#realKey(key))
    return found && this.#show(found)
  }

  async list(prefix: string, { after, ...options }: ListOptions = {}): Promise<Listing> {
    const from = after === undefined ? {} : { after: this.#realKey(after) }
    const listing = await this.#store.list(this.#realKey(prefix), { ...options, ...from })
    return { ...listing, items: listing.items.map((item) => this.#show(item)) }
  }

  async create(key: string, object: Storable): Promise<Stored> {
    return this.#show(await this.#store.create(this.#realKey(key), this.#hide(key, object)))
  }

  async update(key: string, expectedRevision: number, object: Storable): Promise<Stored> {
    const [realKey, hidden] = [this.#realKey(key), this.#hide(key, object)]
    const current = this.#store.get(realKey)
    // The way to another shape and back may change the order of fields, which is no change.
    if (current?.revision === expectedRevision && deepEqual(hidden, current.object)) return this.#show(current)
    return this.#show(await this.#store.update(realKey, expectedRevision, hidden))
  }

  async delete(key: string, expectedRevision: number): Promise<Stored> {
    return this.#show(await this.#store.delete(this.#realKey(key), expectedRevision))
  }

  async transform(key: string, decide: Parameters<Store['transform']>[1]): Promise<Stored | undefined> {
    const found = await this.#store.transform(this.#realKey(key), async (current) => {
      const decision = await decide(current && this.#show(current))
      return typeof decision === 'string' ? decision : this.#hide(key, decision)
    })
    return found && this.#show(found)
  }

  watch(prefix: string, options?: { after?: number }): Watch {
    const source = this.#store.watch(this.#realKey(prefix), options)
    const show = (event: StoreEvent) => this.#showEvent(event)
    return {
      get revision() {
        return source.revision
      },
      close: () => source.close(),
      async *[Symbol.asyncIterator]() {
        for await (const events of source) yield events.map(show)
      },
    }
  }

  observe(prefix: string, observer: (event: StoreEvent) => void): () => void {
    return this.#store.observe(this.#realKey(prefix), (event) => observer(this.#showEvent(event)))
  }

  size(): ReturnType<Store['size']> {
    return this.#store.size()
  }

  close(): Promise<void> {
    return this.#store.close()
  }

  #showEvent({ type, stored, previous }: StoreEvent): StoreEvent {
    return { type, stored: this.#show(stored), ...(previous && { previous: this.#show(previous) }) }
  }

  #isSeen(key: string): boolean {
    return key.startsWith(this.#seen)
  }

  #realKey(key: string): string {
    return this.#isSeen(key) ? this.#real + key.slice(this.#seen.length) : key
  }

  #show(stored: Stored): Stored {
    if (!stored.key.startsWith(this.#real)) return stored
    const known = shown.get(this.#view) ?? new WeakMap<Stored, Stored>()
    shown.set(this.#view, known)
    const found = known.get(stored)
    if (found) return found
    const made = this.#make(stored)
    known.set(stored, made)
    return made
  }

  #make(stored: Stored): Stored {
    const object = this.#view.to(stored.object)
    if (object === stored.object && this.#seen === this.#real) return stored
    const { revision: modRevision, createRevision } = stored
    const key = this.#seen + stored.key.slice(this.#real.length)
    return new Stored({ key, value: encode(object), modRevision, createRevision })
  }

  #hide(key: string, object: Storable): Storable {
    return this.#isSeen(key) ? this.#view.from(object as KubeObject) : object
  }
}
