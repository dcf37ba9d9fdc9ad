import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TokenReview } from '../../api/kinds/authentication/token-review.ts'
import type { TokenRequest } from '../../api/kinds/authentication/token-request.ts'
import type { SelfSubjectRulesReview } from '../../api/kinds/authorization/self-subject-rules-review.ts'
import type { SubjectAccessReview } from '../../api/kinds/authorization/subject-access-review.ts'
import { ClusterRole } from '../../api/kinds/rbac/cluster-role.ts'
import { RoleBinding } from '../../api/kinds/rbac/role-binding.ts'
import { inDefault, testServer } from '../test-server.ts'

const AUTHORIZATION = '/apis/authorization.k8s.io/v1'
const JANE = { name: 'jane', groups: ['dev'] }
const ISSUER = 'https://kubernetes.default.svc.cluster.local'

/** Jane may view the namespace `default`. */
async function setUp() {
  const server = await testServer()
  const { group: apiGroup } = ClusterRole
  const roleRef = { apiGroup, kind: 'ClusterRole', name: 'view' }
  const subjects = [{ apiGroup, kind: 'Group', name: 'dev' }]
  await server.api(RoleBinding).create({ metadata: { namespace: 'default', name: 'dev' }, roleRef, subjects })
  const review = (kind: string, spec: object, url = `${AUTHORIZATION}/${kind.toLowerCase()}s`) => ({
    url,
    body: { apiVersion: 'authorization.k8s.io/v1', kind, spec },
  })
  return { ...server, review }
}

const PODS = { resourceAttributes: { namespace: 'default', verb: 'list', resource: 'pods' } }
const SECRETS = { resourceAttributes: { namespace: 'default', verb: 'list', resource: 'secrets' } }

test('what one may do oneself', async () => {
  const { json, review } = await setUp()
  const ask = async (spec: object) => {
    const { url, body } = review('SelfSubjectAccessReview', spec)
    return (await json<SubjectAccessReview>(201, 'POST', url, { body, user: JANE })).status
  }
  const reason = 'RBAC: allowed by RoleBinding "dev/default" of ClusterRole "view" to Group "dev"'
  assert.deepEqual(await ask(PODS), { allowed: true, reason })
  assert.deepEqual(await ask(SECRETS), { allowed: false })
  assert.equal((await ask({ nonResourceAttributes: { verb: 'get', path: '/api' } })).allowed, true)
  assert.equal((await ask({ nonResourceAttributes: { verb: 'get', path: '/metrics' } })).allowed, false)
})

test('what somebody else may do, asked by who may ask', async () => {
  const { json, fail, review } = await setUp()
  const ask = (user: object | undefined, url?: string, kind = 'SubjectAccessReview') => {
    const { body, ...at } = review(kind, { ...PODS, user: 'bob', groups: ['dev'] }, url)
    return { url: at.url, request: { body, ...(user && { user: JANE }) } }
  }
  const whole = ask(undefined)
  const { status } = await json<SubjectAccessReview>(201, 'POST', whole.url, whole.request)
  assert.equal(status.allowed, true)
  const local = ask(undefined, inDefault('localsubjectaccessreviews', '', AUTHORIZATION), 'LocalSubjectAccessReview')
  assert.equal((await json<SubjectAccessReview>(201, 'POST', local.url, local.request)).status.allowed, true)
  const denied = ask(JANE)
  assert.equal((await fail('POST', denied.url, denied.request)).code, 403)
})

test("a kubelet's question about its pods counts with its selector", async () => {
  const { json, review } = await setUp()
  const ask = async (fieldSelector?: object) => {
    const resourceAttributes = { verb: 'list', resource: 'pods', ...(fieldSelector && { fieldSelector }) }
    const spec = { user: 'system:node:a', groups: ['system:nodes'], resourceAttributes }
    const { url, body } = review('SubjectAccessReview', spec)
    return (await json<SubjectAccessReview>(201, 'POST', url, { body })).status.allowed
  }
  assert.equal(await ask(), false)
  assert.equal(await ask({ rawSelector: 'spec.nodeName=a' }), true)
  assert.equal(await ask({ requirements: [{ key: 'spec.nodeName', operator: 'In', values: ['a'] }] }), true)
  assert.equal(await ask({ requirements: [{ key: 'spec.nodeName', operator: 'NotIn', values: ['a'] }] }), false)
})

test('a review that asks nothing, or two things, is told so', async () => {
  const { fail, review } = await setUp()
  const tell = async (kind: string, spec: object, metadata: object = {}, url?: string) => {
    const { body, ...at } = review(kind, spec, url)
    return (await fail('POST', at.url, { body: { ...body, metadata } })).message
  }
  const local = inDefault('localsubjectaccessreviews', '', AUTHORIZATION)
  const nothing = 'exactly one of nonResourceAttributes or resourceAttributes must be specified'
  assert.match((await tell('SelfSubjectAccessReview', {})) ?? '', new RegExp(nothing))
  const both = { ...PODS, nonResourceAttributes: { path: '/' } }
  assert.match((await tell('SelfSubjectAccessReview', both)) ?? '', /cannot be specified in combination with/)
  assert.match((await tell('SubjectAccessReview', PODS)) ?? '', /at least one of user or group must be specified/)
  assert.match((await tell('SelfSubjectAccessReview', PODS, { name: 'x' })) ?? '', /metadata: .* must be empty/)
  const other = { user: 'x', resourceAttributes: { namespace: 'other' } }
  assert.match((await tell('LocalSubjectAccessReview', other, {}, local)) ?? '', /must match metadata\.namespace/)
})

test('all that one may do', async () => {
  const { json, review, fail } = await setUp()
  const ask = (user: typeof JANE, namespace: string) => {
    const { url, body } = review('SelfSubjectRulesReview', { namespace })
    return json<SelfSubjectRulesReview>(201, 'POST', url, { body, user })
  }
  const { status } = await ask(JANE, 'default')
  assert.ok(
    status.resourceRules.some(({ resources, verbs }) => resources?.includes('pods/log') && verbs.includes('get')),
  )
  assert.ok(status.nonResourceRules.some(({ nonResourceURLs }) => nonResourceURLs?.includes('/version')))
  assert.deepEqual([status.incomplete, status.evaluationError], [false, undefined])
  const elsewhere = await ask(JANE, 'kube-system')
  assert.equal(
    elsewhere.status.resourceRules.some(({ resources }) => resources?.includes('pods')),
    false,
  )
  const node = await ask({ name: 'system:node:a', groups: ['system:nodes'] }, 'default')
  assert.deepEqual(
    [node.status.incomplete, node.status.evaluationError],
    [true, 'node authorizer does not support user rule resolution'],
  )
  const { url, body } = review('SelfSubjectRulesReview', {})
  assert.equal((await fail('POST', url, { body })).message, 'no namespace on request')
})

const TOKENS = inDefault('serviceaccounts', 'default/token')
const tokenRequest = (spec: object, metadata: object = {}) => ({
  body: { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', metadata, spec },
})

test('whose a token is, and for whom', async () => {
  const { json, fail } = await setUp()
  const issued = await json<TokenRequest>(201, 'POST', TOKENS, tokenRequest({ audiences: ['vault'] }))
  const ask = async (token: string, audiences?: string[]) => {
    const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', spec: { token, audiences } }
    return (await json<TokenReview>(201, 'POST', '/apis/authentication.k8s.io/v1/tokenreviews', { body })).status
  }
  const { token = '' } = issued.status
  const good = await ask(token, ['vault', 'other'])
  assert.deepEqual([good.authenticated, good.audiences], [true, ['vault']])
  assert.equal(good.user?.username, 'system:serviceaccount:default:default')
  assert.deepEqual(await ask(token), {
    user: {},
    error: `token audiences ["vault"] is invalid for the target audiences ["${ISSUER}"]`,
  })
  assert.deepEqual(await ask('nonsense'), { user: {}, error: 'invalid bearer token' })
  const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', spec: {} }
  const { message } = await fail('POST', '/apis/authentication.k8s.io/v1/tokenreviews', { body })
  assert.equal(message, 'token is required for TokenReview in authentication')
})

test('a token lets its account in until it runs out', async () => {
  const { json, server, clock } = await setUp()
  const { status, spec, metadata } = await json<TokenRequest>(201, 'POST', TOKENS, tokenRequest({}))
  assert.deepEqual([spec.audiences, spec.expirationSeconds], [[ISSUER], 3600])
  assert.deepEqual([status.expirationTimestamp, metadata.name], ['2026-01-01T01:00:00Z', 'default'])
  const headers = { authorization: `Bearer ${status.token}` }
  const code = async (url: string) => (await server.handle({ method: 'GET', url, headers }, {})).status
  assert.deepEqual([await code('/api'), await code('/api/v1/pods')], [200, 403])
  await clock.advance('61m1s')
  assert.equal(await code('/api'), 401)
})

test('a token is bound to a pod of the account, with its node', async () => {
  const { json, fail, store } = await setUp()
  const put = (name: string, serviceAccountName: string) =>
    store.create(`core/pods/default/${name}`, {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, namespace: 'default', uid: name },
      spec: { serviceAccountName, nodeName: 'a', containers: [] },
    } as never)
  await put('own', 'default')
  await put('foreign', 'other')
  const ref = { apiVersion: 'v1', kind: 'Pod', name: 'own', uid: 'own' }
  const claimsOf = (token: string) => JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())
  const ask = async (spec: object) => {
    const issued = await json<TokenRequest>(201, 'POST', TOKENS, tokenRequest({ boundObjectRef: ref, ...spec }))
    return { ...issued, claims: claimsOf(issued.status.token ?? '') }
  }
  const { claims } = await ask({})
  assert.deepEqual(claims['kubernetes.io'].pod, { name: 'own', uid: 'own' })
  assert.deepEqual(claims['kubernetes.io'].node, { name: 'a', uid: '' })
  assert.equal(claims.exp - claims.iat, 3600)
  const mounted = await ask({ expirationSeconds: 3607 })
  assert.equal(mounted.claims.exp - mounted.claims.iat, 365 * 24 * 3600)
  assert.equal(mounted.claims['kubernetes.io'].warnafter - mounted.claims.iat, 3607)
  assert.equal(mounted.status.expirationTimestamp, '2026-01-01T01:00:07Z')
  const tell = async (spec: object, metadata: object = {}) =>
    (await fail('POST', TOKENS, tokenRequest(spec, metadata))).message
  assert.equal(
    await tell({ boundObjectRef: { ...ref, name: 'foreign', uid: '' } }),
    'cannot bind token for serviceaccount "default" to pod running with different serviceaccount name.',
  )
  assert.match((await tell({ boundObjectRef: { ...ref, uid: 'x' } })) ?? '', /does not match the UID in record/)
  assert.equal(await tell({ boundObjectRef: { ...ref, name: 'gone' } }), 'pods "gone" not found')
  assert.match((await tell({ boundObjectRef: { kind: 'Service', name: 'x' } })) ?? '', /cannot bind token to object/)
  assert.match((await tell({ expirationSeconds: 599 })) ?? '', /may not specify a duration less than 10 minutes/)
  assert.match((await tell({}, { name: 'x' })) ?? '', /must match the service account name if specified/)
  assert.match((await tell({}, { uid: 'x' })) ?? '', /does not match the UID of the service account/)
})

test('others can learn how to check tokens', async () => {
  const { json, fail } = await setUp()
  const account = { name: 'system:serviceaccount:a:b', groups: ['system:serviceaccounts'] }
  const request = { user: account, headers: { host: 'cluster.example:6443' } }
  const found = await json<never>(200, 'GET', '/.well-known/openid-configuration', request)
  assert.deepEqual(found, {
    issuer: ISSUER,
    jwks_uri: 'https://cluster.example:6443/openid/v1/jwks',
    response_types_supported: ['id_token'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['ES256'],
  })
  const { keys } = await json<{ keys: object[] }>(200, 'GET', '/openid/v1/jwks/', request)
  assert.equal(keys.length, 1)
  assert.equal((await fail('GET', '/openid/v1/jwks', { user: JANE })).code, 403)
})
