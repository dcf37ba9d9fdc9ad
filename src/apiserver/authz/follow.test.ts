import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { virtualClock } from '../../../testing/virtual-clock.ts'
import type { Kind } from '../../api/kind.ts'
import { ConfigMap } from '../../api/kinds/core/config-map.ts'
import type { KubeObject } from '../../api/meta.ts'
import { silentLog } from '../../std/log.ts'
import { seededRandom } from '../../std/random.ts'
import { memoryDriver } from '../../store/memory.ts'
import { openStore, type Store } from '../../store/store.ts'
import { follow } from './follow.ts'

const KINDS = [ConfigMap as unknown as Kind]

/** Remembers the names that it was told of, and what it was told. */
function sink() {
  const names = new Set<string>()
  const told: string[] = []
  const change = (_: Kind, previous: KubeObject | undefined, now: KubeObject | undefined) => {
    const name = (now ?? previous)?.metadata.name ?? ''
    told.push(`${previous ? 'was' : 'new'} ${name} ${now ? 'is' : 'gone'}`)
    if (now) names.add(name)
    else names.delete(name)
  }
  return { names, told, change }
}

async function setUp() {
  const env = { clock: virtualClock(), random: seededRandom(1), log: silentLog }
  const store = await openStore(memoryDriver(), env)
  const key = (name: string) => `core/configmaps/default/${name}`
  const create = (name: string) =>
    store.create(key(name), { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'default' } } as never)
  const remove = async (name: string) => store.delete(key(name), store.get(key(name))?.revision ?? 0)
  return { store, create, remove }
}

test('what is there is told first, and then each change', async () => {
  const { store, create, remove } = await setUp()
  await create('a')
  const following = await follow(store, silentLog, KINDS, sink)
  assert.deepEqual(following.current.told, ['new a is'])
  await create('b')
  await remove('a')
  await setImmediate()
  assert.deepEqual(following.current.told.slice(1), ['new b is', 'was a gone'])
  following.stop()
  await create('c')
  await setImmediate()
  assert.deepEqual([...following.current.names], ['b'])
})

test('when history is gone before it was read, everything is read anew', async () => {
  const { store, create, remove } = await setUp()
  await create('a')
  let isLost = true
  const losing: Store = Object.assign(Object.create(store) as Store, {
    list: store.list.bind(store),
    watch(prefix: string, options: object) {
      const watch = store.watch(prefix, options)
      if (!isLost) return watch
      isLost = false
      return Object.assign(Object.create(watch), {
        close: () => watch.close(),
        async *[Symbol.asyncIterator]() {
          for await (const _ of watch) throw new Error('compacted')
          yield []
        },
      })
    },
  })
  const following = await follow(losing, silentLog, KINDS, sink)
  const first = following.current
  await remove('a')
  await create('b')
  await setImmediate()
  assert.notEqual(following.current, first)
  assert.deepEqual([...following.current.names], ['b'])
  await create('c')
  await setImmediate()
  assert.deepEqual([...following.current.names], ['b', 'c'])
  following.stop()
})
