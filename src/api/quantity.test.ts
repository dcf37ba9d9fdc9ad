import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import {
  addQuantities,
  canonical,
  compareQuantities,
  formatQuantity,
  milliQuantityOf,
  milliValue,
  parseQuantity,
  type QuantityFormat,
  quantityOf,
  quantityProblem,
  subtractQuantities,
  value,
} from './quantity.ts'

test('canonical form', () => {
  const forms: [string | number, string][] = [
    ['0', '0'],
    ['0Mi', '0'],
    ['-0m', '0'],
    ['100m', '100m'],
    ['0.5', '500m'],
    [0.1, '100m'],
    ['.5', '500m'],
    ['1000m', '1'],
    ['1500m', '1500m'],
    ['1.5', '1500m'],
    ['12000', '12k'],
    ['1k', '1k'],
    ['1.2M', '1200k'],
    ['1024Mi', '1Gi'],
    ['1000Mi', '1000Mi'],
    ['1.5Gi', '1536Mi'],
    ['1Ki', '1Ki'],
    ['0.5Ki', '512'],
    ['0.1Mi', '104857600m'],
    ['1025', '1025'],
    ['100e3', '100e3'],
    ['12e2', '1200'],
    ['1000e3', '1e6'],
    ['1E3', '1E3'],
    ['1E', '1E'],
    ['1.25E', '1250P'],
    ['-1.5Gi', '-1536Mi'],
    ['-500m', '-500m'],
    ['0.0000000001', '1n'],
    ['1.0000000001', '1000000001n'],
    ['0.001n', '1n'],
    ['1u', '1u'],
    ['9Ei', '9223372036854775807'],
    ['128Mi', '128Mi'],
    ['131072Ki', '128Mi'],
    ['99999999999999999999', '99999999999999999999'],
    ['1.5e-3', '1500e-6'],
  ]
  for (const [text, wanted] of forms) assert.equal(canonical(text), wanted, String(text))
})

test('what is no quantity, in upstream’s words', () => {
  const format = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"
  const suffix = "unable to parse quantity's suffix"
  for (const text of ['', ' ', '1 Mi', 'aoeu', '1.1.M', '1+1.0M', '0.1am', '0x1', '1Mi ', '1--1', '1KI']) {
    assert.equal(quantityProblem(text), format, text)
  }
  for (const text of ['0.1mi', '.5i', '1i', '-3.01i', '-3.01e-', '1e', '1mM', '1K', '--1']) {
    assert.equal(quantityProblem(text), suffix, text)
  }
  assert.equal(quantityProblem('100m'), undefined)
  assert.throws(() => parseQuantity('x'), { message: format, code: 400 })
})

test('values are rounded away from zero', () => {
  const values: [string | number, whole: number, milli: number][] = [
    ['100m', 1, 100],
    ['1001m', 2, 1001],
    ['128Mi', 134217728, 134217728000],
    ['1u', 1, 1],
    ['-1500m', -2, -1500],
    ['2', 2, 2000],
    [0.25, 1, 250],
    ['1e3', 1000, 1_000_000],
  ]
  for (const [text, whole, milli] of values)
    assert.deepEqual([value(text), milliValue(text)], [whole, milli], String(text))
  assert.deepEqual([value(parseQuantity('1.5')), milliValue(parseQuantity('1.5'))], [2, 1500])
})

test('sums keep the format of the left, unless it is zero', () => {
  const sum = (a: string, b: string) => formatQuantity(addQuantities(a, b))
  assert.equal(sum('100m', '1'), '1100m')
  assert.equal(sum('1Gi', '1G'), '2073741824')
  assert.equal(sum('1Gi', '1024Mi'), '2Gi')
  assert.equal(sum('0', '1Gi'), '1Gi')
  assert.equal(sum('1G', '1Gi'), '2073741824')
  assert.equal(formatQuantity(subtractQuantities('1', '1500m')), '-500m')
  assert.equal(formatQuantity(subtractQuantities('0', '1Gi')), '-1Gi')
})

const format = fc.constantFrom<QuantityFormat>('DecimalSI', 'BinarySI', 'DecimalExponent')
const amount = fc.bigInt({ min: -(10n ** 27n), max: 10n ** 27n })

test('what is printed is read back as the same amount, and is canonical', () => {
  fc.assert(
    fc.property(amount, format, (nanos, format) => {
      const limit = format === 'BinarySI' ? 2n ** 62n * 10n ** 9n : 10n ** 27n
      const quantity = { nanos: nanos % limit, format }
      const text = formatQuantity(quantity)
      assert.equal(parseQuantity(text).nanos, quantity.nanos)
      assert.equal(canonical(text), text)
    }),
  )
})

test('comparison and arithmetic are those of the amounts', () => {
  fc.assert(
    fc.property(amount, amount, (a, b) => {
      const [left, right] = [milliQuantityOf(a), milliQuantityOf(b, 'BinarySI')]
      assert.equal(compareQuantities(left, right), a < b ? -1 : a > b ? 1 : 0)
      assert.equal(compareQuantities(subtractQuantities(addQuantities(left, right), right), left), 0)
      assert.equal(value(quantityOf(a % 1000n)), Number(a % 1000n))
    }),
  )
})
