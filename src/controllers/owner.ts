import { isApiError } from '../api/errors.ts'
import type { Kind } from '../api/kind.ts'
import { controllerOf, type KubeObject } from '../api/meta.ts'
import type { Api } from '../client/api.ts'

/** The reference that a controller puts into what it makes. */
export function controllerRef({ apiVersion, kind, metadata: { name, uid } }: KubeObject) {
  return { apiVersion, kind, name, uid, controller: true, blockOwnerDeletion: true }
}

export interface Claims<T> {
  /** Ours and selected. */
  owned: T[]
  /** Selected, and nobody's. */
  adopt: T[]
  /** Ours, but no longer selected. */
  release: T[]
}

/** Which objects an owner keeps, takes over and lets go; an owner that is being deleted changes nothing. */
export function planClaims<T extends KubeObject>(
  owner: KubeObject,
  selects: (object: T) => boolean,
  candidates: readonly T[],
): Claims<T> {
  const ours = candidates.filter((object) => controllerOf(object)?.uid === owner.metadata.uid)
  const dying = owner.metadata.deletionTimestamp !== undefined
  const free = (object: T) => !controllerOf(object) && !object.metadata.deletionTimestamp
  return {
    owned: ours.filter(selects),
    adopt: dying ? [] : candidates.filter((object) => free(object) && selects(object)),
    release: dying ? [] : ours.filter((object) => !selects(object)),
  }
}

/** Carries the claims out; returns all objects that are the owner's afterwards. */
export async function claim<O extends KubeObject, T extends KubeObject>(
  api: Api,
  ownerKind: Kind<O>,
  owner: O,
  kind: Kind<T>,
  { owned, adopt, release }: Claims<T>,
): Promise<T[]> {
  if (adopt.length > 0) await assertAlive(api, ownerKind, owner)
  const adopted = await Promise.all(adopt.map((object) => patchOwners(api, kind, object, adoptedOwners(owner, object))))
  await Promise.all(release.map((object) => patchOwners(api, kind, object, releasedOwners(owner, object))))
  return [...owned, ...adopted.filter((object) => object !== undefined)]
}

/** Asks the server, because a cache may not know yet that the owner is being deleted: adopting then would undo an orphaning. */
async function assertAlive<O extends KubeObject>(api: Api, kind: Kind<O>, owner: O): Promise<void> {
  const fresh = await api(kind).get(owner.metadata)
  const { name, namespace } = owner.metadata
  if (fresh.metadata.uid !== owner.metadata.uid) throw new Error(`original ${kind.kind} ${namespace}/${name} is gone`)
  if (fresh.metadata.deletionTimestamp) throw new Error(`${namespace}/${name} has just been deleted`)
}

type Owners = KubeObject['metadata']['ownerReferences']

function adoptedOwners(owner: KubeObject, { metadata }: KubeObject): Owners {
  const others = (metadata.ownerReferences ?? []).filter(({ uid }) => uid !== owner.metadata.uid)
  return [...others, controllerRef(owner)]
}

function releasedOwners(owner: KubeObject, { metadata }: KubeObject): Owners {
  return (metadata.ownerReferences ?? []).filter(({ uid }) => uid !== owner.metadata.uid)
}

/** Writes the owners if nothing else has changed meanwhile; `undefined` when the object is gone. */
async function patchOwners<T extends KubeObject>(
  api: Api,
  kind: Kind<T>,
  { metadata }: T,
  ownerReferences: Owners,
): Promise<T | undefined> {
  const { uid, resourceVersion } = metadata
  try {
    return await api(kind).patch(metadata, { metadata: { uid, resourceVersion, ownerReferences } }, { type: 'merge' })
  } catch (error) {
    if (isApiError(error, 'NotFound')) return undefined
    throw error
  }
}
