import { deepEqual } from '../../api/equal.ts'
import { badRequest } from '../../api/errors.ts'
import type { Kind } from '../../api/kind.ts'
import type { KubeObject } from '../../api/meta.ts'

/** Removes what only the server may say of a new object. */
export function wipeSystemFields({ metadata }: KubeObject): void {
  const wiped = metadata as Partial<KubeObject['metadata']>
  delete wiped.creationTimestamp
  delete wiped.uid
  delete wiped.deletionTimestamp
  delete wiped.deletionGracePeriodSeconds
  delete wiped.selfLink
}

/** Gives the object the namespace of the request; throws when it says another. */
export function ensureNamespace({ metadata }: KubeObject, kind: Kind, namespace: string): void {
  if (kind.scope === 'Cluster') {
    delete metadata.namespace
  } else if (!metadata.namespace) {
    metadata.namespace = namespace
  } else if (metadata.namespace !== namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request')
  }
}

/** Throws unless the object has the name that the URL says. */
export function checkName({ metadata }: KubeObject, name: string): void {
  if (!metadata.name) {
    throw badRequest(`the name of the object (${name} based on URL) was undeterminable: name must be provided`)
  }
  if (metadata.name !== name) {
    throw badRequest(`the name of the object (${metadata.name}) does not match the name on the URL (${name})`)
  }
}

/** Removes owner references that are there twice, and tells the client. */
export function dedupOwners({ metadata }: KubeObject, warn: (text: string) => void, afterAdmission: boolean): void {
  const owners = metadata.ownerReferences ?? []
  const kept = owners.filter((owner, i) => owners.findIndex((other) => deepEqual(other, owner)) === i)
  if (kept.length === owners.length) return
  const uids = owners.filter((owner) => !kept.includes(owner)).map(({ uid }) => uid)
  const when = afterAdmission ? ' after mutating admission happens' : ''
  warn(
    `.metadata.ownerReferences contains duplicate entries${when}; API server dedups owner references in 1.20+, and may reject such requests as early as 1.24; please fix your requests; duplicate UID(s) observed: ${uids.join(', ')}`,
  )
  metadata.ownerReferences = kept
}
