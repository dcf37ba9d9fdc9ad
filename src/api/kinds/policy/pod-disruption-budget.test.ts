import assert from 'node:assert/strict'
import { test } from 'node:test'
import { creates, row, statuses } from '../kind-tables.ts'
import { PodDisruptionBudget } from './pod-disruption-budget.ts'

creates(PodDisruptionBudget, [
  [{ spec: { minAvailable: '50%', selector: {} } }],
  [{}],
  [
    { spec: { minAvailable: 1, maxUnavailable: '150%', unhealthyPodEvictionPolicy: 'Never' } },
    'spec: Invalid value: {"minAvailable":1,"maxUnavailable":"150%","unhealthyPodEvictionPolicy":"Never"}: minAvailable and maxUnavailable cannot be both set',
    'spec.maxUnavailable: Invalid value: "150%": must not be greater than 100%',
    'spec.unhealthyPodEvictionPolicy: Unsupported value: "Never": supported values: "AlwaysAllow", "IfHealthyBudget"',
  ],
])

const counts = { disruptionsAllowed: 0, currentHealthy: 0, desiredHealthy: 0, expectedPods: 0 }
const condition = {
  type: 'DisruptionAllowed',
  status: 'True',
  reason: 'Enough',
  lastTransitionTime: '2026-01-01T00:00:00Z',
}

statuses(PodDisruptionBudget, {}, [
  [counts, { ...counts, conditions: [condition] }],
  [
    counts,
    { ...counts, expectedPods: -1, conditions: [condition, { type: 'DisruptionAllowed', status: 'Yes' }] },
    'status.conditions[1].type: Duplicate value: "DisruptionAllowed"',
    'status.conditions[1].status: Unsupported value: "Yes": supported values: "False", "True", "Unknown"',
    'status.conditions[1].lastTransitionTime: Required value',
    'status.conditions[1].reason: Required value',
    'status.expectedPods: Invalid value: -1: must be greater than or equal to 0',
  ],
])

test('a budget in a table', () => {
  assert.deepEqual(row(PodDisruptionBudget, { spec: { maxUnavailable: 1 } }), {
    Name: 'a',
    'Min Available': 'N/A',
    'Max Unavailable': '1',
    'Allowed Disruptions': 0,
    Age: '5m',
  })
})
