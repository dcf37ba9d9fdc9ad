import { Worker } from 'node:worker_threads'
import { assert } from '../std/assert.ts'
import type { Change, Driver, RangeResult, StoreSize, WriteResult } from './driver.ts'
import type { Answer, Request, StoreFile } from './sqlite-protocol.ts'
import { fromFailure, OPENED } from './sqlite-protocol.ts'

/** Compiled for npm, the thread's module has the same extension as this one. */
const WORKER = new URL(`./sqlite-worker${import.meta.url.slice(import.meta.url.lastIndexOf('.'))}`, import.meta.url)

/** Leaves out a union's `id` from each of its members. */
type Asked = Request extends infer R ? (R extends Request ? Omit<R, 'id'> : never) : never

/**
 * A store in one SQLite file, which this process alone may open. All work on the file, waiting for the disk included,
 * happens in a thread of its own; commits that arrive while the disk is busy share the next transaction.
 * Rejects with one line that names the file when it cannot be opened.
 */
export async function sqliteDriver(file: string, options: Omit<StoreFile, 'file'> = {}): Promise<Driver> {
  const thread = new StoreThread({ file, ...options })
  await thread.open()
  return {
    range: (query) => thread.ask<RangeResult>({ op: 'range', query }),
    commit: (writes) => thread.ask<WriteResult[]>({ op: 'commit', writes }),
    changes: (revision, limit) => thread.ask<Change[]>({ op: 'changes', revision, limit }),
    compact: (revision) => thread.ask<void>({ op: 'compact', revision }),
    size: () => thread.ask<StoreSize>({ op: 'size' }),
    close: () => thread.close(),
  }
}

interface Waiter {
  resolve(value: unknown): void
  reject(error: Error): void
}

class StoreThread {
  readonly #opened: Promise<void>
  readonly #worker: Worker
  readonly #exited: Promise<void>
  readonly #waiters = new Map<number, Waiter>()
  #lastId = OPENED
  #outbox: Request[] = []
  /** Why nothing can be asked any more. */
  #ended: Error | undefined
  #closing: Promise<void> | undefined

  constructor(storeFile: StoreFile) {
    this.#opened = this.#wait<void>(OPENED)
    this.#worker = new Worker(WORKER, { workerData: storeFile, name: 'store', execArgv: [] })
    this.#worker.on('message', (answers: Answer[]) => this.#settle(answers))
    this.#worker.on('error', (error) => this.#fail(new Error(`the store ${storeFile.file} failed: ${error}`)))
    this.#exited = new Promise((resolve) => {
      this.#worker.on('exit', () => {
        this.#fail(new Error(`the store ${storeFile.file} failed: its thread ended`))
        resolve()
      })
    })
  }

  /** Resolves once the file is open; rejects when it cannot be, and the thread has let go of it. */
  async open(): Promise<void> {
    try {
      await this.#opened
    } catch (error) {
      await this.#exited
      throw error
    }
  }

  async ask<T>(request: Asked): Promise<T> {
    if (this.#ended) throw this.#ended
    const id = ++this.#lastId
    // Sent together with all that is asked in this turn.
    if (this.#outbox.length === 0) queueMicrotask(() => this.#send())
    this.#outbox.push({ id, ...request })
    return this.#wait<T>(id)
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    const closed = this.ask<void>({ op: 'close' })
    this.#ended = new Error('the store is closed')
    await closed
    await this.#exited
  }

  #wait<T>(id: number): Promise<T> {
    return new Promise<unknown>((resolve, reject) => this.#waiters.set(id, { resolve, reject })) as Promise<T>
  }

  #send(): void {
    this.#worker.postMessage(this.#outbox)
    this.#outbox = []
  }

  #settle(answers: Answer[]): void {
    for (const answer of answers) {
      const waiter = this.#waiters.get(answer.id)
      assert(waiter, `the store's thread answered ${answer.id}, which nobody asked`)
      this.#waiters.delete(answer.id)
      if ('failure' in answer) waiter.reject(fromFailure(answer.failure))
      else waiter.resolve(answer.value)
    }
  }

  #fail(error: Error): void {
    this.#ended ??= error
    for (const waiter of this.#waiters.values()) waiter.reject(error)
    this.#waiters.clear()
  }
}
