import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ConfigMap } from '../../api/kinds/core/config-map.ts'
import type { Node } from '../../api/kinds/core/node.ts'
import type { Pod } from '../../api/kinds/core/pod.ts'
import { namespaceConditions } from './namespace-conditions.ts'
import { nextRange, parseRange } from './node-ranges.ts'
import { isAbandoned, planSurplus } from './pod-gc.ts'
import { planRootCa } from './root-ca.ts'
import { toleratedMs } from './taint-eviction.ts'

const NOW = Date.parse('2026-01-01T01:00:00Z')

test('a namespace says what is left in it', () => {
  const said = (conditions: ReturnType<typeof namespaceConditions>) =>
    conditions.map(({ type, status, reason, message }) => `${type} ${status} ${reason}: ${message}`)
  const stuck = namespaceConditions(
    undefined,
    {
      contentErrors: [],
      remaining: new Map([
        ['pods.', 2],
        ['deployments.apps', 1],
      ]),
      finalizers: new Map([['x/y', 1]]),
    },
    NOW,
  )
  assert.deepEqual(said(stuck), [
    'NamespaceDeletionDiscoveryFailure False ResourcesDiscovered: All resources successfully discovered',
    'NamespaceDeletionGroupVersionParsingFailure False ParsedGroupVersions: All legacy kube types successfully parsed',
    'NamespaceDeletionContentFailure False ContentDeleted: All content successfully deleted, may be waiting on finalization',
    'NamespaceContentRemaining True SomeResourcesRemain: Some resources are remaining: deployments.apps has 1 resource instances, pods. has 2 resource instances',
    'NamespaceFinalizersRemaining True SomeFinalizersRemain: Some content in the namespace has finalizers remaining: x/y in 1 resource instances',
  ])
  const nothing = { contentErrors: [], remaining: new Map(), finalizers: new Map() }
  const empty = namespaceConditions(stuck, nothing, NOW + 60_000)
  assert.deepEqual(
    empty.map(({ lastTransitionTime }) => lastTransitionTime?.slice(14, 16)),
    ['00', '00', '00', '01', '01'],
  )
})

test('the root CA is written when it is missing or another, and others keep their annotations', () => {
  const description = planRootCa(undefined, 'PEM')?.metadata.annotations?.['kubernetes.io/description'] ?? ''
  assert.match(description, /^Contains a CA bundle .* clusters\.$/)
  const found = (ca: string) =>
    ({
      metadata: { name: 'kube-root-ca.crt', annotations: { mine: 'yes', 'kubernetes.io/description': description } },
      data: { 'ca.crt': ca },
    }) as unknown as ConfigMap
  assert.equal(planRootCa(found('PEM'), 'PEM'), undefined)
  const renewed = planRootCa(found('OLD'), 'PEM')
  assert.deepEqual(renewed?.data, { 'ca.crt': 'PEM' })
  assert.equal(renewed?.metadata.annotations?.['mine'], 'yes')
})

test('how long taints are tolerated', () => {
  const taint = { key: 'k', effect: 'NoExecute' as const }
  const forTime = (tolerationSeconds: number) => ({ key: 'k', operator: 'Exists' as const, tolerationSeconds })
  assert.equal(toleratedMs([], []), undefined)
  assert.equal(toleratedMs([{ key: 'k', effect: 'NoSchedule' }], []), undefined)
  assert.equal(toleratedMs([taint], []), 0)
  assert.equal(toleratedMs([taint], [forTime(300)]), 300_000)
  assert.equal(toleratedMs([taint], [forTime(-1)]), 0)
  assert.equal(toleratedMs([taint], [{ operator: 'Exists' }]), undefined)
  assert.equal(toleratedMs([taint, { key: 'other', effect: 'NoExecute' }], [forTime(300)]), 0)
})

test('pods that nobody will finish deleting', () => {
  const pod = (deleted: boolean, nodeName?: string) =>
    ({ metadata: { ...(deleted && { deletionTimestamp: 'x' }) }, spec: { nodeName } }) as unknown as Pod
  const node = (ready: string, taint: string) =>
    ({
      spec: { taints: [{ key: taint }] },
      status: { conditions: [{ type: 'Ready', status: ready }] },
    }) as unknown as Node
  const outOfService = 'node.kubernetes.io/out-of-service'
  assert.equal(isAbandoned(pod(true), undefined), true)
  assert.equal(isAbandoned(pod(false), undefined), false)
  assert.equal(isAbandoned(pod(true, 'a'), node('Unknown', outOfService)), true)
  assert.equal(isAbandoned(pod(true, 'a'), node('True', outOfService)), false)
  assert.equal(isAbandoned(pod(true, 'a'), node('Unknown', 'other')), false)
  assert.equal(isAbandoned(pod(true, 'a'), undefined), false)
})

test('of pods that have ended the evicted go first, then the oldest', () => {
  const pod = (name: string, minute: number, reason?: string) =>
    ({
      metadata: { name, creationTimestamp: `2026-01-01T00:0${minute}:00Z` },
      status: { phase: 'Failed', reason },
    }) as unknown as Pod
  const pods = [pod('a', 3), pod('b', 1), pod('c', 2), pod('d', 9, 'Evicted')]
  assert.deepEqual(
    planSurplus(pods, 2).map(({ metadata }) => metadata.name),
    ['d', 'b'],
  )
  assert.deepEqual(planSurplus(pods, 4), [])
  assert.deepEqual(planSurplus(pods, 0), [])
})

test('node ranges are given out in order, and not twice', () => {
  const cluster = parseRange('10.244.0.0/22')
  assert.equal(nextRange(cluster, 24, new Set()), '10.244.0.0/24')
  assert.equal(nextRange(cluster, 24, new Set(['10.244.0.0/24', '10.244.2.0/24'])), '10.244.1.0/24')
  assert.equal(nextRange(cluster, 24, new Set([0, 1, 2, 3].map((i) => `10.244.${i}.0/24`))), undefined)
  assert.throws(() => parseRange('10.244.0/16'))
})
