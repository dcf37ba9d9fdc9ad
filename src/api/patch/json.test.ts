import assert from 'node:assert/strict'
import { test } from 'node:test'
import { clone } from '../equal.ts'
import { ApiError } from '../errors.ts'
import { applyJsonPatch } from './json.ts'
import { applyMergePatch } from './merge.ts'
import type { JsonObject } from './schema.ts'

const object: JsonObject = { metadata: { labels: { a: '1', 'x/y': '2' } }, list: [1, 2, 3] }

function refused(run: () => unknown): [number, string, string] {
  try {
    run()
  } catch (error) {
    if (error instanceof ApiError) return [error.code, error.reason, error.message]
    throw error
  }
  throw new Error('nothing was thrown')
}

test('JSON patch does its operations in order and leaves its input alone', () => {
  const before = clone(object)
  const patch = [
    { op: 'test', path: '/list/0', value: 1 },
    { op: 'add', path: '/list/1', value: 9 },
    { op: 'remove', path: '/metadata/labels/x~1y' },
    { op: 'replace', path: '/metadata/labels/a', value: { deep: true } },
    { op: 'add', path: '/metadata/labels/a/more', value: 1 },
    { op: 'copy', from: '/list/0', path: '/list/-' },
    { op: 'move', from: '/list', path: '/moved' },
  ]
  const given = clone(patch)
  assert.deepEqual(applyJsonPatch(object, patch), {
    metadata: { labels: { a: { deep: true, more: 1 } } },
    moved: [1, 9, 2, 3, 1],
  })
  assert.deepEqual([object, patch], [before, given])
})

test('JSON patch that cannot be done is refused as a whole', () => {
  const cannot = [422, 'Invalid', 'the server rejected our request due to an error in our request']
  const cases = [
    [{ op: 'test', path: '/list/0', value: 2 }],
    [{ op: 'remove', path: '/nowhere' }],
    [{ op: 'replace', path: '/nowhere/deep', value: 1 }],
    [{ op: 'add', path: '/list/9', value: 1 }],
    [{ op: 'eat', path: '/list' }],
    [{ op: 'add', path: '/__proto__/polluted', value: 1 }],
    [{ op: 'replace', path: '', value: 5 }],
  ]
  for (const patch of cases)
    assert.deepEqual(
      refused(() => applyJsonPatch(object, patch)),
      cannot,
      JSON.stringify(patch),
    )
  assert.equal(({} as JsonObject).polluted, undefined)
})

test('JSON patch that is none', () => {
  assert.deepEqual(
    refused(() => applyJsonPatch(object, { op: 'test' })),
    [
      400,
      'BadRequest',
      'error decoding patch: json: cannot unmarshal object into Go value of type []handlers.jsonPatchOp',
    ],
  )
  assert.equal(refused(() => applyJsonPatch(object, ['x']))[0], 400)
  const long = Array.from({ length: 10_001 }, () => ({ op: 'test', path: '/list/0', value: 1 }))
  assert.deepEqual(
    refused(() => applyJsonPatch(object, long)),
    [413, 'RequestEntityTooLarge', 'The allowed maximum operations in a JSON patch is 10000, got 10001'],
  )
})

test('merge patch', () => {
  const cases: [JsonObject, JsonObject, JsonObject][] = [
    [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
    [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
    [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
    [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
    [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
    [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
    [{ a: 1 }, { a: { b: null, c: 1 } }, { a: { c: 1 } }],
    [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
    [{}, { a: [{ b: null }, null] }, { a: [{}, null] }],
  ]
  for (const [from, patch, to] of cases) {
    const before = clone([from, patch])
    assert.deepEqual(applyMergePatch(from, patch), to)
    assert.deepEqual([from, patch], before)
  }
  assert.deepEqual(
    refused(() => applyMergePatch({}, [1])),
    [
      400,
      'BadRequest',
      'error decoding patch: json: cannot unmarshal array into Go value of type map[string]interface {}',
    ],
  )
})
