import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { KubeObject } from '../../api/meta.ts'
import { configMapBody, inDefault, podBody, testServer } from '../test-server.ts'

const CONFIG_MAPS = inDefault('configmaps')
const DEPLOYMENTS = inDefault('deployments', '', '/apis/apps/v1')

type ConfigMap = KubeObject & { data?: Record<string, string> }
type Workload = KubeObject & { spec: { replicas: number; paused?: boolean }; status: { replicas?: number } }

const deploymentBody = (name: string, spec: object = {}) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name },
  spec: {
    selector: { matchLabels: { app: name } },
    template: { metadata: { labels: { app: name } }, spec: { containers: [{ name: 'main', image: 'nginx' }] } },
    ...spec,
  },
  status: { replicas: 7 },
})

const patchType = (type: string) => ({
  'content-type': `application/${type}-patch+${type === 'apply' ? 'yaml' : 'json'}`,
})

test('a new object is what was sent, completed by the server', async () => {
  const { json, clock } = await testServer()
  const { metadata, spec, status } = await json<Workload>(201, 'POST', DEPLOYMENTS, { body: deploymentBody('web') })
  assert.equal(metadata.namespace, 'default')
  assert.equal(metadata.generation, 1)
  assert.match(metadata.uid, /^[0-9a-f-]{36}$/)
  assert.equal(Date.parse(metadata.creationTimestamp), clock.now())
  assert.ok(Number(metadata.resourceVersion) > 0)
  assert.equal(spec.replicas, 1)
  assert.deepEqual(status, {})
})

test('what the server alone may say is not taken from clients', async () => {
  const { json } = await testServer()
  const metadata = { uid: 'mine', creationTimestamp: '2000-01-01T00:00:00Z', deletionTimestamp: '2000-01-01T00:00:00Z' }
  const made = await json(201, 'POST', CONFIG_MAPS, { body: configMapBody('a', {}, metadata) })
  assert.notEqual(made.metadata.uid, 'mine')
  assert.notEqual(made.metadata.creationTimestamp, '2000-01-01T00:00:00Z')
  assert.equal(made.metadata.deletionTimestamp, undefined)
})

test('a name is generated, and another one when it is taken', async () => {
  const { json } = await testServer()
  const body = { ...configMapBody(''), metadata: { generateName: 'gen-' } }
  const [one, two] = [await json(201, 'POST', CONFIG_MAPS, { body }), await json(201, 'POST', CONFIG_MAPS, { body })]
  assert.match(one.metadata.name, /^gen-[a-z0-9]{5}$/)
  assert.notEqual(one.metadata.name, two.metadata.name)
})

test('what cannot be made', async () => {
  const { json, fail } = await testServer()
  await json(201, 'POST', CONFIG_MAPS, { body: configMapBody('a') })
  const cases: [body: object | string, code: number, reason: string, message: RegExp][] = [
    [configMapBody('a'), 409, 'AlreadyExists', /^configmaps "a" already exists$/],
    [
      configMapBody('A'),
      422,
      'Invalid',
      /^ConfigMap "A" is invalid: metadata.name: Invalid value: "A": a lowercase RFC 1123 subdomain/,
    ],
    [configMapBody(''), 422, 'Invalid', /metadata.name: Required value: name or generateName is required/],
    [
      configMapBody('b', {}, { namespace: 'other' }),
      400,
      'BadRequest',
      /^the namespace of the provided object does not match the namespace sent on the request$/,
    ],
    [
      configMapBody('b', {}, { resourceVersion: '1' }),
      500,
      '',
      /resourceVersion should not be set on objects to be created/,
    ],
    [podBody('b'), 400, 'BadRequest', /^Pod in version "v1" cannot be handled as a ConfigMap/],
    ['{', 400, 'BadRequest', /^the object provided is unrecognized \(must be of type ConfigMap\)/],
  ]
  for (const [body, code, reason, message] of cases) {
    const status = await fail('POST', CONFIG_MAPS, { body })
    assert.deepEqual([status.code, status.reason], [code, reason], String(status.message))
    assert.match(status.message ?? '', message)
  }
  const media = await fail('POST', CONFIG_MAPS, { body: 'x', headers: { 'content-type': 'text/plain' } })
  assert.equal(media.code, 415)
})

test('unknown fields are refused, warned of, or dropped', async () => {
  const { fail, send, json } = await testServer()
  const body = { ...configMapBody('a'), foo: 1 }
  const strict = await fail('POST', `${CONFIG_MAPS}?fieldValidation=Strict`, { body })
  assert.equal(
    strict.message,
    'ConfigMap in version "v1" cannot be handled as a ConfigMap: strict decoding error: unknown field "foo"',
  )
  const { headers } = await send('POST', `${CONFIG_MAPS}?fieldValidation=Ignore`, { body })
  assert.equal(headers['warning'], undefined)
  assert.equal('foo' in (await json(200, 'GET', `${CONFIG_MAPS}/a`)), false)
})

test('a dry run changes nothing', async () => {
  const { json, fail, store } = await testServer()
  const revision = store.revision()
  const made = await json(201, 'POST', `${CONFIG_MAPS}?dryRun=All`, { body: configMapBody('a') })
  assert.equal(made.metadata.resourceVersion, undefined)
  assert.equal((await fail('GET', `${CONFIG_MAPS}/a`)).code, 404)
  assert.equal(store.revision(), revision)
  assert.equal((await fail('POST', `${CONFIG_MAPS}?dryRun=Some`, { body: configMapBody('a') })).code, 422)
})

test('an update is for the state that it names, or for any', async () => {
  const { json, fail } = await testServer()
  const made = await json<ConfigMap>(201, 'POST', CONFIG_MAPS, { body: configMapBody('a') })
  const { resourceVersion } = made.metadata
  const put = { body: configMapBody('a', { k: '1' }, { resourceVersion }) }
  const updated = await json<ConfigMap>(200, 'PUT', `${CONFIG_MAPS}/a`, put)
  assert.deepEqual(updated.data, { k: '1' })
  const conflict = await fail('PUT', `${CONFIG_MAPS}/a`, put)
  assert.deepEqual([conflict.code, conflict.reason], [409, 'Conflict'])
  assert.match(conflict.message ?? '', /^Operation cannot be fulfilled on configmaps "a": the object has been modified/)
  await json(200, 'PUT', `${CONFIG_MAPS}/a`, { body: configMapBody('a', { k: '2' }) })
  const uid = await fail('PUT', `${CONFIG_MAPS}/a`, { body: configMapBody('a', {}, { uid: 'x' }) })
  assert.match(uid.message ?? '', /Precondition failed: UID in precondition: x, UID in object meta: /)
  const name = await fail('PUT', `${CONFIG_MAPS}/b`, { body: configMapBody('a') })
  assert.equal(name.message, 'the name of the object (a) does not match the name on the URL (b)')
  assert.equal((await fail('PUT', `${CONFIG_MAPS}/b`, { body: configMapBody('b') })).code, 404)
})

test('an update that changes nothing is not written', async () => {
  const { json, store } = await testServer()
  await json(201, 'POST', CONFIG_MAPS, { body: configMapBody('a', { k: 'v' }) })
  const found = await json(200, 'GET', `${CONFIG_MAPS}/a`)
  const revision = store.revision()
  assert.deepEqual(await json(200, 'PUT', `${CONFIG_MAPS}/a`, { body: found }), found)
  await json(200, 'PATCH', `${CONFIG_MAPS}/a`, { body: { data: { k: 'v' } }, headers: patchType('merge') })
  assert.equal(store.revision(), revision)
})

test('leases may be made by an update, and want to know of which state it is', async () => {
  const { json, fail } = await testServer()
  const leases = inDefault('leases', 'l', '/apis/coordination.k8s.io/v1')
  const body = {
    kind: 'Lease',
    apiVersion: 'coordination.k8s.io/v1',
    metadata: { name: 'l' },
    spec: { holderIdentity: 'me' },
  }
  await json(201, 'PUT', leases, { body })
  const status = await fail('PUT', leases, { body: { ...body, spec: { holderIdentity: 'you' } } })
  assert.match(status.message ?? '', /metadata.resourceVersion: Invalid value: 0: must be specified for an update/)
})

test('spec and status are written apart, and only the spec counts generations', async () => {
  const { json, fail } = await testServer()
  await json(201, 'POST', DEPLOYMENTS, { body: deploymentBody('web') })
  const scaled = await json<Workload>(200, 'PUT', `${DEPLOYMENTS}/web`, {
    body: deploymentBody('web', { replicas: 3 }),
  })
  assert.deepEqual([scaled.metadata.generation, scaled.status], [2, {}])
  const body = { ...deploymentBody('web', { replicas: 9 }), status: { replicas: 3 } }
  const reported = await json<Workload>(200, 'PUT', `${DEPLOYMENTS}/web/status`, { body })
  assert.deepEqual([reported.spec.replicas, reported.status.replicas, reported.metadata.generation], [3, 3, 2])
  const other = {
    ...deploymentBody('web'),
    spec: { ...deploymentBody('web').spec, selector: { matchLabels: { app: 'x' } } },
  }
  const status = await fail('PUT', `${DEPLOYMENTS}/web`, { body: other })
  assert.match(status.message ?? '', /spec.selector: Invalid value: .*: field is immutable/)
})

test('patches of all types', async () => {
  const { json, fail } = await testServer()
  await json(201, 'POST', CONFIG_MAPS, { body: configMapBody('a', { k: 'v' }) })
  const patch = (type: string, body: unknown) =>
    json<ConfigMap>(200, 'PATCH', `${CONFIG_MAPS}/a?fieldManager=me`, { body, headers: patchType(type) })
  assert.deepEqual((await patch('json', [{ op: 'add', path: '/data/j', value: '1' }])).data, { k: 'v', j: '1' })
  assert.deepEqual((await patch('merge', { data: { k: null, m: '2' } })).data, { j: '1', m: '2' })
  assert.deepEqual((await patch('strategic-merge', { data: { s: '3' } })).data, { j: '1', m: '2', s: '3' })
  const applied = await patch('apply', 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {a: "4"}\n')
  assert.deepEqual(applied.data, { j: '1', m: '2', s: '3', a: '4' })
  const headers = patchType('merge')
  assert.equal((await fail('PATCH', `${CONFIG_MAPS}/b`, { body: {}, headers })).code, 404)
  assert.equal((await fail('PATCH', `${CONFIG_MAPS}/a`, { body: {} })).code, 415)
  const wrong = await fail('PATCH', `${CONFIG_MAPS}/a`, { body: { data: { k: 1 } }, headers })
  assert.equal(wrong.code, 422)
  assert.match(
    wrong.message ?? '',
    /is invalid: patch: Invalid value: .*json: cannot unmarshal number into Go struct field/,
  )
  const renamed = await fail('PATCH', `${CONFIG_MAPS}/a`, { body: { metadata: { name: 'z' } }, headers })
  assert.equal(renamed.message, 'the name of the object (z) does not match the name on the URL (a)')
})

test('server-side apply makes what is not there, and tells of conflicts', async () => {
  const { json, fail } = await testServer()
  const headers = patchType('apply')
  const apply = (manager: string, value: string, query = '') => ({
    url: `${CONFIG_MAPS}/a?fieldManager=${manager}${query}`,
    request: { body: configMapBody('a', { k: value }), headers },
  })
  const first = apply('one', '1')
  await json(201, 'PATCH', first.url, first.request)
  const second = apply('two', '2')
  const conflict = await fail('PATCH', second.url, second.request)
  assert.deepEqual([conflict.code, conflict.details?.causes?.map(({ field }) => field)], [409, ['.data.k']])
  const forced = apply('two', '2', '&force=true')
  assert.deepEqual((await json<ConfigMap>(200, 'PATCH', forced.url, forced.request)).data, { k: '2' })
  const nameless = await fail('PATCH', `${CONFIG_MAPS}/a`, second.request)
  assert.match(nameless.message ?? '', /fieldManager: Required value: is required for apply patch/)
})

test('managed fields say who wrote what', async () => {
  const { json } = await testServer()
  const headers = { 'user-agent': 'kubectl-create/v1.32 (linux/amd64)' }
  await json(201, 'POST', DEPLOYMENTS, { body: deploymentBody('web'), headers })
  const body = { ...deploymentBody('web'), status: { replicas: 1 } }
  const { metadata } = await json(200, 'PUT', `${DEPLOYMENTS}/web/status?fieldManager=controller`, { body })
  const entries = (metadata.managedFields ?? []).map(({ manager, operation, subresource }) =>
    [manager, operation, subresource ?? ''].join(' '),
  )
  assert.deepEqual(entries.sort(), ['controller Update status', 'kubectl-create Update '])
})

test('writers that meet do not lose what the other wrote', async () => {
  const { json } = await testServer()
  await json(201, 'POST', CONFIG_MAPS, { body: configMapBody('a') })
  const keys = Array.from({ length: 20 }, (_, i) => `k${i}`)
  await Promise.all(
    keys.map((key) =>
      json(200, 'PATCH', `${CONFIG_MAPS}/a`, { body: { data: { [key]: '' } }, headers: patchType('merge') }),
    ),
  )
  const { data = {} } = await json<ConfigMap>(200, 'GET', `${CONFIG_MAPS}/a`)
  assert.deepEqual(Object.keys(data).sort(), keys.sort())
})
