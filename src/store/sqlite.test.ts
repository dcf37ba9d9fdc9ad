import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { DatabaseSync } from 'node:sqlite'
import type { TestContext } from 'node:test'
import { suite, test } from 'node:test'
import { systemClock } from '../std/clock.ts'
import { silentLog } from '../std/log.ts'
import { systemRandom } from '../std/random.ts'
import { driverConformance } from './conformance.ts'
import type { Driver } from './driver.ts'
import { sqliteDriver } from './sqlite.ts'
import { openStore } from './store.ts'

/** A path in a folder that goes away with the test. */
function storeFile(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'store-'))
  t.after(() => rmSync(folder, { recursive: true }))
  return join(folder, 'store.db')
}

/** Runs `body`, which finds `sqliteDriver` and `file`, in a process of its own. */
function inProcess(t: TestContext, file: string, body: string) {
  const script = `
    import { sqliteDriver } from ${JSON.stringify(new URL('sqlite.ts', import.meta.url).href)}
    const file = ${JSON.stringify(file)}
    ${body}`
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
  t.after(() => child.kill('SIGKILL'))
  return { child, lines: createInterface(child.stdout) }
}

async function put(driver: Driver, key: string, value: string, expected = 0): Promise<number> {
  const [result] = await driver.commit([{ key, value, expected }])
  assert.ok(result?.ok)
  return result.revision
}

/** How many rows the history of a closed store has. */
function rows(file: string): unknown {
  const database = new DatabaseSync(file)
  const row = database.prepare('SELECT count(*) AS count FROM history').get()
  database.close()
  return row?.count
}

driverConformance('sqlite', (t) => sqliteDriver(storeFile(t)))

suite('sqlite: what survives', () => {
  test('a store that is opened again is as it was', async (t) => {
    const file = storeFile(t)
    const before = await sqliteDriver(file)
    await put(before, 'a', '1')
    await put(before, 'a', '2', 2)
    await before.compact(3)
    await put(before, 'b', '1')
    await before.commit([{ key: 'b', value: undefined, expected: 4 }])
    await before.close()
    assert.equal(statSync(`${file}-wal`, { throwIfNoEntry: false }), undefined)
    const driver = await sqliteDriver(file)
    const { revision, compacted } = await driver.size()
    assert.deepEqual({ revision, compacted }, { revision: 5, compacted: 3 })
    const entry = { key: 'a', value: '2', modRevision: 3, createRevision: 2 }
    assert.deepEqual((await driver.range({ prefix: '' })).entries, [entry])
    assert.equal((await driver.changes(3, 10)).length, 2)
    await driver.close()
  })

  test('a store of which nothing is left goes on counting after it was opened again', async (t) => {
    const file = storeFile(t)
    const before = await sqliteDriver(file)
    await before.commit([
      { key: 'a', value: '1', expected: 0 },
      { key: 'a', value: undefined, expected: 2 },
    ])
    await before.compact(3)
    await before.close()
    assert.equal(rows(file), 0)
    const driver = await sqliteDriver(file)
    assert.equal(await put(driver, 'a', '2'), 4)
    await driver.close()
  })

  /** Writes from eight sides without end, compacts now and then, and prints each revision that was acknowledged. */
  const writeForever = `
    const driver = await sqliteDriver(file)
    let newest = (await driver.size()).revision
    const run = process.pid
    const writer = async (id) => {
      for (let i = 0; ; i++) {
        const key = run + '/' + id + '/' + i
        const [{ revision }] = await driver.commit([{ key, value: 'x'.repeat(i % 5000), expected: 0 }])
        newest = revision
        process.stdout.write(revision + ' ' + key + '\\n')
        if (i % 3 === 0) {
          const [deleted] = await driver.commit([{ key, value: undefined, expected: revision }])
          process.stdout.write(deleted.revision + ' ' + key + '\\n')
        }
        if (id === 0 && i % 20 === 19) await driver.compact(newest - 10)
      }
    }
    await Promise.all([0, 1, 2, 3, 4, 5, 6, 7].map(writer))`

  test('what was acknowledged is there after the process was killed', async (t) => {
    const file = storeFile(t)
    for (const acks of [1, 10, 150, 400]) {
      const { child, lines } = inProcess(t, file, writeForever)
      const acknowledged = new Map<number, string>()
      for await (const line of lines) {
        const [revision, key] = line.split(' ') as [string, string]
        acknowledged.set(Number(revision), key)
        if (acknowledged.size === acks) child.kill('SIGKILL')
      }
      const driver = await sqliteDriver(file)
      const { revision, compacted } = await driver.size()
      assert.ok(Math.max(...acknowledged.keys()) <= revision)
      const changes = await driver.changes(compacted, 100_000)
      assert.deepEqual(
        changes.map((change) => change.revision),
        Array.from({ length: revision - compacted }, (_, i) => compacted + i + 1),
      )
      for (const change of changes) {
        const key = acknowledged.get(change.revision)
        if (key) assert.equal(change.key, key)
      }
      const live = new Set((await driver.range({ prefix: '' })).entries.map(({ key }) => key))
      const last = new Map([...acknowledged].toSorted(([a], [b]) => a - b).map(([at, key]) => [key, at]))
      const deleted = new Set(changes.filter(({ value }) => value === undefined).map(({ key }) => key))
      for (const [key, at] of last) {
        const third = Number(key.split('/')[2]) % 3 === 0
        if (!third) assert.ok(live.has(key), `${key}, acknowledged at ${at}, is gone`)
        else if (at > compacted) assert.ok(live.has(key) || deleted.has(key), `${key} is gone without a deletion`)
      }
      await driver.close()
    }
  })

  test('compaction that was interrupted is finished by the next run', async (t) => {
    const file = storeFile(t)
    const before = await sqliteDriver(file)
    let revision = await put(before, 'a', '0')
    for (let i = 1; i < 20; i++) revision = await put(before, 'a', `${i}`, revision)
    await before.close()
    const raw = new DatabaseSync(file)
    raw.exec(`UPDATE state SET compacted = ${revision}`)
    raw.close()
    const driver = await sqliteDriver(file)
    assert.equal((await driver.size()).compacted, revision)
    await driver.compact(revision)
    await driver.close()
    assert.equal(rows(file), 1)
  })

  test('a store full of churn stays small', async (t) => {
    const driver = await sqliteDriver(storeFile(t))
    const value = 'x'.repeat(3000)
    const revisions = new Map<string, number>()
    const sizes: number[] = []
    for (let round = 0; round < 5; round++) {
      for (let i = 0; i < 40; i++) {
        const writes = Array.from({ length: 50 }, (_, n) => ({
          key: `${n}`,
          value,
          expected: revisions.get(`${n}`) ?? 0,
        }))
        const results = await driver.commit(writes)
        for (const [n, result] of results.entries()) if (result.ok) revisions.set(`${n}`, result.revision)
      }
      await driver.compact(Math.max(...revisions.values()))
      sizes.push((await driver.size()).bytes)
    }
    assert.ok(Math.max(...sizes) < 2 * 2 ** 20, `after compactions: ${sizes}`)
    await driver.close()
  })
})

suite('sqlite: the layer above', () => {
  test('objects, lists and watches outlive the process that wrote them', async (t) => {
    const file = storeFile(t)
    const env = { clock: systemClock, random: systemRandom, log: silentLog }
    const pod = (name: string, spec: number) => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name }, spec })
    const before = await openStore(await sqliteDriver(file), env)
    const names = Array.from({ length: 200 }, (_, i) => `p${i}`)
    const created = await Promise.all(names.map((name) => before.create(`core/pods/ns/${name}`, pod(name, 0))))
    await Promise.all(
      created.map(({ key, revision, object }) => before.update(key, revision, pod(object.metadata.name, 1))),
    )
    await before.delete('core/pods/ns/p7', before.get('core/pods/ns/p7')?.revision ?? 0)
    const texts = (await before.list('core/pods/')).items.map(({ text }) => text)
    await before.close()

    const store = await openStore(await sqliteDriver(file), env)
    assert.deepEqual([store.revision(), texts.length], [402, 199])
    assert.deepEqual(
      (await store.list('core/pods/')).items.map(({ text }) => text),
      texts,
    )
    const old = await store.list('core/pods/', { revision: 201, limit: 150 })
    assert.deepEqual([old.items.length, old.more], [150, true])
    const live = store.create('core/pods/ns/new', pod('new', 0))
    const types: string[] = []
    for await (const events of store.watch('core/pods/', { after: 1 })) {
      types.push(...events.map(({ type }) => type))
      if (types.length === 402) break
    }
    assert.deepEqual(
      types,
      [200, 200, 1, 1].flatMap((count, i) => Array(count).fill(['ADDED', 'MODIFIED', 'DELETED', 'ADDED'][i])),
    )
    assert.equal((await live).revision, 403)
    await store.close()
  })
})

suite('sqlite: what goes wrong', () => {
  /** The error that opening gives: one line that begins with what and where. */
  async function refusal(file: string): Promise<string> {
    const outcome = await sqliteDriver(file).then(
      (driver) => driver.close(),
      (error: Error) => error.message,
    )
    assert.ok(outcome, 'the store was opened')
    assert.doesNotMatch(outcome, /\n/)
    assert.ok(outcome.includes(file), outcome)
    return outcome.replaceAll(file, 'FILE')
  }

  test('a second process is refused while the first one has the store', async (t) => {
    const file = storeFile(t)
    const { child, lines } = inProcess(t, file, `await sqliteDriver(file); console.log('open')`)
    await once(lines, 'line')
    assert.equal(await refusal(file), 'cannot open the store FILE: another process is using it (database is locked)')
    child.kill('SIGKILL')
    await once(child, 'exit')
    await (await sqliteDriver(file)).close()
  })

  test('a second driver in the same process is refused too', async (t) => {
    const file = storeFile(t)
    const first = await sqliteDriver(file)
    assert.match(await refusal(file), /another process is using it/)
    await put(first, 'a', '1')
    await first.close()
  })

  test('files that are no stores are named, and left alone', async (t) => {
    const file = storeFile(t)
    writeFileSync(file, 'apiVersion: v1\n'.repeat(1000))
    assert.match(
      await refusal(file),
      /^cannot open the store FILE: it is not a Skiff store \(file is not a database\)$/,
    )
    assert.equal(readFileSync(file, 'utf8'), 'apiVersion: v1\n'.repeat(1000))
    rmSync(file)
    const foreign = new DatabaseSync(file)
    foreign.exec('CREATE TABLE theirs (a); INSERT INTO theirs VALUES (1)')
    foreign.close()
    const bytes = readFileSync(file)
    assert.equal(await refusal(file), 'cannot open the store FILE: it is not a Skiff store')
    assert.deepEqual(readFileSync(file), bytes)
  })

  test('a store of a newer version is refused', async (t) => {
    const file = storeFile(t)
    await (await sqliteDriver(file)).close()
    const newer = new DatabaseSync(file)
    newer.exec('PRAGMA user_version = 2')
    newer.close()
    assert.match(
      await refusal(file),
      /^cannot open the store FILE: it was written by a newer Skiff \(schema 2; .* 1\)$/,
    )
  })

  test('a folder that does not exist, and a folder in place of the file', async (t) => {
    const file = storeFile(t)
    assert.match(await refusal(join(file, 'x')), /^cannot open the store FILE: ENOENT: no such file or directory/)
    assert.match(await refusal(join(file, '..')), /^cannot open the store FILE: EISDIR/)
  })

  test('an empty file becomes a store', async (t) => {
    const file = storeFile(t)
    writeFileSync(file, '')
    const driver = await sqliteDriver(file)
    assert.equal(await put(driver, 'a', '1'), 2)
    await driver.close()
  })

  test('only the owner can read a store', async (t) => {
    const file = storeFile(t)
    const driver = await sqliteDriver(file)
    await put(driver, 'a', '1')
    for (const path of [file, `${file}-wal`]) assert.equal(statSync(path).mode & 0o777, 0o600)
    await driver.close()
  })

  test('damage is found when it is read, and said', async (t) => {
    const file = storeFile(t)
    const before = await sqliteDriver(file)
    await before.commit(Array.from({ length: 500 }, (_, i) => ({ key: `k${i}`, value: 'x'.repeat(1000), expected: 0 })))
    await before.close()
    const bytes = readFileSync(file)
    writeFileSync(file, Buffer.from(bytes).fill(0x55, 40 * 4096, 80 * 4096))
    const driver = await sqliteDriver(file)
    const damaged = { message: `cannot read the store ${file}: it is damaged (database disk image is malformed)` }
    await assert.rejects(driver.range({ prefix: '' }), damaged)
    await driver.close()
    writeFileSync(file, Buffer.from(bytes).fill(0x55, 4096))
    assert.match(await refusal(file), /^cannot (open|read) the store FILE: it is damaged/)
    writeFileSync(file, bytes.subarray(0, 10_000))
    assert.match(await refusal(file), /^cannot (open|read) the store FILE: it is damaged/)
  })

  test('a full store refuses writes with the reason, and takes them again when there is room', async (t) => {
    const file = storeFile(t)
    const driver = await sqliteDriver(file, { maxBytes: 2 ** 20 })
    const value = 'x'.repeat(100_000)
    let revision = 0
    const fill = async () => {
      for (;;) revision = await put(driver, 'a', value, revision)
    }
    await assert.rejects(fill(), {
      message: `cannot write to the store ${file}: it is full, or no space is left on the disk (database or disk is full)`,
    })
    assert.ok(revision > 5)
    assert.equal((await driver.size()).revision, revision)
    assert.equal((await driver.range({ prefix: '' })).entries[0]?.modRevision, revision)
    assert.equal(await put(driver, 'small', '1'), revision + 1)
    await driver.compact(revision)
    assert.equal(await put(driver, 'a', value, revision), revision + 2)
    await driver.close()
  })
})
