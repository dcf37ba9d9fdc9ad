import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { clone, deepEqual } from '../equal.ts'
import { compareObjects } from './compare.ts'
import { fieldsOf } from './configuration.ts'
import { difference, eachPath, type FieldSet, union } from './field-set.ts'
import { mergeTyped, removeFields } from './merge-typed.ts'
import type { JsonObject } from './schema.ts'
import { podSchema } from './test-schema.ts'

const pathsOf = (set: FieldSet): string[] => {
  const paths: string[] = []
  eachPath(set, (path) => paths.push(path))
  return paths
}

function changedFields(a: JsonObject, b: JsonObject): FieldSet {
  const { removed, written } = compareObjects(a, b, podSchema)
  return union(removed, written)
}

const some = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined })
const name = fc.constantFrom('a', 'b', 'c')
const labels = fc.dictionary(name, name, { maxKeys: 3 })
const named = (fields: Record<string, fc.Arbitrary<unknown>>) =>
  fc.uniqueArray(fc.record({ name, ...fields }), { selector: (item) => item.name, maxLength: 3 })

/** Empty lists and maps belong to nobody and have tests of their own. */
function dropEmpty(value: unknown, key = ''): unknown {
  if (typeof value !== 'object' || value === null || key === 'emptyDir') return value
  if (Array.isArray(value)) return value.length ? value.map((item) => dropEmpty(item)) : undefined
  const fields = Object.entries(value).map(([name, field]) => [name, dropEmpty(field, name)] as const)
  const left = fields.filter(([, field]) => field !== undefined)
  return left.length ? Object.fromEntries(left) : undefined
}

/** Pods as clients send them: without fields that are there but undefined. */
const pod: fc.Arbitrary<JsonObject> = fc
  .record({
    metadata: fc.record({ labels: some(labels), finalizers: some(fc.uniqueArray(name)) }),
    spec: fc.record({
      hostname: some(name),
      nodeSelector: some(labels),
      containers: some(
        named({
          image: some(name),
          command: some(fc.array(name, { maxLength: 2 })),
          env: some(named({ value: some(name) })),
        }),
      ),
      volumes: some(named({ emptyDir: some(fc.constant({})) })),
    }),
  })
  .map((value) => (dropEmpty(value) ?? {}) as JsonObject)

test('merging an object with itself, or with nothing, changes nothing', () => {
  fc.assert(
    fc.property(pod, (object) => {
      assert.deepEqual(mergeTyped(object, object, podSchema), object)
      assert.deepEqual(mergeTyped(object, {}, podSchema), object)
    }),
  )
})

test('after a merge the applied fields have their values, and nothing that was there is gone', () => {
  fc.assert(
    fc.property(pod, pod, (live, applied) => {
      const before = clone([live, applied])
      const merged = mergeTyped(live, applied, podSchema) as JsonObject
      assert.deepEqual([live, applied], before)
      assert.equal(difference(fieldsOf(applied, podSchema), fieldsOf(merged, podSchema)), undefined)
      assert.equal(compareObjects(live, merged, podSchema).removed, undefined)
      assert.deepEqual(mergeTyped(merged, applied, podSchema), merged)
    }),
  )
})

test('only equal objects compare without a difference, list order left aside', () => {
  fc.assert(
    fc.property(pod, pod, (a, b) => {
      assert.equal(changedFields(a, clone(a)), undefined)
      if (deepEqual(a, b)) return
      const isOrderOnly = sortedJson(a) === sortedJson(b)
      assert.equal(changedFields(a, b) === undefined, isOrderOnly)
    }),
  )
})

/** JSON with the items of keyed lists and sets in one order. Commands are atomic: they keep theirs. */
function sortedJson(object: JsonObject): string {
  return JSON.stringify(object, (key, value: unknown) => {
    if (Array.isArray(value) && key !== 'command') return value.toSorted((x, y) => (nameOf(x) < nameOf(y) ? -1 : 1))
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
    return Object.fromEntries(Object.entries(value).sort())
  })
}

const nameOf = (item: unknown) => (typeof item === 'string' ? item : (item as { name: string }).name)

test('removing all the fields of an object leaves nothing', () => {
  fc.assert(
    fc.property(pod, (object) => {
      const left = removeFields(object, fieldsOf(object, podSchema), podSchema)
      // Empty lists are nobody's: they are the only thing that may be left.
      assert.deepEqual(pathsOf(fieldsOf((left as JsonObject) ?? {}, podSchema)), [])
    }),
  )
})

test('comparison: what is a leaf, and what is there item by item', () => {
  const cases: [old: JsonObject, now: JsonObject, written: string[], removed: string[]][] = [
    [{}, { spec: { hostname: 'h' } }, ['.spec.hostname'], []],
    [{ spec: { nodeSelector: { a: '1' } } }, { spec: { nodeSelector: { b: '1' } } }, ['.spec.nodeSelector'], []],
    [
      { metadata: { labels: { a: '1', b: '2' } } },
      { metadata: { labels: { a: '2', c: '3' } } },
      ['.metadata.labels.a', '.metadata.labels.c'],
      ['.metadata.labels.b'],
    ],
    [{ metadata: { labels: { a: '1' } } }, { metadata: {} }, [], ['.metadata.labels', '.metadata.labels.a']],
    [{ metadata: {} }, { metadata: { labels: {} } }, ['.metadata.labels'], []],
    [
      { spec: { containers: [{ name: 'a', image: 'x' }] } },
      { spec: { containers: [{ name: 'b' }, { name: 'a', image: 'y' }] } },
      ['.spec.containers[name="b"]', '.spec.containers[name="a"].image', '.spec.containers[name="b"].name'],
      [],
    ],
    [
      { spec: { containers: [{ name: 'a' }, { name: 'a', image: 'x' }] } },
      { spec: { containers: [{ name: 'a' }] } },
      ['.spec.containers[name="a"].name'],
      ['.spec.containers[name="a"]'],
    ],
    [
      { metadata: { finalizers: ['a'] } },
      { metadata: { finalizers: ['b'] } },
      ['.metadata.finalizers[="b"]'],
      ['.metadata.finalizers[="a"]'],
    ],
  ]
  for (const [old, now, written, removed] of cases) {
    const change = compareObjects(old, now, podSchema)
    const what = JSON.stringify([old, now])
    for (const path of written) assert.ok(pathsOf(change.written).includes(path), `${what} wrote ${path}`)
    assert.deepEqual(pathsOf(change.removed), removed, what)
  }
})

test('without a schema a value that turns into a map is both changed and filled', () => {
  const change = compareObjects({ a: 1 }, { a: { b: 1 } }, undefined)
  assert.deepEqual(pathsOf(change.written), ['.a', '.a.b'])
  const back = compareObjects({ a: { b: 1 } }, { a: 1 }, undefined)
  assert.deepEqual([pathsOf(back.written), pathsOf(back.removed)], [['.a'], ['.a.b']])
})
