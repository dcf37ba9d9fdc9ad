import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Snapshot } from './snapshot.ts'
import { testNode, testPod } from './test-objects.ts'

const cpu = (snapshot: Snapshot, node: string) => snapshot.nodes.get(node)?.requested.get('cpu') ?? 0

test('pods count on their node, once, and no more when they are gone', () => {
  const snapshot = new Snapshot()
  snapshot.setNode(testNode('n1'))
  snapshot.place(testPod('a', { cpu: '1' }), 'n1')
  snapshot.place(testPod('a', { cpu: '1' }), 'n1')
  assert.equal(cpu(snapshot, 'n1'), 1000)
  snapshot.remove('uid-a')
  snapshot.remove('uid-a')
  assert.equal(cpu(snapshot, 'n1'), 0)
})

test('a pod that moves counts on the new node alone', () => {
  const snapshot = new Snapshot()
  snapshot.setNode(testNode('n1'))
  snapshot.setNode(testNode('n2'))
  snapshot.place(testPod('a', { cpu: '1' }), 'n1')
  snapshot.place(testPod('a', { cpu: '1' }), 'n2')
  assert.deepEqual([cpu(snapshot, 'n1'), cpu(snapshot, 'n2')], [0, 1000])
})

test('pods that are seen before their node are counted when it comes, or comes back', () => {
  const snapshot = new Snapshot()
  snapshot.place(testPod('a', { cpu: '1' }), 'n1')
  snapshot.place(testPod('b', { cpu: '1' }), 'n1')
  snapshot.remove('uid-b')
  snapshot.setNode(testNode('n1'))
  assert.equal(cpu(snapshot, 'n1'), 1000)
  snapshot.removeNode('n1')
  snapshot.setNode(testNode('n1'))
  assert.equal(cpu(snapshot, 'n1'), 1000)
})
