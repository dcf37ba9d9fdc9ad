import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { KubeObject } from '../../api/meta.ts'
import { inDefault, type TestServer, testServer } from '../test-server.ts'

const HEADERS = { 'content-type': 'application/apply-patch+yaml' }

/** Applies to an object of the namespace `default` as one manager. */
const applier =
  ({ json, fail }: TestServer, apiVersion: string, kind: string, url: string) =>
  (manager: string, body: object) => {
    const request = { body: { apiVersion, kind, metadata: { name: 'a' }, ...body }, headers: HEADERS }
    const target = `${url}/a?fieldManager=${manager}`
    return {
      made: () => json(201, 'PATCH', target, request),
      done: () => json(200, 'PATCH', target, request),
      refused: () => fail('PATCH', target, request),
    }
  }

/** What each manager owns below a path of FieldsV1. */
const ownedBelow = ({ metadata }: KubeObject, ...path: string[]) =>
  Object.fromEntries(
    (metadata.managedFields ?? []).map(({ manager, fieldsV1 }) => [
      manager,
      Object.keys(path.reduce<object>((at, step) => (at as Record<string, object>)[step] ?? {}, fieldsV1 ?? {})).filter(
        (key) => key !== '.',
      ),
    ]),
  )

type Service = KubeObject & { spec: { ports: object[] } }

test('ports without a protocol are those with TCP, whoever applies them', async () => {
  const apply = applier(await testServer(), 'v1', 'Service', inDefault('services'))
  const port = (number: number, more: object = {}) => ({ spec: { ports: [{ port: number, ...more }] } })
  await apply('one', port(80, { name: 'web' })).made()
  await apply('two', port(443, { name: 'tls' })).done()
  const both = (await apply('three', port(80, { protocol: 'TCP', name: 'web' })).done()) as Service
  assert.deepEqual(
    both.spec.ports,
    [80, 443].map((port) => ({ name: port === 80 ? 'web' : 'tls', protocol: 'TCP', port, targetPort: port })),
  )
  assert.deepEqual(ownedBelow(both, 'f:spec', 'f:ports'), {
    one: ['k:{"port":80,"protocol":"TCP"}'],
    two: ['k:{"port":443,"protocol":"TCP"}'],
    three: ['k:{"port":80,"protocol":"TCP"}'],
  })
  const other = await apply('two', port(80, { name: 'other' })).refused()
  assert.deepEqual(
    [other.code, other.details?.causes?.map(({ field }) => field)],
    [409, ['.spec.ports[port=80,protocol="TCP"].name', '.spec.ports[port=80,protocol="TCP"].name']],
  )
  const left = (await apply('two', { spec: {} }).done()) as Service
  assert.deepEqual(left.spec.ports, both.spec.ports.slice(0, 1))
})

test('container ports of two protocols are two', async () => {
  const apply = applier(await testServer(), 'v1', 'Pod', inDefault('pods'))
  const ports = [{ containerPort: 53 }, { containerPort: 53, protocol: 'UDP' }]
  const pod = await apply('one', { spec: { containers: [{ name: 'dns', image: 'dns', ports }] } }).made()
  assert.deepEqual(ownedBelow(pod, 'f:spec', 'f:containers', 'k:{"name":"dns"}', 'f:ports').one, [
    'k:{"containerPort":53,"protocol":"TCP"}',
    'k:{"containerPort":53,"protocol":"UDP"}',
  ])
})

test('an item without its key is told what it lacks by the validation', async () => {
  const apply = applier(await testServer(), 'v1', 'Pod', inDefault('pods'))
  const { code, message } = await apply('one', { spec: { containers: [{ image: 'a' }] } }).refused()
  assert.equal(code, 422)
  assert.match(message ?? '', /spec\.containers\[0\]\.name: Required value/)
})

test('a scalar of another type does not fit the schema', async () => {
  const apply = applier(await testServer(), 'v1', 'ConfigMap', inDefault('configmaps'))
  const { code, message } = await apply('one', { data: { a: 1 } }).refused()
  assert.deepEqual(
    [code, message],
    [
      500,
      'failed to create typed patch object (/a; /v1, Kind=ConfigMap): .data.a: expected string, got &value.valueUnstructured{Value:1}',
    ],
  )
})

test('a raw extension is owned as a whole', async () => {
  const apply = applier(
    await testServer(),
    'apps/v1',
    'ControllerRevision',
    inDefault('controllerrevisions', '', '/apis/apps/v1'),
  )
  const revision = await apply('one', { revision: 1, data: { spec: { a: 1, b: [2] } } }).made()
  assert.deepEqual(revision.metadata.managedFields?.[0]?.fieldsV1, { 'f:data': {}, 'f:revision': {} })
})
