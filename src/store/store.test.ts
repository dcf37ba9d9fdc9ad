import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { Clock } from '../std/clock.ts'
import type { Env } from '../std/env.ts'
import { silentLog } from '../std/log.ts'
import { seededRandom } from '../std/random.ts'
import type { Driver } from './driver.ts'
import { Compacted, FutureRevision } from './driver.ts'
import { listPrefix, objectKey } from './keys.ts'
import { memoryDriver } from './memory.ts'
import type { Store } from './store.ts'
import { Conflict, openStore } from './store.ts'
import type { Stored } from './stored.ts'
import type { StoreEvent, Watch } from './watch.ts'

const PODS = { group: '', plural: 'pods' }
const DEPLOYMENTS = { group: 'apps', plural: 'deployments' }

const podKey = (name: string, namespace = 'ns') => objectKey(PODS, namespace, name)

function pod(name: string, extra: object = {}) {
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'ns', resourceVersion: '99' }, ...extra }
}

function specOf(stored: Stored | undefined): number {
  assert.ok(stored)
  return (stored.object as unknown as { spec: number }).spec
}

/** A clock that stands still until it is told to move. */
function manualClock(): Clock & { advance(ms: number): void } {
  let now = 0
  let timers: { at: number; run: () => void }[] = []
  return {
    now: () => now,
    monotonic: () => now,
    after(ms, run) {
      const timer = { at: now + ms, run }
      timers.push(timer)
      return { cancel: () => (timers = timers.filter((other) => other !== timer)) }
    },
    advance(ms) {
      now += ms
      const due = timers.filter(({ at }) => at <= now)
      timers = timers.filter(({ at }) => at > now)
      for (const { run } of due) run()
    },
  }
}

function env(clock: Clock = manualClock()): Env {
  return { clock, random: seededRandom(1), log: silentLog }
}

/** A driver that counts how often the history is read. */
function countingDriver(): { driver: Driver; reads(): number } {
  const inner = memoryDriver()
  let count = 0
  const driver: Driver = {
    ...inner,
    changes: (revision, limit) => {
      count++
      return inner.changes(revision, limit)
    },
  }
  return { driver, reads: () => count }
}

const short = ({ type, stored, previous }: StoreEvent) =>
  `${type} ${stored.key.split('/').at(-1)}@${stored.revision}${previous ? ` was ${previous.revision}` : ''}`

/** The next `count` events. */
async function take(watch: Watch, count: number): Promise<string[]> {
  const seen: string[] = []
  for await (const events of watch) {
    seen.push(...events.map(short))
    if (seen.length >= count) return seen
  }
  return seen
}

suite('store: objects', () => {
  test('an object is served as it was written, at the revision that wrote it', async () => {
    const store = await openStore(memoryDriver(), env())
    const wanted = pod('a', { spec: { template: { metadata: { name: 'inner' } } }, status: undefined })
    const stored = await store.create(podKey('a'), wanted)
    assert.deepEqual([stored.key, stored.revision, stored.createRevision], ['core/pods/ns/a', 2, 2])
    assert.equal(
      stored.text,
      '{"kind":"Pod","apiVersion":"v1","metadata":{"resourceVersion":"2","name":"a","namespace":"ns"},' +
        '"spec":{"template":{"metadata":{"name":"inner"}}}}',
    )
    assert.deepEqual(stored.object, JSON.parse(stored.text))
    assert.equal(stored.object, stored.object)
    assert.equal(store.get(podKey('a')), stored)
    assert.equal(store.revision(), 2)
  })

  test('the place of metadata in what is written does not matter', async () => {
    const store = await openStore(memoryDriver(), env())
    const { metadata, ...rest } = pod('a', { spec: { metadata: { name: 'x' } } })
    const stored = await store.create(podKey('a'), { ...rest, metadata })
    assert.equal(stored.object.metadata.resourceVersion, '2')
    assert.equal(stored.object.metadata.name, 'a')
  })

  test('what the writer does to its object afterwards changes nothing', async () => {
    const store = await openStore(memoryDriver(), env())
    const mine = pod('a')
    const writing = store.create(podKey('a'), mine)
    mine.metadata.name = 'changed'
    assert.equal((await writing).object.metadata.name, 'a')
    assert.equal(mine.metadata.resourceVersion, '99')
  })

  test('writes over something else are conflicts that show what is there', async () => {
    const store = await openStore(memoryDriver(), env())
    const first = await store.create(podKey('a'), pod('a'))
    const isConflict = (error: unknown) => error instanceof Conflict && error.current?.text === first.text
    await assert.rejects(store.create(podKey('a'), pod('a', { spec: 1 })), isConflict)
    await assert.rejects(store.update(podKey('a'), 1, pod('a', { spec: 1 })), isConflict)
    await assert.rejects(store.delete(podKey('a'), 1), isConflict)
    const nothing = (error: unknown) => error instanceof Conflict && error.current === undefined
    await assert.rejects(store.update(podKey('b'), 2, pod('b')), nothing)
    await assert.rejects(store.delete(podKey('b'), 2), nothing)
  })

  test('an update that changes nothing makes no revision', async () => {
    const store = await openStore(memoryDriver(), env())
    const first = await store.create(podKey('a'), pod('a'))
    assert.equal(await store.update(podKey('a'), 2, pod('a')), first)
    assert.equal(store.revision(), 2)
    await assert.rejects(store.update(podKey('a'), 1, pod('a')), Conflict)
    const second = await store.update(podKey('a'), 2, pod('a', { spec: 1 }))
    assert.deepEqual([second.revision, second.createRevision], [3, 2])
  })

  test('a deleted object is handed out once more, at the revision that deleted it', async () => {
    const store = await openStore(memoryDriver(), env())
    await store.create(podKey('a'), pod('a'))
    const gone = await store.delete(podKey('a'), 2)
    assert.equal(gone.object.metadata.resourceVersion, '3')
    assert.equal(gone.object.metadata.name, 'a')
    assert.equal(store.get(podKey('a')), undefined)
  })

  test('transform asks again until it is the first to write', async () => {
    const store = await openStore(memoryDriver(), env())
    await store.create(podKey('a'), pod('a', { spec: 0 }))
    const add = () =>
      store.transform(podKey('a'), (current) => {
        return pod('a', { spec: specOf(current) + 1 })
      })
    await Promise.all(Array.from({ length: 10 }, add))
    assert.equal(specOf(store.get(podKey('a'))), 10)
  })

  test('transform creates, deletes and leaves alone', async () => {
    const store = await openStore(memoryDriver(), env())
    assert.equal(await store.transform(podKey('a'), () => 'unchanged'), undefined)
    assert.equal(await store.transform(podKey('a'), () => 'delete'), undefined)
    assert.equal((await store.transform(podKey('a'), async () => pod('a')))?.revision, 2)
    assert.equal((await store.transform(podKey('a'), () => 'unchanged'))?.revision, 2)
    assert.equal((await store.transform(podKey('a'), () => 'delete'))?.revision, 3)
    const failing = store.transform(podKey('a'), () => {
      throw new Error('admission says no')
    })
    await assert.rejects(failing, /admission says no/)
  })

  test('everything is there after the store was opened anew', async () => {
    const driver = memoryDriver()
    const store = await openStore(driver, env())
    await Promise.all(Array.from({ length: 2500 }, (_, i) => store.create(podKey(`p${i}`), pod(`p${i}`))))
    const again = await openStore(driver, env())
    assert.equal(again.revision(), store.revision())
    const listing = await again.list(listPrefix(PODS))
    assert.deepEqual(
      listing.items.map(({ text }) => text),
      (await store.list(listPrefix(PODS))).items.map(({ text }) => text),
    )
    assert.equal(listing.items.length, 2500)
  })

  test('writes that are answered in order need no reading', async () => {
    const { driver, reads } = countingDriver()
    const store = await openStore(driver, env())
    const watch = store.watch('')
    await Promise.all(Array.from({ length: 50 }, (_, i) => store.create(podKey(`p${i}`), pod(`p${i}`))))
    await Promise.all(Array.from({ length: 50 }, (_, i) => store.delete(podKey(`p${i}`), i + 2)))
    assert.equal((await take(watch, 100)).length, 100)
    assert.equal(reads(), 0)
  })

  test("another writer's changes are caught up with before ours", async () => {
    const driver = memoryDriver()
    const store = await openStore(driver, env())
    const other = await openStore(driver, env())
    const watch = store.watch(listPrefix(PODS))
    await other.create(podKey('theirs'), pod('theirs'))
    await other.create(podKey('shared'), pod('shared'))
    await other.delete(podKey('theirs'), 2)
    await store.create(podKey('ours'), pod('ours'))
    assert.equal(store.get(podKey('shared'))?.revision, 3)
    assert.deepEqual(await take(watch, 4), [
      'ADDED theirs@2',
      'ADDED shared@3',
      'DELETED theirs@4 was 2',
      'ADDED ours@5',
    ])
    await assert.rejects(other.update(podKey('ours'), 4, pod('ours')), Conflict)
    assert.equal(other.get(podKey('ours'))?.revision, 5)
  })
})

suite('store: lists', () => {
  async function threePods(): Promise<Store> {
    const store = await openStore(memoryDriver(), env())
    for (const name of ['c', 'a', 'b']) await store.create(podKey(name), pod(name))
    await store.create(podKey('z', 'other'), pod('z'))
    await store.create(objectKey(DEPLOYMENTS, 'ns', 'd'), pod('d'))
    await store.create(objectKey({ group: '', plural: 'nodes' }, undefined, 'n'), pod('n'))
    return store
  }
  const names = (items: { key: string }[]) => items.map(({ key }) => key)

  test('a prefix stands for a resource or a namespace of it', async () => {
    const store = await threePods()
    const all = await store.list(listPrefix(PODS))
    assert.deepEqual(names(all.items), ['core/pods/ns/a', 'core/pods/ns/b', 'core/pods/ns/c', 'core/pods/other/z'])
    assert.deepEqual([all.revision, all.more, all.remaining], [7, false, 0])
    assert.deepEqual(names((await store.list(listPrefix(PODS, 'other'))).items), ['core/pods/other/z'])
    assert.deepEqual(names((await store.list(listPrefix(DEPLOYMENTS))).items), ['apps/deployments/ns/d'])
    assert.deepEqual(names((await store.list('core/nodes/')).items), ['core/nodes//n'])
  })

  test('the pages of a list show one revision, whatever is written meanwhile', async () => {
    const store = await threePods()
    const first = await store.list(listPrefix(PODS), { limit: 2 })
    assert.deepEqual([names(first.items), first.more, first.remaining], [['core/pods/ns/a', 'core/pods/ns/b'], true, 2])
    await store.delete(podKey('c'), 2)
    await store.create(podKey('bb'), pod('bb'))
    const after = first.items.at(-1)?.key
    const second = await store.list(listPrefix(PODS), { limit: 2, after, revision: first.revision })
    assert.deepEqual([names(second.items), second.more], [['core/pods/ns/c', 'core/pods/other/z'], false])
    assert.equal(second.revision, first.revision)
    assert.equal(second.items[0]?.object.metadata.resourceVersion, '2')
  })

  test('a revision after which only other resources changed is listed from memory', async () => {
    const driver = memoryDriver()
    const store = await openStore(driver, env())
    await store.create(podKey('a'), pod('a'))
    await store.create(objectKey(DEPLOYMENTS, 'ns', 'd'), pod('d'))
    driver.range = () => assert.fail('the driver was asked')
    const old = await store.list(listPrefix(PODS), { revision: 2 })
    assert.deepEqual([old.revision, names(old.items)], [2, ['core/pods/ns/a']])
  })

  test('revisions of the future and of the forgotten past are refused', async () => {
    const driver = memoryDriver()
    const store = await openStore(driver, env())
    await store.create(podKey('a'), pod('a'))
    await store.update(podKey('a'), 2, pod('a', { spec: 1 }))
    await driver.compact(3)
    await assert.rejects(store.list('core/pods/', { revision: 2 }), Compacted)
    await assert.rejects(store.list('core/pods/', { revision: 4 }), FutureRevision)
  })
})

suite('store: watches', () => {
  test('a watch shows what happens to its prefix, in order', async () => {
    const store = await openStore(memoryDriver(), env())
    const watches = ['', 'core/pods/', 'core/pods/ns/', podKey('a')].map((prefix) => store.watch(prefix))
    await store.create(podKey('a'), pod('a'))
    await store.create(podKey('ab'), pod('ab'))
    await store.create(podKey('a', 'other'), pod('a'))
    await store.create(objectKey(DEPLOYMENTS, 'ns', 'a'), pod('a'))
    await store.update(podKey('a'), 2, pod('a', { spec: 1 }))
    await store.delete(podKey('a'), 6)
    const seen = await Promise.all(watches.map((watch, i) => take(watch, [6, 5, 4, 3][i] as number)))
    const own = ['ADDED a@2', 'MODIFIED a@6 was 2', 'DELETED a@7 was 6']
    assert.deepEqual(seen, [
      ['ADDED a@2', 'ADDED ab@3', 'ADDED a@4', 'ADDED a@5', ...own.slice(1)],
      ['ADDED a@2', 'ADDED ab@3', 'ADDED a@4', ...own.slice(1)],
      ['ADDED a@2', 'ADDED ab@3', ...own.slice(1)],
      own,
    ])
  })

  test('watches of one prefix are handed the same events', async () => {
    const store = await openStore(memoryDriver(), env())
    const watches = [store.watch('core/pods/'), store.watch('')]
    await store.create(podKey('a'), pod('a'))
    const [one, other] = await Promise.all(
      watches.map(async (watch) => (await watch[Symbol.asyncIterator]().next()).value),
    )
    assert.ok(one?.[0])
    assert.equal(one[0], other?.[0])
    assert.equal(one[0].stored, store.get(podKey('a')))
  })

  test('a watch from any revision gets all after it, from memory or from the driver, and then what happens', async () => {
    const store = await openStore(memoryDriver(), env(), { ringEvents: 4 })
    let revision = (await store.create(podKey('a'), pod('a'))).revision
    for (let i = 0; i < 30; i++) {
      revision = (await store.update(podKey('a'), revision, pod('a', { spec: i }))).revision
    }
    for (let after = 1; after < 34; after++) {
      const watch = store.watch('core/pods/', { after })
      const wanted = Array.from({ length: 34 - after }, (_, i) => after + i + 1)
      const seen = take(watch, wanted.length)
      if (after === 1) {
        for (const i of ['x', 'y']) {
          revision = (await store.update(podKey('a'), revision, pod('a', { spec: i }))).revision
        }
        assert.equal(revision, 34)
      }
      const revisions = (await seen).map((event) => Number(/@(\d+)/.exec(event)?.[1]))
      assert.deepEqual(revisions, wanted)
    }
  })

  test('events read from the driver are whole', async () => {
    const driver = memoryDriver()
    const before = await openStore(driver, env())
    await before.create(podKey('a'), pod('a'))
    await before.update(podKey('a'), 2, pod('a', { spec: 1 }))
    await before.delete(podKey('a'), 3)
    const store = await openStore(driver, env())
    const events: StoreEvent[] = []
    for await (const batch of store.watch('core/pods/', { after: 1 })) {
      events.push(...batch)
      if (events.length === 3) break
    }
    assert.deepEqual(events.map(short), ['ADDED a@2', 'MODIFIED a@3 was 2', 'DELETED a@4 was 3'])
    assert.equal(events[2]?.stored.object.metadata.resourceVersion, '4')
    assert.equal(events[2]?.stored.createRevision, 2)
  })

  test('a reader that lags reads on from the history, and is told when that is gone', async () => {
    const driver = memoryDriver()
    const store = await openStore(driver, env(), { ringEvents: 2 })
    const slow = store.watch('core/pods/')[Symbol.asyncIterator]()
    const lost = store.watch('core/pods/')[Symbol.asyncIterator]()
    const starts = [slow.next(), lost.next()]
    await store.create(podKey('p0'), pod('p0'))
    await Promise.all(starts)
    for (let i = 1; i < 20; i++) await store.create(podKey(`p${i}`), pod(`p${i}`))
    assert.deepEqual((await slow.next()).value?.map(short).slice(0, 2), ['ADDED p1@3', 'ADDED p2@4'])
    await driver.compact(10)
    await assert.rejects(lost.next(), Compacted)
  })

  test('a watch from the future waits for it', async () => {
    const store = await openStore(memoryDriver(), env())
    const seen = take(store.watch('core/pods/', { after: 3 }), 1)
    for (const name of ['a', 'b', 'c']) await store.create(podKey(name), pod(name))
    assert.deepEqual(await seen, ['ADDED c@4'])
  })

  test('a watch says up to where its reader has seen everything', async () => {
    const store = await openStore(memoryDriver(), env())
    const watch = store.watch('core/pods/')
    const reader = watch[Symbol.asyncIterator]()
    const first = reader.next()
    await store.create(objectKey(DEPLOYMENTS, 'ns', 'd'), pod('d'))
    await store.create(podKey('a'), pod('a'))
    await first
    assert.equal(watch.revision, 3)
    await store.create(podKey('b'), pod('b'))
    await store.create(podKey('c'), pod('c'))
    assert.equal(watch.revision, 3)
    await reader.next()
    assert.equal(watch.revision, 5)
    const waiting = reader.next()
    await store.create(objectKey(DEPLOYMENTS, 'ns', 'e'), pod('e'))
    assert.equal(watch.revision, 6)
    watch.close()
    assert.deepEqual(await waiting, { value: undefined, done: true })
  })

  test('closing the store ends its watches', async () => {
    const store = await openStore(memoryDriver(), env())
    const ends = [take(store.watch(''), 1), take(store.watch('core/pods/'), 1)]
    await store.close()
    assert.deepEqual(await Promise.all(ends), [[], []])
    assert.deepEqual(await take(store.watch(''), 1), [])
    await assert.rejects(store.create(podKey('a'), pod('a')), /the store is closed/)
  })
})

suite('store: compaction', () => {
  test('history is kept for five minutes at least, and ten at most', async () => {
    const clock = manualClock()
    const driver = memoryDriver()
    const store = await openStore(driver, env(clock))
    const compacted = async () => (await store.size()).compacted
    const pass = async (ms: number) => {
      clock.advance(ms)
      await new Promise(setImmediate)
    }
    await store.create(podKey('a'), pod('a'))
    await pass(300_000)
    assert.equal(await compacted(), 1)
    await store.create(podKey('b'), pod('b'))
    await pass(299_999)
    assert.equal(await compacted(), 1)
    await pass(1)
    assert.equal(await compacted(), 2)
    await pass(300_000)
    assert.equal(await compacted(), 3)
    await store.close()
  })

  test('a compaction that fails is tried again', async () => {
    const clock = manualClock()
    const driver = memoryDriver()
    const asked: number[] = []
    const { compact } = driver
    driver.compact = async (revision) => {
      asked.push(revision)
      if (asked.length === 1) throw new Error('disk is full')
      return compact(revision)
    }
    const store = await openStore(driver, env(clock))
    await store.create(podKey('a'), pod('a'))
    for (let i = 0; i < 3; i++) {
      clock.advance(300_000)
      await new Promise(setImmediate)
    }
    assert.deepEqual(asked, [1, 1, 2])
  })
})
