import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { builtinSchema } from '../builtin-schema.ts'
import { defineKind, type Kind } from '../kind.ts'
import { loadSchema } from '../schema.ts'
import type { OpenApiSource } from './definitions.ts'
import { planEndpoints } from './endpoints.ts'
import { encodeOpenApiV2 } from './gnostic.ts'
import { type Json, renderOpenApiV2 } from './v2.ts'
import { renderOpenApiV3, renderOpenApiV3Index } from './v3.ts'

const SCALE = { group: 'autoscaling', version: 'v1', kind: 'Scale' }
const UPDATE = ['get', 'patch', 'update']

const Pod = defineKind({
  group: '',
  version: 'v1',
  kind: 'Pod',
  plural: 'pods',
  scope: 'Namespaced',
  status: true,
  subresources: [
    { name: 'exec', speaks: { group: '', version: 'v1', kind: 'PodExecOptions' }, verbs: ['create', 'get'] },
    { name: 'log', verbs: ['get'] },
  ],
})
const Node = defineKind({ group: '', version: 'v1', kind: 'Node', plural: 'nodes', scope: 'Cluster' })
const Deployment = defineKind({
  group: 'apps',
  version: 'v1',
  kind: 'Deployment',
  plural: 'deployments',
  scope: 'Namespaced',
  subresources: [{ name: 'scale', speaks: SCALE, verbs: UPDATE }],
})
const Widget = defineKind({
  group: 'example.com',
  version: 'v1',
  kind: 'Widget',
  plural: 'widgets',
  scope: 'Namespaced',
  type: 'com.example.v1.Widget',
})

const widget = { type: 'object', description: 'A widget.', properties: { size: { type: 'integer' } } } as const
const source: OpenApiSource = {
  kinds: [Pod, Node, Deployment, Widget] as Kind[],
  table: loadSchema({ 'com.example.v1.Widget': widget }, builtinSchema),
  descriptions: { 'io.k8s.api.core.v1.Pod': { '': 'A pod.', spec: 'What is wanted.' } },
  version: 'v1.36.0',
}
const POD_PATH = '/api/v1/namespaces/{namespace}/pods/{name}'

/** Every `$ref` in a document. */
function references(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return []
  const { $ref } = value as { $ref?: unknown }
  const inner = Object.values(value).flatMap(references)
  return typeof $ref === 'string' ? [$ref, ...inner] : inner
}

const lookUp = (document: object, path: readonly string[]) =>
  path.reduce<unknown>((value, name) => (value as Json | undefined)?.[name], document)

/** Whether a `#/…` reference leads somewhere. */
const leadsSomewhere = (document: object) => (reference: string) =>
  lookUp(document, reference.slice(2).split('/')) !== undefined

suite('endpoints', () => {
  const ids = (kind: Kind) =>
    planEndpoints(kind).flatMap(({ path, operations }) => operations.map(({ method, id }) => `${method} ${path} ${id}`))

  test('of a namespaced kind', () => {
    assert.deepEqual(ids(Deployment), [
      'get /apis/apps/v1/deployments listAppsV1DeploymentForAllNamespaces',
      'get /apis/apps/v1/namespaces/{namespace}/deployments listAppsV1NamespacedDeployment',
      'post /apis/apps/v1/namespaces/{namespace}/deployments createAppsV1NamespacedDeployment',
      'delete /apis/apps/v1/namespaces/{namespace}/deployments deleteAppsV1CollectionNamespacedDeployment',
      'get /apis/apps/v1/namespaces/{namespace}/deployments/{name} readAppsV1NamespacedDeployment',
      'put /apis/apps/v1/namespaces/{namespace}/deployments/{name} replaceAppsV1NamespacedDeployment',
      'patch /apis/apps/v1/namespaces/{namespace}/deployments/{name} patchAppsV1NamespacedDeployment',
      'delete /apis/apps/v1/namespaces/{namespace}/deployments/{name} deleteAppsV1NamespacedDeployment',
      'get /apis/apps/v1/namespaces/{namespace}/deployments/{name}/scale readAppsV1NamespacedDeploymentScale',
      'patch /apis/apps/v1/namespaces/{namespace}/deployments/{name}/scale patchAppsV1NamespacedDeploymentScale',
      'put /apis/apps/v1/namespaces/{namespace}/deployments/{name}/scale replaceAppsV1NamespacedDeploymentScale',
    ])
  })

  test('of a cluster-scoped kind, and of connections', () => {
    assert.ok(ids(Node).includes('get /api/v1/nodes listCoreV1Node'))
    assert.ok(ids(Pod).includes(`post ${POD_PATH}/exec connectCoreV1PostNamespacedPodExec`))
    assert.ok(ids(Pod).includes(`get ${POD_PATH}/log readCoreV1NamespacedPodLog`))
  })
})

suite('version 2', () => {
  const document = renderOpenApiV2(source)

  test('every reference leads somewhere', () => {
    const all = references(document)
    assert.ok(all.length > 200)
    assert.deepEqual(
      all.filter((reference) => !leadsSomewhere(document)(reference)),
      [],
    )
  })

  test('definitions have descriptions, enums and extensions, and no defaults', () => {
    const pod = document.definitions['io.k8s.api.core.v1.Pod']
    assert.equal(pod?.description, 'A pod.')
    assert.deepEqual(lookUp(pod ?? {}, ['properties', 'spec']), {
      description: 'What is wanted.',
      $ref: '#/definitions/io.k8s.api.core.v1.PodSpec',
    })
    assert.deepEqual(pod?.['x-kubernetes-group-version-kind'], [{ group: '', version: 'v1', kind: 'Pod' }])
    const protocol = lookUp(document.definitions['io.k8s.api.core.v1.ContainerPort'] ?? {}, ['properties', 'protocol'])
    assert.deepEqual(protocol, { type: 'string', enum: ['SCTP', 'TCP', 'UDP'] })
  })

  test('a custom kind gets a list type', () => {
    const list = document.definitions['com.example.v1.WidgetList']
    assert.deepEqual(list?.required, ['items'])
    assert.equal(document.definitions['com.example.v1.Widget']?.description, 'A widget.')
  })

  test('patches say in full that they take dryRun and fieldValidation', () => {
    const { parameters } = lookUp(document.paths, [POD_PATH, 'patch']) as { parameters: Json[] }
    const named = parameters.map(({ name }) => name).filter((name) => name !== undefined)
    assert.deepEqual(named, ['body', 'dryRun', 'fieldValidation'])
  })

  test('options of a delete belong to every group version', () => {
    const options = document.definitions['io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions']
    const kinds = options?.['x-kubernetes-group-version-kind'] as { group: string; version: string }[]
    assert.deepEqual(
      kinds.map(({ group }) => group),
      ['', 'apps', 'example.com'],
    )
  })
})

/** The length-delimited fields of a message, as bytes. */
function fieldsOf(message: Uint8Array): [field: number, payload: Uint8Array][] {
  const fields: [number, Uint8Array][] = []
  let at = 0
  const varint = () => {
    let value = 0
    for (let shift = 1; ; shift *= 0x80) {
      const byte = message[at++] ?? 0
      value += (byte & 0x7f) * shift
      if (byte < 0x80) return value
    }
  }
  while (at < message.length) {
    const tag = varint()
    const length = varint()
    if (tag % 8 === 0) continue
    fields.push([Math.floor(tag / 8), message.subarray(at, at + length)])
    at += length
  }
  return fields
}

const inner = (message: Uint8Array, ...path: number[]): Uint8Array =>
  path.reduce((one, field) => fieldsOf(one).find(([number]) => number === field)?.[1] ?? new Uint8Array(), message)

suite('version 2 as protobuf', () => {
  const encoded = encodeOpenApiV2(renderOpenApiV2(source))
  const textOf = (...path: number[]) => Buffer.from(inner(encoded, ...path)).toString()
  const named = (list: Uint8Array, field: number, name: string) =>
    fieldsOf(list).find(([number, pair]) => number === field && Buffer.from(inner(pair, 1)).toString() === name)?.[1] ??
    new Uint8Array()

  test('the document says what it is', () => {
    assert.equal(textOf(1), '2.0')
    assert.equal(textOf(2, 1), 'Kubernetes')
  })

  test('a definition carries type, properties and extensions', () => {
    const pod = inner(named(inner(encoded, 9), 1, 'io.k8s.api.core.v1.Pod'), 2)
    assert.equal(Buffer.from(inner(pod, 4)).toString(), 'A pod.')
    assert.equal(Buffer.from(inner(pod, 22, 1)).toString(), 'object')
    const spec = inner(named(inner(pod, 25), 1, 'spec'), 2)
    assert.equal(Buffer.from(inner(spec, 1)).toString(), '#/definitions/io.k8s.api.core.v1.PodSpec')
    assert.equal(Buffer.from(inner(pod, 31, 1)).toString(), 'x-kubernetes-group-version-kind')
    assert.deepEqual(JSON.parse(Buffer.from(inner(pod, 31, 2, 2)).toString()), [
      { group: '', version: 'v1', kind: 'Pod' },
    ])
  })

  test('a patch carries its parameters by name', () => {
    const patch = inner(named(inner(encoded, 8), 2, POD_PATH), 2, 8)
    const names = fieldsOf(patch)
      .filter(([field]) => field === 8)
      .map(([, parameter]) => Buffer.from(inner(parameter, 1, 2, 3, 4)).toString())
    assert.deepEqual(names.filter(Boolean), ['dryRun', 'fieldValidation'])
  })
})

suite('version 3', () => {
  const document = renderOpenApiV3(source, { group: '', version: 'v1' })
  assert.ok(document)

  test('every reference leads somewhere', () => {
    const all = references(document)
    assert.ok(all.length > 200)
    assert.deepEqual(
      all.filter((reference) => !leadsSomewhere(document)(reference)),
      [],
    )
  })

  test('holds its own group version only, and the types it needs', () => {
    assert.ok(Object.keys(document.paths).every((path) => path.startsWith('/api/v1/')))
    const { schemas } = document.components
    assert.ok(schemas['io.k8s.api.core.v1.PodSpec'])
    assert.equal(schemas['io.k8s.api.apps.v1.Deployment'], undefined)
    assert.equal(renderOpenApiV3(source, { group: 'apps', version: 'v9' }), undefined)
  })

  test('nothing stands beside a reference; defaults are there', () => {
    const { schemas } = document.components
    assert.deepEqual(lookUp(schemas['io.k8s.api.core.v1.Pod'] ?? {}, ['properties', 'spec']), {
      allOf: [{ $ref: '#/components/schemas/io.k8s.api.core.v1.PodSpec' }],
      description: 'What is wanted.',
    })
    const protocol = lookUp(schemas['io.k8s.api.core.v1.ContainerPort'] ?? {}, ['properties', 'protocol', 'default'])
    assert.equal(protocol, 'TCP')
    const quantity = schemas['io.k8s.apimachinery.pkg.api.resource.Quantity']
    assert.deepEqual(quantity?.oneOf, [{ type: 'string' }, { type: 'number' }])
  })

  test('the index names each document by a hash of what it holds', () => {
    const before = renderOpenApiV3Index(source).paths
    assert.deepEqual(Object.keys(before), ['api/v1', 'apis/apps/v1', 'apis/example.com/v1'])
    assert.match(before['api/v1']?.serverRelativeURL ?? '', /^\/openapi\/v3\/api\/v1\?hash=[0-9A-F]{64}$/)
    const changed = loadSchema({ 'com.example.v1.Widget': { type: 'object' } }, builtinSchema)
    const after = renderOpenApiV3Index({ ...source, table: changed }).paths
    assert.deepEqual(after['api/v1'], before['api/v1'])
    assert.notDeepEqual(after['apis/example.com/v1'], before['apis/example.com/v1'])
  })
})
