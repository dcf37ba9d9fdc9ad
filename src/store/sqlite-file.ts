import { closeSync, openSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import type { StoreFile } from './sqlite-protocol.ts'

/** Marks a file as a Skiff store: "Skif". */
const APPLICATION_ID = 0x536b6966

/** The layout below. A file with a higher one was written by a newer Skiff. */
const SCHEMA_VERSION = 1

/** Frames in the write-ahead log at which it is copied into the database, about 4 MiB; and what may stay of it then. */
const WAL_PAGES = 1000
const WAL_KEPT_BYTES = 4 * 2 ** 20

/**
 * `history` is the log, one row for each revision; `value` is NULL where the key was deleted. `previous` is the revision
 * whose value this one replaced, 0 if there was none. An index on `key` ends with the row's id, so it sorts by revision.
 * `compacted` is the oldest revision that can be read, `swept` how far the rows have been cleared away.
 */
const SCHEMA = `
CREATE TABLE history (
  revision INTEGER PRIMARY KEY,
  previous INTEGER NOT NULL,
  created INTEGER NOT NULL,
  key TEXT NOT NULL,
  value TEXT
) STRICT;
CREATE INDEX history_key ON history (key);
CREATE TABLE state (compacted INTEGER NOT NULL, swept INTEGER NOT NULL) STRICT;
INSERT INTO state VALUES (1, 1);
PRAGMA application_id = ${APPLICATION_ID};
PRAGMA user_version = ${SCHEMA_VERSION};
`

/** Opens the database for this process alone, and makes it when it is new. Throws an error of one line that names it. */
export function openStoreFile({ file, maxBytes }: StoreFile): DatabaseSync {
  let database: DatabaseSync | undefined
  try {
    // SQLite would make it readable for all; a store holds secrets.
    closeSync(openSync(file, 'a', 0o600))
    database = new DatabaseSync(file, { timeout: 0 })
    prepare(database)
    if (maxBytes !== undefined) setLimit(database, maxBytes)
    return database
  } catch (error) {
    database?.close()
    throw new Error(`cannot open the store ${file}: ${describe(error)}`, { cause: error })
  }
}

function prepare(database: DatabaseSync): void {
  // The lock is taken at the first read and held until the end, which also spares the shared-memory file.
  database.exec('PRAGMA locking_mode = EXCLUSIVE')
  const version = pragma(database, 'user_version')
  const isNew = pragma(database, 'application_id') === 0 && version === 0 && !hasTables(database)
  if (!isNew && pragma(database, 'application_id') !== APPLICATION_ID) throw new Error('it is not a Skiff store')
  if (version > SCHEMA_VERSION) {
    throw new Error(`it was written by a newer Skiff (schema ${version}; this one knows ${SCHEMA_VERSION})`)
  }
  if (isNew) database.exec('PRAGMA auto_vacuum = INCREMENTAL')
  database.exec(`
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    PRAGMA wal_autocheckpoint = ${WAL_PAGES};
    PRAGMA journal_size_limit = ${WAL_KEPT_BYTES};
    BEGIN IMMEDIATE; ${isNew ? SCHEMA : ''} COMMIT`)
}

function hasTables(database: DatabaseSync): boolean {
  return database.prepare('SELECT 1 FROM sqlite_schema LIMIT 1').get() !== undefined
}

function setLimit(database: DatabaseSync, maxBytes: number): void {
  database.exec(`PRAGMA max_page_count = ${Math.ceil(maxBytes / pragma(database, 'page_size'))}`)
}

/** The number that a pragma gives. */
export function pragma(database: DatabaseSync, name: string): number {
  return Number(Object.values(database.prepare(`PRAGMA ${name}`).get() ?? {})[0])
}

/** SQLite's primary result codes, in words that say what is wrong with the file. */
const MEANINGS: Record<number, string> = {
  5: 'another process is using it',
  8: 'it may not be written',
  10: 'reading or writing failed',
  11: 'it is damaged',
  13: 'it is full, or no space is left on the disk',
  14: 'it, or a file beside it, cannot be opened',
  26: 'it is not a Skiff store',
}

/** An error of SQLite in one line. */
export function describe(error: unknown): string {
  const { message, errcode } = error as { message?: string; errcode?: number }
  const meaning = errcode === undefined ? undefined : MEANINGS[errcode & 0xff]
  return meaning ? `${meaning} (${message})` : (message ?? String(error))
}
