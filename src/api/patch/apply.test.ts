import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { clone } from '../equal.ts'
import { ApiError } from '../errors.ts'
import { type ApplyRequest, serverSideApply, trackManagedFields, type UpdateRequest } from './apply.ts'
import type { ManagedFieldsEntry } from './managed-fields.ts'
import type { JsonObject } from './schema.ts'
import { deploymentSchema } from './test-schema.ts'

const T0 = Date.UTC(2026, 0, 1)

function deployment(spec: JsonObject, more: JsonObject = {}): JsonObject {
  const { metadata, ...rest } = more
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'default', ...(metadata as JsonObject) },
    spec,
    ...rest,
  }
}

function apply(manager: string, live: JsonObject | undefined, applied: JsonObject, more: Partial<ApplyRequest> = {}) {
  return serverSideApply({
    live,
    applied,
    manager,
    force: false,
    schema: deploymentSchema,
    apiVersion: 'apps/v1',
    now: T0,
    ...more,
  }).object
}

function update(manager: string, old: JsonObject | undefined, now: JsonObject, more: Partial<UpdateRequest> = {}) {
  const managedFields = trackManagedFields({
    old,
    new: now,
    manager,
    operation: 'Update',
    schema: deploymentSchema,
    apiVersion: 'apps/v1',
    now: T0,
    ...more,
  })
  const { managedFields: _, ...metadata } = now.metadata as JsonObject
  return { ...now, metadata: managedFields ? { ...metadata, managedFields } : metadata }
}

const entriesOf = (object: JsonObject) =>
  (object.metadata as { managedFields?: ManagedFieldsEntry[] }).managedFields ?? []

/** The entries as `manager operation: fields`, short enough to compare. */
const owners = (object: JsonObject) =>
  entriesOf(object).map(
    ({ manager, operation, subresource, fieldsV1 }) =>
      `${manager}${subresource ? `/${subresource}` : ''} ${operation} ${JSON.stringify(fieldsV1)}`,
  )

const specOf = (object: JsonObject) => object.spec as JsonObject

function errorOf(run: () => unknown): ApiError {
  try {
    run()
  } catch (error) {
    if (error instanceof ApiError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

const containers = (...list: JsonObject[]) => ({ template: { spec: { containers: list } } })

describe('apply', () => {
  test('creates the object with what it was given, and says who owns it', () => {
    const applied = deployment(
      { replicas: 2, ...containers({ name: 'a', image: 'nginx', ports: [{ containerPort: 80 }] }) },
      { metadata: { labels: { app: 'web' } } },
    )
    const made = apply('me', undefined, applied)
    assert.deepEqual(made.spec, applied.spec)
    assert.deepEqual(entriesOf(made), [
      {
        manager: 'me',
        operation: 'Apply',
        apiVersion: 'apps/v1',
        time: '2026-01-01T00:00:00Z',
        fieldsType: 'FieldsV1',
        fieldsV1: {
          'f:metadata': { 'f:labels': { 'f:app': {} } },
          'f:spec': {
            'f:replicas': {},
            'f:template': {
              'f:spec': {
                'f:containers': {
                  'k:{"name":"a"}': {
                    '.': {},
                    'f:image': {},
                    'f:name': {},
                    'f:ports': { 'k:{"containerPort":80,"protocol":"TCP"}': { '.': {}, 'f:containerPort': {} } },
                  },
                },
              },
            },
          },
        },
      },
    ])
  })

  test('leaves its inputs alone', () => {
    const live = apply('me', undefined, deployment({ replicas: 1, ...containers({ name: 'a', image: 'x' }) }))
    const applied = deployment({ replicas: 2, ...containers({ name: 'b', image: 'y' }) })
    const before = clone([live, applied])
    apply('me', live, applied)
    assert.deepEqual([live, applied], before)
  })

  test('merges maps and keyed lists, replaces atomic ones', () => {
    const live = apply(
      'one',
      undefined,
      deployment({
        selector: { matchLabels: { a: '1' } },
        template: { spec: { nodeSelector: { a: '1' }, containers: [{ name: 'a', command: ['x', 'y'] }] } },
      }),
    )
    const merged = apply(
      'two',
      live,
      deployment({
        selector: { matchLabels: { b: '2' } },
        template: {
          spec: { nodeSelector: { b: '2' }, containers: [{ name: 'b' }, { name: 'a', command: ['z'] }] },
        },
      }),
      { force: true },
    )
    assert.deepEqual(merged.spec, {
      selector: { matchLabels: { b: '2' } },
      template: { spec: { nodeSelector: { b: '2' }, containers: [{ name: 'b' }, { name: 'a', command: ['z'] }] } },
    })
  })

  test('keeps the order of the live list, and puts what is new where the configuration has it', () => {
    const cases: [live: string[], applied: string[], merged: string[]][] = [
      [['a', 'b', 'c'], ['b'], ['a', 'b', 'c']],
      [
        ['a', 'b', 'c'],
        ['c', 'a'],
        ['b', 'c', 'a'],
      ],
      [
        ['a', 'b'],
        ['b', 'a'],
        ['b', 'a'],
      ],
      [
        ['a', 'x', 'b'],
        ['a', 'n', 'b'],
        ['a', 'x', 'n', 'b'],
      ],
      [
        ['a', 'b', 'x'],
        ['b', 'a', 'n'],
        ['b', 'x', 'a', 'n'],
      ],
      [[], ['b', 'a'], ['b', 'a']],
      [['a', 'b'], ['n'], ['a', 'b', 'n']],
    ]
    for (const [live, applied, merged] of cases) {
      const object = apply(
        'me',
        deployment({}, { metadata: { finalizers: live } }),
        deployment({}, { metadata: { finalizers: applied } }),
      )
      assert.deepEqual((object.metadata as JsonObject).finalizers, merged, `${live} + ${applied}`)
    }
  })

  test('says no when someone else owns a field that it would change', () => {
    const live = update('kubectl-client-side-apply', undefined, deployment({ replicas: 1 }))
    const error = errorOf(() => apply('me', live, deployment({ replicas: 3 })))
    assert.equal(error.code, 409)
    assert.equal(error.reason, 'Conflict')
    assert.equal(
      error.message,
      'Apply failed with 1 conflict: conflict with "kubectl-client-side-apply" using apps/v1: .spec.replicas',
    )
    assert.deepEqual(error.status.details?.causes, [
      {
        reason: 'FieldManagerConflict',
        message: 'conflict with "kubectl-client-side-apply" using apps/v1',
        field: '.spec.replicas',
      },
    ])
  })

  test('lists several conflicts by manager', () => {
    const first = apply('zoe', undefined, deployment({ replicas: 1, paused: true }))
    const withImage = { ...first, spec: { ...specOf(first), ...containers({ name: 'a', image: 'x' }) } }
    const live = update('scaler', first, withImage, { subresource: 'scale' })
    const error = errorOf(() =>
      apply('me', live, deployment({ replicas: 2, paused: false, ...containers({ name: 'a', image: 'y' }) })),
    )
    assert.equal(
      error.message,
      [
        'Apply failed with 3 conflicts: conflicts with "scaler" with subresource "scale" using apps/v1:',
        '- .spec.template.spec.containers[name="a"].image',
        'conflicts with "zoe":',
        '- .spec.paused',
        '- .spec.replicas',
      ].join('\n'),
    )
  })

  test('with force, takes the field over', () => {
    const live = apply('one', undefined, deployment({ replicas: 1, paused: true }))
    const merged = apply('two', live, deployment({ replicas: 3 }), { force: true })
    assert.equal(specOf(merged).replicas, 3)
    assert.deepEqual(owners(merged), ['one Apply {"f:spec":{"f:paused":{}}}', 'two Apply {"f:spec":{"f:replicas":{}}}'])
  })

  test('who applies the same value becomes an owner beside the other', () => {
    const live = apply('one', undefined, deployment({ replicas: 1 }))
    const shared = apply('two', live, deployment({ replicas: 1 }))
    assert.deepEqual(owners(shared), [
      'two Apply {"f:spec":{"f:replicas":{}}}',
      'one Apply {"f:spec":{"f:replicas":{}}}',
    ])
    // The second applied nothing new, so it has no time; dropping the field by one leaves it to the other.
    const left = apply('one', shared, deployment({}))
    assert.equal(specOf(left).replicas, 1)
    assert.deepEqual(owners(left), ['two Apply {"f:spec":{"f:replicas":{}}}', 'one Apply {"f:spec":{}}'])
  })

  test('removes what it no longer applies and nobody else owns', () => {
    const live = apply(
      'me',
      undefined,
      deployment(
        { replicas: 1, ...containers({ name: 'a', image: 'x' }, { name: 'b', image: 'y', env: [{ name: 'E' }] }) },
        { metadata: { labels: { a: '1', b: '2' } } },
      ),
    )
    const now = apply('me', live, deployment({ ...containers({ name: 'a' }) }, { metadata: { labels: { a: '1' } } }))
    assert.deepEqual(now.spec, { template: { spec: { containers: [{ name: 'a' }] } } })
    assert.deepEqual((now.metadata as JsonObject).labels, { a: '1' })
  })

  test('what others put into a list item that goes keeps the item', () => {
    const live = apply('me', undefined, deployment(containers({ name: 'a', image: 'x' }, { name: 'b', image: 'y' })))
    const touched = apply('other', live, deployment(containers({ name: 'b', command: ['run'] })))
    const now = apply('me', touched, deployment(containers({ name: 'a', image: 'x' })))
    assert.deepEqual(now.spec, containers({ name: 'a', image: 'x' }, { name: 'b', command: ['run'] }))
  })

  test('what nobody owns stays when its parent is no longer applied', () => {
    const live = apply('me', undefined, deployment({ replicas: 1, template: { spec: { hostname: 'h' } } }))
    const defaulted = { ...live, spec: { ...specOf(live), strategy: { type: 'RollingUpdate' } } }
    const now = apply('me', defaulted, deployment({ replicas: 1 }))
    assert.deepEqual(now.spec, { replicas: 1, strategy: { type: 'RollingUpdate' } })
  })

  test('applied again, changes nothing, not even the time', () => {
    const applied = deployment({ replicas: 1 })
    const live = apply('me', undefined, applied)
    assert.equal(apply('me', live, applied, { now: T0 + 60_000 }), live)
  })

  test('the time moves when the object changes', () => {
    const live = apply('me', undefined, deployment({ replicas: 1 }))
    const now = apply('me', live, deployment({ replicas: 2 }), { now: T0 + 60_000 })
    assert.equal(entriesOf(now)[0]?.time, '2026-01-01T00:01:00Z')
  })

  test('fields of an object that was never applied belong to before-first-apply', () => {
    const live = deployment({ replicas: 1 }, { metadata: { uid: 'u', resourceVersion: '3', labels: { a: '1' } } })
    const error = errorOf(() => apply('me', live, deployment({ replicas: 2 })))
    assert.match(error.message, /conflict with "before-first-apply" using apps\/v1: .spec.replicas$/)
    const forced = apply('me', live, deployment({ replicas: 2 }), { force: true })
    assert.deepEqual(owners(forced), [
      'me Apply {"f:spec":{"f:replicas":{}}}',
      'before-first-apply Update {"f:metadata":{"f:labels":{".":{},"f:a":{}}}}',
    ])
  })

  test('status is not for the main resource, nor the rest for status', () => {
    const applied = deployment({ replicas: 1 }, { status: { replicas: 5 } })
    assert.deepEqual(owners(apply('me', undefined, applied, { resetFields: [['status']] })), [
      'me Apply {"f:spec":{"f:replicas":{}}}',
    ])
    const live = deployment({ replicas: 1 })
    const status = apply('me', live, applied, { resetFields: [['spec'], ['metadata']], subresource: 'status' })
    assert.deepEqual(owners(status), ['me/status Apply {"f:status":{"f:replicas":{}}}'])
  })

  test('what does not fit the schema is refused in upstream’s words', () => {
    const refuse = (applied: JsonObject) => errorOf(() => apply('me', undefined, applied))
    const cases: [JsonObject, string][] = [
      [deployment({ replica: 1 }), '.spec.replica: field not declared in schema'],
      [deployment({ replicas: 'x' }), '.spec.replicas: expected numeric (int or float), got string'],
      [
        deployment(containers({ name: 'a', image: 5 })),
        '.spec.template.spec.containers[name="a"].image: expected string, got &value.valueUnstructured{Value:5}',
      ],
      [
        deployment({ template: { spec: { containers: { name: 'a' } } } }),
        '.spec.template.spec.containers: expected list, got &{map[name:a]}',
      ],
      [
        deployment(containers({ name: 'a' }, { name: 'a' })),
        '.spec.template.spec.containers: duplicate entries for key [name="a"]',
      ],
      [
        deployment(containers({ image: 'x' })),
        '.spec.template.spec.containers: element 0: associative list with keys has an element that omits all key fields ["name"] (and doesn\'t have default values for any key fields)',
      ],
      [
        deployment({ replicas: 'x', paused: 'y' }),
        'errors:\n  .spec.replicas: expected numeric (int or float), got string\n  .spec.paused: expected boolean, got &{y}',
      ],
    ]
    for (const [applied, message] of cases) {
      const error = refuse(applied)
      assert.equal(error.code, 500)
      assert.equal(
        error.message,
        `failed to create typed patch object (default/web; apps/v1, Kind=Deployment): ${message}`,
      )
    }
  })

  test('another version and managedFields of one’s own are bad requests', () => {
    const other = errorOf(() => apply('me', undefined, { ...deployment({}), apiVersion: 'apps/v1beta1' }))
    assert.equal(other.message, 'invalid object type: apps/v1beta1, Kind=Deployment')
    const managed = errorOf(() => apply('me', undefined, deployment({}, { metadata: { managedFields: [] } })))
    assert.deepEqual([managed.code, managed.message], [400, 'metadata.managedFields must be nil'])
  })

  test('without a schema, lists are replaced whole and every map is its applier’s', () => {
    const options = { schema: undefined }
    const live = apply('one', undefined, deployment({ list: [1, 2], map: { a: 1 } }), options)
    const now = apply('two', live, deployment({ map: { b: 2 } }), options)
    assert.deepEqual(now.spec, { list: [1, 2], map: { a: 1, b: 2 } })
    assert.deepEqual(owners(now)[1], 'two Apply {"f:spec":{".":{},"f:map":{".":{},"f:b":{}}}}')
    const error = errorOf(() => apply('two', now, deployment({ list: [1] }), options))
    assert.match(error.message, /: .spec.list$/)
  })
})

describe('update', () => {
  test('owns all that it created, but not what the server sets', () => {
    const made = update(
      'kubectl',
      undefined,
      deployment(
        { replicas: 1, selector: { matchLabels: { a: '1' } }, ...containers({ name: 'a' }) },
        { metadata: { uid: 'u', generation: 1, creationTimestamp: 'x', labels: { a: '1' } } },
      ),
    )
    assert.deepEqual(owners(made), [
      'kubectl Update {"f:metadata":{"f:labels":{".":{},"f:a":{}}},"f:spec":{"f:replicas":{},"f:selector":{},' +
        '"f:template":{"f:spec":{"f:containers":{".":{},"k:{\\"name\\":\\"a\\"}":{".":{},"f:name":{}}}}}}}',
    ])
  })

  test('takes what it changes from its owners', () => {
    const live = apply('me', undefined, deployment({ replicas: 1, paused: true }))
    const now = update('scaler', live, { ...live, spec: { replicas: 5, paused: true } })
    assert.deepEqual(owners(now), ['me Apply {"f:spec":{"f:paused":{}}}', 'scaler Update {"f:spec":{"f:replicas":{}}}'])
  })

  test('removing a field takes it from everyone and gives it to no one', () => {
    const live = apply('me', undefined, deployment({ replicas: 1, paused: true }))
    const now = update('other', live, { ...live, spec: { paused: true } }, { now: T0 + 60_000 })
    assert.deepEqual(owners(now), ['me Apply {"f:spec":{"f:paused":{}}}'])
    assert.equal(entriesOf(now)[0]?.time, '2026-01-01T00:00:00Z')
  })

  test('without a change the entries are the very same', () => {
    const live = update('me', undefined, deployment({ replicas: 1 }))
    const again = update(
      'me',
      live,
      { ...clone(live), metadata: { ...live.metadata, generation: 2 } },
      {
        now: T0 + 60_000,
      },
    )
    assert.equal(entriesOf(again)[0], entriesOf(live)[0])
  })

  test('the status subresource is an owner of its own', () => {
    const live = update('me', undefined, deployment({ replicas: 1 }))
    const now = update('me', live, { ...live, status: { readyReplicas: 1 } }, { subresource: 'status' })
    assert.deepEqual(owners(now), [
      'me Update {"f:spec":{"f:replicas":{}}}',
      'me/status Update {"f:status":{"f:readyReplicas":{}}}',
    ])
  })

  test('a client that sends no managedFields, or nonsense, does not delete them', () => {
    const live = update('me', undefined, deployment({ replicas: 1 }))
    const sent = (managedFields: unknown) => deployment({ replicas: 1 }, { metadata: { managedFields } })
    const nonsense = [{ manager: 'x', operation: 'Eat', apiVersion: 'v1', fieldsType: 'FieldsV1' }]
    for (const value of [undefined, null, nonsense])
      assert.deepEqual(owners(update('me', live, sent(value))), owners(live))
    for (const value of [[], [{}]]) assert.deepEqual(owners(update('me', live, sent(value))), [])
  })

  test('an object without managedFields gets none by an update', () => {
    const old = deployment({ replicas: 1 }, { metadata: { uid: 'u' } })
    assert.deepEqual(owners(update('me', old, deployment({ replicas: 2 }))), [])
  })

  test('a client may change managedFields, in whatever form', () => {
    const live = update('me', undefined, deployment({ replicas: 1 }))
    const managedFields = [
      {
        manager: 'z',
        operation: 'Apply',
        apiVersion: 'apps/v1',
        fieldsType: 'FieldsV1',
        fieldsV1: { 'f:b': {}, 'k:{"y":1, "x":"a"}': {}, 'f:a': {}, 'q:later': {} },
      },
    ]
    const now = update('me', live, deployment({ replicas: 1 }, { metadata: { managedFields } }))
    assert.deepEqual(owners(now), ['z Apply {"f:a":{},"f:b":{},"k:{\\"x\\":\\"a\\",\\"y\\":1}":{}}'])
  })

  test('more than ten updaters are folded, the oldest first', () => {
    let object = deployment({}, { metadata: { labels: {} } })
    for (let i = 0; i < 13; i++) {
      const labels = { ...((object.metadata as JsonObject).labels as JsonObject), [`l${i}`]: 'x' }
      const next = { ...object, metadata: { ...(object.metadata as JsonObject), labels } }
      object = update(`m${i}`, i === 0 ? undefined : object, next, { now: T0 + i * 1000 })
    }
    const entries = entriesOf(object)
    assert.equal(entries.length, 10)
    assert.equal(entries[0]?.manager, 'ancient-changes')
    assert.equal(entries[0]?.time, '2026-01-01T00:00:03Z')
    assert.deepEqual(Object.keys(entries[0]?.fieldsV1?.['f:metadata']?.['f:labels'] ?? {}), [
      '.',
      'f:l0',
      'f:l1',
      'f:l2',
      'f:l3',
    ])
    assert.deepEqual(
      entries.slice(1).map(({ manager }) => manager),
      ['m4', 'm5', 'm6', 'm7', 'm8', 'm9', 'm10', 'm11', 'm12'],
    )
  })
})
