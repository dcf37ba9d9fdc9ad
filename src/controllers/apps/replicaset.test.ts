import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ReplicaSet } from '../../api/kinds/apps/replica-set.ts'
import type { Pod } from '../../api/kinds/core/pod.ts'
import { podFromTemplate } from '../pods.ts'
import { countReplicas, planReplicas } from './replicaset.ts'

const NOW = Date.parse('2026-01-01T01:00:00Z')

function set(replicas: number, more: { minReadySeconds?: number; status?: object } = {}): ReplicaSet {
  const { minReadySeconds, status = { replicas: 0 } } = more
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      namespace: 'shop',
      name: 'web',
      uid: 'set',
      resourceVersion: '1',
      creationTimestamp: '',
      generation: 4,
    },
    spec: {
      replicas,
      minReadySeconds,
      selector: { matchLabels: { app: 'web' } },
      template: { metadata: { labels: { app: 'web', tier: 'front' } }, spec: { containers: [] } },
    },
    status,
  } as ReplicaSet
}

interface Shape {
  node?: string
  phase?: string
  ready?: string
  cost?: string
  restarts?: number
  created?: string
  labels?: Record<string, string>
}

/** A pod as these tests need it; `ready` and `created` are times of that day. */
function pod(
  name: string,
  { node = 'n1', phase = 'Running', ready, cost, restarts = 0, created = '00:00:00', labels }: Shape = {},
) {
  const at = (time: string) => `2026-01-01T${time}Z`
  return {
    metadata: {
      name,
      uid: name,
      labels: labels ?? { app: 'web', tier: 'front' },
      creationTimestamp: at(created),
      ...(cost && { annotations: { 'controller.kubernetes.io/pod-deletion-cost': cost } }),
    },
    spec: { nodeName: node },
    status: {
      phase,
      containerStatuses: [{ restartCount: restarts }],
      conditions: [
        { type: 'Ready', status: ready ? 'True' : 'False', ...(ready && { lastTransitionTime: at(ready) }) },
      ],
    },
  } as unknown as Pod
}

test('what is missing is created, five hundred at a time', () => {
  const one = [pod('a')]
  assert.deepEqual(planReplicas(set(3), one, one, NOW), { create: 2, remove: [] })
  assert.deepEqual(planReplicas(set(1), one, one, NOW), { create: 0, remove: [] })
  assert.equal(planReplicas(set(2000), one, one, NOW).create, 500)
})

const losers: [string, Pod, Pod][] = [
  ['unscheduled', pod('lost', { node: '', ready: '00:30:00' }), pod('kept')],
  ['pending', pod('lost', { phase: 'Pending' }), pod('kept')],
  ['not ready', pod('lost'), pod('kept', { ready: '00:30:00' })],
  ['declared cheap', pod('lost', { cost: '-5', created: '00:00:00' }), pod('kept', { created: '00:59:00' })],
  ['restarted more', pod('lost', { restarts: 3 }), pod('kept', { restarts: 1, created: '00:59:00' })],
  ['ready for a shorter time', pod('lost', { ready: '00:59:00' }), pod('kept', { ready: '00:01:00' })],
  ['younger', pod('lost', { created: '00:59:00' }), pod('kept', { created: '00:01:00' })],
  [
    'of an age by its power of two: the smaller uid',
    pod('a-lost', { created: '00:11:00' }),
    pod('b-kept', { created: '00:10:00' }),
  ],
]

for (const [why, lost, kept] of losers) {
  test(`lost first: ${why}`, () => {
    for (const pods of [
      [lost, kept],
      [kept, lost],
    ]) {
      assert.deepEqual(planReplicas(set(1), pods, [], NOW).remove, [lost])
    }
  })
}

test('of pods that share a node one goes before those that stand alone', () => {
  const pods = ['a', 'b', 'c'].map((name, i) => pod(name, { node: i < 2 ? 'n1' : 'n2', ready: '00:30:00' }))
  const { remove } = planReplicas(set(2), [...pods].reverse(), pods, NOW)
  assert.equal(remove[0]?.spec.nodeName, 'n1')
})

test('counts', () => {
  const pods = [pod('a', { ready: '00:10:00' }), pod('b', { ready: '00:59:55' }), pod('c', { labels: { app: 'web' } })]
  assert.deepEqual(countReplicas(set(3, { minReadySeconds: 10 }), { pods, terminating: 1, now: NOW }), {
    replicas: 3,
    fullyLabeledReplicas: 2,
    readyReplicas: 2,
    availableReplicas: 1,
    terminatingReplicas: 1,
    observedGeneration: 4,
  })
})

test('a failure becomes a condition, stays as it first was, and goes with the failure', () => {
  const failure = new Error('pods "web-" is forbidden: exceeded quota')
  const failed = countReplicas(set(2), { pods: [], terminating: 0, failure, now: NOW })
  assert.deepEqual(failed.conditions, [
    {
      type: 'ReplicaFailure',
      status: 'True',
      reason: 'FailedCreate',
      message: failure.message,
      lastTransitionTime: '2026-01-01T01:00:00Z',
    },
  ])
  const later = set(2, { status: failed })
  const again = countReplicas(later, { pods: [], terminating: 0, failure: new Error('other'), now: NOW + 60_000 })
  assert.deepEqual(again.conditions, failed.conditions)
  assert.equal(countReplicas(later, { pods: [], terminating: 0, now: NOW }).conditions, undefined)
})

test('a pod of a template carries its labels and its owner', () => {
  assert.deepEqual(podFromTemplate(set(1).spec.template, set(1)), {
    metadata: {
      generateName: 'web-',
      namespace: 'shop',
      labels: { app: 'web', tier: 'front' },
      ownerReferences: [
        {
          apiVersion: 'apps/v1',
          kind: 'ReplicaSet',
          name: 'web',
          uid: 'set',
          controller: true,
          blockOwnerDeletion: true,
        },
      ],
    },
    spec: { containers: [] },
  })
})
