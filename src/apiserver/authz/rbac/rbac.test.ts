import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { IPolicyRule } from 'kubernetes-models/rbac.authorization.k8s.io/v1/PolicyRule'
import { ClusterRole } from '../../../api/kinds/rbac/cluster-role.ts'
import { ClusterRoleBinding } from '../../../api/kinds/rbac/cluster-role-binding.ts'
import { Role } from '../../../api/kinds/rbac/role.ts'
import { RoleBinding } from '../../../api/kinds/rbac/role-binding.ts'
import type { Kind } from '../../../api/kind.ts'
import type { KubeObject } from '../../../api/meta.ts'
import { type Attributes, question } from '../attributes.ts'
import { CompiledRules } from './compiled-rules.ts'
import { compact, ruleText, uncovered } from './covers-rules.ts'
import { rbacAuthorizer } from './rbac-authorizer.ts'
import { RbacIndex } from './rbac-index.ts'

const JANE = { name: 'jane', groups: ['dev', 'ops'] }

suite('a rule', () => {
  const pods: IPolicyRule = { verbs: ['get'], apiGroups: [''], resources: ['pods'] }
  const urls: IPolicyRule = { verbs: ['get'], nonResourceURLs: ['/healthz', '/livez/*'] }
  const path = (verb: string, path: string) => ({ verb, isResource: false, path })
  const ask = (verb: string, about: Partial<Attributes>) => ({ verb, ...about })
  const table: [rule: IPolicyRule, asked: { verb: string } & Partial<Attributes>, allowed: boolean][] = [
    [pods, ask('get', { resource: 'pods' }), true],
    [pods, ask('get', { resource: 'pods', name: 'a', namespace: 'b' }), true],
    [pods, ask('list', { resource: 'pods' }), false],
    [pods, ask('get', { resource: 'pods', subresource: 'log' }), false],
    [pods, ask('get', { resource: 'pods', group: 'metrics.k8s.io' }), false],
    [{ ...pods, verbs: ['*'] }, ask('anything', { resource: 'pods' }), true],
    [{ ...pods, apiGroups: ['*'] }, ask('get', { resource: 'pods', group: 'x' }), true],
    [{ ...pods, resources: ['*'] }, ask('get', { resource: 'secrets', subresource: 'x' }), true],
    [{ ...pods, resources: ['pods/log'] }, ask('get', { resource: 'pods', subresource: 'log' }), true],
    [{ ...pods, resources: ['pods/log'] }, ask('get', { resource: 'pods' }), false],
    [{ ...pods, resources: ['*/scale'] }, ask('get', { resource: 'x', subresource: 'scale' }), true],
    [{ ...pods, resources: ['*/scale'] }, ask('get', { resource: 'scale' }), false],
    [{ ...pods, resources: ['pods/*'] }, ask('get', { resource: 'pods', subresource: 'log' }), false],
    [{ ...pods, resourceNames: ['a'] }, ask('get', { resource: 'pods', name: 'a' }), true],
    [{ ...pods, resourceNames: ['a'] }, ask('get', { resource: 'pods', name: 'b' }), false],
    [{ ...pods, resourceNames: ['a'] }, ask('get', { resource: 'pods' }), false],
    [urls, path('get', '/healthz'), true],
    [urls, path('get', '/healthz/x'), false],
    [urls, path('get', '/livez/x/y'), true],
    [urls, path('get', '/livez'), false],
    [urls, path('post', '/healthz'), false],
    [{ verbs: ['*'], nonResourceURLs: ['*'] }, path('put', '/x'), true],
    [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }, path('get', '/x'), false],
    [{ verbs: ['*'], nonResourceURLs: ['*'] }, ask('get', { resource: 'pods' }), false],
  ]
  for (const [rule, { verb, ...about }, allowed] of table) {
    test(`${ruleText(rule)} ${allowed ? 'allows' : 'does not allow'} ${verb} ${Object.values(about).join(' ')}`, () => {
      assert.equal(new CompiledRules([rule]).allows(question(JANE, verb, about)), allowed)
    })
  }
})

test('what rules do not cover, piece by piece', () => {
  const all: IPolicyRule = { verbs: ['*'], apiGroups: ['*'], resources: ['*'] }
  const wanted: IPolicyRule = { verbs: ['get', 'list'], apiGroups: [''], resources: ['pods', 'pods/log'] }
  const missing = (...owned: IPolicyRule[]) => compact(uncovered(owned, [wanted])).map(ruleText)
  const rule = (verbs: string[], resources: string[], more: object = {}) => ({
    apiGroups: [''],
    resources,
    verbs,
    ...more,
  })
  assert.deepEqual(missing(all), [])
  assert.deepEqual(missing(wanted), [])
  assert.deepEqual(missing(rule(['get'], ['*']), rule(['list'], ['pods', '*/log'])), [])
  assert.deepEqual(missing(rule(['get'], ['pods'])), [
    '{APIGroups:[""], Resources:["pods"], Verbs:["list"]}',
    '{APIGroups:[""], Resources:["pods/log"], Verbs:["get" "list"]}',
  ])
  assert.equal(missing(rule(['*'], ['*'], { resourceNames: ['a'] })).length, 2)
  const named = rule(['get'], ['pods'], { resourceNames: ['a', 'b'] })
  assert.deepEqual(uncovered([rule(['get'], ['pods'], { resourceNames: ['a'] })], [named]).map(ruleText), [
    '{APIGroups:[""], Resources:["pods"], ResourceNames:["b"], Verbs:["get"]}',
  ])
  const url = (...nonResourceURLs: string[]) => [{ verbs: ['get'], nonResourceURLs }]
  assert.deepEqual(uncovered(url('/a/*'), url('/a/b', '/a/*')), [])
  assert.deepEqual(uncovered(url('/a/b'), url('/a/*')), url('/a/*'))
})

suite('roles and bindings', () => {
  const { apiVersion, group: apiGroup } = ClusterRole
  const object = <T>(kind: Kind, name: string, namespace: string, rest: object) =>
    ({
      apiVersion,
      kind: kind.kind,
      metadata: { name, namespace, uid: `${kind.kind} ${namespace} ${name}` },
      ...rest,
    }) as T
  const rules = (resource: string) => ({ rules: [{ verbs: ['get'], apiGroups: [''], resources: [resource] }] })
  const clusterRole = (name: string, resource: string) => object<ClusterRole>(ClusterRole, name, '', rules(resource))
  const role = (namespace: string, name: string, resource: string) =>
    object<Role>(Role, name, namespace, rules(resource))
  const user = { apiGroup, kind: 'User', name: 'jane' }
  const bind = (namespace: string, name: string, roleRef: object, ...subjects: object[]) =>
    object<KubeObject>(namespace ? RoleBinding : ClusterRoleBinding, name, namespace, {
      roleRef: { apiGroup, ...roleRef },
      subjects,
    })
  const KINDS = [ClusterRole, ClusterRoleBinding, Role, RoleBinding] as unknown as Kind[]
  const fill = (...objects: KubeObject[]) => {
    const index = new RbacIndex()
    const change = (previous: KubeObject | undefined, now: KubeObject | undefined) => {
      const kind = KINDS.find((each) => each.kind === (now ?? previous)?.kind) as Kind
      index.change(kind, previous, now)
    }
    for (const each of objects) change(undefined, each)
    const { authorize } = rbacAuthorizer(() => index)
    const may = (resource: string, namespace = '', who = JANE) =>
      authorize(question(who, 'get', { resource, namespace }))
    return { index, change, may }
  }

  test('a cluster binding counts everywhere, a binding in its namespace', () => {
    const { may } = fill(
      clusterRole('nodes', 'nodes'),
      clusterRole('pods', 'pods'),
      role('a', 'pods', 'secrets'),
      bind('', 'one', { kind: 'ClusterRole', name: 'nodes' }, user),
      bind('a', 'two', { kind: 'ClusterRole', name: 'pods' }, user),
      bind('a', 'three', { kind: 'Role', name: 'pods' }, { apiGroup, kind: 'Group', name: 'ops' }),
    )
    const allowed = (resource: string) => ['', 'a', 'b'].filter((namespace) => may(resource, namespace).allowed)
    assert.deepEqual(allowed('nodes'), ['', 'a', 'b'])
    assert.deepEqual(allowed('pods'), ['a'])
    assert.deepEqual(allowed('secrets'), ['a'])
    assert.equal(may('nodes', '', { name: 'bob', groups: [] }).allowed, false)
    assert.equal(may('nodes').reason, 'RBAC: allowed by ClusterRoleBinding "one" of ClusterRole "nodes" to User "jane"')
    assert.equal(may('secrets', 'a').reason, 'RBAC: allowed by RoleBinding "three/a" of Role "pods" to Group "ops"')
  })

  test("a service account without a namespace is one of the binding's", () => {
    const { may } = fill(
      clusterRole('pods', 'pods'),
      bind('a', 'one', { kind: 'ClusterRole', name: 'pods' }, { kind: 'ServiceAccount', name: 'x' }),
      bind('a', 'two', { kind: 'ClusterRole', name: 'pods' }, { kind: 'ServiceAccount', name: 'x', namespace: 'b' }),
    )
    const allowed = ['a', 'b', 'c'].filter(
      (namespace) => may('pods', 'a', { name: `system:serviceaccount:${namespace}:x`, groups: [] }).allowed,
    )
    assert.deepEqual(allowed, ['a', 'b'])
    const { reason } = may('pods', 'a', { name: 'system:serviceaccount:b:x', groups: [] })
    assert.match(reason, /RoleBinding "two\/a" of ClusterRole "pods" to ServiceAccount "x\/b"/)
  })

  test('what changes counts at once', () => {
    const before = clusterRole('r', 'pods')
    const binding = bind('', 'b', { kind: 'ClusterRole', name: 'r' }, user, { apiGroup, kind: 'Group', name: 'dev' })
    const { change, may, index } = fill(binding)
    assert.equal(may('pods').reason, 'RBAC: clusterrole.rbac.authorization.k8s.io "r" not found')
    change(undefined, before)
    assert.ok(may('pods').allowed)
    change(before, clusterRole('r', 'secrets'))
    assert.deepEqual([may('pods').allowed, may('secrets').allowed], [false, true])
    const empty = bind('', 'b', { kind: 'ClusterRole', name: 'r' })
    change(binding, empty)
    assert.equal(may('secrets').allowed, false)
    change(empty, binding)
    assert.equal(index.rulesFor(JANE, '').rules.length, 2)
    change(binding, undefined)
    assert.deepEqual(index.rulesFor(JANE, ''), { rules: [], missing: [] })
  })
})
