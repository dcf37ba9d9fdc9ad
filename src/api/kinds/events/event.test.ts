import assert from 'node:assert/strict'
import { test } from 'node:test'
import { creates, row, updates } from '../kind-tables.ts'
import { made } from '../problems.ts'
import { fromCoreEvent, toCoreEvent } from './conversion.ts'
import { Event } from './event.ts'

const event = (more: object = {}) => ({
  eventTime: '2026-01-01T00:04:00.000000Z',
  reportingController: 'example.com/test',
  reportingInstance: 'test-1',
  action: 'Testing',
  reason: 'Tested',
  type: 'Normal',
  note: 'All is well',
  regarding: { kind: 'Pod', namespace: 'default', name: 'web' },
  ...more,
})

creates(Event, [
  [event()],
  [event({ series: { count: 2, lastObservedTime: '2026-01-01T00:04:00.000000Z' } })],
  [
    event({ type: 'Odd', deprecatedCount: 3, series: { count: 1 } }),
    'series.count: Invalid value: "": should be at least 2',
    'series.lastObservedTime: Required value',
    'type: Invalid value: "": has invalid value: Odd',
    'count: Invalid value: "": needs to be unset',
  ],
  [
    event({ action: '', reason: 'x'.repeat(129), reportingInstance: undefined }),
    'reportingInstance: Required value',
    'action: Required value',
    'reason: Invalid value: "": can have at most 128 characters',
  ],
])

updates(Event, event(), [
  ['once more', (one) => void (one.series = { count: 2, lastObservedTime: '2026-01-01T00:04:00.000000Z' })],
  ['another note', (one) => void (one.note = 'Not so'), 'message: Invalid value: "Not so": field is immutable'],
])

test('both shapes of an event say the same', () => {
  const core = toCoreEvent(made(Event, event({ deprecatedCount: 2 })))
  const { apiVersion, involvedObject, message, reportingComponent, count } = core
  assert.deepEqual(
    { apiVersion, involvedObject, message, reportingComponent, count },
    {
      apiVersion: 'v1',
      involvedObject: { kind: 'Pod', namespace: 'default', name: 'web' },
      message: 'All is well',
      reportingComponent: 'example.com/test',
      count: 2,
    },
  )
  assert.deepEqual(fromCoreEvent(core), made(Event, event({ deprecatedCount: 2 })))
})

test('an event in a table', () => {
  const shown = row(Event, event())
  assert.deepEqual([shown['Last Seen'], shown['Object'], shown['Message']], ['60s', 'pod/web', 'All is well'])
})
