import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { builtinSchema } from './builtin-schema.ts'
import { fieldAt, isFreeForm, loadSchema } from './schema.ts'

const POD = 'io.k8s.api.core.v1.Pod'

suite('the derived schema', () => {
  test('every reference leads somewhere', () => {
    const places = [...builtinSchema.types].flatMap((type) =>
      Object.entries(builtinSchema.schemaOf(type)?.properties ?? {}).map(([name, schema]) => ({ type, name, schema })),
    )
    assert.ok(places.length > 2000)
    for (const { schema } of places) {
      let inner = builtinSchema.resolve(schema)
      while (inner.items) inner = builtinSchema.resolve(inner.items)
      if (typeof inner.additionalProperties === 'object') builtinSchema.resolve(inner.additionalProperties)
    }
  })

  test('formats, enums, required and extensions are there', () => {
    const port = builtinSchema.schemaOf('io.k8s.api.core.v1.ContainerPort')
    assert.deepEqual(port?.required, ['containerPort'])
    assert.deepEqual(port?.properties?.containerPort, { type: 'integer', format: 'int32', default: 0 })
    assert.deepEqual(port?.properties?.protocol, { type: 'string', enum: ['SCTP', 'TCP', 'UDP'], default: 'TCP' })
    const secret = builtinSchema.schemaOf('io.k8s.api.core.v1.Secret')
    assert.deepEqual(secret?.properties?.data?.additionalProperties, { type: 'string', format: 'byte' })
    assert.deepEqual(secret?.properties?.kind, { type: 'string' })
    const claims = fieldAt(builtinSchema, 'io.k8s.api.apps.v1.StatefulSetSpec', ['volumeClaimTemplates'])
    assert.deepEqual(claims?.items, { $ref: 'io.k8s.api.core.v1.PersistentVolumeClaim' })
  })

  test('what the machinery needs is there', () => {
    const meta = [
      'ObjectMeta',
      'ListMeta',
      'Status',
      'DeleteOptions',
      'WatchEvent',
      'APIGroup',
      'APIResourceList',
      'Time',
    ]
    for (const name of meta) assert.ok(builtinSchema.schemaOf(`io.k8s.apimachinery.pkg.apis.meta.v1.${name}`), name)
    assert.ok(isFreeForm(builtinSchema.resolve({ $ref: 'io.k8s.apimachinery.pkg.runtime.RawExtension' })))
  })
})

suite('walking', () => {
  test('a dotted path goes through references and lists', () => {
    const name = fieldAt(builtinSchema, POD, ['spec', 'containers', 'env', 'name'])
    assert.equal(name?.type, 'string')
    assert.equal(fieldAt(builtinSchema, POD, ['spec', 'nonsense']), undefined)
  })

  test('a table may stand upon another', () => {
    const own = { 'com.example.v1.Widget': { type: 'object', properties: { meta: { $ref: POD } } } } as const
    const table = loadSchema(own, builtinSchema)
    assert.equal(table.resolve({ $ref: POD }), builtinSchema.schemaOf(POD))
    assert.equal(fieldAt(table, 'com.example.v1.Widget', ['meta', 'spec', 'nodeName'])?.type, 'string')
    assert.equal(builtinSchema.schemaOf('com.example.v1.Widget'), undefined)
  })
})

suite('as patches see it', () => {
  const pod = builtinSchema.patchSchemaOf(POD)
  const spec = pod?.field('spec')

  test('lists know how they merge', () => {
    const containers = spec?.field('containers')
    assert.deepEqual(containers?.patchStrategy, ['merge'])
    assert.equal(containers?.patchMergeKey, 'name')
    assert.equal(containers?.listType, 'map')
    assert.deepEqual(containers?.mapKeys, ['name'])
    const ports = containers?.items?.field('ports')
    assert.deepEqual(ports?.mapKeys, ['containerPort', 'protocol'])
    assert.equal(ports?.patchMergeKey, 'containerPort')
    assert.equal(ports?.items?.field('protocol')?.default, 'TCP')
    assert.equal(spec?.field('volumes')?.patchStrategy.join(), 'merge,retainKeys')
  })

  test('scalars know what they must be, but for those that are written in more than one way', () => {
    const container = spec?.field('containers')?.items
    const port = container?.field('ports')?.items
    const scalarTypes = [
      container?.field('name'),
      port?.field('containerPort'),
      container?.field('tty'),
      container?.field('resources')?.field('limits')?.field('cpu'),
      container?.field('livenessProbe')?.field('httpGet')?.field('port'),
      pod?.field('metadata')?.field('creationTimestamp'),
    ].map((schema) => schema?.scalarType)
    assert.deepEqual(scalarTypes, ['string', 'numeric', 'boolean', undefined, undefined, undefined])
  })

  test('keys of lists that must be there count as empty where they are not', () => {
    const names = ['containers', 'imagePullSecrets'].map((list) => spec?.field(list)?.items?.field('name')?.default)
    assert.deepEqual(names, ['', ''])
    assert.equal(spec?.field('volumes')?.items?.field('hostPath')?.field('path')?.default, undefined)
  })

  test('maps know what they are', () => {
    assert.equal(spec?.field('nodeSelector')?.mapType, 'atomic')
    assert.equal(spec?.field('nodeSelector')?.isOpenMap, true)
    assert.equal(pod?.field('metadata')?.field('labels')?.mapType, 'granular')
    assert.equal(pod?.field('metadata')?.field('labels')?.field('anything')?.type, 'scalar')
    assert.equal(spec?.field('nonsense'), undefined)
    assert.equal(spec?.typeName, 'PodSpec')
    const revision = builtinSchema.patchSchemaOf('io.k8s.api.apps.v1.ControllerRevision')
    assert.deepEqual([revision?.field('data')?.type, revision?.field('data')?.mapType], ['any', 'atomic'])
  })

  test('a type that contains itself ends', () => {
    const props = 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaProps'
    const schema = builtinSchema.patchSchemaOf(props)
    assert.equal(schema?.field('allOf')?.items, schema)
  })
})
