import type { Kind } from '../../../../api/kind.ts'
import { aggregatedRules } from '../../../../api/kinds/rbac/aggregation.ts'
import { ClusterRole } from '../../../../api/kinds/rbac/cluster-role.ts'
import { ClusterRoleBinding } from '../../../../api/kinds/rbac/cluster-role-binding.ts'
import { Role } from '../../../../api/kinds/rbac/role.ts'
import { RoleBinding } from '../../../../api/kinds/rbac/role-binding.ts'
import type { Draft } from '../../../../api/meta.ts'
import { CLUSTER_BINDINGS, NAMESPACE_BINDINGS } from './bindings.ts'
import { CONTROLLER_ROLES } from './controller-roles.ts'
import { NAMESPACE_ROLES } from './namespace-roles.ts'
import { type PolicyBinding, parseBindings } from './parse-bindings.ts'
import { type PolicyRole, parseRoles } from './parse-roles.ts'
import { USER_ROLES } from './user-roles.ts'

type Named<T> = Draft<T> & { apiVersion: string; kind: string; metadata: { name: string; namespace?: string } }
export type PolicyRoleObject = Named<ClusterRole> | Named<Role>
export type PolicyBindingObject = Named<ClusterRoleBinding> | Named<RoleBinding>

/** The roles and bindings that every cluster has, as yet without what the server adds to objects. */
export interface Policy {
  clusterRoles: Named<ClusterRole>[]
  clusterRoleBindings: Named<ClusterRoleBinding>[]
  roles: Named<Role>[]
  roleBindings: Named<RoleBinding>[]
}

/** Objects that say `false` here are left as they are. */
export const AUTOUPDATE = 'rbac.authorization.kubernetes.io/autoupdate'

const CONTROLLER_PREFIX = 'system:controller:'

/**
 * The controllers of this process share one identity, `system:kube-controller-manager`, where upstream's have a service
 * account each. This role is all that those may do.
 */
const ALL_CONTROLLERS = 'skiff:controllers'

/** How deep roles are gathered from roles that are gathered: `admin` from `edit` from `view`. */
const AGGREGATION_DEPTH = 3

/** Upstream's roles and bindings, and one of our own. */
export function defaultPolicy(): Policy {
  const controllers = parseRoles(CONTROLLER_ROLES, CONTROLLER_PREFIX)
  const clusterRoles = [...parseRoles(USER_ROLES), ...controllers, unionOf(controllers)].map(clusterRole)
  gather(clusterRoles)
  const bindings = [
    ...parseBindings(CLUSTER_BINDINGS),
    ...controllers.map(({ name }) => controllerBinding(name)),
    ...parseBindings(`${ALL_CONTROLLERS} user:system:kube-controller-manager`),
  ]
  return {
    clusterRoles,
    clusterRoleBindings: bindings.map((each) => binding(each, ClusterRoleBinding, ClusterRole)),
    roles: parseRoles(NAMESPACE_ROLES).map(namespaceRole),
    roleBindings: parseBindings(NAMESPACE_BINDINGS).map((each) => binding(each, RoleBinding, Role)),
  }
}

/** Each rule once. */
function unionOf(roles: readonly PolicyRole[]): PolicyRole {
  const rules = new Map(roles.flatMap((role) => role.rules.map((rule) => [JSON.stringify(rule), rule])))
  return { name: ALL_CONTROLLERS, labels: {}, rules: [...rules.values()] }
}

function controllerBinding(role: string): PolicyBinding {
  const account = { kind: 'ServiceAccount', namespace: 'kube-system', name: role.slice(CONTROLLER_PREFIX.length) }
  return { name: role, role, subjects: [account] }
}

/** Gives the roles that gather rules these rules from the start, so that their controller finds nothing to do. */
function gather(roles: readonly Named<ClusterRole>[]): void {
  for (let depth = 0; depth < AGGREGATION_DEPTH; depth++) {
    for (const role of roles) {
      if (role.aggregationRule) role.rules = aggregatedRules(role, roles)
    }
  }
}

/** Labels and annotations that all of them have. */
function metadataOf(name: string, namespace?: string, labels: object = {}) {
  const own = { 'kubernetes.io/bootstrapping': 'rbac-defaults', ...labels }
  return { name, ...(namespace && { namespace }), labels: own, annotations: { [AUTOUPDATE]: 'true' } }
}

function clusterRole({ name, labels, rules, aggregationRule }: PolicyRole): Named<ClusterRole> {
  const { apiVersion, kind } = ClusterRole
  const metadata = metadataOf(name, undefined, labels)
  return { apiVersion, kind, metadata, ...(aggregationRule && { aggregationRule }), rules }
}

function namespaceRole({ name: path, rules }: PolicyRole): Named<Role> {
  const { apiVersion, kind } = Role
  const [namespace = '', name = ''] = path.split('/')
  return { apiVersion, kind, metadata: metadataOf(name, namespace), rules }
}

function binding(
  { name, namespace, role, subjects }: PolicyBinding,
  { apiVersion, kind }: Kinds,
  { group, kind: of }: Kinds,
) {
  const roleRef = { apiGroup: group, kind: of, name: role }
  return { apiVersion, kind, metadata: metadataOf(name, namespace), ...(subjects.length && { subjects }), roleRef }
}

type Kinds = Pick<Kind, 'apiVersion' | 'group' | 'kind'>
