import assert from 'node:assert/strict'
import { test } from 'node:test'
import { report as newReport } from '../report.ts'
import { applyDefaults, dropNulls } from './defaults.ts'
import { embeddedErrors, readEmbedded } from './embedded.ts'
import { listErrors } from './lists.ts'
import { prune } from './prune.ts'
import type { JsonSchema } from './schema.ts'

const KEEP = 'x-kubernetes-preserve-unknown-fields'
const TEXT: JsonSchema = { type: 'string' }
const object = (properties: Record<string, JsonSchema>, rest: JsonSchema = {}): JsonSchema => ({
  type: 'object',
  properties,
  ...rest,
})

const PRUNED: [string, JsonSchema, object, string[], object][] = [
  [
    'fields that are not there',
    object({ spec: object({ a: TEXT }) }),
    { apiVersion: 'v1', kind: 'K', metadata: { x: 1 }, spec: { a: 'a', b: 1 }, extra: {} },
    ['extra', 'spec.b'],
    { apiVersion: 'v1', kind: 'K', metadata: { x: 1 }, spec: { a: 'a' } },
  ],
  [
    'fields of items and of map values',
    object({
      list: { type: 'array', items: object({ a: TEXT }) },
      map: { type: 'object', additionalProperties: object({ a: TEXT }) },
    }),
    { list: [{ a: '1', b: '2' }, { c: 1 }], map: { x: { a: '1', b: '2' } } },
    ['list[0].b', 'list[1].c', 'map.x.b'],
    { list: [{ a: '1' }, {}], map: { x: { a: '1' } } },
  ],
  [
    'nothing where all is kept, but within what is known there',
    object({ spec: object({ known: object({ a: TEXT }) }, { [KEEP]: true }) }),
    { spec: { any: { thing: 1 }, known: { a: '1', b: 2 } } },
    ['spec.known.b'],
    { spec: { any: { thing: 1 }, known: { a: '1' } } },
  ],
  [
    'nothing of items where all is kept',
    object({ list: { type: 'array', [KEEP]: true, items: object({ a: object({ b: TEXT }) }) } }),
    { list: [{ x: 1, a: { b: '', c: 1 } }] },
    ['list[0].a.c'],
    { list: [{ x: 1, a: { b: '' } }] },
  ],
  [
    'everything below additionalProperties: true',
    object({ any: { type: 'object', additionalProperties: true } }),
    { any: { a: { b: 1 }, c: 2 } },
    ['any.a.b'],
    { any: { a: {}, c: 2 } },
  ],
  [
    'no metadata of embedded resources',
    object({ pod: object({ spec: object({ a: TEXT }) }, { 'x-kubernetes-embedded-resource': true }) }),
    { pod: { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a' }, spec: { a: '', b: '' }, other: 1 } },
    ['pod.other', 'pod.spec.b'],
    { pod: { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a' }, spec: { a: '' } } },
  ],
]

for (const [what, schema, value, removed, left] of PRUNED) {
  test(`pruned: ${what}`, () => {
    assert.deepEqual(prune(value, schema, true), removed)
    assert.deepEqual(value, left)
  })
}

test('defaults go where nothing is, and where a null may not be', () => {
  const schema = object({
    spec: object(
      {
        a: { type: 'string', default: 'A' },
        b: { type: 'string', default: 'B', nullable: true },
        c: object({ d: { type: 'integer', default: 1 } }, { default: {} }),
        list: { type: 'array', items: object({ e: { type: 'string', default: 'E' } }) },
        map: { type: 'object', additionalProperties: object({ f: { type: 'string', default: 'F' } }) },
      },
      { default: {} },
    ),
  })
  const filled = (value: object) => {
    dropNulls(value, schema)
    applyDefaults(value, schema)
    return value
  }
  assert.deepEqual(filled({}), { spec: { a: 'A', b: 'B', c: { d: 1 } } })
  assert.deepEqual(filled({ spec: { a: null, b: null, c: null, list: [{}, { e: 'x' }], map: { k: {} } } }), {
    spec: { a: 'A', b: null, c: { d: 1 }, list: [{ e: 'E' }, { e: 'x' }], map: { k: { f: 'F' } } },
  })
  const one = filled({}) as { spec: { c: { d: number } } }
  one.spec.c.d = 2
  assert.deepEqual(filled({}), { spec: { a: 'A', b: 'B', c: { d: 1 } } }, 'objects do not share a default')
})

test('a null that is not allowed is as good as absent', () => {
  const schema = object({ a: TEXT, b: { type: 'string', nullable: true }, c: object({ d: TEXT }) })
  const value = { a: null, b: null, c: { d: null }, unknown: null }
  dropNulls(value, schema)
  assert.deepEqual(value, { b: null, c: {}, unknown: null })
})

const listProblems = (schema: JsonSchema, value: object) => {
  const report = newReport()
  listErrors(value, schema, report)
  return report.causes.map(({ field, message }) => `${field}: ${message}`)
}

test('sets hold nothing twice, and map lists no key', () => {
  const list = (rest: object): JsonSchema => ({ type: 'array', ...rest })
  const schema = object({
    set: list({ 'x-kubernetes-list-type': 'set', items: { type: 'string' } }),
    map: list({ 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['n'], items: object({ n: TEXT }) }),
    two: list({ 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['a', 'b'], items: object({}) }),
  })
  assert.deepEqual(listProblems(schema, { set: ['a', 'b', 'a', 'a'] }), ['set[2]: Duplicate value: "a"'])
  assert.deepEqual(listProblems(schema, { map: [{ n: 'a' }, { n: 'b' }, { n: 'a' }] }), [
    'map[2]: Duplicate value: {"n":"a"}',
  ])
  assert.deepEqual(listProblems(schema, { map: [{}, {}] }), ['map[1]: Duplicate value: {}'])
  assert.deepEqual(listProblems(schema, { map: [{ n: 'a' }, 1] }), [
    'map[1]: Invalid value: 1: must be an object for an array of list-type map',
  ])
  assert.deepEqual(
    listProblems(schema, {
      two: [
        { b: 1, a: 1 },
        { a: 1, b: 2 },
        { a: 1, b: 1 },
      ],
    }),
    ['two[2]: Duplicate value: {"a":1,"b":1}'],
  )
})

test('embedded resources have their metadata read and checked', () => {
  const schema = object({ pod: { type: 'object', [KEEP]: true, 'x-kubernetes-embedded-resource': true } })
  const value = { pod: { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a', foo: 1, creationTimestamp: null } } }
  assert.deepEqual(readEmbedded(value, schema), { unknown: ['pod.metadata.foo'] })
  assert.deepEqual(value.pod.metadata, { name: 'a' })
  assert.deepEqual(readEmbedded({ pod: { metadata: { labels: { a: 1 } } } }, schema).error, {
    field: 'pod.metadata',
    value: { labels: { a: 1 } },
    why: 'json: cannot unmarshal number into Go struct field ObjectMeta.labels of type string',
  })
  const report = newReport()
  embeddedErrors({ pod: { kind: 'no good', apiVersion: 'a/b/c', metadata: { name: 'a/b' } } }, schema, report)
  assert.deepEqual(
    report.causes.map(({ field }) => field),
    ['pod.apiVersion', 'pod.kind', 'pod.metadata.name'],
  )
})
