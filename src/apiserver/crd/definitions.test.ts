import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CustomResourceDefinition } from '../../api/kinds/apiextensions/custom-resource-definition.ts'
import type { KubeObject } from '../../api/meta.ts'
import { linesOf } from '../../client/body.ts'
import type { TestServer } from '../test-server.ts'
import {
  changeDefinition,
  definitionNow,
  DEFINITIONS_PATH,
  POT_SCHEMA,
  POT_VERSION,
  POTS,
  potBody,
  potDefinition,
  servesDefinitions,
} from './test-definitions.ts'

type Pot = KubeObject & { spec: Record<string, unknown> }
type Resources = { resources: { name: string; verbs: string[]; shortNames?: string[] }[] } & KubeObject

const POT_PATH = `${DEFINITIONS_PATH}/pots.example.com`
const MERGE = { 'content-type': 'application/merge-patch+json' }

const conditionsOf = ({ status }: CustomResourceDefinition) =>
  (status.conditions ?? []).map(({ type, status, reason }) => `${type}=${status} ${reason}`)

test('a definition is established, and its kind served and discovered', async () => {
  const server = await servesDefinitions(potDefinition())
  assert.deepEqual(conditionsOf(await definitionNow(server)), [
    'NamesAccepted=True NoConflicts',
    'Established=True InitialNamesAccepted',
  ])
  const { resources } = await server.json<Resources>(200, 'GET', '/apis/example.com/v1')
  assert.deepEqual(
    resources.map(({ name }) => name),
    ['pots', 'pots/scale', 'pots/status'],
  )
  assert.deepEqual(resources[0]?.shortNames, ['pt'])
  const { groups } = await server.json<{ groups: { name: string }[] } & KubeObject>(200, 'GET', '/apis')
  assert.ok(groups.some(({ name }) => name === 'example.com'))
})

test('what the schema cannot be is told when the definition is written', async () => {
  const server = await servesDefinitions()
  const bad = potDefinition({
    versions: [{ ...POT_VERSION, schema: { openAPIV3Schema: { type: 'object', properties: { spec: {} } } } }],
  })
  const { code, message } = await server.fail('POST', DEFINITIONS_PATH, { body: bad })
  assert.equal(code, 422)
  assert.match(
    message ?? '',
    /^CustomResourceDefinition\.apiextensions\.k8s\.io "pots\.example\.com" is invalid: .*spec\.validation\.openAPIV3Schema\.properties\[spec\]\.type: Required value: must not be empty for specified object fields/,
  )
})

test('schemas within schemas are read as strictly as the rest', async () => {
  const server = await servesDefinitions()
  const items = { type: 'string', maxLength: 'long' }
  const schema = { type: 'object', properties: { spec: { type: 'array', items } } }
  const body = potDefinition({ versions: [{ ...POT_VERSION, schema: { openAPIV3Schema: schema } }] })
  const { code, message } = await server.fail('POST', DEFINITIONS_PATH, { body })
  assert.equal(code, 400)
  assert.match(message ?? '', /cannot unmarshal string into Go struct field .*maxLength of type int64/)
})

test('a definition whose names are taken waits until they are free', async () => {
  const names = { plural: 'pans', kind: 'Pan', singular: 'pan', shortNames: ['pt'] }
  const server = await servesDefinitions(potDefinition(), potDefinition({ names }, 'pans'))
  assert.deepEqual(conditionsOf(await definitionNow(server, 'pans.example.com')), [
    'NamesAccepted=False ShortNamesConflict',
    'Established=False NotAccepted',
  ])
  assert.equal((await server.fail('GET', '/apis/example.com/v1/pans')).code, 404)
  await server.json(200, 'DELETE', POT_PATH)
  await server.clock.settled()
  await server.json(200, 'GET', '/apis/example.com/v1/pans')
})

test('the documents of OpenAPI change when definitions do', async () => {
  const server = await servesDefinitions()
  const index = async () => {
    const { paths } = await server.json<{ paths: Record<string, { serverRelativeURL: string }> } & KubeObject>(
      200,
      'GET',
      '/openapi/v3',
    )
    return paths['apis/example.com/v1']?.serverRelativeURL
  }
  assert.equal(await index(), undefined)
  await server.json(201, 'POST', DEFINITIONS_PATH, { body: potDefinition() })
  await server.clock.settled()
  const before = await index()
  const document = await server.json<never>(200, 'GET', before ?? '')
  const { components, paths } = document as {
    components: { schemas: Record<string, { properties: Record<string, { properties: Record<string, object> }> }> }
    paths: Record<string, unknown>
  }
  const pot = components.schemas['com.example.v1.Pot']
  assert.deepEqual(pot?.properties['spec']?.properties['size'], POT_SCHEMA.properties.spec.properties.size)
  assert.deepEqual(pot?.properties['metadata'], {
    $ref: '#/components/schemas/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta',
  })
  assert.ok(paths['/apis/example.com/v1/namespaces/{namespace}/pots/{name}/scale'])
  await changeDefinition(server, ({ spec }) => {
    Object.assign(spec.versions[0] ?? {}, { subresources: {} })
  })
  assert.notEqual(await index(), before)
})

test('version 2 of OpenAPI shows custom types without what it has no words for', async () => {
  const server = await servesDefinitions(potDefinition())
  const document = await server.json<never>(200, 'GET', '/openapi/v2', { headers: { accept: 'application/json' } })
  const { definitions, paths } = document as {
    definitions: Record<string, { properties: Record<string, { properties: Record<string, object> }> }>
    paths: Record<string, { patch: { consumes: string[] } }>
  }
  const spec = definitions['com.example.v1.Pot']?.properties['spec']?.properties
  assert.deepEqual(spec?.['lid'], {})
  assert.deepEqual(spec?.['any'], { 'x-kubernetes-preserve-unknown-fields': true })
  assert.deepEqual(spec?.['port'], { 'x-kubernetes-int-or-string': true })
  const { consumes } = paths['/apis/example.com/v1/namespaces/{namespace}/pots/{name}']?.patch ?? {}
  assert.ok(!consumes?.includes('application/strategic-merge-patch+json'))
})

const V2 = {
  ...POT_VERSION,
  name: 'v2',
  storage: false,
  schema: {
    openAPIV3Schema: {
      type: 'object',
      properties: {
        spec: {
          type: 'object',
          properties: { size: { type: 'integer' }, shape: { type: 'string', default: 'round' } },
        },
      },
    },
  },
}

const inVersion = (version: string) => POTS.replace('/v1/', `/${version}/`)
const stored = ({ store }: TestServer) => store.get('example.com/pots/default/a')?.object as Pot | undefined

test('versions show one object, each as its schema has it', async () => {
  const server = await servesDefinitions(potDefinition({ versions: [POT_VERSION, V2] }))
  await server.json(201, 'POST', POTS, { body: potBody('a', { colour: 'blue' }) })
  const second = await server.json<Pot>(200, 'GET', `${inVersion('v2')}/a`)
  assert.deepEqual([second.apiVersion, second.spec], ['example.com/v2', { size: 5, shape: 'round' }])
  const { preferredVersion } = await server.json<{ preferredVersion: { version: string } } & KubeObject>(
    200,
    'GET',
    '/apis/example.com',
  )
  assert.equal(preferredVersion.version, 'v2')
  await server.json(200, 'PATCH', `${inVersion('v2')}/a`, { headers: MERGE, body: { spec: { size: 7 } } })
  assert.deepEqual([stored(server)?.apiVersion, stored(server)?.spec['size']], ['example.com/v1', 7])
  const [line] = await server.watchLines<Pot>(`${inVersion('v2')}?watch=1`, 1)
  assert.equal(line?.object.apiVersion, 'example.com/v2')
})

test('writing an object as it is brings it into the version that is stored now', async () => {
  const server = await servesDefinitions(potDefinition({ versions: [POT_VERSION, V2] }))
  await server.json(201, 'POST', POTS, { body: potBody('a') })
  await changeDefinition(server, ({ spec }) => {
    for (const version of spec.versions) version.storage = version.name === 'v2'
  })
  assert.deepEqual((await definitionNow(server)).status.storedVersions, ['v1', 'v2'])
  const body = await server.json<Pot>(200, 'GET', `${inVersion('v2')}/a`)
  assert.equal(stored(server)?.apiVersion, 'example.com/v1')
  await server.json(200, 'PUT', `${inVersion('v2')}/a`, { body })
  assert.equal(stored(server)?.apiVersion, 'example.com/v2')
})

test('who uses a deprecated version is told which to use', async () => {
  const server = await servesDefinitions(potDefinition({ versions: [{ ...POT_VERSION, deprecated: true }, V2] }))
  const { headers } = await server.send('GET', POTS)
  assert.equal(headers['warning'], '299 - "example.com/v1 Pot is deprecated; use example.com/v2 Pot"')
})

test('a definition that goes takes its objects with it, and waits for those that have finalizers', async () => {
  const server = await servesDefinitions(potDefinition())
  await server.json(201, 'POST', POTS, { body: potBody('a') })
  await server.json(201, 'POST', POTS, { body: potBody('b', {}, { metadata: { name: 'b', finalizers: ['x.y/z'] } }) })
  const going = await server.json<CustomResourceDefinition>(200, 'DELETE', POT_PATH)
  assert.deepEqual(going.metadata.finalizers, ['customresourcecleanup.apiextensions.k8s.io'])
  await server.clock.settled()
  assert.deepEqual(conditionsOf(await definitionNow(server)).at(-1), 'Terminating=True InstanceDeletionInProgress')
  const { items } = await server.json<{ items: Pot[] } & KubeObject>(200, 'GET', POTS)
  assert.deepEqual(
    items.map(({ metadata }) => metadata.name),
    ['b'],
  )
  const refusal = await server.fail('POST', POTS, { body: potBody('c') })
  assert.equal(refusal.code, 403)
  assert.match(refusal.message ?? '', /create not allowed while custom resource definition is terminating/)
  const { resources } = await server.json<Resources>(200, 'GET', '/apis/example.com/v1')
  assert.deepEqual(resources[0]?.verbs, ['delete', 'deletecollection', 'get', 'list', 'watch'])
  await server.json(200, 'PATCH', `${POTS}/b`, { headers: MERGE, body: { metadata: { finalizers: null } } })
  await server.clock.settled()
  assert.equal((await server.fail('GET', POT_PATH)).code, 404)
  assert.equal((await server.fail('GET', POTS)).code, 404)
  assert.equal(server.store.get('example.com/pots/default/b'), undefined)
})

test('watches end when the definition changes, and when it goes', async () => {
  const server = await servesDefinitions(potDefinition())
  const watched = async (change: () => Promise<unknown>) => {
    const { body } = await server.send('GET', `${POTS}?watch=1`)
    const reading = (async () => {
      for await (const _ of linesOf(body)) assert.fail('nothing happens to pots')
    })()
    await server.clock.settled()
    await change()
    await reading
  }
  await watched(() => changeDefinition(server, ({ spec }) => Object.assign(spec.names, { categories: ['pottery'] })))
  await watched(() => server.json(200, 'DELETE', POT_PATH))
})

test('a custom kind may be called as one that nothing stores', async () => {
  const names = { plural: 'bindings', kind: 'Binding' }
  const server = await servesDefinitions(potDefinition({ names }, 'bindings'))
  const path = '/apis/example.com/v1/namespaces/default/bindings'
  await server.json(201, 'POST', path, { body: { ...potBody('a'), kind: 'Binding' } })
  await server.json(200, 'GET', `${path}/a`)
})

test('a cluster-scoped kind has no namespace', async () => {
  const server = await servesDefinitions(potDefinition({ scope: 'Cluster' }))
  await server.json(201, 'POST', '/apis/example.com/v1/pots', { body: potBody('a') })
  assert.equal((await server.fail('GET', POTS)).code, 404)
})
