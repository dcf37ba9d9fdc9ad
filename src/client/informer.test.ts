import assert from 'node:assert/strict'
import { test } from 'node:test'
import { expired } from '../api/errors.ts'
import { Pod } from '../api/kinds/core/pod.ts'
import type { ObjectList } from '../api/meta.ts'
import { seededRandom } from '../std/random.ts'
import { silentLog } from '../std/log.ts'
import { virtualClock } from '../../testing/virtual-clock.ts'
import type { Api, Resource, WatchEvent, WatchOptions } from './api.ts'
import { informer } from './informer.ts'

function pod(name: string, resourceVersion: number, owner?: string, uid = name): Pod {
  const ownerReferences = owner
    ? [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: owner, uid: owner, controller: true }]
    : []
  const metadata = {
    namespace: 'shop',
    name,
    uid,
    resourceVersion: String(resourceVersion),
    creationTimestamp: '',
    ownerReferences,
  }
  return { apiVersion: 'v1', kind: 'Pod', metadata, spec: { containers: [] }, status: {} }
}

const list = (resourceVersion: number, ...items: Pod[]): ObjectList<Pod> => ({
  apiVersion: 'v1',
  kind: 'PodList',
  metadata: { resourceVersion: String(resourceVersion) },
  items,
})

/** Answers lists and watches in order; a watch yields its events, then ends by what it is given, or stays open. */
function scripted(lists: ObjectList<Pod>[], watches: { events: WatchEvent<Pod>[]; end?: Error | 'end' }[]) {
  const asked: string[] = []
  const resource = {
    async list() {
      asked.push('list')
      const next = lists.shift()
      if (!next) throw new Error('no list')
      return next
    },
    async *watch({ resourceVersion, signal }: WatchOptions) {
      asked.push(`watch ${resourceVersion}`)
      const { events, end } = watches.shift() ?? { events: [] }
      yield* events
      if (end === 'end') return
      if (end) throw end
      await new Promise((resolve) => signal?.addEventListener('abort', resolve))
    },
  }
  return { asked, api: (() => resource as unknown as Resource<Pod>) as unknown as Api }
}

async function followed(lists: ObjectList<Pod>[], watches: Parameters<typeof scripted>[1]) {
  const { asked, api } = scripted(lists, watches)
  const clock = virtualClock()
  const pods = informer(Pod, api, { clock, random: seededRandom(1), log: silentLog })
  const changes: string[] = []
  pods.onChange((old, now) =>
    changes.push(`${old?.metadata.resourceVersion ?? '-'}>${now?.metadata.resourceVersion ?? '-'}`),
  )
  const stop = new AbortController()
  const running = pods.run(stop.signal)
  return { asked, changes, pods, clock, stop: () => (stop.abort(), running) }
}

test('a list, then what happens to it', async () => {
  const seen = await followed(
    [list(3, pod('a', 1), pod('b', 2))],
    [
      {
        events: [
          { type: 'MODIFIED', object: pod('a', 4) },
          { type: 'DELETED', object: pod('b', 5) },
          { type: 'BOOKMARK', object: pod('', 9) },
        ],
      },
    ],
  )
  await seen.clock.settled()
  assert.deepEqual(seen.changes, ['->1', '->2', '1>4', '5>-'])
  assert.equal(seen.pods.seen, 9)
  assert.deepEqual(
    seen.pods.cache.list('shop').map(({ metadata }) => metadata.name),
    ['a'],
  )
  await seen.stop()
})

test('a watch that breaks goes on where it was; lost history is listed anew, and only differences are told', async () => {
  const seen = await followed(
    [
      list(3, pod('a', 1), pod('b', 2), pod('c', 3)),
      list(12, pod('a', 1), pod('b', 11), pod('c', 12, undefined, 'other')),
    ],
    [
      { events: [{ type: 'ADDED', object: pod('d', 7) }], end: new Error('reset') },
      { events: [], end: expired('too old') },
      { events: [] },
    ],
  )
  await seen.clock.advance('1m')
  assert.deepEqual(seen.asked, ['list', 'watch 3', 'watch 7', 'list', 'watch 12'])
  assert.deepEqual(seen.changes, ['->1', '->2', '->3', '->7', '7>-', '2>11', '3>-', '->12'])
  await seen.stop()
})

test('owners find what they own, and waiters are told when the cache has caught up', async () => {
  const seen = await followed(
    [list(3, pod('a', 1, 'web'))],
    [{ events: [{ type: 'ADDED', object: pod('b', 4, 'web') }] }],
  )
  let told = 0
  seen.pods.when(
    () => seen.pods.seen >= 4,
    () => told++,
  )
  assert.equal(told, 0)
  await seen.clock.settled()
  assert.equal(told, 1)
  const owned = seen.pods.cache.ownedBy(pod('web', 1))
  assert.deepEqual(
    owned.map(({ metadata }) => metadata.name),
    ['a', 'b'],
  )
  assert.deepEqual(seen.pods.cache.ownedBy(pod('other', 1)), [])
  await seen.stop()
})
