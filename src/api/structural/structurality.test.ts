import assert from 'node:assert/strict'
import { test } from 'node:test'
import { report as newReport } from '../report.ts'
import { defaultErrors } from './default-errors.ts'
import type { JsonSchema } from './schema.ts'
import { structuralErrors, unsupportedKeyword } from './structurality.ts'

const object = (properties: Record<string, JsonSchema>, rest: JsonSchema = {}): JsonSchema => ({
  type: 'object',
  properties,
  ...rest,
})

function problems(schema: JsonSchema): string[] {
  const report = newReport('schema')
  structuralErrors(schema, 'schema', report)
  return report.causes.map(({ field, message }) => `${field}: ${message}`)
}

const STRUCTURAL: [string, JsonSchema][] = [
  ['an object with fields', object({ spec: object({ a: { type: 'string' } }) })],
  ['names in metadata', object({ metadata: object({ name: { type: 'string', pattern: '^a' } }) })],
  ['an integer or a string', object({ port: { 'x-kubernetes-int-or-string': true } })],
  [
    'an integer or a string as of old',
    object({ port: { anyOf: [{ type: 'integer' }, { type: 'string' }], 'x-kubernetes-int-or-string': true } }),
  ],
  [
    'an integer or a string within allOf',
    object({
      port: {
        allOf: [{ anyOf: [{ type: 'integer' }, { type: 'string' }] }, { not: { enum: [0] } }],
        'x-kubernetes-int-or-string': true,
      },
    }),
  ],
  ['anything at all', { type: 'object', 'x-kubernetes-preserve-unknown-fields': true }],
  [
    'validation of what is there',
    object({ a: { type: 'string' }, b: { type: 'string' } }, { oneOf: [{ required: ['a'] }, { required: ['b'] }] }),
  ],
  [
    'an embedded resource',
    object({
      pod: { type: 'object', 'x-kubernetes-embedded-resource': true, 'x-kubernetes-preserve-unknown-fields': true },
    }),
  ],
]

for (const [what, schema] of STRUCTURAL) {
  test(`structural: ${what}`, () => assert.deepEqual(problems(schema), []))
}

const NOT_STRUCTURAL: [string, JsonSchema, string[]][] = [
  ['no type at the root', {}, ['schema.type: Required value: must not be empty at the root']],
  [
    'another type at the root',
    { type: 'array', items: { type: 'string' } },
    ['schema.type: Invalid value: "array": must be object at the root'],
  ],
  [
    'a field without a type',
    object({ spec: object({ a: {} }) }),
    ['schema.properties[spec].properties[a].type: Required value: must not be empty for specified object fields'],
  ],
  [
    'items without a type, and none at all',
    object({ a: { type: 'array', items: {} }, b: { type: 'array' } }),
    [
      'schema.properties[a].items.type: Required value: must not be empty for specified array items',
      'schema.properties[b].items: Required value: must be specified',
    ],
  ],
  [
    'an open map at the root',
    { type: 'object', additionalProperties: { type: 'string' } },
    ['schema.additionalProperties: Forbidden: must not be used at the root'],
  ],
  [
    'a type within anyOf',
    object({ a: { type: 'string', anyOf: [{ type: 'string', description: 'x' }] } }),
    [
      'schema.properties[a].anyOf[0].type: Forbidden: must be empty to be structural',
      'schema.properties[a].anyOf[0].description: Forbidden: must be empty to be structural',
    ],
  ],
  [
    'a field that only validation speaks of',
    object({}, { allOf: [{ properties: { b: { minLength: 1 } } }] }),
    ['schema.properties[b]: Required value: because it is defined in schema.allOf[0].properties[b]'],
  ],
  [
    'items that only validation speaks of',
    object({ a: { type: 'object' } }, { not: { properties: { a: { items: { minLength: 1 } } } } }),
    ['schema.properties[a].items: Required value: because it is defined in schema.not.properties[a].items'],
  ],
  [
    'metadata that says more than names',
    object({ metadata: object({ labels: { type: 'object' } }) }),
    [
      'schema.properties[metadata]: Forbidden: must not specify anything other than name and generateName, but metadata is implicitly specified',
    ],
  ],
  [
    'metadata within a junctor',
    object({ metadata: { type: 'object' } }, { allOf: [{ properties: { metadata: {} } }] }),
    ['schema.allOf[0].properties[metadata]: Forbidden: must not be specified in a nested context'],
  ],
  [
    'an embedded resource of nothing',
    object({ pod: { 'x-kubernetes-embedded-resource': true } }),
    [
      'schema.properties[pod].type: Required value: must be object if x-kubernetes-embedded-resource is true',
      'schema.properties[pod].properties: Required value: must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields',
    ],
  ],
  [
    'an integer or a string that may be anything',
    object({ a: { 'x-kubernetes-int-or-string': true, 'x-kubernetes-preserve-unknown-fields': true } }),
    [
      'schema.properties[a].x-kubernetes-preserve-unknown-fields: Invalid value: true: must be false if x-kubernetes-int-or-string is true',
    ],
  ],
  [
    'a pattern that is none',
    object({ a: { type: 'string', pattern: '[' } }),
    [
      'schema.properties[a].pattern: Invalid value: "[": must be a valid regular expression, but isn\'t: error parsing regexp: missing closing ]: `[`',
    ],
  ],
]

for (const [what, schema, expected] of NOT_STRUCTURAL) {
  test(`not structural: ${what}`, () => assert.deepEqual(problems(schema), expected))
}

test('keywords that Kubernetes does not have are named, wherever they stand', () => {
  assert.equal(unsupportedKeyword(object({ a: { $ref: '#/b' } })), "OpenAPIV3Schema '$ref' is not supported")
  assert.equal(unsupportedKeyword({ type: 'object', not: { id: 'x' } }), "OpenAPIV3Schema 'id' is not supported")
  assert.equal(
    unsupportedKeyword({ type: 'array', items: [{ type: 'string' }] as unknown as JsonSchema }),
    "OpenAPIV3Schema 'items' must be a schema, but is an array",
  )
  assert.equal(unsupportedKeyword(object({ a: { type: 'string' } }, { definitions: {} })), undefined)
})

test('a default must be what its schema asks for', () => {
  const report = newReport()
  defaultErrors(
    object({
      a: { type: 'string', default: 1 },
      b: object({ c: { type: 'string' } }, { default: { c: 'x', d: 'y' } }),
      e: { type: 'string', enum: ['x'], default: 'y' },
      ok: { type: 'integer', default: 5, minimum: 5 },
      pod: {
        ...{ type: 'object', 'x-kubernetes-embedded-resource': true, 'x-kubernetes-preserve-unknown-fields': true },
        default: { apiVersion: 'v1', metadata: { labels: { a: '!' } } },
      },
    }),
    report,
    true,
  )
  assert.deepEqual(
    report.causes.map(({ field, message }) => `${field}: ${message}`.slice(0, 110)),
    [
      'properties[a].default: Invalid value: "integer":  in body must be of type string: "integer"',
      'properties[b].default: Invalid value: {"c":"x","d":"y"}: must not have unknown fields',
      'properties[e].default: Unsupported value: "y": supported values: "x"',
      'properties[pod].default.kind: Required value',
      'properties[pod].default.metadata.labels: Invalid value: "!": a valid label must be an empty string or consist ',
    ],
  )
})
