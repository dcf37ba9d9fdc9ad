import { statSync } from 'node:fs'
import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite'
import type { Change, Entry, RangeQuery, RangeResult, StoreSize, Write, WriteResult } from './driver.ts'
import { Compacted, FutureRevision } from './driver.ts'
import { compareKeys, prefixEnd } from './keys.ts'
import { describe, openStoreFile, pragma } from './sqlite-file.ts'
import type { StoreFile } from './sqlite-protocol.ts'

/** Above all text in SQLite's order: where a range ends whose prefix has no end. */
const NO_END = new Uint8Array()

/** How much one step of compaction does, in revisions and in pages: commits wait for no more than a step. */
const SWEEP_REVISIONS = 200
const VACUUM_PAGES = 128

/** Free pages that stay in the file, to be written again. */
const FREE_PAGES = 256

const QUERIES = {
  last: 'SELECT revision, created, value IS NULL FROM history WHERE key = ? ORDER BY revision DESC LIMIT 1',
  value: 'SELECT value FROM history WHERE revision = ?',
  insert: 'INSERT INTO history (revision, previous, created, key, value) VALUES (?, ?, ?, ?, ?)',
  range: `SELECT key, value, revision, created FROM history h WHERE key >= ?1 AND key < ?2 AND revision <= ?3
    AND NOT EXISTS (SELECT 1 FROM history n WHERE n.key = h.key AND n.revision > h.revision AND n.revision <= ?3)
    AND value IS NOT NULL ORDER BY key LIMIT ?4`,
  changes: `SELECT c.revision, c.key, c.value, p.revision, p.created, p.value FROM history c
    LEFT JOIN history p ON p.revision = c.previous WHERE c.revision > ? ORDER BY c.revision LIMIT ?`,
  sweepReplaced: `DELETE FROM history WHERE revision IN
    (SELECT previous FROM history WHERE revision > ? AND revision <= ? AND previous > 0)`,
  sweepDeletions: 'DELETE FROM history WHERE revision > ? AND revision <= ? AND value IS NULL',
  setState: 'UPDATE state SET compacted = ?, swept = ?',
} as const

/** A store in an SQLite database, each call done when it returns: what runs inside the driver's thread. */
export class SqliteHistory {
  readonly #file: string
  readonly #database: DatabaseSync
  readonly #statements = new Map<keyof typeof QUERIES, StatementSync>()
  #revision: number
  #compacted: number
  #swept: number
  /** Whether free pages may have to be given back. */
  #vacuum = false

  constructor(options: StoreFile) {
    this.#file = options.file
    this.#database = openStoreFile(options)
    const { compacted, swept, newest } = this.#named('read', () =>
      this.#database.prepare('SELECT compacted, swept, (SELECT max(revision) FROM history) AS newest FROM state').get(),
    ) as { compacted: number; swept: number; newest: number | null }
    // The newest row may have been a deletion, and swept.
    this.#revision = Math.max(newest ?? 0, compacted)
    this.#compacted = compacted
    this.#swept = swept
  }

  /** Carries out commits that came together: all are durable on return, or none is and an error is thrown. */
  commit(commits: Write[][]): WriteResult[][] {
    const before = this.#revision
    return this.#named('write to', () => {
      try {
        return this.#transaction(() => commits.map((writes) => writes.map((write) => this.#write(write))))
      } catch (error) {
        this.#revision = before
        throw error
      }
    })
  }

  range({ prefix, after, limit = Number.MAX_SAFE_INTEGER - 1, revision = this.#revision }: RangeQuery): RangeResult {
    this.#mustHave(revision)
    if (revision > this.#revision) throw new FutureRevision(this.#revision)
    // The first key beyond `after` is `after` and a zero byte.
    const from = after !== undefined && compareKeys(after, prefix) >= 0 ? `${after}\0` : prefix
    const to = prefixEnd(prefix) ?? NO_END
    const rows = this.#named('read', () => this.#all('range', from, to, revision, limit + 1))
    const more = rows.length > limit
    if (more) rows.pop()
    const entries = rows.map(([key, value, modRevision, createRevision]) => ({
      key,
      value,
      modRevision,
      createRevision,
    })) as Entry[]
    return { revision, entries, more }
  }

  changes(revision: number, limit: number): Change[] {
    this.#mustHave(revision)
    const rows = this.#named('read', () => this.#all('changes', revision, limit))
    return rows.map((row) => {
      const [number, key, value, modRevision, createRevision, before] = row
      const previous = modRevision === null ? undefined : { key, value: before, modRevision, createRevision }
      return { revision: number, key, value: value ?? undefined, previous } as Change
    })
  }

  /** From now on nothing before `revision` can be read. `sweep` then clears it away. */
  compact(revision: number): void {
    if (revision > this.#revision) throw new FutureRevision(this.#revision)
    if (revision <= this.#compacted) return
    this.#named('compact', () => this.#transaction(() => this.#run('setState', revision, this.#swept)))
    this.#compacted = revision
  }

  /** Does one step of what compaction has left to do; false when there was nothing. */
  sweep(): boolean {
    return this.#named('compact', () => {
      if (this.#swept < this.#compacted) this.#sweepRows()
      else if (this.#vacuum) this.#vacuumPages()
      else return false
      return true
    })
  }

  size(): StoreSize {
    const pages = this.#named('read', () => pragma(this.#database, 'page_count') * pragma(this.#database, 'page_size'))
    const log = statSync(`${this.#file}-wal`, { throwIfNoEntry: false })?.size ?? 0
    return { revision: this.#revision, compacted: this.#compacted, bytes: pages + log }
  }

  close(): void {
    this.#database.close()
  }

  #write({ key, value, expected }: Write): WriteResult {
    const [last] = this.#all('last', key) as [number, number, number][]
    const [modRevision, created] = last?.[2] === 0 ? last : [0, 0]
    if (modRevision !== expected || (value === undefined && modRevision === 0)) {
      if (modRevision === 0) return { ok: false, current: undefined }
      const current = this.#all('value', modRevision)[0]?.[0] as string
      return { ok: false, current: { key, value: current, modRevision, createRevision: created } }
    }
    const revision = ++this.#revision
    this.#run('insert', revision, modRevision, created || revision, key, value ?? null)
    return { ok: true, revision }
  }

  #sweepRows(): void {
    const from = this.#swept
    const to = Math.min(from + SWEEP_REVISIONS, this.#compacted)
    this.#transaction(() => {
      this.#run('sweepReplaced', from, to)
      this.#run('sweepDeletions', from, to)
      this.#run('setState', this.#compacted, to)
    })
    this.#swept = to
    this.#vacuum = true
  }

  #vacuumPages(): void {
    const excess = pragma(this.#database, 'freelist_count') - FREE_PAGES
    if (excess > 0) {
      this.#database.exec(`PRAGMA incremental_vacuum(${Math.min(excess, VACUUM_PAGES)})`)
    } else {
      this.#vacuum = false
      // The file shrinks when the log is copied into it.
      this.#database.exec('PRAGMA wal_checkpoint(TRUNCATE)')
    }
  }

  #mustHave(revision: number): void {
    if (revision < this.#compacted) throw new Compacted(this.#compacted)
  }

  #transaction<T>(body: () => T): T {
    this.#database.exec('BEGIN IMMEDIATE')
    try {
      const result = body()
      this.#database.exec('COMMIT')
      return result
    } catch (error) {
      // SQLite itself rolls back after some errors.
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK')
      throw error
    }
  }

  #statement(name: keyof typeof QUERIES): StatementSync {
    const known = this.#statements.get(name)
    if (known) return known
    const statement = this.#database.prepare(QUERIES[name])
    statement.setReturnArrays(true)
    this.#statements.set(name, statement)
    return statement
  }

  #run(name: keyof typeof QUERIES, ...values: SQLInputValue[]): void {
    this.#statement(name).run(...values)
  }

  #all(name: keyof typeof QUERIES, ...values: SQLInputValue[]): unknown[][] {
    return this.#statement(name).all(...values) as unknown as unknown[][]
  }

  /** Puts into an error of SQLite what was being done, and to which file. */
  #named<T>(doing: string, body: () => T): T {
    try {
      return body()
    } catch (error) {
      throw new Error(`cannot ${doing} the store ${this.#file}: ${describe(error)}`, { cause: error })
    }
  }
}
