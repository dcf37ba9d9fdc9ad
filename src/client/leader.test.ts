import assert from 'node:assert/strict'
import { test } from 'node:test'
import { alreadyExists, conflict, notFound } from '../api/errors.ts'
import { Lease } from '../api/kinds/coordination/lease.ts'
import { silentLog } from '../std/log.ts'
import { seededRandom } from '../std/random.ts'
import { type VirtualClock, virtualClock } from '../../testing/virtual-clock.ts'
import type { Api } from './api.ts'
import { runAsLeader } from './leader.ts'

/** One Lease on a server that can be cut off. */
function leaseServer() {
  let lease: Lease | undefined
  let version = 0
  const server = { reachable: true, holder: () => lease?.spec.holderIdentity }
  const write = (next: object) => {
    lease = { ...next, metadata: { name: 'l', resourceVersion: String(++version) } } as Lease
    return lease
  }
  const api = (identity: { reachable: boolean }) => {
    const reach = () => {
      if (!identity.reachable) throw new Error('unreachable')
    }
    const resource = {
      async get() {
        reach()
        if (!lease) throw notFound(Lease, 'l')
        return lease
      },
      async create(next: Lease) {
        reach()
        if (lease) throw alreadyExists(Lease, 'l')
        return write(next)
      },
      async update(next: Lease) {
        reach()
        if (next.metadata.resourceVersion !== lease?.metadata.resourceVersion) throw conflict(Lease, 'l', 'modified')
        return write(next)
      },
    }
    return (() => resource) as unknown as Api
  }
  return { server, api }
}

function candidate(identity: string, clock: VirtualClock, api: ReturnType<typeof leaseServer>['api'], seed: number) {
  const net = { reachable: true }
  const stop = new AbortController()
  const state = { leading: false }
  const lead = (signal: AbortSignal) =>
    new Promise<void>((resolve) => {
      state.leading = true
      signal.addEventListener('abort', () => {
        state.leading = false
        resolve()
      })
    })
  const env = { clock, random: seededRandom(seed), log: silentLog }
  const running = runAsLeader(api(net), env, { name: 'l', identity }, lead, stop.signal)
  return { net, state, stop: () => (stop.abort(), running) }
}

test('one leads; when it cannot renew, it stops before another starts', async () => {
  const clock = virtualClock()
  const { server, api } = leaseServer()
  const a = candidate('a', clock, api, 1)
  await clock.settled()
  const b = candidate('b', clock, api, 2)
  await clock.advance('1m')
  assert.deepEqual([a.state.leading, b.state.leading, server.holder()], [true, false, 'a'])

  a.net.reachable = false
  await clock.advance('12s')
  assert.deepEqual([a.state.leading, b.state.leading], [false, false])
  await clock.advance('10s')
  assert.deepEqual([a.state.leading, b.state.leading, server.holder()], [false, true, 'b'])

  a.net.reachable = true
  await clock.advance('1m')
  assert.deepEqual([a.state.leading, b.state.leading], [false, true])
  await Promise.all([a.stop(), b.stop()])
})

test('who leaves gives the lease up', async () => {
  const clock = virtualClock()
  const { server, api } = leaseServer()
  const a = candidate('a', clock, api, 1)
  const b = candidate('b', clock, api, 2)
  await clock.advance('10s')
  const [first, second] = a.state.leading ? [a, b] : [b, a]
  await first.stop()
  assert.equal(server.holder(), '')
  await clock.advance('5s')
  assert.equal(second.state.leading, true)
  await second.stop()
})
