import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Node } from '../../api/kinds/core/node.ts'
import { listen, unknownConditions } from './node-health.ts'
import { disruptionOf, planTaints } from './node-taints.ts'

const NOW = Date.parse('2026-01-01T01:00:00Z')
const AT = '2026-01-01T01:00:00Z'
const CREATED = '2026-01-01T00:00:00Z'

function node(
  conditions: Record<string, string>,
  more: { taints?: object[]; unschedulable?: boolean; beat?: string } = {},
): Node {
  const { beat = '2026-01-01T00:59:00Z', ...spec } = more
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: 'a', uid: 'a', resourceVersion: '1', creationTimestamp: CREATED },
    spec,
    status: {
      conditions: Object.entries(conditions).map(([type, status]) => ({
        type,
        status,
        reason: 'R',
        message: 'M',
        lastHeartbeatTime: beat,
        lastTransitionTime: CREATED,
      })),
    },
  } as Node
}

test('a node is heard when its status or its lease changes, by our own clock', () => {
  const ready = node({ Ready: 'True' })
  const first = listen(undefined, ready, '2026-01-01T00:59:50.000000Z', NOW)
  assert.equal(first.heardMs, NOW)
  assert.equal(listen(first, ready, '2026-01-01T00:59:50.000000Z', NOW + 5000), first)
  assert.equal(listen(first, ready, '2026-01-01T01:00:00.000000Z', NOW + 5000).heardMs, NOW + 5000)
  assert.equal(listen(first, node({ Ready: 'True' }, { beat: AT }), first.renewed, NOW + 7000).heardMs, NOW + 7000)
  assert.equal(listen(undefined, node({}), undefined, NOW).heardMs, Date.parse(CREATED))
})

test('a silent node: what the kubelet said is Unknown, what it never said too, the network stays', () => {
  const conditions = unknownConditions(node({ Ready: 'True', NetworkUnavailable: 'False' }), NOW) ?? []
  assert.deepEqual(
    conditions.map(({ type, status, reason }) => `${type} ${status} ${reason}`),
    [
      'Ready Unknown NodeStatusUnknown',
      'NetworkUnavailable False R',
      'MemoryPressure Unknown NodeStatusNeverUpdated',
      'DiskPressure Unknown NodeStatusNeverUpdated',
      'PIDPressure Unknown NodeStatusNeverUpdated',
    ],
  )
  assert.equal(conditions[0]?.message, 'Kubelet stopped posting node status.')
  assert.equal(conditions[0]?.lastTransitionTime, AT)
  assert.equal(unknownConditions({ ...node({}), status: { conditions } }, NOW + 1000), undefined)
})

const taints = (planned: ReturnType<typeof planTaints>) =>
  planned?.map(({ key, effect }) => `${key.replace('node.kubernetes.io/', '')} ${effect}`)

const foreign = { key: 'dedicated', value: 'db', effect: 'NoSchedule' }
const unreachable = { key: 'node.kubernetes.io/unreachable', effect: 'NoExecute', timeAdded: CREATED }

const cases: [string, Node, boolean, string[] | undefined][] = [
  ['well', node({ Ready: 'True', MemoryPressure: 'False' }), true, undefined],
  ['not ready', node({ Ready: 'False' }), true, ['not-ready NoSchedule', 'not-ready NoExecute']],
  ['silent', node({ Ready: 'Unknown' }), true, ['unreachable NoSchedule', 'unreachable NoExecute']],
  ['silent, but it is not its turn', node({ Ready: 'Unknown' }), false, ['unreachable NoSchedule']],
  [
    'short of memory and cordoned',
    node({ Ready: 'True', MemoryPressure: 'True' }, { unschedulable: true }),
    true,
    ['memory-pressure NoSchedule', 'unschedulable NoSchedule'],
  ],
  ['well again', node({ Ready: 'True' }, { taints: [foreign, unreachable] }), true, ['dedicated NoSchedule']],
  [
    'back, but not ready',
    node({ Ready: 'False' }, { taints: [unreachable] }),
    true,
    ['not-ready NoSchedule', 'not-ready NoExecute'],
  ],
]

for (const [name, seen, evict, expected] of cases) {
  test(`taints: ${name}`, () => assert.deepEqual(taints(planTaints(seen, evict, NOW)), expected))
}

test('a taint that stays keeps its time, a new one has the time of now', () => {
  const planned = planTaints(node({ Ready: 'Unknown' }, { taints: [unreachable] }), true, NOW) as unknown as object[]
  assert.deepEqual(planned, [unreachable, { ...unreachable, effect: 'NoSchedule', timeAdded: AT }])
})

test('a zone is disturbed when many of its nodes are not ready', () => {
  const nodes = (ready: number, silent: number) => [
    ...Array.from({ length: ready }, () => node({ Ready: 'True' })),
    ...Array.from({ length: silent }, () => node({ Ready: 'Unknown' })),
  ]
  assert.deepEqual(
    [disruptionOf(nodes(1, 0)), disruptionOf(nodes(1, 2)), disruptionOf(nodes(2, 3)), disruptionOf(nodes(0, 1))],
    ['none', 'none', 'partial', 'full'],
  )
})
