import assert from 'node:assert/strict'
import { test } from 'node:test'
import { notFound } from '../api/errors.ts'
import type { Event } from '../api/kinds/core/event.ts'
import { silentLog } from '../std/log.ts'
import { seededRandom } from '../std/random.ts'
import { virtualClock } from '../../testing/virtual-clock.ts'
import type { Api } from './api.ts'
import { createEventRecorder } from './event-recorder.ts'

const web = { apiVersion: 'v1', kind: 'Pod', metadata: { namespace: 'shop', name: 'web', uid: 'u1' } }

function recorded({ failWith }: { failWith?: () => unknown } = {}) {
  const clock = virtualClock({ start: '2026-01-01T00:00:00Z' })
  const created: Event[] = []
  const patched: [string, object][] = []
  const attempt = () => {
    const error = failWith?.()
    if (error) throw error
  }
  const resource = {
    async create(event: Event) {
      attempt()
      created.push(event)
      return event
    },
    async patch({ name }: { name: string }, patch: object) {
      attempt()
      patched.push([name, patch])
      return { ...created.find(({ metadata }) => metadata.name === name), ...patch }
    },
  }
  const api = (() => resource) as unknown as Api
  const events = createEventRecorder(api, { clock, random: seededRandom(1), log: silentLog }, { component: 'test' })
  return { clock, created, patched, events }
}

test('an event says who, about what, when', async () => {
  const { events, created } = recorded()
  events.record(web, 'Normal', 'Started', 'Started container', { fieldPath: 'spec.containers{web}' })
  await events.flushed()
  const { name = '' } = created[0]?.metadata ?? {}
  // Nanoseconds of this millisecond.
  assert.equal(BigInt(`0x${name.split('.')[1]}`) / 1_000_000n, BigInt(Date.parse('2026-01-01T00:00:00Z')))
  assert.deepEqual(created, [
    {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name, namespace: 'shop' },
      involvedObject: {
        apiVersion: 'v1',
        kind: 'Pod',
        name: 'web',
        namespace: 'shop',
        uid: 'u1',
        resourceVersion: undefined,
        fieldPath: 'spec.containers{web}',
      },
      reason: 'Started',
      message: 'Started container',
      type: 'Normal',
      count: 1,
      firstTimestamp: '2026-01-01T00:00:00Z',
      lastTimestamp: '2026-01-01T00:00:00Z',
      source: { component: 'test' },
      reportingComponent: 'test',
      reportingInstance: '',
    },
  ])
})

test('the same again is counted on the first event', async () => {
  const { events, created, patched, clock } = recorded()
  events.record(web, 'Warning', 'BackOff', 'Back-off')
  await clock.advance('90s')
  events.record(web, 'Warning', 'BackOff', 'Back-off')
  await events.flushed()
  assert.equal(created.length, 1)
  const { name } = created[0]?.metadata ?? {}
  assert.deepEqual(patched, [[name, { count: 2, lastTimestamp: '2026-01-01T00:01:30Z', message: 'Back-off' }]])
})

test('from the tenth on, different messages about the same are one event', async () => {
  const { events, created, patched } = recorded()
  for (let i = 1; i <= 12; i++) events.record(web, 'Normal', 'SuccessfulCreate', `Created pod: web-${i}`)
  await events.flushed()
  assert.equal(created.length, 10)
  assert.equal(created[9]?.message, '(combined from similar events): Created pod: web-10')
  assert.deepEqual(
    patched.map(([name, patch]) => [
      name === created[9]?.metadata.name,
      (patch as Event).count,
      (patch as Event).message,
    ]),
    [
      [true, 2, '(combined from similar events): Created pod: web-11'],
      [true, 3, '(combined from similar events): Created pod: web-12'],
    ],
  )
})

test('who talks too much about one object is cut off for a while', async () => {
  const { events, created, patched, clock } = recorded()
  for (let i = 0; i < 40; i++) events.record(web, 'Warning', 'Unhealthy', 'no')
  await events.flushed()
  assert.equal(created.length + patched.length, 25)
  await clock.advance('5m')
  events.record(web, 'Warning', 'Unhealthy', 'no')
  events.record(web, 'Warning', 'Unhealthy', 'no')
  await events.flushed()
  assert.equal(created.length + patched.length, 26)
})

test('an event that has expired is made again', async () => {
  let fail: unknown
  const { events, created } = recorded({
    failWith: () => {
      const error = fail
      fail = undefined
      return error
    },
  })
  events.record(web, 'Normal', 'Pulled', 'done')
  await events.flushed()
  fail = notFound({ group: '', plural: 'events' }, 'x')
  events.record(web, 'Normal', 'Pulled', 'done')
  await events.flushed()
  assert.deepEqual(
    created.map(({ count }) => count),
    [1, 2],
  )
})

test('while no answer comes it tries again, but not for ever', async () => {
  let tries = 0
  const { events, created, clock } = recorded({
    failWith: () => {
      tries++
      return new Error('down')
    },
  })
  events.record(web, 'Normal', 'Pulled', 'done')
  await clock.advance('10m')
  await events.flushed()
  assert.equal(tries, 12)
  assert.deepEqual(created, [])
})
