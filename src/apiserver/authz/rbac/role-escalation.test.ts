import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ClusterRole } from '../../../api/kinds/rbac/cluster-role.ts'
import { ClusterRoleBinding } from '../../../api/kinds/rbac/cluster-role-binding.ts'
import { RoleBinding } from '../../../api/kinds/rbac/role-binding.ts'
import { Role } from '../../../api/kinds/rbac/role.ts'
import { inDefault, testServer } from '../../test-server.ts'

const { apiVersion, group: apiGroup } = ClusterRole
const ROOT = `/apis/${apiVersion}`
const JANE = { name: 'jane', groups: ['dev'] }
const rule = (verbs: string[], resources: string[], group = '') => ({ apiGroups: [group], resources, verbs })

/** Jane may write roles and bindings in `default`, and read pods there. */
async function setUp(...more: ReturnType<typeof rule>[]) {
  const server = await testServer()
  const rules = [rule(['create', 'update'], ['roles', 'rolebindings'], apiGroup), rule(['get'], ['pods']), ...more]
  await server.api(Role).create({ metadata: { namespace: 'default', name: 'jane' }, rules })
  const roleRef = { apiGroup, kind: 'Role', name: 'jane' }
  const subjects = [{ apiGroup, kind: 'User', name: 'jane' }]
  await server.api(RoleBinding).create({ metadata: { namespace: 'default', name: 'jane' }, roleRef, subjects })
  const write = async (method: string, plural: string, body: object, name = '') => {
    const answer = await server.send(method, inDefault(plural, name, ROOT), { body, user: JANE })
    return answer.status < 400 ? 'done' : (JSON.parse(answer.body as string).message as string)
  }
  return { ...server, write }
}

const role = (name: string, ...rules: object[]) => ({ apiVersion, kind: 'Role', metadata: { name }, rules })
const binding = (name: string, kind: string, roleName: string) => ({
  apiVersion,
  kind: 'RoleBinding',
  metadata: { name },
  roleRef: { apiGroup, kind, name: roleName },
  subjects: [{ apiGroup, kind: 'User', name: 'bob' }],
})

const attempt = (what: string, ...missing: string[]) =>
  `${what}.${apiGroup} "x" is forbidden: user "jane" (groups=["dev" "system:authenticated"]) is attempting to grant RBAC permissions not currently held:\n${missing.join('\n')}`

test('nobody puts into a role what they do not have', async () => {
  const { write } = await setUp()
  assert.equal(await write('POST', 'roles', role('y', rule(['get'], ['pods']))), 'done')
  assert.equal(
    await write('POST', 'roles', role('x', rule(['get', 'list'], ['pods', 'secrets']))),
    attempt(
      'roles',
      '{APIGroups:[""], Resources:["pods"], Verbs:["list"]}',
      '{APIGroups:[""], Resources:["secrets"], Verbs:["get" "list"]}',
    ),
  )
  assert.match(
    await write('PUT', 'roles', role('y', rule(['list'], ['pods'])), 'y'),
    /roles\..* "y" is forbidden: user/,
  )
})

test('who may escalate may write any role', async () => {
  const { write } = await setUp(rule(['escalate'], ['roles'], apiGroup))
  assert.equal(await write('POST', 'roles', role('x', rule(['*'], ['*'], '*'))), 'done')
})

test('a role that somebody cannot give can still be let go', async () => {
  const { api, write } = await setUp()
  const rules = [rule(['*'], ['secrets'])]
  const made = await api(Role).create({ metadata: { namespace: 'default', name: 'x', finalizers: ['a/b'] }, rules })
  const { finalizers: _, ...metadata } = made.metadata
  assert.equal(await write('PUT', 'roles', { ...made, metadata }, 'x'), 'done')
  const labelled = { ...metadata, resourceVersion: undefined, labels: { a: 'b' } }
  const label = await write('PUT', 'roles', { ...made, metadata: labelled }, 'x')
  assert.equal(label, attempt('roles', '{APIGroups:[""], Resources:["secrets"], Verbs:["*"]}'))
})

test('nobody binds a role that has more than they have, unless they may bind it', async () => {
  const { write } = await setUp({ ...rule(['bind'], ['clusterroles'], apiGroup), resourceNames: ['view'] } as never)
  assert.equal(await write('POST', 'rolebindings', binding('y', 'Role', 'jane')), 'done')
  assert.equal(await write('POST', 'rolebindings', binding('v', 'ClusterRole', 'view')), 'done')
  assert.equal(
    await write('POST', 'rolebindings', binding('x', 'ClusterRole', 'cluster-admin')),
    attempt('rolebindings', '{APIGroups:["*"], Resources:["*"], Verbs:["*"]}', '{NonResourceURLs:["*"], Verbs:["*"]}'),
  )
  assert.equal(await write('POST', 'rolebindings', binding('x', 'Role', 'nope')), `roles.${apiGroup} "nope" not found`)
})

test('only who has everything makes a role that gathers whatever it likes', async () => {
  const { api, send } = await testServer()
  await api(ClusterRole).create({ metadata: { name: 'jane' }, rules: [rule(['*'], ['clusterroles'], apiGroup)] })
  const roleRef = { apiGroup, kind: 'ClusterRole', name: 'jane' }
  const subjects = [{ apiGroup, kind: 'User', name: 'jane' }]
  await api(ClusterRoleBinding).create({ metadata: { name: 'jane' }, roleRef, subjects })
  const aggregationRule = { clusterRoleSelectors: [{ matchLabels: { a: 'b' } }] }
  const body = { apiVersion, kind: 'ClusterRole', metadata: { name: 'x' }, aggregationRule }
  // The wildcard covers `escalate` too: whoever has that needs nothing else.
  assert.equal((await send('POST', `${ROOT}/clusterroles`, { body, user: JANE })).status, 201)
  const written = await api(ClusterRole).get({ name: 'jane' })
  await api(ClusterRole).update({ ...written, rules: [rule(['create'], ['clusterroles'], apiGroup)] })
  const answer = await send('POST', `${ROOT}/clusterroles`, { body: { ...body, metadata: { name: 'z' } }, user: JANE })
  assert.equal(
    JSON.parse(answer.body as string).message,
    `clusterroles.${apiGroup} "z" is forbidden: must have cluster-admin privileges to use the aggregationRule`,
  )
})
