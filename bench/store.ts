import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { systemClock } from '../src/std/clock.ts'
import { silentLog } from '../src/std/log.ts'
import { systemRandom } from '../src/std/random.ts'
import type { Driver } from '../src/store/driver.ts'
import { sqliteDriver } from '../src/store/sqlite.ts'
import { openStore } from '../src/store/store.ts'
import { renderTable, type Row } from './table.ts'

// Commits a second, one writer and a hundred, against bare node:sqlite writing the same rows in the same run.
// `node bench/store.ts [folder]`: the disk under the folder is what is measured; the default is the temporary folder.

const MEASURE_MS = 3000
const WRITERS = 100

const pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'pod', namespace: 'default', labels: { app: 'web' }, uid: systemRandom.uuid() },
  spec: { containers: [{ name: 'web', image: 'nginx', env: Array(20).fill({ name: 'NAME', value: 'value' }) }] },
  status: { phase: 'Running', conditions: Array(4).fill({ type: 'Ready', status: 'True', reason: 'Because' }) },
}
const VALUE = JSON.stringify(pod)

/** Calls `round` until the time is over; the rounds a second times what each one wrote. */
async function rate(rows: number, round: (i: number) => unknown): Promise<number> {
  const start = systemClock.monotonic()
  let rounds = 0
  while (systemClock.monotonic() - start < MEASURE_MS) await round(rounds++)
  return (rounds * rows * 1000) / (systemClock.monotonic() - start)
}

/** The rate of `writers` that each write one after the other, as fast as they are answered. */
async function rateOf(writers: number, write: (key: string) => Promise<unknown>): Promise<number> {
  const rates = Array.from({ length: writers }, (_, id) => rate(1, (i) => write(`core/pods/w${writers}/${id}-${i}`)))
  return (await Promise.all(rates)).reduce((sum, one) => sum + one, 0)
}

/** The rows that the driver writes, in the calling thread: what SQLite and the disk allow. */
async function bare(file: string, rows: number): Promise<number> {
  const database = new DatabaseSync(file)
  database.exec(`PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
    CREATE TABLE history (revision INTEGER PRIMARY KEY, previous INTEGER, created INTEGER, key TEXT, value TEXT) STRICT;
    CREATE INDEX history_key ON history (key)`)
  const insert = database.prepare('INSERT INTO history VALUES (?, ?, ?, ?, ?)')
  let revision = 0
  const result = await rate(rows, (i) => {
    database.exec('BEGIN IMMEDIATE')
    for (let id = 0; id < rows; id++) insert.run(++revision, 0, revision, `core/pods/w${rows}/${id}-${i}`, VALUE)
    database.exec('COMMIT')
  })
  database.close()
  return result
}

async function ofDriver(driver: Driver): Promise<number[]> {
  const write = (key: string) => driver.commit([{ key, value: VALUE, expected: 0 }])
  const rates = [await rateOf(1, write), await rateOf(WRITERS, write)]
  await driver.close()
  return rates
}

async function ofStore(driver: Driver): Promise<number[]> {
  const store = await openStore(driver, { clock: systemClock, random: systemRandom, log: silentLog })
  const write = (key: string) => store.create(key, pod)
  const rates = [await rateOf(1, write), await rateOf(WRITERS, write)]
  await store.close()
  return rates
}

/** The rows of this measurement; the disk under `parent` is what is measured. */
export async function storeRows(parent = tmpdir()): Promise<Row[]> {
  const folder = mkdtempSync(join(parent, 'store-bench-'))
  try {
    const file = (name: string) => join(folder, name)
    const limit = [await bare(file('one'), 1), await bare(file('many'), WRITERS)]
    const measured: [string, number[]][] = [
      ['SQLite driver', await ofDriver(await sqliteDriver(file('driver')))],
      ['store on SQLite', await ofStore(await sqliteDriver(file('store')))],
    ]
    return measured.flatMap(([name, rates]) =>
      ['1 writer', `${WRITERS} writers`].map((writers, i) => ({
        what: `${name}: commits of ${VALUE.length} bytes a second, ${writers}`,
        measured: rates[i] ?? Number.NaN,
        against: limit[i] ?? Number.NaN,
        meaning: 'bare node:sqlite writing the same rows',
        unit: '/s',
      })),
    )
  } finally {
    rmSync(folder, { recursive: true })
  }
}

if (import.meta.main) console.log(renderTable(await storeRows(process.argv[2])))
