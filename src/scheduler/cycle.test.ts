import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Node } from '../api/kinds/core/node.ts'
import type { Pod } from '../api/kinds/core/pod.ts'
import { seededRandom } from '../std/random.ts'
import { explain, nodesEnough, schedule } from './cycle.ts'
import { PLUGINS } from './plugins/index.ts'
import { podInfo } from './pod-info.ts'
import { nodeInfo, testNode, testPod } from './test-objects.ts'

const DEDICATED = { key: 'dedicated', value: 'db', effect: 'NoSchedule' } as const

interface Case {
  what: string
  pod: Pod
  nodes: [Node, ...Pod[]][]
  /** The node, or the message. */
  want: string
}

const CASES: Case[] = [
  { what: 'no nodes at all', pod: testPod('a'), nodes: [], want: 'no nodes available to schedule pods' },
  { what: 'one node with room', pod: testPod('a', { cpu: '1' }), nodes: [[testNode('n1')]], want: 'n1' },
  {
    what: 'the emptier node is liked better',
    pod: testPod('a', { cpu: '500m', memory: '1Gi' }),
    nodes: [[testNode('n1'), testPod('x', { cpu: '1', memory: '2Gi' })], [testNode('n2')]],
    want: 'n2',
  },
  {
    what: 'what is asked must be left',
    pod: testPod('a', { cpu: '1500m' }),
    nodes: [[testNode('n1'), testPod('x', { cpu: '1' })]],
    want: '0/1 nodes are available: 1 Insufficient cpu.',
  },
  {
    what: 'several resources run short',
    pod: testPod('a', { cpu: '3', memory: '8Gi', 'example.com/gpu': '1' }),
    nodes: [[testNode('n1')]],
    want: '0/1 nodes are available: 1 Insufficient cpu, 1 Insufficient example.com/gpu, 1 Insufficient memory.',
  },
  {
    what: 'a node that is full of pods',
    pod: testPod('a'),
    nodes: [[testNode('n1'), ...Array.from({ length: 10 }, (_, i) => testPod(`x${i}`))]],
    want: '0/1 nodes are available: 1 Too many pods.',
  },
  {
    what: 'taints, cordons and selectors are counted each',
    pod: testPod('a', {}, { nodeSelector: { disk: 'ssd' } }),
    nodes: [[testNode('n1', { taints: [DEDICATED] })], [testNode('n2', { unschedulable: true })], [testNode('n3')]],
    want: "0/3 nodes are available: 1 node(s) didn't match Pod's node affinity/selector, 1 node(s) had untolerated taint(s), 1 node(s) were unschedulable.",
  },
  {
    what: 'a toleration lets the pod in',
    pod: testPod(
      'a',
      {},
      { tolerations: [{ key: 'dedicated', operator: 'Equal', value: 'db', effect: 'NoSchedule' }] },
    ),
    nodes: [[testNode('n1', { taints: [DEDICATED] })]],
    want: 'n1',
  },
  {
    what: 'a soft taint only makes the node less wanted',
    pod: testPod('a'),
    nodes: [[testNode('n1', { taints: [{ key: 'k', effect: 'PreferNoSchedule' }] })], [testNode('n2')]],
    want: 'n2',
  },
  {
    what: 'nodeSelector chooses by label',
    pod: testPod('a', {}, { nodeSelector: { disk: 'ssd' } }),
    nodes: [[testNode('n1')], [testNode('n2', {}, { labels: { disk: 'ssd' } })]],
    want: 'n2',
  },
  {
    what: 'required node affinity with an operator',
    pod: testPod(
      'a',
      {},
      {
        affinity: {
          nodeAffinity: {
            requiredDuringSchedulingIgnoredDuringExecution: {
              nodeSelectorTerms: [{ matchExpressions: [{ key: 'cores', operator: 'Gt', values: ['4'] }] }],
            },
          },
        },
      },
    ),
    nodes: [[testNode('n1', {}, { labels: { cores: '4' } })], [testNode('n2', {}, { labels: { cores: '8' } })]],
    want: 'n2',
  },
  {
    what: 'preferred node affinity outweighs an emptier node',
    pod: testPod(
      'a',
      {},
      {
        affinity: {
          nodeAffinity: {
            preferredDuringSchedulingIgnoredDuringExecution: [
              { weight: 1, preference: { matchExpressions: [{ key: 'disk', operator: 'In', values: ['ssd'] }] } },
            ],
          },
        },
      },
    ),
    nodes: [
      [testNode('n1')],
      [testNode('n2', {}, { labels: { disk: 'ssd' } }), testPod('x', { cpu: '1', memory: '2Gi' })],
    ],
    want: 'n2',
  },
  {
    what: 'a port of the node is taken once',
    pod: testPod('a', {}, { containers: [{ name: 'c', image: 'i', ports: [{ containerPort: 80, hostPort: 8080 }] }] }),
    nodes: [
      [
        testNode('n1'),
        testPod(
          'x',
          {},
          { containers: [{ name: 'c', image: 'i', ports: [{ containerPort: 81, hostPort: 8080, protocol: 'TCP' }] }] },
        ),
      ],
    ],
    want: "0/1 nodes are available: 1 node(s) didn't have free ports for the requested pod ports.",
  },
  {
    what: 'an init container that needs more than the rest counts at its peak, with the sidecar before it',
    pod: testPod(
      'a',
      { cpu: '100m' },
      {
        initContainers: [
          { name: 'side', image: 'i', restartPolicy: 'Always', resources: { requests: { cpu: '500m' } } },
          { name: 'init', image: 'i', resources: { requests: { cpu: '1600m' } } },
        ],
      },
    ),
    nodes: [[testNode('n1')]],
    want: '0/1 nodes are available: 1 Insufficient cpu.',
  },
]

for (const { what, pod, nodes, want } of CASES) {
  test(what, () => {
    const infos = nodes.map(([node, ...pods]) => nodeInfo(node, ...pods))
    const outcome = schedule(podInfo(pod), infos, PLUGINS, seededRandom(1))
    assert.equal('node' in outcome ? outcome.node : outcome.message, want)
  })
}

test('who refused is told, so that only what helps wakes the pod', () => {
  const outcome = schedule(podInfo(testPod('a', { cpu: '3' })), [nodeInfo(testNode('n1'))], PLUGINS, seededRandom(1))
  assert.deepEqual('refusedBy' in outcome && [...outcome.refusedBy], ['NodeResourcesFit'])
})

test('equal nodes get their turns', () => {
  const nodes = ['n1', 'n2', 'n3'].map((name) => nodeInfo(testNode(name)))
  const random = seededRandom(3)
  const chosen = Array.from({ length: 60 }, () => schedule(podInfo(testPod('a')), nodes, PLUGINS, random))
  assert.equal(new Set(chosen.map((outcome) => 'node' in outcome && outcome.node)).size, 3)
})

test('reasons are counted and sorted as upstream does', () => {
  const no = (reason: string) => ({ reasons: [reason], preemptionHelps: true })
  assert.equal(explain(4, [no('b'), no('a'), no('b')]), '0/4 nodes are available: 1 a, 2 b.')
})

test('in a large cluster only a share of the nodes is looked at', () => {
  assert.deepEqual([10, 99, 100, 1000, 6000].map(nodesEnough), [10, 99, 100, 420, 300])
})
