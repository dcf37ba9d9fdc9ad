import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isApiError, notFound } from '../api/errors.ts'
import type { ApiRequest, ApiResponse } from '../api/exchange.ts'
import { Lease } from '../api/kinds/coordination/lease.ts'
import { Namespace } from '../api/kinds/core/namespace.ts'
import { Pod } from '../api/kinds/core/pod.ts'
import { virtualClock } from '../../testing/virtual-clock.ts'
import { createApi } from './client.ts'

const json = (status: number, body: object, headers = {}): ApiResponse => ({
  status,
  headers,
  body: JSON.stringify(body),
})

/** A transport that answers in order and keeps what it was asked. */
function scripted(...answers: ApiResponse[]) {
  const requests: ApiRequest[] = []
  const transport = async (request: ApiRequest) => {
    requests.push(request)
    return answers.shift() ?? json(500, {})
  }
  return { requests, transport }
}

const pod = { metadata: { namespace: 'shop', name: 'web-1' } }

test('each call asks for its path', async () => {
  const { requests, transport } = scripted(...Array.from({ length: 9 }, () => json(200, { items: [] })))
  const api = createApi(transport, { fieldManager: 'me' })
  await api(Pod).get(pod.metadata)
  await api(Pod).list({ labelSelector: 'a in (b)', limit: 5 })
  await api(Lease).list({ namespace: 'kube-system' })
  await api(Pod).create(pod)
  await api(Namespace).patch({ name: 'shop' }, { metadata: {} }, { type: 'apply', force: true })
  await api(Pod).post(pod.metadata, 'binding', {})
  await api(Pod).delete(pod.metadata, { gracePeriodSeconds: 0 })
  await api(Pod).deleteCollection({ namespace: 'shop', fieldSelector: 'status.phase=Failed' })
  await api(Namespace).put({ name: 'shop' }, 'finalize', {})
  assert.deepEqual(
    requests.map(({ method, url }) => `${method} ${url}`),
    [
      'GET /api/v1/namespaces/shop/pods/web-1',
      'GET /api/v1/pods?labelSelector=a+in+%28b%29&limit=5',
      'GET /apis/coordination.k8s.io/v1/namespaces/kube-system/leases',
      'POST /api/v1/namespaces/shop/pods?fieldManager=me',
      'PATCH /api/v1/namespaces/shop?fieldManager=me&force=true',
      'POST /api/v1/namespaces/shop/pods/web-1/binding?fieldManager=me',
      'DELETE /api/v1/namespaces/shop/pods/web-1',
      'DELETE /api/v1/namespaces/shop/pods?fieldSelector=status.phase%3DFailed',
      'PUT /api/v1/namespaces/shop/finalize?fieldManager=me',
    ],
  )
  assert.deepEqual(JSON.parse(String(requests[6]?.body)), {
    kind: 'DeleteOptions',
    apiVersion: 'v1',
    gracePeriodSeconds: 0,
  })
  assert.equal(requests[4]?.headers['content-type'], 'application/apply-patch+yaml')
})

test('a Status becomes an ApiError', async () => {
  const missing = notFound({ group: '', plural: 'pods' }, 'web-1')
  const { transport } = scripted(json(404, missing.status), { status: 502, headers: {}, body: 'bad gateway' })
  const api = createApi(transport)
  await assert.rejects(
    api(Pod).get(pod.metadata),
    (error) => isApiError(error, 'NotFound') && error.message === 'pods "web-1" not found',
  )
  await assert.rejects(api(Pod).get(pod.metadata), (error) => isApiError(error) && error.message === 'bad gateway')
})

test('what the server puts off is asked again after the time it names, and not for ever', async () => {
  const clock = virtualClock()
  const later = () => json(429, {}, { 'retry-after': '3' })
  const { requests, transport } = scripted(later(), later(), json(200, pod))
  const got = createApi(transport, { clock })(Pod).get(pod.metadata)
  await clock.advance('5s')
  assert.equal(requests.length, 2)
  await clock.advance('1s')
  assert.equal((await got).metadata.name, 'web-1')

  const refusing = scripted(...Array.from({ length: 20 }, later))
  const refused = assert.rejects(createApi(refusing.transport, { clock })(Pod).get(pod.metadata))
  await clock.advance('1m')
  await refused
  assert.equal(refusing.requests.length, 11)
})

test('a refusal without a time is not asked again', async () => {
  const { requests, transport } = scripted(json(429, {}))
  await assert.rejects(createApi(transport)(Pod).post(pod.metadata, 'eviction', {}))
  assert.equal(requests.length, 1)
})

test('an unchanged status is not sent', async () => {
  const { requests, transport } = scripted(json(200, {}))
  const api = createApi(transport)
  const lived = {
    ...pod,
    apiVersion: 'v1',
    kind: 'Pod',
    spec: { containers: [] },
    status: { phase: 'Running' },
  } as unknown as Pod
  assert.equal(await api(Pod).updateStatus(lived, { phase: 'Running', reason: undefined }), lived)
  assert.equal(requests.length, 0)
  await api(Pod).updateStatus(lived, { phase: 'Failed' })
  assert.equal(requests[0]?.url, '/api/v1/namespaces/shop/pods/web-1/status')
})

test('a watch is cut into lines, whatever the chunks', async () => {
  async function* chunks() {
    yield '{"type":"ADDED","obj'
    yield new TextEncoder().encode('ect":{"metadata":{"name":"ä"}}}\n{"type":"BOOK')
    yield 'MARK","object":{}}\n'
  }
  const { transport } = scripted({ status: 200, headers: {}, body: chunks() })
  const seen: string[] = []
  for await (const { type, object } of createApi(transport)(Pod).watch({ resourceVersion: '7' })) {
    seen.push(`${type} ${object.metadata?.name}`)
  }
  assert.deepEqual(seen, ['ADDED ä', 'BOOKMARK undefined'])
})

test('items of a list know their type', async () => {
  const { transport } = scripted(json(200, { items: [{ metadata: { name: 'web-1' } }] }))
  const { items } = await createApi(transport)(Pod).list()
  assert.deepEqual([items[0]?.apiVersion, items[0]?.kind], ['v1', 'Pod'])
})
