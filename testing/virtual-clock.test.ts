import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sleep } from '../src/std/clock.ts'
import { virtualClock } from './virtual-clock.ts'

test('timers fire in order, at their own time, those of one moment in the order they were set', async () => {
  const clock = virtualClock({ start: 1000 })
  const fired: string[] = []
  const note = (name: string) => () => fired.push(`${name} ${clock.now()}`)
  clock.after(300, note('c'))
  clock.after(100, note('a'))
  clock.after(100, note('b'))
  clock.after(200, note('never')).cancel()
  await clock.advance(250)
  assert.deepEqual(fired, ['a 1100', 'b 1100'])
  assert.equal(clock.monotonic(), 250)
  await clock.advance('1s')
  assert.deepEqual(fired.at(-1), 'c 1300')
})

test('what a timer sets off settles before the next one fires', async () => {
  const clock = virtualClock()
  const seen: string[] = []
  const twice = async () => {
    await sleep(clock, 1000)
    seen.push(`one ${clock.monotonic()}`)
    await new Promise((resolve) => setImmediate(resolve))
    await sleep(clock, 500)
    seen.push(`two ${clock.monotonic()}`)
  }
  const other = sleep(clock, 2000).then(() => seen.push(`other ${clock.monotonic()}`))
  const done = twice()
  await clock.advance('2s')
  await Promise.all([done, other])
  assert.deepEqual(seen, ['one 1000', 'two 1500', 'other 2000'])
})

test('settled waits as long as something moves', async () => {
  const clock = virtualClock()
  let turns = 0
  const move = () => {
    clock.touch()
    if (++turns < 100) setImmediate(move)
  }
  move()
  await clock.settled()
  assert.equal(turns, 100)
})

test('durations', async () => {
  const clock = virtualClock()
  await clock.advance('1h1m1s1ms')
  assert.equal(clock.monotonic(), 3_661_001)
  await assert.rejects(clock.advance('5 minutes'), /not a duration/)
})

test('settled waits for retries, but not for what happens later or for ever', async () => {
  const clock = virtualClock()
  let tries = 0
  const retry = () => {
    if (++tries < 4) clock.after(5 * 2 ** tries, retry)
  }
  retry()
  clock.after(5000, () => assert.fail('too early'))
  await clock.settled()
  assert.deepEqual([tries, clock.monotonic()], [4, 70])

  let beats = 0
  const busy = virtualClock()
  const beat = () => {
    beats++
    busy.after(200, beat)
  }
  beat()
  await busy.settled()
  assert.equal(beats, 51)
})
