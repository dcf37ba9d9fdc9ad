import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { canonicalElement, compareElements, printElement } from './field-path.ts'
import {
  built,
  difference,
  eachPath,
  type FieldSet,
  insert,
  intersection,
  recursiveDifference,
  sameSet,
  sorted,
  union,
  withNamedFields,
  withoutBelowAtomic,
} from './field-set.ts'
import { podSchema } from './test-schema.ts'

const setOf = (paths: readonly string[][]): FieldSet => {
  const set = {}
  for (const path of paths) insert(set, path)
  return built(set)
}

const pathsOf = (set: FieldSet): string[] => {
  const paths: string[] = []
  eachPath(set, (path) => paths.push(path))
  return paths.sort()
}

const element = fc.constantFrom('f:a', 'f:b', 'k:{"n":"x"}', 'v:1')
const paths = fc.array(fc.array(element, { minLength: 1, maxLength: 3 }), { maxLength: 8 })
const printed = (path: string[]) => path.map(printElement).join('')

test('set operations do what they do on plain sets of paths', () => {
  fc.assert(
    fc.property(paths, paths, (a, b) => {
      const [left, right] = [new Set(a.map(printed)), new Set(b.map(printed))]
      assert.deepEqual(pathsOf(setOf(a)), [...left].sort())
      assert.deepEqual(pathsOf(union(setOf(a), setOf(b))), [...left.union(right)].sort())
      assert.deepEqual(pathsOf(intersection(setOf(a), setOf(b))), [...left.intersection(right)].sort())
      assert.deepEqual(pathsOf(difference(setOf(a), setOf(b))), [...left.difference(right)].sort())
      assert.deepEqual(
        pathsOf(recursiveDifference(setOf(a), setOf(b))),
        pathsOf(setOf(a.filter((path) => !isBelow(path, b)))),
      )
      assert.equal(sameSet(setOf(a), setOf(b)), left.symmetricDifference(right).size === 0)
    }),
  )
})

const isBelow = (path: string[], others: string[][]) =>
  others.some((other) => other.every((element, index) => path[index] === element))

test('taking nothing away gives the same value', () => {
  fc.assert(
    fc.property(paths, (a) => {
      const set = setOf(a)
      const elsewhere = setOf([
        ['f:other', 'f:place'],
        ['f:a', 'f:other'],
      ])
      assert.equal(difference(set, elsewhere), set)
      assert.equal(recursiveDifference(set, elsewhere), set)
    }),
  )
})

test('results are in order, whatever the order of what goes in', () => {
  fc.assert(
    fc.property(paths, paths, (a, b) => {
      const both = union(setOf(a), setOf(b))
      assert.equal(JSON.stringify(both), JSON.stringify(both && sorted(both)))
      assert.equal(JSON.stringify(both), JSON.stringify(setOf([...b, ...a])))
    }),
  )
})

test('elements: order, canonical form and print', () => {
  const inOrder = [
    'f:a',
    'f:b',
    'k:{"containerPort":9}',
    'k:{"containerPort":80}',
    'k:{"containerPort":80,"protocol":"TCP"}',
    'k:{"name":"a"}',
    'v:2',
    'v:10',
    'v:"a"',
    'v:true',
    'i:2',
    'i:10',
  ]
  assert.deepEqual(inOrder.toReversed().sort(compareElements), inOrder)
  for (const element of inOrder) assert.equal(canonicalElement(element), element)
  assert.equal(canonicalElement('k:{ "b": 1, "a": "<" }'), 'k:{"a":"\\u003c","b":1}')
  assert.equal(canonicalElement('x:later'), undefined)
  assert.throws(() => canonicalElement('k:{'), /not JSON/)
  assert.throws(() => canonicalElement('nocolon'), /missing colon: nocolon/)
  assert.deepEqual(['f:a', 'k:{"p":80,"q":"T"}', 'v:"x"', 'i:3'].map(printElement), [
    '.a',
    '[p=80,q="T"]',
    '[="x"]',
    '[3]',
  ])
})

test('withNamedFields makes declared parents members, not items and not keys of open maps', () => {
  const set = setOf([
    ['f:spec', 'f:containers', 'k:{"name":"a"}', 'f:image'],
    ['f:metadata', 'f:labels', 'f:app'],
  ])
  assert.deepEqual(pathsOf(withNamedFields(set, podSchema)), [
    '.metadata',
    '.metadata.labels',
    '.metadata.labels.app',
    '.spec',
    '.spec.containers',
    '.spec.containers[name="a"].image',
  ])
})

test('withoutBelowAtomic folds what stands below a field that is atomic now', () => {
  const set = setOf([
    ['f:spec', 'f:nodeSelector', 'f:disk'],
    ['f:spec', 'f:hostname'],
  ])
  assert.deepEqual(pathsOf(withoutBelowAtomic(set, podSchema)), ['.spec.hostname', '.spec.nodeSelector'])
})
