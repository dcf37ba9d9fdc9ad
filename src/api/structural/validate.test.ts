import assert from 'node:assert/strict'
import { test } from 'node:test'
import { report as newReport } from '../report.ts'
import { Correlation } from './correlation.ts'
import { formatMatches } from './formats.ts'
import type { JsonSchema } from './schema.ts'
import { validateValue } from './validate.ts'
import { reportViolations } from './violations.ts'

function problems(schema: JsonSchema, value: unknown, old?: unknown): string[] {
  const report = newReport()
  const correlation = old === undefined ? undefined : new Correlation(value, old, schema)
  reportViolations(validateValue(schema, value, correlation), report)
  return report.causes.map(({ reason, field, message }) => `${reason.replace('FieldValue', '')} ${field}: ${message}`)
}

/** Of a field `a` with this schema and value. */
const of = (schema: JsonSchema, value: unknown) => problems({ type: 'object', properties: { a: schema } }, { a: value })

const WRONG: [string, JsonSchema, unknown, string[]][] = [
  [
    'type',
    { type: 'integer' },
    'x',
    ['TypeInvalid a: Invalid value: "string": a in body must be of type integer: "string"'],
  ],
  [
    'fraction',
    { type: 'integer' },
    1.5,
    ['TypeInvalid a: Invalid value: "number": a in body must be of type integer: "number"'],
  ],
  [
    'null',
    { type: 'string' },
    null,
    ['TypeInvalid a: Invalid value: "null": a in body must be of type string: "null"'],
  ],
  [
    'neither integer nor string',
    { 'x-kubernetes-int-or-string': true },
    true,
    ['TypeInvalid a: Invalid value: "boolean": a in body must be of type integer,string: "boolean"'],
  ],
  [
    'format of another type',
    { type: 'string', format: 'date' },
    5,
    ['TypeInvalid a: Invalid value: "int64": a in body must be of type date: "int64"'],
  ],
  [
    'format',
    { type: 'string', format: 'date-time' },
    'now',
    ['TypeInvalid a: Invalid value: "now": a in body must be of type date-time: "now"'],
  ],
  [
    'enum',
    { type: 'string', enum: ['x', 'y'] },
    'z',
    ['NotSupported a: Unsupported value: "z": supported values: "x", "y"'],
  ],
  [
    'enum of numbers',
    { type: 'integer', enum: [1, 2] },
    3,
    ['NotSupported a: Unsupported value: 3: supported values: "1", "2"'],
  ],
  [
    'minimum',
    { type: 'integer', minimum: 5 },
    4,
    ['Invalid a: Invalid value: 4: a in body should be greater than or equal to 5'],
  ],
  [
    'exclusive maximum',
    { type: 'number', maximum: 5, exclusiveMaximum: true },
    5,
    ['Invalid a: Invalid value: 5: a in body should be less than 5'],
  ],
  [
    'multiple',
    { type: 'integer', multipleOf: 3 },
    4,
    ['Invalid a: Invalid value: 4: a in body should be a multiple of 3'],
  ],
  [
    'range of its format',
    { type: 'integer', format: 'int32' },
    2 ** 31,
    ['Invalid <nil>: Invalid value: "": Checked value must be of type integer with format int32 in a'],
  ],
  ['length', { type: 'string', maxLength: 1 }, 'ab', ['TooLong a: Too long: may not be more than 1 bytes']],
  [
    'short',
    { type: 'string', minLength: 2 },
    '😀',
    ['Invalid a: Invalid value: "😀": a in body should be at least 2 chars long'],
  ],
  [
    'pattern',
    { type: 'string', pattern: '^a$' },
    'b',
    ['Invalid a: Invalid value: "b": a in body should match \'^a$\''],
  ],
  [
    'too many items',
    { type: 'array', maxItems: 1, items: {} },
    [1, 2],
    ['TooMany a: Too many: 2: must have at most 1 item'],
  ],
  [
    'too few items',
    { type: 'array', minItems: 1, items: {} },
    [],
    ['Invalid a: Invalid value: 0: a in body should have at least 1 items'],
  ],
  [
    'items',
    { type: 'array', items: { type: 'object', required: ['b'] } },
    [{}, { b: 1 }],
    ['Required a[0].b: Required value'],
  ],
  [
    'map values',
    { type: 'object', additionalProperties: { type: 'string' } },
    { k: 1 },
    ['TypeInvalid a.k: Invalid value: "integer": a.k in body must be of type string: "integer"'],
  ],
  [
    'too many fields',
    { type: 'object', maxProperties: 1 },
    { b: 1, c: 1 },
    ['TooMany a: Too many: 2: must have at most 1 item'],
  ],
  [
    'anyOf',
    { type: 'string', anyOf: [{ pattern: '^a' }, { maxLength: 1 }] },
    'bb',
    [
      'Invalid <nil>: Invalid value: "": "a" must validate at least one schema (anyOf)',
      'Invalid a: Invalid value: "bb": a in body should match \'^a\'',
    ],
  ],
  [
    'oneOf, of which several hold',
    { type: 'object', oneOf: [{ required: ['x'] }, { required: ['y'] }] },
    { x: 1, y: 1 },
    ['Invalid <nil>: Invalid value: "": "a" must validate one and only one schema (oneOf). Found 2 valid alternatives'],
  ],
  [
    'oneOf, of which none holds',
    { type: 'object', oneOf: [{ required: ['x'] }, { required: ['y'] }] },
    {},
    [
      'Invalid <nil>: Invalid value: "": "a" must validate one and only one schema (oneOf). Found none valid',
      'Required a.x: Required value',
    ],
  ],
  [
    'allOf',
    { type: 'string', allOf: [{ minLength: 1 }, { pattern: 'x' }] },
    'a',
    [
      'Invalid a: Invalid value: "a": a in body should match \'x\'',
      'Invalid <nil>: Invalid value: "": "a" must validate all the schemas (allOf)',
    ],
  ],
  [
    'not',
    { type: 'string', not: { enum: ['a'] } },
    'a',
    ['Invalid <nil>: Invalid value: "": "a" must not validate the schema (not)'],
  ],
]

for (const [what, schema, value, expected] of WRONG) {
  test(`wrong: ${what}`, () => assert.deepEqual(of(schema, value), expected))
}

const RIGHT: [string, JsonSchema, unknown][] = [
  ['an integer as a number', { type: 'number' }, 3],
  ['a null that may be', { type: 'string', nullable: true }, null],
  ['an integer or a string', { 'x-kubernetes-int-or-string': true }, '80%'],
  ['a format that nobody knows', { type: 'string', format: 'colour' }, 'green'],
  ['one of several', { type: 'string', oneOf: [{ enum: ['a'] }, { enum: ['b'] }] }, 'b'],
  ['what no schema speaks of', { type: 'object', 'x-kubernetes-preserve-unknown-fields': true }, { a: [{}] }],
]

for (const [what, schema, value] of RIGHT) test(`right: ${what}`, () => assert.deepEqual(of(schema, value), []))

test('what an update leaves as it was need not be right', () => {
  const item: JsonSchema = {
    type: 'object',
    required: ['name'],
    properties: { name: {}, v: { type: 'string', maxLength: 1 } },
  }
  const list = { type: 'array', items: item } as const
  const schema: JsonSchema = {
    type: 'object',
    properties: {
      a: { type: 'string', maxLength: 1 },
      b: { type: 'string', maxLength: 1 },
      map: { ...list, 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['name'] },
      atomic: list,
    },
  }
  const bad = { name: 'x', v: 'long' }
  const old = { a: 'long', b: 'b', map: [bad], atomic: [bad] }
  assert.deepEqual(problems(schema, { ...old, b: 'c' }, old), [])
  assert.deepEqual(problems(schema, { ...old, b: 'longer' }, old), [
    'TooLong b: Too long: may not be more than 1 bytes',
  ])
  assert.deepEqual(problems(schema, { ...old, map: [{ name: 'y', v: 'y' }, bad] }, old), [])
  assert.deepEqual(problems(schema, { ...old, atomic: [{ name: 'y', v: 'y' }, bad] }, old), [
    'TooLong atomic[1].v: Too long: may not be more than 1 bytes',
  ])
})

const FORMATS: [format: string, good: string[], bad: string[]][] = [
  ['date', ['2024-02-29'], ['2023-02-29', '2024-2-1', '24-02-01']],
  ['date-time', ['2024-02-29T10:00:00Z', '2024-01-01t00:00:00.5+01:00'], ['2024-01-01', '2024-01-01T24:00:00Z']],
  ['duration', ['1h30m', '0', '22 ns', '3 days'], ['', 'soon', '5']],
  ['email', ['a@b.c', 'A B <a@b.c>'], ['a', '@b', 'a b@c']],
  ['hostname', ['example.com', '1.example.com'], ['-a.com', 'a_b.com', '']],
  ['ipv4', ['1.2.3.4'], ['1.2.3', '::1']],
  ['ipv6', ['::1'], ['1.2.3.4', ':::']],
  ['cidr', ['10.0.0.1/8', '::/0'], ['10.0.0.0', '10.0.0.0/33']],
  ['mac', ['00:00:5e:00:53:01', '0000.5e00.5301'], ['00:00', 'zz:00:5e:00:53:01']],
  ['uri', ['http://a/b?c', '/a', 'urn:x'], ['a', '', 'http://a b/']],
  ['uuid', ['A987FBC9-4BED-3078-CF07-9141BA07C9F3'], ['x']],
  ['uuid4', ['57b73598-8764-4ad0-a76a-679bb6640eb1'], ['A987FBC9-4BED-3078-CF07-9141BA07C9F3']],
  ['byte', ['YQ=='], ['', 'a', 'YQ']],
  ['isbn', ['0321751043', '978-0321751041'], ['0321751044']],
  ['creditcard', ['4111 1111 1111 1111'], ['4111 1111 1111 1112']],
  ['rgbcolor', ['rgb(255, 0,0)'], ['rgb(256,0,0)']],
  ['k8s-short-name', ['a-b'], ['a.b', 'A']],
  ['k8s-long-name', ['a.b'], ['a..b']],
]

for (const [format, good, bad] of FORMATS) {
  test(`format ${format}`, () => {
    assert.deepEqual(
      good.filter((text) => !formatMatches(format, text)),
      [],
    )
    assert.deepEqual(
      bad.filter((text) => formatMatches(format, text)),
      [],
    )
  })
}
