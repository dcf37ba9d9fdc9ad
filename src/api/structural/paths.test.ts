import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readFieldPath } from './field-path.ts'
import { parseJsonPath } from './json-path.ts'
import type { JsonSchema } from './schema.ts'

const OBJECT = {
  metadata: { name: 'a', labels: { 'a.b/c': 'x', plain: 'y' } },
  spec: {
    replicas: 3,
    ports: [
      { name: 'http', port: 80 },
      { name: 'https', port: 443 },
    ],
    empty: null,
  },
  status: {
    conditions: [
      { type: 'Ready', status: 'True' },
      { type: 'Other', status: 'False' },
    ],
  },
}

const FOUND: [path: string, found: unknown[] | undefined][] = [
  ['.spec.replicas', [3]],
  ['.spec.nothing.at.all', []],
  ['.spec.empty', [null]],
  ['.metadata.labels.a\\.b/c', ['x']],
  [".metadata.labels['a.b/c']", ['x']],
  ['.spec.ports[0].name', ['http']],
  ['.spec.ports[-1].name', ['https']],
  ['.spec.ports[5].name', []],
  ['.spec.ports[*].port', [80, 443]],
  ['.spec.ports[0:1].port', [80]],
  ['.spec.ports[0,1].port', [80, 443]],
  ['.status.conditions[?(@.type=="Ready")].status', ['True']],
  [".status.conditions[?(@.type=='None')].status", []],
  ['.spec.ports[?(@.port>100)].name', ['https']],
  ['.spec.ports[?(@.port)].name', ['http', 'https']],
  ['..port', [80, 443]],
  ['.', [OBJECT]],
  ['spec', undefined],
  ['.spec[', undefined],
  ['.spec[?(@.a ~ 1)]', undefined],
]

for (const [path, found] of FOUND) test(`path ${path}`, () => assert.deepEqual(parseJsonPath(path)?.(OBJECT), found))

const SCHEMA: JsonSchema = {
  type: 'object',
  properties: {
    spec: {
      type: 'object',
      properties: { 'a.b': { type: 'integer' }, map: { type: 'object', additionalProperties: { type: 'string' } } },
    },
  },
}

const READ: [path: string, text: string][] = [
  ['.spec', 'spec'],
  [".spec['a.b']", 'spec.a.b'],
  ['.spec.map.key', 'spec.map[key]'],
  [".spec.map['it\\'s']", "spec.map[it's]"],
]

for (const [path, text] of READ) {
  test(`field path ${path}`, () => assert.equal((readFieldPath(path, SCHEMA) as { text?: string }).text, text))
}

const UNREAD: [path: string, error: string][] = [
  ['spec', 'expected [ or . but got: spec'],
  ['.', 'unexpected end of JSON path'],
  ['.nothing', 'does not refer to a valid field'],
  ['.spec[0]', 'expected single quoted string but got 0'],
  [".spec['a.b'", 'unexpected end of JSON path'],
  [".spec['\\q']", 'invalid string literal: invalid escape char \\q'],
]

for (const [path, error] of UNREAD)
  test(`no field path ${path}`, () => assert.deepEqual(readFieldPath(path, SCHEMA), { error }))

test('selectable fields are written without brackets', () => {
  assert.deepEqual(readFieldPath(".spec['a.b']", SCHEMA, false), { error: 'array notation is not allowed' })
})
