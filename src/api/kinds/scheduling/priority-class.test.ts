import assert from 'node:assert/strict'
import { test } from 'node:test'
import { creates, row, updates } from '../kind-tables.ts'
import { PriorityClass } from './priority-class.ts'

const NAME =
  "metadata.name: Forbidden: priority class names with 'system-' prefix are reserved for system use only. error:"

creates(PriorityClass, [
  [{ value: 1000 }],
  [{ value: -5, preemptionPolicy: 'Never' }],
  [{ metadata: { name: 'system-node-critical' }, value: 2_000_001_000 }],
  [
    { metadata: { name: 'system-node-critical' }, value: 5 },
    `${NAME} value of system-node-critical PriorityClass must be 2000001000`,
  ],
  [{ metadata: { name: 'system-mine' } }, `${NAME} system-mine is not a known system priority class`],
  [{ value: 1_000_000_001 }, 'value: Forbidden: maximum allowed value of a user defined priority is 1000000000'],
  [
    { preemptionPolicy: 'Always' },
    'preemptionPolicy: Unsupported value: "Always": supported values: "PreemptLowerPriority", "Never"',
  ],
])

updates(PriorityClass, { value: 5 }, [
  ['a description', (pc) => void (pc.description = 'for the web')],
  ['another value', (pc) => void (pc.value = 6), 'value: Forbidden: may not be changed in an update.'],
  [
    'another policy',
    (pc) => void (pc.preemptionPolicy = 'Never'),
    'preemptionPolicy: Invalid value: "Never": field is immutable',
  ],
])

test('a priority class in a table', () => {
  assert.deepEqual(row(PriorityClass, { value: 5 }), {
    Name: 'a',
    Value: 5,
    'Global-Default': false,
    Age: '5m',
    PreemptionPolicy: 'PreemptLowerPriority',
  })
})
