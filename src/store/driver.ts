/** One key's value as of the revision that last changed it. */
export interface Entry {
  key: string
  /** The object as JSON text, without a resourceVersion. */
  value: string
  /** The revision that wrote this value; it becomes the object's resourceVersion. */
  modRevision: number
  /** The revision that created the key; it stays while the key lives. */
  createRevision: number
}

/** What one revision did to one key. */
export interface Change {
  revision: number
  key: string
  /** `undefined`: the key was deleted. */
  value: string | undefined
  /** What the key held before; `undefined`: the key was created. */
  previous: Entry | undefined
}

/** A wish to change one key, carried out only if the key is as the writer believes. */
export interface Write {
  key: string
  /** The new value; `undefined` deletes. */
  value: string | undefined
  /** The modRevision that the key must have now; 0: the key must not exist. Deleting what does not exist is refused. */
  expected: number
}

/** Done at `revision`, or refused with what is there now (`undefined`: nothing). */
export type WriteResult = { ok: true; revision: number } | { ok: false; current: Entry | undefined }

export interface RangeQuery {
  /** Keys that begin with this. */
  prefix: string
  /** Only keys after this one, in byte order. */
  after?: string
  /** At most so many; all when absent. */
  limit?: number
  /** As of this revision; the newest when absent. Throws `Compacted` or `FutureRevision`. */
  revision?: number
}

export interface RangeResult {
  /** The revision that the answer shows. */
  revision: number
  entries: Entry[]
  /** Whether keys were left out by `limit`. */
  more: boolean
}

/**
 * A revisioned log of keys. An empty store is at revision 1, and each write that is carried out makes the next one.
 * A driver is right when it passes `conformance.ts`.
 */
export interface Driver {
  range(query: RangeQuery): Promise<RangeResult>
  /** Each write stands for itself; all answers come after all that was carried out would survive a power cut. */
  commit(writes: Write[]): Promise<WriteResult[]>
  /** What happened after `revision`, oldest first, at most `limit`; nothing after a future one. Throws `Compacted`. */
  changes(revision: number, limit: number): Promise<Change[]>
  /**
   * Forgets what was overwritten or deleted up to `revision`; ranges and changes older than it throw `Compacted` from
   * then on. Does nothing when that is done already; throws `FutureRevision`.
   */
  compact(revision: number): Promise<void>
  size(): Promise<StoreSize>
  /** Carries out what was asked before; each later call but `close` rejects with `the store is closed`. */
  close(): Promise<void>
}

export interface StoreSize {
  /** The newest revision. */
  revision: number
  /** The oldest revision that can still be read. */
  compacted: number
  /** Bytes on disk (or held in memory). */
  bytes: number
}

/** The history asked for is no longer there. */
export class Compacted extends Error {
  readonly compacted: number
  constructor(compacted: number) {
    super(`the required revision has been compacted; the oldest that can be read is ${compacted}`)
    this.name = 'Compacted'
    this.compacted = compacted
  }
}

/** The revision asked for has not happened yet. */
export class FutureRevision extends Error {
  readonly current: number
  constructor(current: number) {
    super(`the required revision is a future revision; the newest is ${current}`)
    this.name = 'FutureRevision'
    this.current = current
  }
}
