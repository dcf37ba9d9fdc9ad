import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ConfigMap } from '../../src/api/kinds/core/config-map.ts'
import { keyOf } from '../../src/api/meta.ts'
import { isApiError, type Status } from '../../src/api/errors.ts'
import { createApi } from '../../src/client/client.ts'
import { informer } from '../../src/client/informer.ts'
import { sleep } from '../../src/std/clock.ts'
import { silentLog } from '../../src/std/log.ts'
import { type Random, seededRandom } from '../../src/std/random.ts'
import { type Cluster, startCluster } from '../../testing/index.ts'
import { link } from '../../testing/partition.ts'

const pick = (random: Random, below: number) => Math.floor(random.next() * below)

/** Creates, changes and deletes ConfigMaps at random, a few at a time. */
async function churn(cluster: Cluster, random: Random, rounds: number): Promise<void> {
  const maps = cluster.api(ConfigMap)
  for (let round = 0; round < rounds; round++) {
    const ref = { namespace: 'default', name: `map-${pick(random, 12)}` }
    try {
      const what = pick(random, 4)
      if (what === 0) await maps.delete(ref)
      else if (what === 1) await maps.create({ metadata: { ...ref, labels: { even: String(round % 2 === 0) } } })
      else
        await maps.patch(
          ref,
          { data: { round: String(round) }, metadata: { labels: { even: String(round % 2 === 0) } } },
          { type: 'merge' },
        )
    } catch (error) {
      // There already, or not there: the next round does something else.
      if (!isApiError(error, 'NotFound') && !isApiError(error, 'AlreadyExists')) throw error
    }
    if (pick(random, 3) === 0) await cluster.advance(pick(random, 50))
  }
}

/** What a watch of ConfigMaps must show, by what the store did. */
function truth(cluster: Cluster, after: number): string[] {
  return cluster
    .history(ConfigMap)
    .filter(({ revision, object }) => revision > after && object.metadata.namespace === 'default')
    .map(({ type, revision, object }) => `${type} ${keyOf(object)} ${revision}`)
}

test('a watcher that is cut off again and again, and comes back where it was, sees every change exactly once', async () => {
  for (const seed of [1, 2, 3, 4, 5]) {
    await using cluster = await startCluster({ nodes: [], seed })
    const random = seededRandom(seed)
    const cable = link(cluster.transport)
    const api = createApi(cable.transport, { clock: cluster.clock })
    const stop = new AbortController()
    const start = (await api(ConfigMap).list({ namespace: 'default' })).metadata.resourceVersion
    const seen: string[] = []
    let resumes = 0
    const watching = (async () => {
      for (let resourceVersion = start; !stop.signal.aborted; resumes++) {
        try {
          const options = { namespace: 'default', resourceVersion, allowWatchBookmarks: true, signal: stop.signal }
          for await (const { type, object } of api(ConfigMap).watch(options)) {
            resourceVersion = object.metadata.resourceVersion
            if (type !== 'BOOKMARK') seen.push(`${type} ${keyOf(object)} ${resourceVersion}`)
          }
        } catch (error) {
          assert.match(String(error), /ECONNRESET|ENETUNREACH/)
          await sleep(cluster.clock, 20)
        }
      }
    })()
    for (let round = 0; round < 40; round++) {
      await churn(cluster, random, 10)
      if (pick(random, 2) === 0) cable.hiccup()
      if (pick(random, 4) === 0) {
        cable.unplug()
        await churn(cluster, random, 10)
        cable.plug()
      }
    }
    await cluster.advance('1s')
    stop.abort()
    await cluster.clock.settled()
    await watching
    assert.ok(resumes > 10)
    assert.deepEqual(seen, truth(cluster, Number(start)), `seed ${seed}`)
  }
})

test('informers that are cut off show in the end what is there, selectors included, and say each change once', async () => {
  for (const seed of [11, 12, 13]) {
    await using cluster = await startCluster({ nodes: [], seed })
    const random = seededRandom(seed)
    const cable = link(cluster.transport)
    const env = { clock: cluster.clock, random: seededRandom(seed + 100), log: silentLog }
    const api = createApi(cable.transport, { clock: cluster.clock })
    const stop = new AbortController()
    const selections = [
      {},
      { namespace: 'default', labelSelector: 'even=true' },
      { fieldSelector: 'metadata.name=map-3' },
    ]
    const informers = selections.map((selection) => informer(ConfigMap, api, env, selection))
    const held = informers.map(() => new Map<string, string>())
    for (const [i, each] of informers.entries()) {
      each.onChange((old, now) => {
        const object = now ?? old
        const key = object ? keyOf(object) : ''
        // A change follows on the one before it: nothing is said twice, nothing is skipped over.
        assert.equal(held[i]?.has(key), old !== undefined, `seed ${seed}: ${key}`)
        if (now) held[i]?.set(key, now.metadata.resourceVersion)
        else held[i]?.delete(key)
      })
    }
    const running = informers.map((each) => each.run(stop.signal))
    for (let round = 0; round < 30; round++) {
      await churn(cluster, random, 10)
      if (pick(random, 2) === 0) cable.hiccup()
      if (pick(random, 5) === 0) {
        cable.unplug()
        await cluster.advance(pick(random, 60_000))
        await churn(cluster, random, 10)
        cable.plug()
      }
      // Long enough for the history to be compacted.
      if (pick(random, 10) === 0) await cluster.advance('11m')
    }
    await cluster.advance('2m')
    for (const [i, each] of informers.entries()) {
      const there = await cluster.list(ConfigMap, selections[i])
      const versions = there.map((object) => [keyOf(object), object.metadata.resourceVersion])
      assert.deepEqual(Object.fromEntries(held[i] ?? []), Object.fromEntries(versions), `seed ${seed}, selection ${i}`)
      assert.equal(each.cache.list().length, there.length)
    }
    stop.abort()
    await cluster.clock.settled()
    await Promise.all(running)
  }
})

test('a watch from a revision whose history is gone is told to list again', async () => {
  await using cluster = await startCluster({ nodes: [] })
  const maps = cluster.api(ConfigMap)
  const first = await maps.create({ metadata: { namespace: 'default', name: 'map' } })
  // More than the server keeps in memory, so that it has to look into the history.
  for (let i = 0; i < 1100; i++) await maps.patch(first.metadata, { data: { i: String(i) } }, { type: 'merge' })
  await cluster.advance('11m')
  const { resourceVersion } = first.metadata
  const events: unknown[] = []
  for await (const { type, object } of maps.watch({ resourceVersion })) {
    const { code, reason, message } = object as unknown as Status
    events.push([type, code, reason, message?.replace(/\(\d+\)$/, '(…)')])
  }
  assert.deepEqual(events, [['ERROR', 410, 'Expired', `too old resource version: ${resourceVersion} (…)`]])
  const listed = await maps.list({ namespace: 'default', resourceVersion, resourceVersionMatch: 'NotOlderThan' })
  assert.equal(listed.items.find(({ metadata }) => metadata.name === 'map')?.data?.['i'], '1099')
  await assert.rejects(maps.list({ resourceVersion, resourceVersionMatch: 'Exact' }), (error) =>
    isApiError(error, 'Expired'),
  )
})
