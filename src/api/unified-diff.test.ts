import assert from 'node:assert/strict'
import { test } from 'node:test'
import { unifiedDiff } from './unified-diff.ts'

test('a changed line is shown with three around it', () => {
  const before = { a: 1, b: 2, c: 3, d: 4, e: 5, f: 6, g: 7, h: 8 }
  assert.equal(
    unifiedDiff(before, { ...before, e: 9 }),
    [
      '@@ -3,7 +3,7 @@',
      '  "b": 2,',
      '  "c": 3,',
      '  "d": 4,',
      '- "e": 5,',
      '+ "e": 9,',
      '  "f": 6,',
      '  "g": 7,',
      '  "h": 8',
      '',
    ].join('\n'),
  )
})

test('changes that stand apart have hunks of their own', () => {
  const before = Array.from({ length: 20 }, (_, i) => i)
  const after = before.with(1, 100).with(18, 200)
  assert.deepEqual(
    unifiedDiff(before, after)
      .split('\n')
      .filter((line) => line.startsWith('@@')),
    ['@@ -1,6 +1,6 @@', '@@ -17,6 +17,6 @@'],
  )
})

test('added lines', () => {
  assert.equal(unifiedDiff({}, { a: 1 }), '@@ -1 +1,3 @@\n-{}\n+{\n+ "a": 1\n+}\n')
})

test('equal values do not differ', () => assert.equal(unifiedDiff({ a: [1] }, { a: [1] }), ''))
