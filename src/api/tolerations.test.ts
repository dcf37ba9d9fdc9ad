import assert from 'node:assert/strict'
import { test } from 'node:test'
import { covers, type Taint, type Toleration } from './tolerations.ts'

const taint: Taint = { key: 'k', value: '5', effect: 'NoSchedule' }

const CASES: [toleration: Toleration, covered: boolean][] = [
  [{ operator: 'Exists' }, true],
  [{ operator: 'Exists', effect: 'NoExecute' }, false],
  [{ key: 'k', operator: 'Exists' }, true],
  [{ key: 'other', operator: 'Exists' }, false],
  [{ key: 'k', operator: 'Equal', value: '5' }, true],
  [{ key: 'k', value: '5' }, true],
  [{ key: 'k', value: '6' }, false],
  [{ value: '5' }, false],
  [{ key: 'k', operator: 'Gt', value: '4' }, true],
  [{ key: 'k', operator: 'Gt', value: '5' }, false],
  [{ key: 'k', operator: 'Lt', value: '6' }, true],
  [{ key: 'k', operator: 'Lt', value: 'six' }, false],
]

for (const [toleration, covered] of CASES) {
  test(`${JSON.stringify(toleration)} ${covered ? 'covers' : 'does not cover'} the taint`, () => {
    assert.equal(covers(toleration, taint), covered)
  })
}
