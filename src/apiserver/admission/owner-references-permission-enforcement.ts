import { deepEqual } from '../../api/equal.ts'
import type { Kind } from '../../api/kind.ts'
import { type ObjectMeta, parseApiVersion } from '../../api/meta.ts'
import { type Attributes, question } from '../authz/attributes.ts'
import { resourceOf } from '../context.ts'
import type { Authorize } from './certificate-signers.ts'
import { type AdmissionPlugin, type AdmissionRequest, refused } from './plugin.ts'

type OwnerReference = NonNullable<ObjectMeta['ownerReferences']>[number]

/**
 * Who gives an object other owners decides about its life, and must be allowed to delete it; who lets it hold up the deletion of an
 * owner must be allowed to set the owner's finalizers.
 */
export function ownerReferencesPermissionEnforcement(
  authorize: Authorize,
  kinds: () => readonly Kind[],
): AdmissionPlugin {
  return {
    name: 'OwnerReferencesPermissionEnforcement',
    operations: ['CREATE', 'UPDATE'],

    validate(request) {
      const { kind, subresource, object, old, user } = request
      if (resourceOf(kind) === 'pods' && subresource === 'status') return
      const [now, before] = [object?.metadata.ownerReferences ?? [], old?.metadata.ownerReferences ?? []]
      if (deepEqual(now, before)) return
      if (request.operation === 'UPDATE') checkDelete(authorize, request)
      const blocking = newlyBlocking(now, before)
      // One question answers it for those who may do so with anything, as controllers may.
      const all = { group: '*', resource: '*', subresource: 'finalizers', name: '*' }
      if (blocking.length === 0 || authorize(question(user, 'update', all)).allowed) return
      for (const owner of blocking) checkFinalize(authorize, kinds(), request, owner)
    },
  }
}

function checkDelete(authorize: Authorize, request: AdmissionRequest): void {
  const { kind, subresource, namespace, name, user } = request
  const { group, version, plural: resource } = kind
  const { allowed, reason } = authorize(
    question(user, 'delete', { group, version, resource, subresource, namespace, name }),
  )
  if (!allowed) throw refused(request, `cannot set an ownerRef on a resource you can't delete: ${because(reason)}`)
}

/** References that hold up their owner's deletion, and did not before. */
function newlyBlocking(now: readonly OwnerReference[], before: readonly OwnerReference[]): OwnerReference[] {
  return now.filter(
    ({ uid, blockOwnerDeletion }) =>
      blockOwnerDeletion && !before.some((owner) => owner.uid === uid && owner.blockOwnerDeletion),
  )
}

function checkFinalize(
  authorize: Authorize,
  kinds: readonly Kind[],
  request: AdmissionRequest,
  { apiVersion, kind, name }: OwnerReference,
): void {
  const { group, version } = parseApiVersion(apiVersion)
  const owners = kinds.filter((one) => one.group === group && one.version === version && one.kind === kind)
  if (owners.length === 0) {
    const why = `no matches for kind ${JSON.stringify(kind)} in version ${JSON.stringify(apiVersion)}`
    throw refused(
      request,
      `cannot set blockOwnerDeletion in this case because cannot find RESTMapping for APIVersion ${apiVersion} Kind ${kind}: ${why}`,
    )
  }
  for (const { plural: resource, scope } of owners) {
    const namespace = scope === 'Namespaced' ? request.namespace : ''
    const about: Partial<Attributes> = { group, version, resource, subresource: 'finalizers', namespace, name }
    const { allowed, reason } = authorize(question(request.user, 'update', about))
    if (allowed) continue
    const why = "cannot set blockOwnerDeletion if an ownerReference refers to a resource you can't set finalizers on"
    throw refused(request, `${why}: ${because(reason)}`)
  }
}

/** Upstream prints the reason and the error of the authorizer, of which the latter is none. */
const because = (reason = '') => `${reason}, <nil>`
