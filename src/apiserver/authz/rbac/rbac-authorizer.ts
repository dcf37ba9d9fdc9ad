import type { Kind } from '../../../api/kind.ts'
import { ClusterRole } from '../../../api/kinds/rbac/cluster-role.ts'
import { ClusterRoleBinding } from '../../../api/kinds/rbac/cluster-role-binding.ts'
import { Role } from '../../../api/kinds/rbac/role.ts'
import { RoleBinding } from '../../../api/kinds/rbac/role-binding.ts'
import { type Decision, NO_OPINION, noOpinion } from '../attributes.ts'
import type { Authorizer } from '../authorizer.ts'
import { type Grant, grantText, missingTexts, type RbacIndex } from './rbac-index.ts'

export const RBAC_KINDS: readonly Kind[] = [ClusterRole, ClusterRoleBinding, Role, RoleBinding]

/** Allows what roles that are bound to the user allow. */
export function rbacAuthorizer(index: () => RbacIndex): Authorizer {
  return {
    authorize(attributes) {
      const { grant, missing } = index().find(attributes)
      if (grant) return new Granted(grant)
      return missing.length === 0 ? NO_OPINION : noOpinion(`RBAC: ${aggregated(missingTexts(missing))}`)
    },

    rulesFor(user, namespace) {
      const { rules, missing } = index().rulesFor(user, namespace)
      return { rules, incomplete: false, errors: missingTexts(missing) }
    },
  }
}

/** Few want to know why, so it is put into words only for them. */
class Granted implements Decision {
  readonly allowed = true
  private readonly grant: Grant

  constructor(grant: Grant) {
    this.grant = grant
  }

  get reason(): string {
    return `RBAC: allowed by ${grantText(this.grant)}`
  }
}

/** Errors as Go's aggregate prints them. */
export function aggregated(texts: readonly string[]): string {
  return texts.length === 1 ? (texts[0] as string) : `[${texts.join(', ')}]`
}
