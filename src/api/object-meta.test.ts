import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nameIsDns1123Label } from './names.ts'
import { validateObjectMeta, validateObjectMetaUpdate } from './object-meta.ts'
import { report } from './report.ts'

type Metadata = Parameters<typeof validateObjectMeta>[0]
const NAMESPACED = { scope: 'Namespaced', type: 'io.k8s.api.core.v1.Pod' } as const
const CLUSTER = { scope: 'Cluster', nameRule: nameIsDns1123Label } as const

function created(metadata: Metadata, kind: typeof NAMESPACED | typeof CLUSTER = NAMESPACED): string[] {
  const at = report('metadata')
  validateObjectMeta({ name: 'a', ...(kind === NAMESPACED && { namespace: 'b' }), ...metadata }, kind, at)
  return at.causes.map(({ field, message }) => `${field}: ${message}`)
}

const owner = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'rs', uid: 'u' }

const CASES: [what: string, metadata: Metadata, problems: string[]][] = [
  ['nothing wrong', { labels: { 'a.b/c': 'd' }, finalizers: ['a.b/c'], ownerReferences: [owner] }, []],
  ['no name', { name: '' }, ['metadata.name: Required value: name or generateName is required']],
  ['no namespace', { namespace: '' }, ['metadata.namespace: Required value']],
  ['a bad namespace', { namespace: 'a.b' }, ['metadata.namespace: Invalid value: "a.b": must not contain dots']],
  [
    'a bad label',
    { labels: { 'a/': 'b' } },
    [
      'metadata.labels: Invalid value: "a/": name part must be non-empty',
      "metadata.labels: Invalid value: \"a/\": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')",
    ],
  ],
  [
    'annotations that take too much',
    { annotations: { a: 'x'.repeat(262_144) } },
    ['metadata.annotations: Too long: may not be more than 262144 bytes'],
  ],
  ['an annotation in capitals', { annotations: { 'EXAMPLE.com/A': '' } }, []],
  [
    'a finalizer that nobody knows',
    { finalizers: ['mine'] },
    [
      'metadata.finalizers[0]: Invalid value: "mine": name is neither a standard finalizer name nor is it fully qualified',
    ],
  ],
  [
    'two ways to go',
    { finalizers: ['orphan', 'foregroundDeletion'] },
    [
      'metadata.finalizers: Invalid value: ["orphan","foregroundDeletion"]: finalizer orphan and foregroundDeletion cannot be both set',
    ],
  ],
  [
    'an owner that is not named',
    { ownerReferences: [{ ...owner, name: '', uid: '' }] },
    [
      'metadata.ownerReferences.name: Invalid value: "": must not be empty',
      'metadata.ownerReferences.uid: Invalid value: "": must not be empty',
    ],
  ],
  [
    'an event as owner',
    { ownerReferences: [{ ...owner, apiVersion: 'v1', kind: 'Event' }] },
    [
      'metadata.ownerReferences: Invalid value: {"apiVersion":"v1","kind":"Event","name":"rs","uid":"u"}: /v1, Kind=Event is disallowed from being an owner',
    ],
  ],
  [
    'two controllers',
    {
      ownerReferences: [
        { ...owner, controller: true },
        { ...owner, name: 'other', controller: true },
      ],
    },
    [
      'metadata.ownerReferences: Invalid value: [{"apiVersion":"apps/v1","kind":"ReplicaSet","name":"rs","uid":"u","controller":true},{"apiVersion":"apps/v1","kind":"ReplicaSet","name":"other","uid":"u","controller":true}]: Only one reference can have Controller set to true. Found "true" in references for ReplicaSet/rs and ReplicaSet/other',
    ],
  ],
]

for (const [what, metadata, problems] of CASES) {
  test(`a new object with ${what}`, () => assert.deepEqual(created(metadata), problems))
}

test('a cluster-scoped object has no namespace, and its kind says how it may be called', () => {
  assert.deepEqual(created({ namespace: 'b' }, CLUSTER), ['metadata.namespace: Forbidden: not allowed on this type'])
  assert.deepEqual(created({ name: 'a.b' }, CLUSTER), ['metadata.name: Invalid value: "a.b": must not contain dots'])
})

const OLD = {
  name: 'a',
  namespace: 'b',
  uid: 'u',
  creationTimestamp: '2026-01-01T00:00:00Z',
  resourceVersion: '1',
  generation: 2,
}

const UPDATES: [what: string, next: Metadata, old: Metadata, problems: string[]][] = [
  ['nothing', {}, {}, []],
  [
    'no resourceVersion',
    { resourceVersion: '' },
    {},
    ['metadata.resourceVersion: Invalid value: "": must be specified for an update'],
  ],
  ['another uid', { uid: 'v' }, {}, ['metadata.uid: Invalid value: "v": field is immutable']],
  ['a lower generation', { generation: 1 }, {}, ['metadata.generation: Invalid value: 1: must not be decremented']],
  [
    'a time of deletion',
    { deletionTimestamp: '2026-01-02T00:00:00Z' },
    {},
    ['metadata.deletionTimestamp: Invalid value: "2026-01-02T00:00:00Z": field is immutable'],
  ],
  [
    'a finalizer, too late',
    { finalizers: ['a/b', 'c/d'], deletionTimestamp: 'x' },
    { finalizers: ['a/b'], deletionTimestamp: 'x' },
    [
      'metadata.finalizers: Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{"c/d"}',
    ],
  ],
]

for (const [what, next, old, problems] of UPDATES) {
  test(`an update that brings ${what}`, () => {
    const at = report('metadata')
    validateObjectMetaUpdate({ ...OLD, ...next }, { ...OLD, ...old }, NAMESPACED, at)
    assert.deepEqual(
      at.causes.map(({ field, message }) => `${field}: ${message}`),
      problems,
    )
  })
}
