import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Heap } from './heap.ts'

test('whatever goes in comes out in order', () => {
  fc.assert(
    fc.property(fc.array(fc.integer()), (numbers) => {
      const heap = new Heap<number>((a, b) => a < b)
      for (const number of numbers) heap.push(number)
      assert.equal(heap.size, numbers.length)
      assert.equal(heap.peek(), numbers.length ? Math.min(...numbers) : undefined)
      assert.deepEqual(
        numbers.map(() => heap.pop()),
        [...numbers].sort((a, b) => a - b),
      )
      assert.equal(heap.pop(), undefined)
    }),
  )
})
