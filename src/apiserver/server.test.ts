import assert from 'node:assert/strict'
import { test } from 'node:test'
import { textOf } from '../client/body.ts'
import { configMapBody, inDefault, testServer } from './test-server.ts'

const STRANGER = { name: 'jane', groups: ['developers'] }

test('nobody unknown gets beyond what is public', async () => {
  const { server } = await testServer()
  const status = async (url: string) => (await server.handle({ method: 'GET', url, headers: {} }, {})).status
  for (const url of ['/version', '/healthz', '/livez', '/readyz']) assert.equal(await status(url), 200, url)
  for (const url of ['/', '/api', '/apis/apps/v1', '/api/v1/pods', '/livez/ping', '/metrics', '/openapi/v2']) {
    assert.equal(await status(url), 401, url)
  }
})

test('a certificate that does not count, or a token that nobody knows, is refused', async () => {
  const { server } = await testServer()
  const request = { method: 'GET', url: '/version', headers: {} }
  assert.equal((await server.handle(request, { invalidCertificate: true })).status, 401)
  assert.equal((await server.handle({ ...request, headers: { authorization: 'Bearer x' } }, {})).status, 401)
})

test('who is known but not allowed is told what they may not do', async () => {
  const { fail } = await testServer()
  const tell = async (method: string, url: string) => (await fail(method, url, { user: STRANGER })).message
  assert.equal(
    await tell('GET', inDefault('pods')),
    'pods is forbidden: User "jane" cannot list resource "pods" in API group "" in the namespace "default"',
  )
  assert.equal(
    await tell('DELETE', '/apis/apps/v1/namespaces/a/deployments/b'),
    'deployments.apps "b" is forbidden: User "jane" cannot delete resource "deployments" in API group "apps" in the namespace "a"',
  )
  assert.equal(
    await tell('GET', '/api/v1/nodes'),
    'nodes is forbidden: User "jane" cannot list resource "nodes" in API group "" at the cluster scope',
  )
  assert.equal(await tell('GET', '/metrics'), 'forbidden: User "jane" cannot get path "/metrics"')
})

test('certificates say who somebody is', async () => {
  const { server } = await testServer()
  const as = (url: string, commonName: string, ...organizations: string[]) =>
    server.handle({ method: 'GET', url, headers: {} }, { clientCertificate: { commonName, organizations } })
  assert.equal((await as('/api/v1/namespaces', 'anybody', 'system:masters')).status, 200)
  assert.equal((await as('/api/v1/namespaces', 'system:kube-scheduler')).status, 200)
  assert.equal((await as('/api/v1/services', 'system:node:a', 'system:nodes')).status, 200)
  assert.equal((await as('/api/v1/services', 'system:node:a')).status, 403)
})

test('what there is not, and what may not be done to it', async () => {
  const { fail } = await testServer()
  const cases: [method: string, url: string, code: number, message: string][] = [
    ['GET', '/api/v1/foos', 404, 'the server could not find the requested resource'],
    ['GET', '/apis/apps/v2/deployments', 404, 'the server could not find the requested resource'],
    ['GET', '/api/v1/namespaces/default/nodes', 404, 'the server could not find the requested resource'],
    ['GET', '/api/v1/pods/a', 404, 'the server could not find the requested resource'],
    ['GET', inDefault('pods', 'a/foo'), 404, 'the server could not find the requested resource'],
    ['GET', '/nope', 404, 'the server could not find the requested resource'],
    ['GET', inDefault('pods', 'a'), 404, 'pods "a" not found'],
    ['GET', '/apis/apps/v1/namespaces/default/deployments/a', 404, 'deployments.apps "a" not found'],
    ['PUT', inDefault('pods'), 405, 'update is not supported on resources of kind "pods"'],
    ['DELETE', '/api/v1/namespaces', 405, 'deletecollection is not supported on resources of kind "namespaces"'],
    ['GET', inDefault('bindings'), 405, 'list is not supported on resources of kind "bindings"'],
  ]
  for (const [method, url, code, message] of cases) {
    const status = await fail(method, url)
    assert.deepEqual(
      [status.code, status.message, status.kind, status.status],
      [code, message, 'Status', 'Failure'],
      url,
    )
  }
})

test('health, as probes and people ask for it', async () => {
  const { send } = await testServer()
  const read = async (url: string) => textOf((await send('GET', url)).body)
  assert.equal(await read('/readyz'), 'ok')
  assert.equal(await read('/livez?verbose'), '[+]ping ok\n[+]log ok\n[+]etcd ok\nlivez check passed\n')
  assert.match(await read('/readyz?verbose&exclude=etcd'), /^\[\+\]etcd excluded: ok$/m)
  assert.equal(await read('/healthz/etcd'), 'ok')
})

test('what is taken all the same may be warned of', async () => {
  const { send } = await testServer()
  const warning = async (method: string, url: string, body?: object) => {
    const { status, headers } = await send(method, url, { body })
    return [status, headers['warning']]
  }
  const deployment = (affinity: string) => ({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web' },
    spec: {
      selector: { matchLabels: { a: 'b' } },
      template: {
        metadata: { labels: { a: 'b' } },
        spec: { containers: [{ name: 'a', image: 'a' }], nodeSelector: { 'beta.kubernetes.io/os': affinity } },
      },
    },
  })
  const url = inDefault('deployments', '', '/apis/apps/v1')
  const path = 'spec.template.spec.nodeSelector[beta.kubernetes.io/os]'
  const text = `299 - "${path}: deprecated since v1.14; use \\"kubernetes.io/os\\" instead"`
  assert.deepEqual(await warning('POST', url, deployment('linux')), [201, text])
  assert.deepEqual(await warning('PUT', `${url}/web`, deployment('linux')), [200, undefined])
  assert.deepEqual(await warning('PUT', `${url}/web`, deployment('windows')), [200, text])
  const endpoints = '299 - "v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice"'
  assert.deepEqual(await warning('GET', inDefault('endpoints')), [200, endpoints])
  const spec = { type: 'LoadBalancer', ports: [{ port: 80 }] }
  const service = { apiVersion: 'v1', kind: 'Service', metadata: { name: 's' }, spec }
  assert.deepEqual(await warning('POST', inDefault('services'), service), [201, undefined])
  const status = { loadBalancer: { ingress: [{ ip: 'FD00::1' }] } }
  const canonical = 'IPv6 address \\"FD00::1\\" should be in RFC 5952 canonical format (\\"fd00::1\\")'
  const written = await warning('PUT', `${inDefault('services')}/s/status`, { ...service, status })
  assert.deepEqual(written, [200, `299 - "status.loadBalancer.ingress[0]: ${canonical}"`])
})

test('each answer names its request, and carries the warnings', async () => {
  const { send } = await testServer()
  const body = { ...configMapBody('a'), foo: 1 }
  const { status, headers } = await send('POST', inDefault('configmaps'), { body, headers: { 'audit-id': 'abc' } })
  assert.equal(status, 201)
  assert.equal(headers['audit-id'], 'abc')
  assert.equal(headers['warning'], '299 - "unknown field \\"foo\\""')
})

test('a request that takes too long is given up', async () => {
  const { server, clock } = await testServer()
  // A body that never comes.
  const body = (async function* () {
    await new Promise(() => {})
    yield ''
  })()
  const headers = { 'content-type': 'application/json' }
  const answer = server.handle(
    { method: 'POST', url: inDefault('configmaps'), headers, body },
    { user: { name: 'a', groups: ['system:masters'] } },
  )
  await clock.advance('61s')
  assert.equal((await answer).status, 504)
})

test('a body that is too large is not read to its end', async () => {
  const { server } = await testServer()
  let sent = 0
  const body = (async function* () {
    for (; sent < 100; sent++) yield 'x'.repeat(1024 * 1024)
  })()
  const headers = { 'content-type': 'application/json' }
  const answer = await server.handle(
    { method: 'POST', url: inDefault('configmaps'), headers, body },
    { user: { name: 'a', groups: ['system:masters'] } },
  )
  assert.equal(answer.status, 413)
  assert.equal(sent, 3)
})

test('discovery, plain and aggregated', async () => {
  const { json, send } = await testServer()
  const groups = await json<{ groups: { name: string }[] }>(200, 'GET', '/apis')
  assert.ok(groups.groups.some(({ name }) => name === 'apps'))
  const list = await json<{ groupVersion: string; resources: { name: string }[] }>(200, 'GET', '/api/v1')
  assert.equal(list.groupVersion, 'v1')
  assert.ok(list.resources.some(({ name }) => name === 'pods/exec'))
  const accept = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json'
  const { headers } = await send('GET', '/apis', { headers: { accept } })
  assert.match(headers['content-type'] ?? '', /as=APIGroupDiscoveryList/)
  assert.equal((await send('GET', '/apis/nope.example.com')).status, 404)
})

test('a document of OpenAPI is kept under its own hash', async () => {
  const { json, send } = await testServer()
  const { paths } = await json<{ paths: Record<string, { serverRelativeURL: string }> }>(200, 'GET', '/openapi/v3')
  const url = paths['apis/apps/v1']?.serverRelativeURL ?? ''
  const { status, headers } = await send('GET', url)
  assert.deepEqual([status, headers['cache-control']], [200, 'public, immutable'])
  const moved = await send('GET', '/openapi/v3/apis/apps/v1?hash=OLD')
  assert.deepEqual([moved.status, moved.headers['location']], [301, url])
})
