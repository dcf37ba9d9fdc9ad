import type { IPolicyRule } from 'kubernetes-models/rbac.authorization.k8s.io/v1/PolicyRule'
import type { ISubject } from 'kubernetes-models/rbac.authorization.k8s.io/v1/Subject'
import type { UserInfo } from '../../../api/exchange.ts'
import type { Kind } from '../../../api/kind.ts'
import { ClusterRole } from '../../../api/kinds/rbac/cluster-role.ts'
import type { ClusterRoleBinding } from '../../../api/kinds/rbac/cluster-role-binding.ts'
import { Role } from '../../../api/kinds/rbac/role.ts'
import type { RoleBinding } from '../../../api/kinds/rbac/role-binding.ts'
import type { KubeObject } from '../../../api/meta.ts'
import { usernameOf } from '../../authn/service-account-name.ts'
import type { Attributes } from '../attributes.ts'
import type { Sink } from '../follow.ts'
import { CompiledRules } from './compiled-rules.ts'

type Binding = RoleBinding | ClusterRoleBinding
type RoleRef = Pick<Binding['roleRef'], 'kind' | 'name'>

/** That one subject has one role, in the namespace of the binding or everywhere. */
export interface Grant {
  binding: Binding
  subject: ISubject
  roleKey: string
}

/** What one subject was granted: everywhere, and by namespace. */
interface Grants {
  everywhere: Grant[]
  within: Map<string, Grant[]>
}

/** What a look through a user's grants found. */
export interface Found {
  grant?: Grant
  /** The roles that bindings name and that are not there. */
  missing: RoleRef[]
}

/** Roles, and bindings by subject, so that a decision looks only at what concerns the user. */
export class RbacIndex implements Sink {
  private readonly roles = new Map<string, CompiledRules>()
  private readonly users = new Map<string, Grants>()
  private readonly groups = new Map<string, Grants>()

  change(kind: Kind, previous: KubeObject | undefined, now: KubeObject | undefined): void {
    if (kind.plural.endsWith('bindings')) {
      if (previous) this.unbind(previous as Binding)
      if (now) this.bind(now as Binding)
    } else {
      const { name, namespace } = ((now ?? previous) as KubeObject).metadata
      const key = roleKeyOf(kind.kind, name, namespace)
      if (now) this.roles.set(key, new CompiledRules((now as Role | ClusterRole).rules ?? []))
      else this.roles.delete(key)
    }
  }

  /** The first grant of the user that allows what is asked. */
  find(asked: Attributes): Found {
    const { user, namespace } = asked
    const missing: RoleRef[] = []
    const grant = this.firstOf(user, namespace, ({ roleKey, binding }) => {
      const role = this.roles.get(roleKey)
      if (!role) missing.push(binding.roleRef)
      return role?.allows(asked) ?? false
    })
    return grant ? { grant, missing } : { missing }
  }

  /** All rules that apply to the user in the namespace. */
  rulesFor(user: UserInfo, namespace: string): { rules: IPolicyRule[]; missing: RoleRef[] } {
    const rules: IPolicyRule[] = []
    const missing: RoleRef[] = []
    this.firstOf(user, namespace, ({ roleKey, binding }) => {
      const role = this.roles.get(roleKey)
      if (role) rules.push(...role.rules)
      else missing.push(binding.roleRef)
      return false
    })
    return { rules, missing }
  }

  /** The rules of the role that a binding in `namespace` ('': everywhere) names. */
  rulesOf({ kind, name }: RoleRef, namespace: string): readonly IPolicyRule[] | undefined {
    return this.roles.get(roleKeyOf(kind, name, namespace))?.rules
  }

  private firstOf(user: UserInfo, namespace: string, test: (grant: Grant) => boolean): Grant | undefined {
    const own = this.users.get(user.name)
    let found = own && firstIn(own, namespace, test)
    for (let i = 0; !found && i < user.groups.length; i++) {
      const ofGroup = this.groups.get(user.groups[i] as string)
      found = ofGroup && firstIn(ofGroup, namespace, test)
    }
    return found
  }

  private bind(binding: Binding): void {
    const { namespace = '' } = binding.metadata
    const roleKey = roleKeyOf(binding.roleRef.kind, binding.roleRef.name, namespace)
    for (const subject of binding.subjects ?? []) {
      const [map, name] = this.placeOf(subject, namespace)
      let grants = map.get(name)
      if (!grants) map.set(name, (grants = { everywhere: [], within: new Map() }))
      const grant = { binding, subject, roleKey }
      if (namespace === '') grants.everywhere.push(grant)
      else grants.within.set(namespace, [...(grants.within.get(namespace) ?? []), grant])
    }
  }

  private unbind({ metadata: { uid, namespace = '' }, subjects = [] }: Binding): void {
    const others = (list: readonly Grant[]) => list.filter(({ binding }) => binding.metadata.uid !== uid)
    for (const subject of subjects) {
      const [map, name] = this.placeOf(subject, namespace)
      const grants = map.get(name)
      if (!grants) continue
      if (namespace === '') grants.everywhere = others(grants.everywhere)
      else {
        const left = others(grants.within.get(namespace) ?? [])
        if (left.length) grants.within.set(namespace, left)
        else grants.within.delete(namespace)
      }
      if (grants.everywhere.length === 0 && grants.within.size === 0) map.delete(name)
    }
  }

  /** Where the grants of a subject are filed: a service account as the user that it is. */
  private placeOf(subject: ISubject, bindingNamespace: string): [Map<string, Grants>, string] {
    const { kind, name, namespace } = subject
    if (kind === 'Group') return [this.groups, name]
    return [this.users, kind === 'ServiceAccount' ? usernameOf(namespace || bindingNamespace, name) : name]
  }
}

function firstIn(
  { everywhere, within }: Grants,
  namespace: string,
  test: (grant: Grant) => boolean,
): Grant | undefined {
  return everywhere.find(test) ?? (namespace ? within.get(namespace)?.find(test) : undefined)
}

/** `Role` only in its namespace. */
function roleKeyOf(kind: string, name: string, namespace = ''): string {
  return kind === Role.kind ? `${namespace}/${name}` : `/${name}`
}

/** `ClusterRoleBinding "x" of ClusterRole "y" to Group "z"`, as reasons say it. */
export function grantText({ binding: { kind, metadata, roleRef }, subject }: Grant): string {
  const { name, namespace } = metadata
  const bindingName = namespace ? `${name}/${namespace}` : name
  const who =
    subject.kind === 'ServiceAccount' ? `${subject.name}/${subject.namespace || (namespace ?? '')}` : subject.name
  const quoted = [bindingName, roleRef.name, who].map((text) => JSON.stringify(text))
  return `${kind} ${quoted[0]} of ${roleRef.kind} ${quoted[1]} to ${subject.kind} ${quoted[2]}`
}

/** What is said of roles that bindings name and that are not there. */
export function missingTexts(missing: readonly RoleRef[]): string[] {
  const texts = missing.map(
    ({ kind, name }) => `${kind.toLowerCase()}.${ClusterRole.group} ${JSON.stringify(name)} not found`,
  )
  return [...new Set(texts)]
}
