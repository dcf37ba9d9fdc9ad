import type { IClusterRole } from 'kubernetes-models/rbac.authorization.k8s.io/v1/ClusterRole'
import type { IPolicyRule } from 'kubernetes-models/rbac.authorization.k8s.io/v1/PolicyRule'

/** What a role of the table says. */
export interface PolicyRole {
  name: string
  labels: Record<string, string>
  rules: IPolicyRule[]
  aggregationRule?: NonNullable<IClusterRole['aggregationRule']>
}

const VERBS: Readonly<Record<string, string[]>> = {
  read: ['get', 'list', 'watch'],
  write: ['create', 'delete', 'deletecollection', 'patch', 'update'],
  readwrite: ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'],
}

const aggregationLabel = (to: string) => ({ [`rbac.authorization.k8s.io/aggregate-to-${to}`]: 'true' })

/**
 * Reads a table of roles. A line at the margin begins a role: its name, `to:ROLE` when it is aggregated into that one,
 * `from:ROLE` when it gathers what is. Lines indented by two are its rules: verbs, groups (`core` for ''), resources, names; or verbs
 * and URLs. Deeper ones continue the line before.
 */
export function parseRoles(table: string, prefix = ''): PolicyRole[] {
  const roles: PolicyRole[] = []
  for (const line of table.replaceAll(/\n {4}/g, '').split('\n')) {
    if (line.startsWith('  ')) roles.at(-1)?.rules.push(parseRule(line.trim()))
    else if (line) roles.push(parseHead(line, prefix))
  }
  return roles
}

function parseHead(line: string, prefix: string): PolicyRole {
  const [name = '', ...words] = line.split(' ')
  const role: PolicyRole = { name: prefix + name, labels: {}, rules: [] }
  for (const [direction, other = ''] of words.map((word) => word.split(':'))) {
    const label = aggregationLabel(other)
    if (direction === 'to') Object.assign(role.labels, label)
    else role.aggregationRule = { clusterRoleSelectors: [{ matchLabels: label }] }
  }
  return role
}

function parseRule(text: string): IPolicyRule {
  const [verbs = [], first = [], resources, resourceNames] = text.split(' ').map((part) => part.split(','))
  const allowed = VERBS[verbs[0] ?? ''] ?? verbs
  if (!resources) return { verbs: allowed, nonResourceURLs: first }
  const apiGroups = first.map((group) => (group === 'core' ? '' : group))
  return { verbs: allowed, apiGroups, resources, ...(resourceNames && { resourceNames }) }
}
