import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { clone } from '../equal.ts'
import { ApiError } from '../errors.ts'
import type { JsonObject } from './schema.ts'
import { applyStrategicMergePatch } from './strategic.ts'
import { deploymentSchema, podSchema } from './test-schema.ts'

interface Case {
  name: string
  object: JsonObject
  patch: JsonObject
  patched: JsonObject
}

const spec = (fields: JsonObject): JsonObject => ({ spec: fields })
const metadata = (fields: JsonObject): JsonObject => ({ metadata: fields })
const names = (...list: string[]) => list.map((name) => ({ name }))

const cases: Case[] = [
  {
    name: 'maps merge, null removes',
    object: metadata({ labels: { a: '1', b: '2' } }),
    patch: metadata({ labels: { a: null, c: '3', gone: null } }),
    patched: metadata({ labels: { b: '2', c: '3' } }),
  },
  {
    name: 'nulls in what is new are not stored',
    object: {},
    patch: spec({ containers: [{ name: 'a', image: null, env: [{ name: 'E', value: null }] }] }),
    patched: spec({ containers: [{ name: 'a', env: [{ name: 'E' }] }] }),
  },
  {
    name: 'lists merge by their key, what the patch names comes in its order',
    object: spec({ containers: [{ name: 'a', image: 'x' }, { name: 'b' }] }),
    patch: spec({ containers: [{ name: 'c' }, { name: 'a', image: 'y' }] }),
    patched: spec({ containers: [{ name: 'c' }, { name: 'a', image: 'y' }, { name: 'b' }] }),
  },
  {
    name: 'lists without a strategy are replaced',
    object: spec({ tolerations: [{ key: 'a' }] }),
    patch: spec({ tolerations: [{ key: 'b' }] }),
    patched: spec({ tolerations: [{ key: 'b' }] }),
  },
  {
    name: 'a merged list keeps what it has when the patch brings an empty one',
    object: spec({ containers: names('a') }),
    patch: spec({ containers: [] }),
    patched: spec({ containers: names('a') }),
  },
  {
    name: 'maps that are atomic for apply still merge',
    object: spec({ nodeSelector: { a: '1' } }),
    patch: spec({ nodeSelector: { b: '2' } }),
    patched: spec({ nodeSelector: { a: '1', b: '2' } }),
  },
  {
    name: '$patch: delete takes an item out',
    object: spec({ containers: names('a', 'b') }),
    patch: spec({ containers: [{ name: 'a', $patch: 'delete' }] }),
    patched: spec({ containers: names('b') }),
  },
  {
    name: '$patch: delete of a map empties it',
    object: metadata({ labels: { a: '1' } }),
    patch: metadata({ labels: { $patch: 'delete' } }),
    patched: metadata({ labels: {} }),
  },
  {
    name: '$patch: delete of what is not there stores nothing',
    object: metadata({}),
    patch: metadata({ labels: { $patch: 'delete' } }),
    patched: metadata({}),
  },
  {
    name: '$patch: replace takes a map as it comes',
    object: metadata({ labels: { a: '1' } }),
    patch: metadata({ labels: { $patch: 'replace', b: '2' } }),
    patched: metadata({ labels: { b: '2' } }),
  },
  {
    name: '$patch: replace among the items takes the list as it comes',
    object: spec({ containers: names('a', 'b') }),
    patch: spec({ containers: [{ name: 'c' }, { $patch: 'replace' }] }),
    patched: spec({ containers: names('c') }),
  },
  {
    name: 'sets of scalars become one',
    object: metadata({ finalizers: ['a', 'b'] }),
    patch: metadata({ finalizers: ['c', 'b'] }),
    patched: metadata({ finalizers: ['c', 'a', 'b'] }),
  },
  {
    name: '$deleteFromPrimitiveList takes scalars out',
    object: metadata({ finalizers: ['a', 'b', 'c'] }),
    patch: metadata({ '$deleteFromPrimitiveList/finalizers': ['a', 'x'] }),
    patched: metadata({ finalizers: ['b', 'c'] }),
  },
  {
    name: '$deleteFromPrimitiveList of an absent list does nothing',
    object: metadata({}),
    patch: metadata({ '$deleteFromPrimitiveList/finalizers': ['a'] }),
    patched: metadata({}),
  },
  {
    name: '$setElementOrder with no change only orders',
    object: spec({ containers: names('a', 'b', 'c') }),
    patch: spec({ '$setElementOrder/containers': names('c', 'a') }),
    patched: spec({ containers: names('b', 'c', 'a') }),
  },
  {
    name: '$setElementOrder wins over both orders, the rest stays around',
    object: spec({ containers: names('own', 'b', 'a') }),
    patch: spec({
      '$setElementOrder/containers': names('a', 'new', 'b'),
      containers: [{ name: 'new' }, { name: 'b', image: 'y' }],
    }),
    patched: spec({ containers: [{ name: 'own' }, { name: 'a' }, { name: 'new' }, { name: 'b', image: 'y' }] }),
  },
  {
    name: '$setElementOrder of scalars, with deletions',
    object: metadata({ finalizers: ['a', 'b', 'c'] }),
    patch: metadata({
      '$setElementOrder/finalizers': ['n', 'c', 'a'],
      '$deleteFromPrimitiveList/finalizers': ['b'],
      finalizers: ['n'],
    }),
    patched: metadata({ finalizers: ['n', 'c', 'a'] }),
  },
  {
    name: '$setElementOrder does not mind deletions among the items',
    object: spec({ containers: names('a', 'b') }),
    patch: spec({
      '$setElementOrder/containers': names('b'),
      containers: [
        { name: 'a', $patch: 'delete' },
        { name: 'b', image: 'y' },
      ],
    }),
    patched: spec({ containers: [{ name: 'b', image: 'y' }] }),
  },
  {
    name: '$setElementOrder of a list that is new',
    object: spec({}),
    patch: spec({ '$setElementOrder/containers': names('a', 'b'), containers: names('a', 'b') }),
    patched: spec({ containers: names('a', 'b') }),
  },
  {
    name: '$retainKeys clears what it does not name',
    object: spec({ volumes: [{ name: 'v', emptyDir: { medium: 'Memory' } }] }),
    patch: spec({ volumes: [{ name: 'v', $retainKeys: ['name', 'hostPath'], hostPath: { path: '/x' } }] }),
    patched: spec({ volumes: [{ name: 'v', hostPath: { path: '/x' } }] }),
  },
  {
    name: 'a value of another sort replaces',
    object: metadata({ labels: 'x', annotations: { a: '1' } }),
    patch: metadata({ labels: { a: '1' }, annotations: 'y' }),
    patched: metadata({ labels: { a: '1' }, annotations: 'y' }),
  },
]

for (const { name, object, patch, patched } of cases) {
  test(name, () => {
    const before = clone([object, patch])
    assert.deepEqual(applyStrategicMergePatch(object, patch, podSchema), patched)
    assert.deepEqual([object, patch], before)
  })
}

test('$retainKeys of a struct: from rolling update to recreate', () => {
  const rolling = { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1 } }
  const patch = { spec: { strategy: { $retainKeys: ['type'], type: 'Recreate' } } }
  assert.deepEqual(applyStrategicMergePatch({ spec: { strategy: rolling } }, patch, deploymentSchema), {
    spec: { strategy: { type: 'Recreate' } },
  })
})

const wrong: [name: string, object: JsonObject, patch: unknown, code: number, message: string][] = [
  ['no object', {}, [], 400, 'json: cannot unmarshal array into Go value of type map[string]interface {}'],
  [
    'no merge key',
    spec({ containers: names('a') }),
    spec({ containers: [{ image: 'x' }] }),
    500,
    'map: map[image:x] does not contain declared merge key: name',
  ],
  ['unknown directive', {}, { $patch: 'eat', a: 1 }, 500, 'unknown patch type: eat in map: map[$patch:eat a:1]'],
  [
    'unknown directive of an item',
    spec({ containers: names('a') }),
    spec({ containers: [{ name: 'a', $patch: 'eat' }] }),
    500,
    'unknown patch type: eat in map: map[$patch:eat name:a]',
  ],
  [
    'merge as an item directive',
    spec({ containers: names('a') }),
    spec({ containers: [{ name: 'a', $patch: 'merge' }] }),
    500,
    'merging lists cannot yet be specified in the patch',
  ],
  [
    'unknown field that would have to merge',
    spec({ nonsense: { a: 1 } }),
    spec({ nonsense: { a: 2 } }),
    500,
    'unable to find api field in struct PodSpec for the json field "nonsense"',
  ],
  ['retainKeys that is no list', {}, { $retainKeys: 'a' }, 400, 'invalid patch format of retainKeys'],
  ['a field outside retainKeys', {}, { $retainKeys: ['a'], b: 1 }, 400, 'invalid patch format of retainKeys'],
  ['deletion without a list', {}, { $deleteFromPrimitiveList: [] }, 400, 'invalid patch format of primitive list'],
  ['order without a list', {}, { $setElementOrder: [] }, 400, 'invalid patch format of setElementOrder list'],
  [
    'order that is no list',
    {},
    spec({ '$setElementOrder/containers': 'x' }),
    500,
    'expected a []interface {}, but received a string',
  ],
  [
    'order that the items do not keep',
    {},
    metadata({ '$setElementOrder/finalizers': ['a', 'b'], finalizers: ['b', 'a'] }),
    500,
    "The order in patch list:\n[b a]\n doesn't match $setElementOrder list:\n[a b]\n",
  ],
  [
    'items of several sorts',
    metadata({ finalizers: ['a'] }),
    metadata({ finalizers: [1] }),
    500,
    'list element types are not identical: [[a] [1]]',
  ],
  [
    'lists of lists',
    metadata({ finalizers: ['a'] }),
    metadata({ finalizers: [['b']] }),
    422,
    'the server rejected our request due to an error in our request',
  ],
]

for (const [name, object, patch, code, message] of wrong) {
  test(`refused: ${name}`, () => {
    assert.throws(
      () => applyStrategicMergePatch({ spec: {}, metadata: {}, ...object }, patch, podSchema),
      (error: unknown) => {
        assert.ok(error instanceof ApiError, String(error))
        assert.deepEqual([error.code, error.message], [code, message])
        return true
      },
    )
  })
}

test('without a schema there is no strategic merge patch', () => {
  assert.throws(() => applyStrategicMergePatch({}, {}, undefined), /strategic merge patch format is not supported/)
})

test('an object patched with itself stays as it is', () => {
  const name = fc.constantFrom('a', 'b', 'c')
  const containers = fc.uniqueArray(fc.record({ name, image: name }), { selector: (item) => item.name })
  const pod = fc.record({ metadata: fc.record({ finalizers: fc.uniqueArray(name) }), spec: fc.record({ containers }) })
  fc.assert(
    fc.property(pod, (generated) => {
      // Generated records may have no prototype.
      const object = clone(generated) as JsonObject
      assert.deepEqual(applyStrategicMergePatch(object, object, podSchema), object)
    }),
  )
})
