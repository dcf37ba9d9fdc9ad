import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SelfSubjectReview } from '../../api/kinds/authentication/self-subject-review.ts'
import { ClusterRole } from '../../api/kinds/rbac/cluster-role.ts'
import { ClusterRoleBinding } from '../../api/kinds/rbac/cluster-role-binding.ts'
import { testServer } from '../test-server.ts'

const WHOAMI = '/apis/authentication.k8s.io/v1/selfsubjectreviews'
const REVIEW = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' }
const JANE = { name: 'jane', groups: ['developers'] }

async function setUp() {
  const server = await testServer()
  const whoami = async (headers: Record<string, string>) =>
    (await server.json<SelfSubjectReview>(201, 'POST', WHOAMI, { body: REVIEW, headers })).status.userInfo
  const refusal = async (headers: Record<string, string>) =>
    (await server.fail('POST', WHOAMI, { body: REVIEW, headers, user: JANE })).message
  return { ...server, whoami, refusal }
}

test('an administrator may act as anybody', async () => {
  const { whoami } = await setUp()
  const table: [headers: Record<string, string>, user: object][] = [
    [{ 'impersonate-user': 'bob' }, { username: 'bob', groups: ['system:authenticated'] }],
    [
      {
        'impersonate-user': 'bob',
        'impersonate-group': 'a, b',
        'impersonate-uid': '7',
        'impersonate-extra-a%2fb': 'x',
      },
      { username: 'bob', uid: '7', groups: ['a', 'b', 'system:authenticated'], extra: { 'a/b': ['x'] } },
    ],
    [
      { 'impersonate-user': 'system:serviceaccount:ns:sa' },
      {
        username: 'system:serviceaccount:ns:sa',
        groups: ['system:serviceaccounts', 'system:serviceaccounts:ns', 'system:authenticated'],
      },
    ],
  ]
  for (const [headers, user] of table) assert.deepEqual(await whoami(headers), user)
})

test('who may not is told what is missing', async () => {
  const { refusal, api } = await setUp()
  const cannot = (what: string) => `${what} at the cluster scope`
  assert.equal(
    await refusal({ 'impersonate-user': 'bob' }),
    cannot('users "bob" is forbidden: User "jane" cannot impersonate resource "users" in API group ""'),
  )
  assert.equal(
    await refusal({ 'impersonate-user': 'system:serviceaccount:ns:sa' }),
    'serviceaccounts "sa" is forbidden: User "jane" cannot impersonate resource "serviceaccounts" in API group "" in the namespace "ns"',
  )
  const rules = [{ apiGroups: [''], resources: ['users'], resourceNames: ['bob'], verbs: ['impersonate'] }]
  await api(ClusterRole).create({ metadata: { name: 'as-bob' }, rules })
  const roleRef = { apiGroup: ClusterRole.group, kind: 'ClusterRole', name: 'as-bob' }
  const subjects = [{ apiGroup: ClusterRole.group, kind: 'User', name: 'jane' }]
  await api(ClusterRoleBinding).create({ metadata: { name: 'as-bob' }, roleRef, subjects })
  assert.equal(
    await refusal({ 'impersonate-user': 'bob', 'impersonate-group': 'g' }),
    cannot('groups "g" is forbidden: User "jane" cannot impersonate resource "groups" in API group ""'),
  )
  assert.equal(
    await refusal({ 'impersonate-user': 'bob', 'impersonate-extra-scopes': 'view' }),
    cannot(
      'userextras.authentication.k8s.io "view" is forbidden: User "jane" cannot impersonate resource "userextras/scopes" in API group "authentication.k8s.io"',
    ),
  )
})

test('a group without a user is nobody', async () => {
  const { refusal } = await setUp()
  assert.equal(await refusal({ 'impersonate-group': 'g' }), 'requested [{Group  g    }] without impersonating a user')
})
