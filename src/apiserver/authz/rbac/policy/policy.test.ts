import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import type { ClusterRole } from '../../../../api/kinds/rbac/cluster-role.ts'
import type { ClusterRoleBinding } from '../../../../api/kinds/rbac/cluster-role-binding.ts'
import { question } from '../../attributes.ts'
import { CompiledRules } from '../compiled-rules.ts'
import { parseBindings } from './parse-bindings.ts'
import { parseRoles } from './parse-roles.ts'
import { AUTOUPDATE, defaultPolicy } from './policy.ts'
import { planBinding, planRole } from './reconcile.ts'

const data = (name: string) => readFileSync(new URL(`../../../../../data/${name}`, import.meta.url), 'utf8')

interface Resource {
  group: string
  resource: string
  subresources?: { name: string }[]
}

const VERBS = ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete', 'deletecollection']
const SPECIAL_VERBS = ['impersonate', 'bind', 'escalate']
const SOMEBODY = { name: 'somebody', groups: [] }

/** Every published resource and subresource. */
const RESOURCES = (JSON.parse(data('api-resources-1.36.json')) as Resource[]).flatMap(
  ({ group, resource, subresources = [] }) =>
    ['', ...subresources.map(({ name }) => name)].map((subresource) => ({ group, resource, subresource })),
)

const label = ({ group, resource, subresource }: (typeof RESOURCES)[number]) =>
  `${resource}${group && `.${group}`}${subresource && `/${subresource}`}`

/** What a role lets its holder do, as the table says it: resources by the verbs that they allow. */
function rowsOf(rules: CompiledRules): string[] {
  const rows = new Map<string, Set<string>>()
  const all = new Set(RESOURCES.map(label))
  for (const about of RESOURCES) {
    const allowed = [...VERBS, ...SPECIAL_VERBS].filter((verb) => rules.allows(question(SOMEBODY, verb, about)))
    if (allowed.length) rows.set(`${allowed}`, (rows.get(`${allowed}`) ?? new Set()).add(label(about)))
  }
  const text = (names: Set<string>) => (names.size === all.size ? 'everything' : [...names].join(' '))
  return [...rows].map(([verbs, names]) => `  ${verbs}: ${text(names)}`)
}

test('each default role allows each verb on each resource as the table says', () => {
  const roles = defaultPolicy()
    .clusterRoles.filter(({ metadata }) => !metadata.name.startsWith('skiff:'))
    .sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1))
  const found = roles.flatMap(({ metadata, rules = [] }) => [metadata.name, ...rowsOf(new CompiledRules(rules))])
  assert.deepEqual(found, data('rbac-matrix-1.36.txt').trimEnd().split('\n'))
})

test('the role of all controllers allows what each of them is allowed, and not everything', () => {
  const { clusterRoles } = defaultPolicy()
  const rulesOf = (wanted: RegExp) =>
    clusterRoles.filter(({ metadata }) => wanted.test(metadata.name)).flatMap(({ rules }) => rules ?? [])
  const all = new Set(rulesOf(/^skiff:controllers$/).map((rule) => JSON.stringify(rule)))
  for (const rule of rulesOf(/^system:controller:/)) assert.ok(all.has(JSON.stringify(rule)))
  const rules = new CompiledRules(rulesOf(/^skiff:controllers$/))
  assert.equal(rules.allows(question(SOMEBODY, 'create', { group: 'apps', resource: 'daemonsets' })), false)
})

test('tables of roles and bindings, as they are read', () => {
  const table = `
gatherer from:it
giver to:it
  read core,apps pods,
    pods/log one,two
  get /healthz,/livez/*
`
  const label = { 'rbac.authorization.k8s.io/aggregate-to-it': 'true' }
  const reading = { apiGroups: ['', 'apps'], resources: ['pods', 'pods/log'], resourceNames: ['one', 'two'] }
  assert.deepEqual(parseRoles(table, 'x:'), [
    { name: 'x:gatherer', labels: {}, rules: [], aggregationRule: { clusterRoleSelectors: [{ matchLabels: label }] } },
    {
      name: 'x:giver',
      labels: label,
      rules: [
        { verbs: ['get', 'list', 'watch'], ...reading },
        { verbs: ['get'], nonResourceURLs: ['/healthz', '/livez/*'] },
      ],
    },
  ])
  assert.deepEqual(parseBindings('\nns/a:b=c group:system:x account:ns/sa\n'), [
    {
      namespace: 'ns',
      name: 'a:b',
      role: 'c',
      subjects: [
        { apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: 'system:x' },
        { kind: 'ServiceAccount', namespace: 'ns', name: 'sa' },
      ],
    },
  ])
})

const { clusterRoles, clusterRoleBindings } = defaultPolicy()
const roleNamed = (wanted: string) => clusterRoles.find(({ metadata }) => metadata.name === wanted) as ClusterRole
const bindingNamed = (wanted: string) =>
  clusterRoleBindings.find(({ metadata }) => metadata.name === wanted) as ClusterRoleBinding

test('a role gets the rules that it lacks, and keeps what somebody has added', () => {
  const role = roleNamed('system:basic-user')
  assert.equal(planRole(role, role), undefined)
  const own = { apiGroups: [''], resources: ['pods'], verbs: ['get'] }
  const [first, ...others] = role.rules ?? []
  const cut = { ...role, metadata: { ...role.metadata, labels: { own: 'yes' } }, rules: [...others, own] }
  const planned = planRole(cut, role)
  const missing = (first?.resources ?? []).map((name) => ({ ...first, resources: [name] }))
  assert.deepEqual(planned?.rules, [...others, own, ...missing])
  assert.deepEqual(planned?.metadata.labels, { ...role.metadata.labels, own: 'yes' })
  assert.equal(planRole(planned as ClusterRole, role), undefined)
})

test('a role that gathers rules gets its selector back, and its rules are left to the controller', () => {
  const view = roleNamed('view')
  const own = { matchLabels: { own: 'yes' } }
  const changed = { ...view, rules: [], aggregationRule: { clusterRoleSelectors: [own] } }
  const planned = planRole(changed, view)
  assert.deepEqual(planned?.rules, [])
  assert.deepEqual(planned?.aggregationRule?.clusterRoleSelectors, [
    own,
    ...(view.aggregationRule?.clusterRoleSelectors ?? []),
  ])
})

test('a binding gets the subjects that it lacks; one to another role is made anew', () => {
  const binding = bindingNamed('system:public-info-viewer')
  assert.equal(planBinding(binding, binding), undefined)
  const own = { apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'jane' }
  const planned = planBinding({ ...binding, subjects: [own] }, binding)
  assert.deepEqual(planned, { ...binding, subjects: [own, ...(binding.subjects ?? [])] })
  const other = { ...binding, roleRef: { ...binding.roleRef, name: 'other' } }
  assert.equal(planBinding(other, binding), 'recreate')
})

test('what is not to be updated is left as it is', () => {
  const annotations = { [AUTOUPDATE]: 'false' }
  const [role, binding] = [roleNamed('system:basic-user'), bindingNamed('cluster-admin')]
  assert.equal(planRole({ ...role, metadata: { ...role.metadata, annotations }, rules: [] }, role), undefined)
  const kept = { ...binding, metadata: { ...binding.metadata, annotations }, subjects: [] }
  assert.equal(planBinding(kept, binding), undefined)
})
