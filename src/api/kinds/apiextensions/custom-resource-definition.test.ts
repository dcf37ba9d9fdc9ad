import assert from 'node:assert/strict'
import { test } from 'node:test'
import { clone } from '../../equal.ts'
import { warnings } from '../../warnings.ts'
import { createProblems, made, updateProblems } from '../problems.ts'
import { CustomResourceDefinition } from './custom-resource-definition.ts'

type Sketch = Record<string, unknown>

const SCHEMA = { type: 'object', properties: { spec: { type: 'object', properties: { a: { type: 'string' } } } } }
const VERSION = { name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: SCHEMA } }

const crd = (spec: Sketch = {}, metadata: Sketch = {}) => ({
  metadata: { name: 'pots.example.com', ...metadata },
  spec: {
    ...{ group: 'example.com', scope: 'Namespaced', names: { plural: 'pots', kind: 'Pot' }, versions: [VERSION] },
    ...spec,
  },
})

const withSchema = (schema: object) => crd({ versions: [{ ...VERSION, schema: { openAPIV3Schema: schema } }] })
const withField = (field: object) =>
  withSchema({ type: 'object', properties: { spec: { type: 'object', properties: { a: field } } } })
const withPart = (part: object) => crd({ versions: [{ ...VERSION, ...part }] })

const FIELD = 'spec.validation.openAPIV3Schema.properties[spec].properties[a]'

test('what a definition leaves open is filled in', () => {
  const { spec, status } = made(CustomResourceDefinition, crd())
  assert.deepEqual(spec.names, { plural: 'pots', kind: 'Pot', singular: 'pot', listKind: 'PotList' })
  assert.deepEqual(spec.conversion, { strategy: 'None' })
  assert.deepEqual(status, { storedVersions: ['v1'] })
})

const WRONG: [what: string, sketch: object, problems: string[]][] = [
  ['nothing', crd(), []],
  [
    'another name',
    crd({}, { name: 'pans.example.com' }),
    ['metadata.name: Invalid value: "pans.example.com": must be spec.names.plural+"."+spec.group'],
  ],
  [
    'a group that is no domain',
    crd({ group: 'example' }, { name: 'pots.example' }),
    ['spec.group: Invalid value: "example": should be a domain with at least one dot'],
  ],
  [
    'another scope',
    crd({ scope: 'World' }),
    ['spec.scope: Unsupported value: "World": supported values: "Cluster", "Namespaced"'],
  ],
  [
    'kind and list kind alike',
    crd({ names: { plural: 'pots', kind: 'Pot', listKind: 'Pot' } }),
    ['spec.names.listKind: Invalid value: "Pot": kind and listKind may not be the same'],
  ],
  [
    'no schema',
    crd({ versions: [{ name: 'v1', served: true, storage: true }] }),
    ['spec.versions[0].schema.openAPIV3Schema: Required value'],
  ],
  [
    'a field without a type',
    withField({}),
    [`${FIELD}.type: Required value: must not be empty for specified object fields`],
  ],
  [
    'a type that is none',
    withField({ type: 'text' }),
    [
      `${FIELD}.type: Unsupported value: "text": supported values: "array", "boolean", "integer", "number", "object", "string"`,
    ],
  ],
  [
    'unique items',
    withField({ type: 'array', items: { type: 'string' }, uniqueItems: true }),
    [
      `${FIELD}.uniqueItems: Forbidden: uniqueItems cannot be set to true since the runtime complexity becomes quadratic`,
    ],
  ],
  ['a reference', withField({ type: 'string', $ref: '#/x' }), [`${FIELD}.$ref: Forbidden: $ref is not supported`]],
  [
    'fields and an open map',
    withField({ type: 'object', properties: { b: { type: 'string' } }, additionalProperties: { type: 'string' } }),
    [`${FIELD}.additionalProperties: Forbidden: additionalProperties and properties are mutual exclusive`],
  ],
  [
    'a map list without keys',
    withField({ type: 'array', 'x-kubernetes-list-type': 'map', items: { type: 'object', properties: {} } }),
    [`${FIELD}.x-kubernetes-list-map-keys: Required value: must not be empty if x-kubernetes-list-type is map`],
  ],
  [
    'a key that may be missing',
    withField({
      ...{ type: 'array', 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['n'] },
      items: { type: 'object', properties: { n: { type: 'string' } } },
    }),
    [
      `${FIELD}.items.properties[n].default: Required value: this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property`,
    ],
  ],
  [
    'a set of objects',
    withField({ type: 'array', 'x-kubernetes-list-type': 'set', items: { type: 'object', properties: {} } }),
    [
      `${FIELD}.items.x-kubernetes-map-type: Invalid value: null: must be atomic as item of a list with x-kubernetes-list-type=set`,
    ],
  ],
  [
    'a default in metadata',
    withSchema({
      type: 'object',
      properties: { metadata: { type: 'object', properties: { name: { type: 'string', default: 'a' } } } },
    }),
    [
      'spec.validation.openAPIV3Schema.properties[metadata].properties[name].default: Forbidden: must not be set in top-level metadata',
    ],
  ],
  [
    'a rule without text',
    withField({ type: 'string', 'x-kubernetes-validations': [{ rule: ' ' }] }),
    [`${FIELD}.x-kubernetes-validations[0].rule: Required value: rule is not specified`],
  ],
  [
    'a rule about a field that is not there',
    withField({ type: 'object', 'x-kubernetes-validations': [{ rule: 'true', fieldPath: '.b' }] }),
    [`${FIELD}.x-kubernetes-validations[0].fieldPath: Invalid value: ".b": must be a valid path`],
  ],
  [
    'two versions that store',
    crd({ versions: [VERSION, { ...VERSION, name: 'v2' }] }),
    ['spec.versions: must have exactly one version marked as storage version'],
  ],
  [
    'a column without a path',
    withPart({ additionalPrinterColumns: [{ name: 'A', type: 'text', jsonPath: 'spec' }] }),
    [
      'spec.additionalPrinterColumns[0].type: Invalid value: "text": must be one of boolean,date,integer,number,string',
      'spec.additionalPrinterColumns[0].JSONPath: Invalid value: "spec": must be a simple json path starting with .',
    ],
  ],
  [
    'a scale elsewhere',
    withPart({ subresources: { scale: { specReplicasPath: '.status.a', statusReplicasPath: '.status.b' } } }),
    ['spec.subresources.scale.specReplicasPath: Invalid value: ".status.a": should be a json path under .spec'],
  ],
  [
    'fields that nothing can be selected by',
    withPart({
      selectableFields: [
        { jsonPath: '.spec' },
        { jsonPath: '.spec.b' },
        { jsonPath: '.spec.a' },
        { jsonPath: '.spec.a' },
      ],
    }),
    [
      'spec.selectableFields[0].jsonPath: Invalid value: ".spec": must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed.',
      'spec.selectableFields[1].jsonPath: Invalid value: ".spec.b": is an invalid path: does not refer to a valid field',
      'spec.selectableFields[3].jsonPath: Duplicate value: ".spec.a"',
    ],
  ],
  [
    'a webhook without an address',
    crd({ conversion: { strategy: 'Webhook', webhook: { conversionReviewVersions: ['v7'] } } }),
    [
      'spec.conversion.webhookClientConfig: Required value: required when strategy is set to Webhook',
      'spec.conversion.conversionReviewVersions: Invalid value: ["v7"]: must include at least one of v1, v1beta1',
    ],
  ],
  [
    'a group of the community',
    crd({ group: 'x.k8s.io' }, { name: 'pots.x.k8s.io' }),
    [
      'metadata.annotations[api-approved.kubernetes.io]: Required value: protected groups must have approval annotation "api-approved.kubernetes.io", see https://github.com/kubernetes/enhancements/pull/1111',
    ],
  ],
  [
    'a deprecation of what is not deprecated',
    withPart({ deprecationWarning: 'go away' }),
    ['spec.versions[0].deprecationWarning: Invalid value: "go away": can only be set for deprecated versions'],
  ],
  [
    'unknown fields kept everywhere',
    crd({ preserveUnknownFields: true }),
    [
      'spec.preserveUnknownFields: Invalid value: true: cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead',
    ],
  ],
]

for (const [what, sketch, expected] of WRONG) {
  test(`a definition with ${what}`, () => {
    const found = createProblems(CustomResourceDefinition, sketch)
    // What is wrong with versions shows all of them, which is not looked at here.
    assert.deepEqual(
      found.map((problem) => problem.replace(/Invalid value: \[\{.*\}\]: /, '')),
      expected,
    )
  })
}

test('versions that differ are told of one by one', () => {
  const second = { ...VERSION, name: 'v2', storage: false, schema: { openAPIV3Schema: { type: 'array' } } }
  const [problem] = createProblems(CustomResourceDefinition, crd({ versions: [VERSION, second] }))
  assert.match(problem ?? '', /^spec\.versions\[1\]\.schema\.openAPIV3Schema/)
})

const STATUS = { conditions: [{ type: 'Established', status: 'True' }], storedVersions: ['v1'] }

test('what is established keeps its kind and scope, and versions that objects are stored in', () => {
  const old = { ...made(CustomResourceDefinition, crd()), status: STATUS } as CustomResourceDefinition
  const next = clone(old)
  Object.assign(next.spec, { scope: 'Cluster', names: { ...next.spec.names, kind: 'Pan' } })
  assert.deepEqual(updateProblems(CustomResourceDefinition, old, next), [
    'spec.scope: Invalid value: "Cluster": field is immutable',
    'spec.names.kind: Invalid value: "Pan": field is immutable',
  ])
  const renamed = clone(old)
  renamed.spec.versions = [{ ...VERSION, name: 'v2' }]
  const [problem] = updateProblems(CustomResourceDefinition, old, renamed)
  assert.match(problem ?? '', /^status\.storedVersions\[0\]: Invalid value: "v1": missing from spec\.versions; v1 was/)
})

test('a version that begins to store is put on record', () => {
  const old = { ...made(CustomResourceDefinition, crd()), status: STATUS } as CustomResourceDefinition
  const next = clone(old)
  next.spec.versions = [
    { ...VERSION, storage: false },
    { ...VERSION, name: 'v2' },
  ]
  CustomResourceDefinition.prepareUpdate?.(next, old, { now: 0 })
  assert.deepEqual(next.status.storedVersions, ['v1', 'v2'])
  assert.deepEqual(old.status.storedVersions, ['v1'])
})

test('formats that mean nothing are warned of once', () => {
  const old = made(CustomResourceDefinition, withField({ type: 'string', format: 'colour' }))
  const told = (before?: CustomResourceDefinition) => {
    const warn = warnings()
    CustomResourceDefinition.warnings?.(old, before, warn)
    return warn.texts
  }
  assert.deepEqual(told(), ['unrecognized format "colour"'])
  assert.deepEqual(told(old), [])
})
