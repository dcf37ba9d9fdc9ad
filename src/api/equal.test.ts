import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { clone, deepEqual } from './equal.ts'

test('deepEqual tells JSON values apart', () => {
  const equal: [unknown, unknown, boolean][] = [
    [1, 1, true],
    [1, '1', false],
    [null, undefined, false],
    [{}, [], false],
    [{ a: 1 }, { a: 1, b: undefined }, true],
    [{ a: 1 }, { a: 1, b: null }, false],
    [{ a: { b: [1, 2] } }, { a: { b: [1, 2] } }, true],
    [{ a: { b: [1, 2] } }, { a: { b: [2, 1] } }, false],
    [[1], [1, undefined], false],
    [{ toString: 1 }, {}, false],
  ]
  for (const [a, b, wanted] of equal) {
    assert.equal(deepEqual(a, b), wanted, `${JSON.stringify(a)} ${JSON.stringify(b)}`)
    assert.equal(deepEqual(b, a), wanted, `${JSON.stringify(b)} ${JSON.stringify(a)}`)
  }
})

test('a clone is equal and shares nothing', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const copy = clone(value)
      assert.deepEqual(copy, value)
      assert.ok(deepEqual(copy, value))
      if (typeof value === 'object' && value !== null) assert.notEqual(copy, value)
    }),
  )
})

test('deepEqual agrees with assert on any two values', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 2 }), fc.jsonValue({ maxDepth: 2 }), (a, b) => {
      assert.equal(deepEqual(a, b), JSON.stringify(a) === JSON.stringify(b) || isSameUnordered(a, b))
    }),
  )
})

function isSameUnordered(a: unknown, b: unknown): boolean {
  try {
    assert.deepStrictEqual(a, b)
    return true
  } catch {
    return false
  }
}

test('__proto__ is a key like any other', () => {
  const copy = clone(JSON.parse('{"__proto__": {"polluted": 1}}') as Record<string, unknown>)
  assert.equal(JSON.stringify(copy), '{"__proto__":{"polluted":1}}')
  assert.equal(Object.getPrototypeOf(copy), Object.prototype)
})
