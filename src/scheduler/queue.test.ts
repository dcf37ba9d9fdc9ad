import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { virtualClock, type VirtualClock } from '../../testing/virtual-clock.ts'
import { PLUGINS } from './plugins/index.ts'
import { SchedulingQueue } from './queue.ts'
import { testPod } from './test-objects.ts'

let clock: VirtualClock
let queue: SchedulingQueue
let woken: number

beforeEach(() => {
  clock = virtualClock()
  woken = 0
  queue = new SchedulingQueue(clock, PLUGINS, () => woken++)
})

const names = () => {
  const found: string[] = []
  for (let next = queue.pop(); next; next = queue.pop()) found.push(next.pod.metadata.name)
  return found
}

test('higher priority first, then first come first served', async () => {
  queue.put(testPod('a'), ['added'])
  await clock.advance(10)
  queue.put(testPod('b'), ['added'])
  queue.put(testPod('c', {}, { priority: 10 }), ['added'])
  assert.deepEqual(names(), ['c', 'a', 'b'])
  assert.equal(woken, 3)
})

test('a refused pod waits for a change that the refusing plugin named, and for its back-off', async () => {
  queue.put(testPod('a'), ['added'])
  const taken = queue.pop()
  assert.ok(taken)
  queue.refuse(taken, new Set(['NodeResourcesFit']))
  await clock.advance('2s')
  queue.happened({ kind: 'Node', changes: ['labels'] })
  assert.deepEqual(names(), [])
  queue.happened({ kind: 'Node', changes: ['allocatable'] })
  assert.deepEqual(names(), ['a'])
})

test('what helps during the back-off helps when that is over', async () => {
  queue.put(testPod('a'), ['added'])
  const taken = queue.pop()
  assert.ok(taken)
  queue.refuse(taken, new Set(['TaintToleration']))
  queue.happened({ kind: 'Node', changes: ['taints'] })
  assert.deepEqual(names(), [])
  await clock.advance('1s')
  assert.deepEqual(names(), ['a'])
})

test('the back-off doubles up to ten seconds', async () => {
  queue.put(testPod('a'), ['added'])
  for (const seconds of [1, 2, 4, 8, 10, 10]) {
    const taken = queue.pop()
    assert.ok(taken)
    queue.retry(taken)
    await clock.advance(seconds * 1000 - 1)
    assert.equal(queue.pop(), undefined)
    await clock.advance(1)
  }
})

test('after five minutes a refused pod is tried again, whatever has happened', async () => {
  queue.put(testPod('a'), ['added'])
  const taken = queue.pop()
  assert.ok(taken)
  queue.refuse(taken, new Set(['NodeName']))
  await clock.advance('4m59s')
  assert.deepEqual(names(), [])
  await clock.advance('1s')
  assert.deepEqual(names(), ['a'])
})

test('a deleted pod is not handed out', () => {
  const pod = testPod('a')
  queue.put(pod, ['added'])
  queue.delete(pod.metadata.uid)
  assert.deepEqual(names(), [])
})

test('a pod with gates is kept out until the last one is gone', () => {
  queue.put(testPod('a', {}, { schedulingGates: [{ name: 'quota' }] }), ['added'])
  assert.deepEqual(names(), [])
  queue.put(testPod('a'), ['gates'])
  assert.deepEqual(names(), ['a'])
})
