import type { Clock, Timer } from '../std/clock.ts'

export interface WorkQueueOptions {
  /** What the first retry of a key waits. */
  baseMs?: number
  /** What no retry waits longer than. */
  maxMs?: number
}

/** client-go's default rate limiter: 5 ms, doubling, up to 1000 s. */
const DEFAULT_BASE_MS = 5
const DEFAULT_MAX_MS = 1_000_000

interface Waiting {
  at: number
  timer: Timer
}

/**
 * Keys that have work to do. A key is in it once however often it is added, is never handed out twice at the same time,
 * and is handed out again when it was added while somebody worked on it.
 */
export class WorkQueue<K = string> {
  private readonly clock: Clock
  private readonly baseMs: number
  private readonly maxMs: number
  /** In order; a key that is being worked on is dirty but not queued. */
  private readonly queued = new Set<K>()
  private readonly dirty = new Set<K>()
  private readonly processing = new Set<K>()
  private readonly waiting = new Map<K, Waiting>()
  private readonly failures = new Map<K, number>()
  private takers: ((key: K | undefined) => void)[] = []
  private closed = false

  constructor(clock: Clock, { baseMs = DEFAULT_BASE_MS, maxMs = DEFAULT_MAX_MS }: WorkQueueOptions = {}) {
    this.clock = clock
    this.baseMs = baseMs
    this.maxMs = maxMs
  }

  /** How many keys wait to be taken. */
  get length(): number {
    return this.queued.size
  }

  add(key: K): void {
    if (this.closed || this.dirty.has(key)) return
    this.dirty.add(key)
    if (!this.processing.has(key)) this.enqueue(key)
  }

  /** Adds the key after `ms`; of several delays the shortest counts. */
  addAfter(key: K, ms: number): void {
    if (this.closed) return
    if (ms <= 0) return this.add(key)
    const at = this.clock.monotonic() + ms
    const before = this.waiting.get(key)
    if (before && before.at <= at) return
    before?.timer.cancel()
    const timer = this.clock.after(ms, () => {
      this.waiting.delete(key)
      this.add(key)
    })
    this.waiting.set(key, { at, timer })
  }

  /** Adds the key after a delay that doubles with each call, until `forget`. */
  addRateLimited(key: K): void {
    const failures = this.failures.get(key) ?? 0
    this.failures.set(key, failures + 1)
    this.addAfter(key, Math.min(this.maxMs, this.baseMs * 2 ** failures))
  }

  /** How often in a row the key was added rate-limited. */
  retries(key: K): number {
    return this.failures.get(key) ?? 0
  }

  /** The key is well: its next retry waits the shortest time again. */
  forget(key: K): void {
    this.failures.delete(key)
  }

  /** The next key, as soon as there is one; `undefined` when the queue is shut down. Call `done` for it afterwards. */
  take(): Promise<K | undefined> {
    if (this.closed) return Promise.resolve(undefined)
    const [key] = this.queued
    if (key === undefined) return new Promise((resolve) => this.takers.push(resolve))
    this.queued.delete(key)
    return Promise.resolve(this.begin(key))
  }

  /** The work on a key is over; if it was added meanwhile it is due again. */
  done(key: K): void {
    this.processing.delete(key)
    if (this.dirty.has(key) && !this.closed) this.enqueue(key)
  }

  /** Hands out nothing more, and calls off what waits. */
  shutDown(): void {
    this.closed = true
    for (const { timer } of this.waiting.values()) timer.cancel()
    this.waiting.clear()
    this.queued.clear()
    for (const taker of this.takers.splice(0)) taker(undefined)
  }

  private enqueue(key: K): void {
    const taker = this.takers.shift()
    if (taker) taker(this.begin(key))
    else this.queued.add(key)
  }

  private begin(key: K): K {
    this.dirty.delete(key)
    this.processing.add(key)
    return key
  }
}
