import type { ISubject } from 'kubernetes-models/rbac.authorization.k8s.io/v1/Subject'
import { deepEqual } from '../../../../api/equal.ts'
import type { Kind } from '../../../../api/kind.ts'
import { ClusterRole } from '../../../../api/kinds/rbac/cluster-role.ts'
import { ClusterRoleBinding } from '../../../../api/kinds/rbac/cluster-role-binding.ts'
import { Role } from '../../../../api/kinds/rbac/role.ts'
import { RoleBinding } from '../../../../api/kinds/rbac/role-binding.ts'
import type { KubeObject } from '../../../../api/meta.ts'
import { timestamp } from '../../../../std/clock.ts'
import type { Env } from '../../../../std/env.ts'
import type { Store } from '../../../../store/store.ts'
import type { Stored } from '../../../../store/stored.ts'
import { keyFor } from '../../../context.ts'
import { uncovered } from '../covers-rules.ts'
import { AUTOUPDATE, defaultPolicy, type PolicyBindingObject, type PolicyRoleObject } from './policy.ts'

type AnyRole = ClusterRole | Role
type Binding = ClusterRoleBinding | RoleBinding

/** What `next` says beyond what the object says already; `undefined`: nothing. */
type Plan<Wanted, Found> = (found: Found, wanted: Wanted) => Found | 'recreate' | undefined

/** Makes the roles and bindings that every cluster has, and adds to those that are there what they lack. */
export async function reconcilePolicy(env: Env, store: Store): Promise<void> {
  const { clusterRoles, clusterRoleBindings, roles, roleBindings } = defaultPolicy()
  // All at once: the store commits together what arrives together.
  await Promise.all([
    ...clusterRoles.map((role) => ensure(env, store, ClusterRole, role, planRole)),
    ...clusterRoleBindings.map((binding) => ensure(env, store, ClusterRoleBinding, binding, planBinding)),
    ...roles.map((role) => ensure(env, store, Role, role, planRole)),
    ...roleBindings.map((binding) => ensure(env, store, RoleBinding, binding, planBinding)),
  ])
}

async function ensure<Wanted extends PolicyRoleObject | PolicyBindingObject, Found extends KubeObject>(
  env: Env,
  store: Store,
  kind: Kind<Found>,
  wanted: Wanted,
  plan: Plan<Wanted, Found>,
): Promise<void> {
  const { name, namespace = '' } = wanted.metadata
  const fresh = () => {
    const { apiVersion, kind, metadata, ...rest } = wanted
    const own = { ...metadata, uid: env.random.uuid(), creationTimestamp: timestamp(env.clock.now()) }
    return { apiVersion, kind, metadata: own, ...rest }
  }
  const key = keyFor(kind, namespace, name)
  const planFor = (current: Stored | undefined) => (current ? plan(current.object as Found, wanted) : fresh())
  await store.transform(key, (current) => {
    const next = planFor(current)
    return next === 'recreate' ? 'delete' : (next ?? 'unchanged')
  })
  if (!store.get(key)) await store.transform(key, (current) => (current ? 'unchanged' : fresh()))
}

/** Labels and annotations that are missing; those that are there stay. */
function planMetadata({ metadata: found }: KubeObject, { labels, annotations }: Partial<KubeObject['metadata']>) {
  return {
    ...found,
    labels: { ...labels, ...found.labels },
    annotations: { ...annotations, ...found.annotations },
  }
}

/** The role with the rules that it lacks; what somebody added stays. `undefined` when nothing is to be done. */
export function planRole<T extends AnyRole>(found: T, wanted: PolicyRoleObject): T | undefined {
  if (isProtected(found)) return undefined
  const metadata = planMetadata(found, wanted.metadata)
  const next = {
    ...found,
    metadata,
    ...('aggregationRule' in wanted ? gathering(found, wanted) : ruled(found, wanted)),
  }
  return deepEqual(next, found) ? undefined : next
}

function ruled({ rules: found = [] }: AnyRole, { rules: wanted = [] }: PolicyRoleObject) {
  // Most starts find them as they are; to tell what covers what takes longer.
  return { rules: deepEqual(found, wanted) ? found : [...found, ...uncovered(found, wanted)] }
}

/** The rules are the controller's then. */
function gathering(found: AnyRole, wanted: Pick<ClusterRole, 'aggregationRule'>) {
  const has = ('aggregationRule' in found && found.aggregationRule?.clusterRoleSelectors) || []
  const lacks = (wanted.aggregationRule?.clusterRoleSelectors ?? []).filter(
    (one) => !has.some((own) => deepEqual(own, one)),
  )
  return { aggregationRule: { clusterRoleSelectors: [...has, ...lacks] } }
}

/** The binding with the subjects that it lacks; one that binds another role is made anew, since that cannot change. */
export function planBinding<T extends Binding>(found: T, wanted: PolicyBindingObject): T | 'recreate' | undefined {
  if (isProtected(found)) return undefined
  if (!deepEqual(found.roleRef, wanted.roleRef)) return 'recreate'
  const metadata = planMetadata(found, wanted.metadata)
  const lacks = (wanted.subjects ?? []).filter((one) => !(found.subjects ?? []).some((own) => isSame(own, one)))
  const next = { ...found, metadata, ...(lacks.length && { subjects: [...(found.subjects ?? []), ...lacks] }) }
  return deepEqual(next, found) ? undefined : next
}

function isSame(a: ISubject, b: ISubject): boolean {
  return a.kind === b.kind && a.name === b.name && a.namespace === b.namespace
}

function isProtected({ metadata }: KubeObject): boolean {
  return metadata.annotations?.[AUTOUPDATE] === 'false'
}
