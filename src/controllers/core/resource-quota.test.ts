import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { KubeObject } from '../../api/meta.ts'
import type { Pod } from '../../api/kinds/core/pod.ts'
import type { ResourceQuota } from '../../api/kinds/core/resource-quota.ts'
import { evaluatorOf } from '../../api/quota/evaluators.ts'
import { nextExpiry, planQuotaStatus } from './resource-quota.ts'

const NOW = Date.parse('2026-01-01T00:00:00Z')

const quota = (hard: Record<string, string>, status: object = {}, spec: object = {}) =>
  ({ metadata: { name: 'q', namespace: 'default' }, spec: { hard, ...spec }, status }) as unknown as ResourceQuota

function source(plural: string, ...objects: object[]) {
  const evaluator = evaluatorOf({ group: '', plural })
  assert.ok(evaluator)
  return { evaluator, in: () => objects as KubeObject[] }
}

const pod = (spec: object = {}, metadata: object = {}) =>
  ({ metadata: { name: 'p', ...metadata }, spec: { containers: [], ...spec } }) as unknown as Pod

test('what is used is counted for each resource that a quota limits', () => {
  const found = planQuotaStatus(
    quota({ pods: '5', secrets: '3', 'count/secrets': '1', 'requests.cpu': '1' }),
    [source('pods', pod(), pod({ containers: [{ resources: { requests: { cpu: '250m' } } }] })), source('secrets', {})],
    NOW,
  )
  assert.deepEqual(found.used, { pods: '2', secrets: '1', 'count/secrets': '1', 'requests.cpu': '250m' })
})

test('of what nobody counts the quota keeps what it said, and forgets what it no longer limits', () => {
  const hard = { pods: '5', 'count/widgets.example.com': '2' }
  const before = {
    hard: { ...hard, secrets: '1' },
    used: { 'count/widgets.example.com': '1', secrets: '1', pods: '9' },
  }
  const found = planQuotaStatus(quota(hard, before), [source('pods')], NOW)
  assert.deepEqual(found, { hard, used: { 'count/widgets.example.com': '1', pods: '0' } })
})

test('a quota with scopes counts what falls under them', () => {
  const scoped = quota({ pods: '5' }, {}, { scopes: ['Terminating'] })
  const found = planQuotaStatus(scoped, [source('pods', pod(), pod({ activeDeadlineSeconds: 1 }))], NOW)
  assert.deepEqual(found.used, { pods: '1' })
})

test('a dying pod counts until it should be gone for as long again as it was given', () => {
  const dying = (deletionTimestamp: string) => pod({}, { deletionTimestamp, deletionGracePeriodSeconds: 30 })
  const pods = [pod(), dying('2025-12-31T23:59:00Z'), dying('2026-01-01T00:00:40Z'), dying('2026-01-01T00:00:10Z')]
  assert.equal(nextExpiry(pods, NOW), NOW + 40_000)
  assert.equal(nextExpiry([pod()], NOW), undefined)
})
