import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { historyRun } from './conformance-model.ts'
import type { Driver, Write } from './driver.ts'
import { Compacted, FutureRevision } from './driver.ts'

/** How many random histories are tried. */
const HISTORIES = 40

const MIB = 2 ** 20

/** Registers the tests that every driver passes. `open` gives an empty store, and cleans up with `t.after`. */
export function driverConformance(name: string, open: (t: TestContext) => Promise<Driver>): void {
  const check = (title: string, body: (driver: Driver) => Promise<void>) =>
    test(title, async (t) => {
      const driver = await open(t)
      try {
        await body(driver)
      } finally {
        await driver.close()
      }
    })
  suite(`${name}: store driver`, () => {
    writing(check)
    expectations(check)
    ranges(check)
    prefixes(check)
    changes(check)
    compaction(check)
    limits(check)
    test('random histories agree with a simple model', async (t) => {
      const run = historyRun(() => open(t))
      await fc.assert(run, { numRuns: HISTORIES, endOnFailure: true })
    })
  })
}

type Check = (title: string, body: (driver: Driver) => Promise<void>) => void

/** Writes and gives the revision; fails the test when refused. */
async function put(driver: Driver, key: string, value: string, expected = 0): Promise<number> {
  const [result] = await driver.commit([{ key, value, expected }])
  assert.ok(result?.ok, `${key} was refused`)
  return result.revision
}

async function remove(driver: Driver, key: string, expected: number): Promise<number> {
  const [result] = await driver.commit([{ key, value: undefined, expected }])
  assert.ok(result?.ok, `deleting ${key} was refused`)
  return result.revision
}

async function keysOf(driver: Driver, query: Parameters<Driver['range']>[0]): Promise<string[]> {
  return (await driver.range(query)).entries.map(({ key }) => key)
}

function writing(check: Check): void {
  check('an empty store is at revision 1', async (driver) => {
    assert.deepEqual(await driver.range({ prefix: '' }), { revision: 1, entries: [], more: false })
    assert.deepEqual(await driver.changes(1, 10), [])
    const { revision, compacted } = await driver.size()
    assert.deepEqual({ revision, compacted }, { revision: 1, compacted: 1 })
    assert.deepEqual(await driver.commit([]), [])
  })

  check('each write that is carried out makes the next revision', async (driver) => {
    assert.equal(await put(driver, 'a', '1'), 2)
    assert.equal(await put(driver, 'b', '2'), 3)
    assert.equal(await put(driver, 'a', '3', 2), 4)
    assert.deepEqual((await driver.range({ prefix: '' })).entries, [
      { key: 'a', value: '3', modRevision: 4, createRevision: 2 },
      { key: 'b', value: '2', modRevision: 3, createRevision: 3 },
    ])
    assert.equal((await driver.size()).revision, 4)
  })

  check('a key that is created again begins anew', async (driver) => {
    await put(driver, 'a', '1')
    assert.equal(await remove(driver, 'a', 2), 3)
    assert.deepEqual((await driver.range({ prefix: '' })).entries, [])
    assert.deepEqual(await driver.commit([{ key: 'a', value: 'x', expected: 2 }]), [{ ok: false, current: undefined }])
    assert.equal(await put(driver, 'a', '2'), 4)
    assert.equal(await put(driver, 'a', '3', 4), 5)
    const entry = { key: 'a', value: '3', modRevision: 5, createRevision: 4 }
    assert.deepEqual((await driver.range({ prefix: '' })).entries, [entry])
  })

  check('the writes of one commit happen one after the other', async (driver) => {
    const results = await driver.commit([
      { key: 'a', value: '1', expected: 0 },
      { key: 'a', value: '2', expected: 0 },
      { key: 'a', value: '3', expected: 2 },
      { key: 'a', value: undefined, expected: 3 },
      { key: 'a', value: '4', expected: 0 },
    ])
    const current = { key: 'a', value: '1', modRevision: 2, createRevision: 2 }
    assert.deepEqual(results, [
      { ok: true, revision: 2 },
      { ok: false, current },
      { ok: true, revision: 3 },
      { ok: true, revision: 4 },
      { ok: true, revision: 5 },
    ])
    const entry = { key: 'a', value: '4', modRevision: 5, createRevision: 5 }
    assert.deepEqual((await driver.range({ prefix: 'a' })).entries, [entry])
  })
}

function expectations(check: Check): void {
  check('a write that expects something else is refused with what is there', async (driver) => {
    await put(driver, 'a', '1')
    const current = { key: 'a', value: '1', modRevision: 2, createRevision: 2 }
    const refused = await driver.commit([
      { key: 'a', value: 'x', expected: 0 },
      { key: 'a', value: 'x', expected: 1 },
      { key: 'a', value: 'x', expected: 3 },
      { key: 'a', value: undefined, expected: 0 },
      { key: 'a', value: undefined, expected: 1 },
      { key: 'none', value: 'x', expected: 2 },
      { key: 'none', value: undefined, expected: 2 },
      { key: 'none', value: undefined, expected: 0 },
    ])
    const there = { ok: false, current }
    const nothing = { ok: false, current: undefined }
    assert.deepEqual(refused, [there, there, there, there, there, nothing, nothing, nothing])
    assert.deepEqual(await driver.range({ prefix: '' }), { revision: 2, entries: [current], more: false })
  })

  check('of many that write one key at once, exactly one gets through', async (driver) => {
    const all = await Promise.all(
      Array.from({ length: 50 }, (_, i) => driver.commit([{ key: 'a', value: `${i}`, expected: 0 }])),
    )
    const won = all.flat().filter(({ ok }) => ok)
    assert.deepEqual(won, [{ ok: true, revision: 2 }])
    assert.equal((await driver.size()).revision, 2)
  })
}

function ranges(check: Check): void {
  check('a range shows each revision as it was', async (driver) => {
    await put(driver, 'a', '1')
    await put(driver, 'b', '1')
    await put(driver, 'a', '2', 2)
    await remove(driver, 'b', 3)
    const seen: string[] = []
    for (let revision = 1; revision <= 5; revision++) {
      const range = await driver.range({ prefix: '', revision })
      assert.equal(range.revision, revision)
      seen.push(range.entries.map(({ key, value, modRevision }) => `${key}=${value}@${modRevision}`).join(' '))
    }
    assert.deepEqual(seen, ['', 'a=1@2', 'a=1@2 b=1@3', 'a=2@4 b=1@3', 'a=2@4'])
  })

  check('pages of one revision fit together while writes go on', async (driver) => {
    const keys = Array.from({ length: 25 }, (_, i) => `k/${String(i).padStart(2, '0')}`)
    await driver.commit(keys.map((key) => ({ key, value: 'old', expected: 0 })))
    const seen: string[] = []
    let page = await driver.range({ prefix: 'k/', limit: 4 })
    for (let round = 0; ; round++) {
      assert.ok(page.entries.every(({ value }) => value === 'old'))
      seen.push(...page.entries.map(({ key }) => key))
      if (!page.more) break
      assert.equal(page.entries.length, 4)
      const key = keys[24 - round] as string
      await driver.commit([
        round % 2 ? { key, value: undefined, expected: 26 - round } : { key, value: 'new', expected: 26 - round },
        { key: `k/${String(round).padStart(2, '0')}x`, value: 'new', expected: 0 },
      ])
      page = await driver.range({ prefix: 'k/', limit: 4, revision: page.revision, after: page.entries.at(-1)?.key })
    }
    assert.deepEqual(seen, keys)
  })

  check('a page that ends with the last key says that there is no more', async (driver) => {
    await driver.commit(['a', 'b', 'c'].map((key) => ({ key, value: '', expected: 0 })))
    await remove(driver, 'c', 4)
    const page = await driver.range({ prefix: '', limit: 2 })
    assert.deepEqual([page.entries.length, page.more], [2, false])
    assert.equal((await driver.range({ prefix: '', limit: 1 })).more, true)
    assert.equal((await driver.range({ prefix: '', limit: 1, after: 'a' })).more, false)
    assert.equal((await driver.range({ prefix: '', limit: 2, revision: 4 })).more, true)
  })
}

function prefixes(check: Check): void {
  check('a prefix takes in its own keys and no neighbours', async (driver) => {
    const keys = ['a', 'a/', 'a/b', 'a/b/c', 'a/b0', 'a0', 'a~', 'b', '\u007f', 'ab', 'A/b', 'a/%', 'a/_', "a/'"]
    await driver.commit(keys.map((key) => ({ key, value: '', expected: 0 })))
    assert.deepEqual(await keysOf(driver, { prefix: 'a/' }), ['a/', 'a/%', "a/'", 'a/_', 'a/b', 'a/b/c', 'a/b0'])
    assert.deepEqual(await keysOf(driver, { prefix: 'a/b' }), ['a/b', 'a/b/c', 'a/b0'])
    assert.deepEqual(await keysOf(driver, { prefix: 'a/b', after: 'a/b' }), ['a/b/c', 'a/b0'])
    assert.deepEqual(await keysOf(driver, { prefix: 'a/b', after: 'a/b0' }), [])
    assert.deepEqual(await keysOf(driver, { prefix: 'a/b', after: 'A' }), ['a/b', 'a/b/c', 'a/b0'])
    assert.deepEqual(await keysOf(driver, { prefix: 'a/b', after: 'z' }), [])
    assert.deepEqual(await keysOf(driver, { prefix: 'a/b', after: 'a/aa' }), ['a/b', 'a/b/c', 'a/b0'])
    assert.deepEqual(await keysOf(driver, { prefix: 'zz' }), [])
  })

  check('keys and values of all scripts come back, in the order of their UTF-8 bytes', async (driver) => {
    const sorted = ['u/a', 'u/z', 'u/ß', 'u/中', 'u/\ud7ff', 'u/\ue000', 'u/\uffff', 'u/😀', 'u/😀a', 'u/\u{10ffff}']
    const value = '{"text":"naïve 中文 😀 \\u0000 \\"\u2028"}'
    await driver.commit([...sorted].reverse().map((key) => ({ key, value, expected: 0 })))
    const { entries } = await driver.range({ prefix: 'u/' })
    assert.deepEqual(
      entries.map(({ key }) => key),
      sorted,
    )
    assert.ok(entries.every((entry) => entry.value === value))
    assert.deepEqual(await keysOf(driver, { prefix: 'u/\ud7ff' }), ['u/\ud7ff'])
    assert.deepEqual(await keysOf(driver, { prefix: 'u/😀' }), ['u/😀', 'u/😀a'])
    assert.deepEqual(await keysOf(driver, { prefix: 'u/\u{10ffff}' }), ['u/\u{10ffff}'])
    assert.deepEqual(await keysOf(driver, { prefix: 'u/', after: 'u/\uffff' }), ['u/😀', 'u/😀a', 'u/\u{10ffff}'])
  })

  check('a revision that has not happened is refused', async (driver) => {
    await put(driver, 'a', '1')
    const future = (error: unknown) => error instanceof FutureRevision && error.current === 2
    await assert.rejects(driver.range({ prefix: '', revision: 3 }), future)
    await assert.rejects(driver.compact(3), future)
    assert.deepEqual(await driver.changes(3, 10), [])
  })
}

function changes(check: Check): void {
  check('changes come in order, each with what was there before', async (driver) => {
    await put(driver, 'a', '1')
    await put(driver, 'a', '2', 2)
    await remove(driver, 'a', 3)
    await put(driver, 'a', '3')
    const first = { key: 'a', value: '1', modRevision: 2, createRevision: 2 }
    const all = [
      { revision: 2, key: 'a', value: '1', previous: undefined },
      { revision: 3, key: 'a', value: '2', previous: first },
      { revision: 4, key: 'a', value: undefined, previous: { ...first, value: '2', modRevision: 3 } },
      { revision: 5, key: 'a', value: '3', previous: undefined },
    ]
    assert.deepEqual(await driver.changes(1, 100), all)
    assert.deepEqual(await driver.changes(1, 2), all.slice(0, 2))
    assert.deepEqual(await driver.changes(3, 1), all.slice(2, 3))
    assert.deepEqual(await driver.changes(5, 1), [])
  })

  check('commits that run at once all end up in the changes, at the revisions they were told', async (driver) => {
    const told = new Map<number, string>()
    const writer = async (id: number) => {
      for (let i = 0; i < 20; i++) {
        const writes: Write[] = [0, 1].map((n) => ({ key: `${id}/${i}/${n}`, value: `${i}`, expected: 0 }))
        const results = await driver.commit(writes)
        for (const [n, result] of results.entries()) {
          assert.ok(result.ok)
          told.set(result.revision, writes[n]?.key ?? '')
        }
      }
    }
    await Promise.all(Array.from({ length: 10 }, (_, id) => writer(id)))
    const seen = await driver.changes(1, 1000)
    assert.deepEqual(
      seen.map(({ revision }) => revision),
      Array.from({ length: 400 }, (_, i) => i + 2),
    )
    assert.ok(seen.every(({ revision, key }) => told.get(revision) === key))
  })

  check('what was answered can be read', async (driver) => {
    for (let i = 0; i < 20; i++) {
      const revision = await put(driver, `k${i}`, '')
      const [range, [change], size] = await Promise.all([
        driver.range({ prefix: `k${i}` }),
        driver.changes(revision - 1, 1),
        driver.size(),
      ])
      assert.equal(range.entries[0]?.modRevision, revision)
      assert.equal(change?.revision, revision)
      assert.equal(size.revision, revision)
    }
  })
}

function compaction(check: Check): void {
  const compactedAt = (revision: number) => (error: unknown) =>
    error instanceof Compacted && error.compacted === revision

  check('compaction forgets what is older, and nothing else', async (driver) => {
    await put(driver, 'a', '1') // 2
    await put(driver, 'a', '2', 2) // 3
    await put(driver, 'b', '1') // 4
    await put(driver, 'a', '3', 3) // 5
    await remove(driver, 'b', 4) // 6
    const states = await Promise.all([4, 5, 6].map((revision) => driver.range({ prefix: '', revision })))
    const after = await driver.changes(4, 10)
    await driver.compact(4)
    assert.deepEqual(await Promise.all([4, 5, 6].map((revision) => driver.range({ prefix: '', revision }))), states)
    assert.deepEqual(await driver.changes(4, 10), after)
    await assert.rejects(driver.range({ prefix: '', revision: 3 }), compactedAt(4))
    await assert.rejects(driver.changes(3, 10), compactedAt(4))
    const { revision, compacted } = await driver.size()
    assert.deepEqual({ revision, compacted }, { revision: 6, compacted: 4 })
  })

  check('compacting again to the same or an older revision changes nothing', async (driver) => {
    await put(driver, 'a', '1')
    await put(driver, 'a', '2', 2)
    await driver.compact(3)
    await driver.compact(3)
    await driver.compact(2)
    assert.equal((await driver.size()).compacted, 3)
    assert.deepEqual(await driver.changes(3, 10), [])
    assert.deepEqual(await keysOf(driver, { prefix: '', revision: 3 }), ['a'])
  })

  check('a store of which all was deleted and compacted goes on counting', async (driver) => {
    await put(driver, 'a', '1')
    await remove(driver, 'a', 2)
    await driver.compact(3)
    assert.deepEqual(await driver.range({ prefix: '' }), { revision: 3, entries: [], more: false })
    assert.equal(await put(driver, 'a', '2'), 4)
    assert.deepEqual(await driver.changes(3, 10), [{ revision: 4, key: 'a', value: '2', previous: undefined }])
    const entry = { key: 'a', value: '2', modRevision: 4, createRevision: 4 }
    assert.deepEqual((await driver.range({ prefix: '' })).entries, [entry])
  })

  check('compaction frees what it forgets', async (driver) => {
    const value = 'x'.repeat(MIB / 16)
    let revision = await put(driver, 'a', value)
    for (let i = 0; i < 150; i++) revision = await put(driver, 'a', `${value}${i}`, revision)
    const { bytes } = await driver.size()
    await driver.compact(revision)
    assert.ok((await driver.size()).bytes < bytes / 2, 'most of it is history')
    assert.equal((await driver.range({ prefix: '' })).entries[0]?.value, `${value}149`)
  })

  check('writes and reads go on during compaction', async (driver) => {
    const count = 1500
    await driver.commit(Array.from({ length: count }, (_, i) => ({ key: `k${i}`, value: '1', expected: 0 })))
    await driver.commit(Array.from({ length: count }, (_, i) => ({ key: `k${i}`, value: '2', expected: i + 2 })))
    const newest = 2 * count + 1
    const done = driver.compact(newest)
    const revisions = await Promise.all(Array.from({ length: 20 }, (_, i) => put(driver, `new${i}`, '')))
    assert.equal((await driver.range({ prefix: 'k', revision: newest })).entries.length, count)
    await done
    assert.deepEqual(
      (await driver.changes(newest, 100)).map(({ revision }) => revision),
      revisions.toSorted((a, b) => a - b),
    )
    assert.equal((await driver.range({ prefix: '' })).entries.length, count + 20)
  })
}

function limits(check: Check): void {
  check('values of a mebibyte come back whole', async (driver) => {
    const values = ['a'.repeat(MIB), 'é'.repeat(MIB / 2), `${'x'.repeat(MIB - 4)}😀`]
    await driver.commit(values.map((value, i) => ({ key: `k${i}`, value, expected: 0 })))
    const { entries } = await driver.range({ prefix: '' })
    assert.ok(entries.every(({ value }, i) => value === values[i]))
    const read = await driver.changes(1, 10)
    assert.ok(read.every(({ value }, i) => value === values[i]))
  })

  check('the empty string is a value', async (driver) => {
    await put(driver, 'a', '')
    assert.deepEqual(await driver.changes(1, 1), [{ revision: 2, key: 'a', value: '', previous: undefined }])
    assert.deepEqual(await keysOf(driver, { prefix: '' }), ['a'])
  })

  check('size grows with what is kept', async (driver) => {
    const before = (await driver.size()).bytes
    await put(driver, 'a', 'x'.repeat(MIB))
    assert.ok((await driver.size()).bytes >= before + MIB)
  })

  check('a closed store says so, after it has done what was asked before', async (driver) => {
    const last = driver.commit([{ key: 'a', value: '1', expected: 0 }])
    await driver.close()
    assert.deepEqual(await last, [{ ok: true, revision: 2 }])
    const closed = /^Error: the store is closed$/
    await assert.rejects(driver.commit([]), closed)
    await assert.rejects(driver.range({ prefix: '' }), closed)
    await assert.rejects(driver.changes(1, 1), closed)
    await assert.rejects(driver.compact(1), closed)
    await assert.rejects(driver.size(), closed)
    await driver.close()
  })
}
