import assert from 'node:assert/strict'
import { test } from 'node:test'
import { requestInfo } from './request-info.ts'

const cases: [method: string, url: string, expected: string][] = [
  // verb prefix group version namespace resource subresource name
  ['GET', '/api/v1/namespaces', 'list api - v1 - namespaces - -'],
  ['GET', '/api/v1/namespaces/other', 'get api - v1 other namespaces - other'],
  ['GET', '/api/v1/namespaces/other/pods', 'list api - v1 other pods - -'],
  ['GET', '/api/v1/namespaces/other/pods/foo', 'get api - v1 other pods - foo'],
  ['HEAD', '/api/v1/namespaces/other/pods/foo', 'get api - v1 other pods - foo'],
  ['GET', '/api/v1/pods', 'list api - v1 - pods - -'],
  ['GET', '/api/v1/pods?watch=true', 'watch api - v1 - pods - -'],
  ['GET', '/api/v1/pods?watch=1', 'watch api - v1 - pods - -'],
  ['GET', '/api/v1/pods?watch=false', 'list api - v1 - pods - -'],
  ['GET', '/api/v1/watch/pods', 'watch api - v1 - pods - -'],
  ['GET', '/api/v1/watch/namespaces/other/pods/foo', 'watch api - v1 other pods - foo'],
  ['GET', '/api/v1/pods?fieldSelector=metadata.name%3Dfoo', 'list api - v1 - pods - foo'],
  ['GET', '/api/v1/namespaces/other/pods/foo/log', 'get api - v1 other pods log foo'],
  ['PUT', '/api/v1/namespaces/other/finalize', 'update api - v1 other namespaces finalize other'],
  ['PUT', '/api/v1/namespaces/other/status', 'update api - v1 other namespaces status other'],
  ['POST', '/api/v1/namespaces/other/pods', 'create api - v1 other pods - -'],
  ['DELETE', '/api/v1/namespaces/other/pods', 'deletecollection api - v1 other pods - -'],
  ['DELETE', '/api/v1/namespaces/other/pods/foo', 'delete api - v1 other pods - foo'],
  ['PATCH', '/apis/apps/v1/namespaces/other/deployments/foo/scale', 'patch apis apps v1 other deployments scale foo'],
  [
    'GET',
    '/apis/rbac.authorization.k8s.io/v1/clusterroles/a%3Ab',
    'get apis rbac.authorization.k8s.io v1 - clusterroles - a:b',
  ],
  ['GET', '/api/v1/nodes/n/proxy/logs/x', 'get api - v1 - nodes proxy n'],
  ['GET', '/api/v1/proxy/nodes/n', 'proxy api - v1 - nodes - n'],
]

test('resource requests', () => {
  for (const [method, url, expected] of cases) {
    const { pathname, searchParams } = new URL(url, 'https://x')
    const i = requestInfo(method, pathname, searchParams)
    assert.equal(i.isResource, true, url)
    const got = [i.verb, i.prefix, i.group, i.version, i.namespace, i.resource, i.subresource, i.name]
    assert.equal(got.map((part) => part || '-').join(' '), expected, `${method} ${url}`)
  }
})

test('what is no resource keeps its method as verb', () => {
  for (const path of [
    '/',
    '/version',
    '/healthz',
    '/api',
    '/api/v1',
    '/apis',
    '/apis/apps',
    '/apis/apps/v1',
    '/openapi/v3/apis/apps/v1',
  ]) {
    const info = requestInfo('GET', path, new URLSearchParams())
    assert.deepEqual([info.isResource, info.verb, info.path], [false, 'get', path])
  }
})
