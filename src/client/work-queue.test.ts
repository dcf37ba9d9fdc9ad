import assert from 'node:assert/strict'
import { test } from 'node:test'
import { virtualClock } from '../../testing/virtual-clock.ts'
import { WorkQueue } from './work-queue.ts'

test('a key is queued once, and never worked on twice at a time', async () => {
  const queue = new WorkQueue(virtualClock())
  queue.add('a')
  queue.add('a')
  assert.equal(queue.length, 1)
  assert.equal(await queue.take(), 'a')
  queue.add('a')
  assert.equal(queue.length, 0)
  queue.done('a')
  assert.equal(await queue.take(), 'a')
  queue.done('a')
  assert.equal(queue.length, 0)
})

test('who waits gets the next key, and nothing after the end', async () => {
  const queue = new WorkQueue(virtualClock())
  const first = queue.take()
  queue.add('a')
  assert.equal(await first, 'a')
  const second = queue.take()
  queue.shutDown()
  assert.equal(await second, undefined)
  queue.add('b')
  assert.equal(await queue.take(), undefined)
})

test('retries wait twice as long each time, until the key is forgotten', async () => {
  const clock = virtualClock()
  const queue = new WorkQueue(clock, { baseMs: 10, maxMs: 35 })
  const waits: number[] = []
  for (let i = 0; i < 4; i++) {
    if (i === 3) queue.forget('a')
    const start = clock.monotonic()
    queue.addRateLimited('a')
    const taken = queue.take().then(() => waits.push(clock.monotonic() - start))
    await clock.advance(100)
    await taken
    queue.done('a')
  }
  assert.deepEqual(waits, [10, 20, 35, 10])
})

test('of several delays the shortest counts', async () => {
  const clock = virtualClock()
  const queue = new WorkQueue(clock)
  queue.addAfter('a', 50)
  queue.addAfter('a', 20)
  queue.addAfter('a', 90)
  await clock.advance(20)
  assert.equal(queue.length, 1)
  assert.equal(await queue.take(), 'a')
  queue.done('a')
  await clock.advance(1000)
  assert.equal(queue.length, 0)
})
