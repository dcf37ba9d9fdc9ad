import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Status } from '../../api/errors.ts'
import type { KubeObject } from '../../api/meta.ts'
import { configMapBody, inDefault, podBody, type TestServer, testServer } from '../test-server.ts'

const CONFIG_MAPS = inDefault('configmaps')
const PODS = inDefault('pods')
const MERGE = { 'content-type': 'application/merge-patch+json' }

/** A pod that runs on a node, with 30 seconds to stop. */
async function runningPod({ json }: TestServer, name: string): Promise<KubeObject> {
  await json(201, 'POST', PODS, { body: podBody(name) })
  const target = { apiVersion: 'v1', kind: 'Node', name: 'n' }
  await json(201, 'POST', `${PODS}/${name}/binding`, {
    body: { apiVersion: 'v1', kind: 'Binding', metadata: { name }, target },
  })
  return json(200, 'GET', `${PODS}/${name}`)
}

test('what nobody holds is gone at once; the answer says what it was', async () => {
  const { json, fail } = await testServer()
  const { metadata } = await json(201, 'POST', CONFIG_MAPS, { body: configMapBody('a') })
  const status = await json<Status>(200, 'DELETE', `${CONFIG_MAPS}/a`)
  assert.deepEqual([status.status, status.details], ['Success', { name: 'a', kind: 'configmaps', uid: metadata.uid }])
  assert.equal((await fail('DELETE', `${CONFIG_MAPS}/a`)).message, 'configmaps "a" not found')
})

test('preconditions name the one that is meant', async () => {
  const { json, fail } = await testServer()
  const { metadata } = await json(201, 'POST', CONFIG_MAPS, { body: configMapBody('a') })
  const other = await fail('DELETE', `${CONFIG_MAPS}/a`, { body: { preconditions: { uid: 'x' } } })
  assert.deepEqual([other.code, other.reason], [409, 'Conflict'])
  assert.match(other.message ?? '', /the UID in the precondition \(x\) does not match the UID in record/)
  const { uid, resourceVersion } = metadata
  await json(200, 'DELETE', `${CONFIG_MAPS}/a`, { body: { preconditions: { uid, resourceVersion } } })
})

test('a finalizer keeps a dying object until an update removes it', async () => {
  const { json, fail } = await testServer()
  const finalizers = ['example.com/hold']
  await json(201, 'POST', CONFIG_MAPS, { body: configMapBody('a', {}, { finalizers }) })
  const dying = await json(200, 'DELETE', `${CONFIG_MAPS}/a`)
  assert.ok(dying.metadata.deletionTimestamp)
  assert.equal(dying.metadata.deletionGracePeriodSeconds, 0)
  const more = await fail('PATCH', `${CONFIG_MAPS}/a`, {
    body: { metadata: { finalizers: [...finalizers, 'example.com/more'] } },
    headers: MERGE,
  })
  assert.match(more.message ?? '', /no new finalizers can be added if the object is being deleted/)
  await json(200, 'PATCH', `${CONFIG_MAPS}/a`, { body: { metadata: { finalizers: null } }, headers: MERGE })
  assert.equal((await fail('GET', `${CONFIG_MAPS}/a`)).code, 404)
})

test('what becomes of dependents is written as a finalizer', async () => {
  const { json } = await testServer()
  const after = async (name: string, options: object) => {
    await json(201, 'POST', CONFIG_MAPS, { body: configMapBody(name) })
    return (await json(200, 'DELETE', `${CONFIG_MAPS}/${name}`, { body: options })).metadata.finalizers
  }
  assert.deepEqual(await after('a', { propagationPolicy: 'Foreground' }), ['foregroundDeletion'])
  assert.deepEqual(await after('b', { propagationPolicy: 'Orphan' }), ['orphan'])
  assert.deepEqual(await after('c', { orphanDependents: true }), ['orphan'])
  assert.equal(await after('d', { propagationPolicy: 'Background' }), undefined)
})

test('a running pod gets its time, which can be made shorter but not longer', async () => {
  const server = await testServer()
  const { json, fail, clock, store } = server
  await runningPod(server, 'p')
  const seconds = async (body: object) => {
    const { metadata } = await json(200, 'DELETE', `${PODS}/p`, { body })
    return [metadata.deletionGracePeriodSeconds, (Date.parse(metadata.deletionTimestamp ?? '') - clock.now()) / 1000]
  }
  assert.deepEqual(await seconds({}), [30, 30])
  const revision = store.revision()
  assert.deepEqual(await seconds({ gracePeriodSeconds: 60 }), [30, 30])
  assert.equal(store.revision(), revision)
  assert.deepEqual(await seconds({ gracePeriodSeconds: 5 }), [5, 5])
  await json(200, 'DELETE', `${PODS}/p`, { body: { gracePeriodSeconds: 0 } })
  assert.equal((await fail('GET', `${PODS}/p`)).code, 404)
})

test('a pod that runs nowhere goes at once', async () => {
  const { json, fail } = await testServer()
  await json(201, 'POST', PODS, { body: podBody('p') })
  const gone = await json(200, 'DELETE', `${PODS}/p`)
  assert.equal(gone.kind, 'Pod')
  assert.equal((await fail('GET', `${PODS}/p`)).code, 404)
})

test('a pod that goes at once is seen to be dying before it is gone', async () => {
  const server = await testServer()
  const { json, watchLines, store } = server
  await runningPod(server, 'p')
  const from = store.revision()
  const gone = await json(200, 'DELETE', `${PODS}/p`, { body: { gracePeriodSeconds: 0 } })
  const lines = await watchLines(`${PODS}?watch=1&resourceVersion=${from}`, 2)
  assert.deepEqual(
    lines.map(({ type, object: { metadata } }) => [type, metadata.deletionGracePeriodSeconds]),
    [
      ['MODIFIED', 0],
      ['DELETED', 0],
    ],
  )
  assert.equal(gone.metadata.resourceVersion, lines[1]?.object.metadata.resourceVersion)
})

test('the endpoints of a service go with it', async () => {
  const { json, fail } = await testServer()
  const service = { apiVersion: 'v1', kind: 'Service', metadata: { name: 's' }, spec: { ports: [{ port: 80 }] } }
  const endpoints = { apiVersion: 'v1', kind: 'Endpoints', metadata: { name: 's' } }
  await json(201, 'POST', inDefault('services'), { body: service })
  await json(201, 'POST', inDefault('endpoints'), { body: endpoints })
  await json(200, 'DELETE', `${inDefault('services')}/s?dryRun=All`)
  await json(200, 'GET', `${inDefault('endpoints')}/s`)
  await json(200, 'DELETE', `${inDefault('services')}/s`)
  assert.equal((await fail('GET', `${inDefault('endpoints')}/s`)).code, 404)
})

test('a dry run deletes nothing', async () => {
  const { json } = await testServer()
  await json(201, 'POST', CONFIG_MAPS, { body: configMapBody('a') })
  await json(200, 'DELETE', `${CONFIG_MAPS}/a?dryRun=All`)
  await json(200, 'GET', `${CONFIG_MAPS}/a`)
})

test('options that contradict themselves are refused', async () => {
  const { json, fail } = await testServer()
  await json(201, 'POST', CONFIG_MAPS, { body: configMapBody('a') })
  const both = { propagationPolicy: 'Orphan', orphanDependents: false }
  assert.match((await fail('DELETE', `${CONFIG_MAPS}/a`, { body: both })).message ?? '', /cannot be both set/)
  const text = await fail('DELETE', `${CONFIG_MAPS}/a`, { body: { gracePeriodSeconds: 'soon' } })
  assert.match(
    text.message ?? '',
    /^json: cannot unmarshal string into Go struct field DeleteOptions.gracePeriodSeconds/,
  )
  const unknown = await fail('DELETE', `${CONFIG_MAPS}/a?propagationPolicy=Sideways`)
  assert.match(unknown.message ?? '', /supported values: "Foreground", "Background", "Orphan", "nil"/)
})

test('a collection, those that a selector picks', async () => {
  const { json } = await testServer()
  for (const name of ['a', 'b', 'c']) {
    await json(201, 'POST', CONFIG_MAPS, { body: configMapBody(name, {}, { labels: { keep: String(name === 'b') } }) })
  }
  await json(200, 'DELETE', `${CONFIG_MAPS}?labelSelector=keep%3Dfalse`)
  const { items } = await json<{ items: KubeObject[] } & KubeObject>(200, 'GET', CONFIG_MAPS)
  assert.deepEqual(
    items.map(({ metadata }) => metadata.name),
    ['b'],
  )
})

test('a namespace first turns Terminating, and goes when it is finalized', async () => {
  const { json, fail } = await testServer()
  const path = '/api/v1/namespaces/x'
  const body = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'x' } }
  await json(201, 'POST', '/api/v1/namespaces', { body })
  const dying = await json<KubeObject & { spec: object; status: object }>(200, 'DELETE', path)
  assert.deepEqual([dying.spec, dying.status], [{ finalizers: ['kubernetes'] }, { phase: 'Terminating' }])
  const refused = await fail('POST', `${path}/configmaps`, { body: configMapBody('a') })
  const why = 'unable to create new content in namespace x because it is being terminated'
  assert.deepEqual([refused.code, refused.message], [403, `configmaps "a" is forbidden: ${why}`])
  assert.equal(refused.details?.causes?.[0]?.reason, 'NamespaceTerminating')
  await json(200, 'DELETE', path)
  await json(200, 'PUT', `${path}/finalize`, { body: { ...body, spec: { finalizers: [] } } })
  assert.equal((await fail('GET', path)).code, 404)
})

test('namespaces that the system needs stay', async () => {
  const { fail } = await testServer()
  const { code, message } = await fail('DELETE', '/api/v1/namespaces/default')
  assert.deepEqual([code, message], [403, 'namespaces "default" is forbidden: this namespace may not be deleted'])
})
