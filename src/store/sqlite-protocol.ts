import type { RangeQuery, Write } from './driver.ts'
import { Compacted, FutureRevision } from './driver.ts'

/** What the thread is started with. */
export interface StoreFile {
  /** Path of the database. It is made, for its owner alone, when it does not exist; its folder must. */
  file: string
  /** The database may not grow beyond this; bounded by the disk alone when absent. */
  maxBytes?: number
}

/** What the driver asks of its thread. Requests travel in arrays, as do answers. */
export type Request = { id: number } & (
  | { op: 'commit'; writes: Write[] }
  | { op: 'range'; query: RangeQuery }
  | { op: 'changes'; revision: number; limit: number }
  | { op: 'compact'; revision: number }
  | { op: 'size' }
  | { op: 'close' }
)

export type Answer = { id: number } & ({ value: unknown } | { failure: Failure })

/** Errors as they cross between threads, where classes are lost. */
export type Failure =
  | { kind: 'compacted'; compacted: number }
  | { kind: 'future'; current: number }
  | { kind: 'other'; message: string }

/** The id of the thread's first answer, which says whether the file could be opened. */
export const OPENED = 0

export function toFailure(error: unknown): Failure {
  if (error instanceof Compacted) return { kind: 'compacted', compacted: error.compacted }
  if (error instanceof FutureRevision) return { kind: 'future', current: error.current }
  return { kind: 'other', message: error instanceof Error ? error.message : String(error) }
}

export function fromFailure(failure: Failure): Error {
  if (failure.kind === 'compacted') return new Compacted(failure.compacted)
  if (failure.kind === 'future') return new FutureRevision(failure.current)
  return new Error(failure.message)
}
