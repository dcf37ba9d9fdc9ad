import type { IPolicyRule } from 'kubernetes-models/rbac.authorization.k8s.io/v1/PolicyRule'
import { deepEqual } from '../../../api/equal.ts'
import { forbidden, notFound } from '../../../api/errors.ts'
import { ClusterRole } from '../../../api/kinds/rbac/cluster-role.ts'
import type { ClusterRoleBinding } from '../../../api/kinds/rbac/cluster-role-binding.ts'
import { Role } from '../../../api/kinds/rbac/role.ts'
import type { RoleBinding } from '../../../api/kinds/rbac/role-binding.ts'
import type { KubeObject } from '../../../api/meta.ts'
import type { AdmissionPlugin, AdmissionRequest } from '../../admission/plugin.ts'
import type { Authorize } from '../../admission/certificate-signers.ts'
import { question } from '../attributes.ts'
import { isPrivileged } from '../privileged-group.ts'
import { compact, listText, ruleText, uncovered } from './covers-rules.ts'
import { aggregated, RBAC_KINDS } from './rbac-authorizer.ts'
import { missingTexts, type RbacIndex } from './rbac-index.ts'

const EVERYTHING: readonly IPolicyRule[] = [
  { apiGroups: ['*'], resources: ['*'], verbs: ['*'] },
  { nonResourceURLs: ['*'], verbs: ['*'] },
]

/**
 * Nobody hands out what they do not have: a role may be written by who has all that it allows (or may `escalate`), a binding
 * by who has all that its role allows (or may `bind` that role). Upstream checks this in storage, after admission; so this
 * stands last among the plugins.
 */
export function roleEscalation(authorize: Authorize, index: () => RbacIndex): AdmissionPlugin {
  return {
    name: 'RoleEscalation',
    operations: ['CREATE', 'UPDATE'],

    admit(request) {
      const { kind, subresource, user, object, old } = request
      const isRbac = RBAC_KINDS.some(({ group, plural }) => group === kind.group && plural === kind.plural)
      if (!isRbac || subresource || !object || isPrivileged(user)) return
      if (old && changesOnlyOwners(object, old)) return
      if (kind.plural.endsWith('bindings')) checkBinding(request, authorize, index())
      else checkRole(request, authorize, index())
    },
  }
}

/** The garbage collector must be able to let a role go whose rules it does not have. */
function changesOnlyOwners(object: KubeObject, old: KubeObject): boolean {
  const rest = ({ metadata, ...others }: KubeObject) => {
    const { ownerReferences: _, finalizers: __, resourceVersion: ___, managedFields: ____, ...kept } = metadata
    return { ...others, metadata: kept }
  }
  return deepEqual(rest(object), rest(old))
}

function checkRole(request: AdmissionRequest, authorize: Authorize, index: RbacIndex): void {
  const { kind, user, namespace, operation, name } = request
  const about = { group: kind.group, resource: kind.plural, namespace, name: operation === 'CREATE' ? '' : name }
  if (authorize(question(user, 'escalate', about)).allowed) return
  const role = request.object as unknown as ClusterRole | Role
  const refusal = escalationOf(request, index, role.rules ?? [])
  if (refusal) throw forbidden(kind, role.metadata.name, refusal)
  if (![role, request.old].some((one) => gathers(one))) return
  if (!escalationOf(request, index, EVERYTHING)) return
  throw forbidden(kind, role.metadata.name, 'must have cluster-admin privileges to use the aggregationRule')
}

function gathers(role: ClusterRole | undefined): boolean {
  return (role?.aggregationRule?.clusterRoleSelectors?.length ?? 0) > 0
}

function checkBinding(request: AdmissionRequest, authorize: Authorize, index: RbacIndex): void {
  const { kind, user, namespace } = request
  const { roleRef, metadata } = request.object as unknown as RoleBinding | ClusterRoleBinding
  const roleKind = [ClusterRole, Role].find((one) => one.kind === roleRef.kind)
  // Validation says what is wrong with it.
  if (!roleKind) return
  const about = { group: roleRef.apiGroup, resource: roleKind.plural, namespace, name: roleRef.name }
  if (authorize(question(user, 'bind', about)).allowed) return
  const rules = index.rulesOf(roleRef, namespace)
  if (!rules) throw notFound(roleKind, roleRef.name)
  const refusal = escalationOf(request, index, rules)
  if (refusal) throw forbidden(kind, metadata.name, refusal)
}

/** What of `wanted` the user does not have, in upstream's words. */
function escalationOf(
  { user, namespace }: AdmissionRequest,
  index: RbacIndex,
  wanted: readonly IPolicyRule[],
): string | undefined {
  const { rules, missing } = index.rulesFor(user, namespace)
  const lacks = uncovered(rules, wanted)
  if (lacks.length === 0) return undefined
  const texts = [...new Set(compact(lacks).map(ruleText))].sort()
  const who = `user ${JSON.stringify(user.name)} (groups=${listText(user.groups)})`
  const errors = missing.length ? `; resolution errors: ${aggregated(missingTexts(missing))}` : ''
  return `${who} is attempting to grant RBAC permissions not currently held:\n${texts.join('\n')}${errors}`
}
