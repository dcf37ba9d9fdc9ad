import assert from 'node:assert/strict'
import { test } from 'node:test'
import { creates, row, updates } from '../kind-tables.ts'
import { made } from '../problems.ts'
import { ClusterRole } from './cluster-role.ts'
import { ClusterRoleBinding } from './cluster-role-binding.ts'
import { Role } from './role.ts'
import { RoleBinding } from './role-binding.ts'

const rule = { verbs: ['get'], apiGroups: [''], resources: ['pods'] }

creates(Role, [
  [{ metadata: { name: 'system:reader' }, rules: [rule] }],
  [{}],
  [{ metadata: { name: 'a/b' } }, 'metadata.name: Invalid value: "a/b": may not contain \'/\''],
  [
    { rules: [{}] },
    'rules[0].verbs: Required value: verbs must contain at least one value',
    'rules[0].apiGroups: Required value: resource rules must supply at least one api group',
    'rules[0].resources: Required value: resource rules must supply at least one resource',
  ],
  [
    { rules: [{ verbs: ['get'], nonResourceURLs: ['/healthz'] }] },
    'rules[0].nonResourceURLs: Invalid value: ["/healthz"]: namespaced rules cannot apply to non-resource URLs',
  ],
])

creates(ClusterRole, [
  [{ rules: [{ verbs: ['get'], nonResourceURLs: ['/healthz'] }] }],
  [
    { rules: [{ ...rule, nonResourceURLs: ['/healthz'] }] },
    'rules[0].nonResourceURLs: Invalid value: ["/healthz"]: rules cannot apply to both regular resources and non-resource URLs',
  ],
  [
    { aggregationRule: {} },
    'aggregationRule.clusterRoleSelectors: Required value: at least one clusterRoleSelector required if aggregationRule is non-nil',
  ],
])

const roleRef = { kind: 'Role', name: 'reader' }
const user = { kind: 'User', name: 'jane' }

creates(RoleBinding, [
  [{ roleRef, subjects: [user, { kind: 'ServiceAccount', name: 'default' }] }],
  [
    { roleRef: {} },
    'roleRef.kind: Unsupported value: "": supported values: "Role", "ClusterRole"',
    'roleRef.name: Required value',
  ],
  [
    {
      roleRef,
      subjects: [
        { kind: 'Robot', name: 'r2' },
        { kind: 'User', apiGroup: 'v1', name: 'jane' },
      ],
    },
    'subjects[0].kind: Unsupported value: "Robot": supported values: "ServiceAccount", "User", "Group"',
    'subjects[1].apiGroup: Unsupported value: "v1": supported values: "rbac.authorization.k8s.io"',
  ],
])

creates(ClusterRoleBinding, [
  [
    { roleRef, subjects: [{ kind: 'ServiceAccount', name: 'default' }] },
    'roleRef.kind: Unsupported value: "Role": supported values: "ClusterRole"',
    'subjects[0].namespace: Required value',
  ],
])

updates(RoleBinding, { roleRef }, [
  ['more subjects', (binding) => void (binding.subjects = [user])],
  [
    'another role',
    (binding) => void (binding.roleRef = { ...binding.roleRef, name: 'admin' }),
    'roleRef: Invalid value: {"kind":"Role","name":"admin","apiGroup":"rbac.authorization.k8s.io"}: cannot change roleRef',
  ],
])

test('users and groups are of the group of roles', () => {
  const { subjects } = made(RoleBinding, { roleRef, subjects: [user, { kind: 'ServiceAccount', name: 'default' }] })
  assert.deepEqual(
    subjects?.map(({ apiGroup }) => apiGroup),
    ['rbac.authorization.k8s.io', undefined],
  )
})

test('roles and bindings in a table', () => {
  assert.deepEqual(row(Role, {}), { Name: 'a', 'Created At': '2026-01-01T00:00:00Z' })
  const subjects = [user, { kind: 'Group', name: 'dev' }, { kind: 'ServiceAccount', name: 'default', namespace: 'web' }]
  assert.deepEqual(row(RoleBinding, { roleRef, subjects: [...subjects, { kind: 'User', name: 'joe' }] }), {
    Name: 'a',
    Role: 'Role/reader',
    Age: '5m',
    Users: 'jane, joe',
    Groups: 'dev',
    ServiceAccounts: 'web/default',
  })
})
