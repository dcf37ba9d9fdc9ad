import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Clock } from '../std/clock.ts'
import { silentLog } from '../std/log.ts'
import type { Random } from '../std/random.ts'
import { seededRandom } from '../std/random.ts'
import type { Driver } from './driver.ts'
import { Compacted } from './driver.ts'
import { memoryDriver } from './memory.ts'
import type { Store } from './store.ts'
import { Conflict, openStore } from './store.ts'
import type { StoreEvent } from './watch.ts'

/** Time stands still, so nothing is compacted but by the tests. */
const STILL: Clock = { now: () => 0, monotonic: () => 0, after: () => ({ cancel: () => {} }) }

const WRITERS = 6
const WRITES = 60
const LAST = 'core/pods/ns/last'
const LOST = 'the connection was lost'

/** Answers late and out of order, and now and then loses the answer to a commit that was carried out. */
function unreliable(inner: Driver, random: Random): Driver {
  const late = async <T>(answer: Promise<T>): Promise<T> => {
    for (let turns = Math.floor(random.next() * 4); turns > 0; turns--) await new Promise(setImmediate)
    return answer
  }
  return {
    ...inner,
    range: (query) => late(inner.range(query)),
    changes: (revision, limit) => late(inner.changes(revision, Math.min(limit, 1 + Math.floor(random.next() * 9)))),
    commit: async (writes) => {
      const results = await late(inner.commit(writes))
      if (random.next() < 0.05) throw new Error(LOST)
      return results
    },
  }
}

/** Writes at random until it has written enough. Being beaten and not being answered are part of life. */
async function writer(store: Store, id: number, random: Random): Promise<void> {
  for (let i = 0; i < WRITES; i++) {
    const name = `p${Math.floor(random.next() * 8)}`
    const key = `core/pods/ns/${name}`
    const object = { apiVersion: 'v1', kind: 'Pod', metadata: { name }, spec: `${id}/${i}` }
    const decide = () => (random.next() < 0.3 ? 'delete' : object)
    try {
      const written = await (random.next() < 0.3 ? store.create(key, object) : store.transform(key, decide))
      if (written) assert.ok(store.revision() >= written.revision)
    } catch (error) {
      assert.ok(error instanceof Conflict || (error as Error).message === LOST, String(error))
    }
  }
}

/** Follows a watch as an informer does, checking that it never skips, repeats or contradicts itself. */
class Follower {
  readonly objects = new Map<string, string>()
  at: number
  constructor(at: number) {
    this.at = at
  }

  take({ type, stored, previous }: StoreEvent): void {
    assert.equal(stored.revision, this.at + 1)
    this.at = stored.revision
    assert.equal(this.objects.get(stored.key), previous?.text)
    assert.equal(type, previous ? (type === 'DELETED' ? 'DELETED' : 'MODIFIED') : 'ADDED')
    if (type === 'DELETED') this.objects.delete(stored.key)
    else this.objects.set(stored.key, stored.text)
  }

  /** Until the object with `lastKey` was made. */
  async follow(store: Store, random: Random, lastKey: string): Promise<void> {
    while (!this.objects.has(lastKey)) {
      const watch = store.watch(random.next() < 0.5 ? '' : 'core/pods/', { after: this.at })
      // Breaks off now and then, and resumes.
      for await (const events of watch) {
        for (const event of events) this.take(event)
        if (random.next() < 0.2 || this.objects.has(lastKey)) break
        if (random.next() < 0.2) await new Promise(setImmediate)
      }
    }
  }
}

async function simulate(seed: number): Promise<void> {
  const random = seededRandom(seed)
  const inner = memoryDriver()
  const env = { clock: STILL, random, log: silentLog }
  const store = await openStore(unreliable(inner, random), env, { ringEvents: 5 })
  const followers = Array.from({ length: 4 }, () => new Follower(1))
  const following = followers.map((follower) => follower.follow(store, random, LAST))
  await Promise.all(Array.from({ length: WRITERS }, (_, id) => writer(store, id, random)))
  // Made even if its answer gets lost.
  await store.create(LAST, { metadata: { name: 'last' } }).catch(() => undefined)
  await Promise.all(following)

  const { entries, revision } = await inner.range({ prefix: '' })
  assert.equal(store.revision(), revision)
  const { items } = await store.list('')
  assert.deepEqual(
    items.map(({ key, value, revision: modRevision, createRevision }) => ({ key, value, modRevision, createRevision })),
    entries,
  )
  for (const { at, objects } of followers) {
    assert.equal(at, revision)
    assert.deepEqual(objects, new Map(items.map(({ key, text }) => [key, text])))
  }
  await store.close()
}

test('whatever the driver does, memory and watches show its history', async () => {
  for (let seed = 1; seed <= 20; seed++) {
    await simulate(seed).catch((error: unknown) => assert.fail(`seed ${seed}: ${(error as Error).stack}`))
  }
})

test('a deletion whose answer was lost shows nevertheless', async () => {
  const inner = memoryDriver()
  let lose = false
  const commit: Driver['commit'] = async (writes) => {
    const results = await inner.commit(writes)
    if (lose) throw new Error(LOST)
    return results
  }
  const env = { clock: STILL, random: seededRandom(1), log: silentLog }
  const store = await openStore({ ...inner, commit }, env)
  await store.create('core/pods/ns/a', { metadata: { name: 'a' } })
  lose = true
  await assert.rejects(store.delete('core/pods/ns/a', 2), { message: LOST })
  lose = false
  assert.equal(store.get('core/pods/ns/a'), undefined)
  const again = await store.transform('core/pods/ns/a', () => ({ metadata: { name: 'a' } }))
  assert.deepEqual([again?.revision, again?.createRevision], [4, 4])
  await store.close()
})

test('a watch of a compacted revision fails, and one of the oldest that is left does not', async () => {
  const driver = memoryDriver()
  const before = await openStore(driver, { clock: STILL, random: seededRandom(1), log: silentLog })
  for (const name of ['a', 'b', 'c']) await before.create(`core/pods/ns/${name}`, { metadata: { name } })
  await driver.compact(3)
  const store = await openStore(driver, { clock: STILL, random: seededRandom(1), log: silentLog })
  await assert.rejects(store.watch('', { after: 2 })[Symbol.asyncIterator]().next(), Compacted)
  const first = await store.watch('', { after: 3 })[Symbol.asyncIterator]().next()
  assert.deepEqual(
    first.value?.map((event: StoreEvent) => event.stored.key),
    ['core/pods/ns/c'],
  )
  await before.close()
  await store.close()
})
