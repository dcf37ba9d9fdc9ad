import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type IntOrString, percentOf, portNumber, scaledValue } from './int-or-string.ts'

test('percentages of a total are rounded as asked, numbers stay', () => {
  const cases: [IntOrString, total: number, up: number, down: number][] = [
    [3, 10, 3, 3],
    ['25%', 10, 3, 2],
    ['100%', 7, 7, 7],
    ['0%', 7, 0, 0],
  ]
  for (const [value, total, up, down] of cases) {
    assert.deepEqual([scaledValue(value, total, 'up'), scaledValue(value, total, 'down')], [up, down])
  }
  for (const text of ['3', '', '%', 'x%']) assert.throws(() => scaledValue(text, 10, 'up'), RangeError)
  assert.deepEqual([percentOf('50%'), percentOf(50), percentOf('50')], [50, undefined, undefined])
})

test('ports by number and by name', () => {
  const named = (name: string) => (name === 'http' ? 8080 : undefined)
  assert.deepEqual(
    [80, '443', 'http', 'none'].map((port) => portNumber(port, named)),
    [80, 443, 8080, undefined],
  )
})
