import type { Kind } from '../../api/kind.ts'
import { type KubeObject, type ObjectRef, parseApiVersion } from '../../api/meta.ts'

export type OwnerReference = NonNullable<KubeObject['metadata']['ownerReferences']>[number]

/** The finalizer of an object whose dependents must go first. */
export const FOREGROUND = 'foregroundDeletion'
/** The finalizer of an object whose dependents are to live on without it. */
export const ORPHAN = 'orphan'

/** What the collector knows of an object. */
export interface Item {
  uid: string
  kind: Kind
  ref: ObjectRef
  owners: readonly OwnerReference[]
  /** `foreground`, `orphan`: being deleted, and waiting for what that finalizer stands for. */
  state: 'living' | 'deleting' | 'foreground' | 'orphan'
}

export function itemOf(kind: Kind, { metadata }: KubeObject): Item {
  const { uid, name, namespace, ownerReferences = [] } = metadata
  return {
    uid,
    kind,
    ref: { name, ...(namespace && { namespace }) },
    owners: ownerReferences,
    state: stateOf(metadata),
  }
}

function stateOf({ deletionTimestamp, finalizers = [] }: KubeObject['metadata']): Item['state'] {
  if (!deletionTimestamp) return 'living'
  if (finalizers.includes(ORPHAN)) return 'orphan'
  return finalizers.includes(FOREGROUND) ? 'foreground' : 'deleting'
}

/** Who owns whom, by uid. It says which objects a change gives reason to look at; it decides nothing. */
export class Graph {
  private readonly items = new Map<string, Item>()
  private readonly dependents = new Map<string, Set<string>>()

  get(uid: string): Item | undefined {
    return this.items.get(uid)
  }

  dependentsOf(uid: string): Item[] {
    return [...(this.dependents.get(uid) ?? [])]
      .map((each) => this.items.get(each))
      .filter((item) => item !== undefined)
  }

  /** Takes in an object as it is now; returns the uids to look at. */
  put(item: Item): string[] {
    const before = this.items.get(item.uid)
    this.items.set(item.uid, item)
    for (const { uid } of before?.owners ?? []) this.unlink(uid, item.uid)
    for (const { uid } of item.owners) this.link(uid, item.uid)
    const newState = before?.state !== item.state
    return [
      ...(this.isDoubtful(item, before) || (newState && isWaiting(item)) ? [item.uid] : []),
      ...(newState && item.state === 'foreground' ? this.dependentUids(item.uid) : []),
      ...this.released(before?.owners ?? [], item.owners),
    ]
  }

  /** Forgets an object; returns the uids to look at. */
  remove(uid: string): string[] {
    const item = this.items.get(uid)
    if (!item) return []
    this.items.delete(uid)
    for (const owner of item.owners) this.unlink(owner.uid, uid)
    return [...this.dependentUids(uid), ...this.released(item.owners, [])]
  }

  /** Forgets all objects of a kind; returns the uids to look at. */
  removeKind(kind: Kind): string[] {
    const gone = [...this.items.values()].filter((item) => item.kind === kind)
    return gone.flatMap(({ uid }) => this.remove(uid))
  }

  /** Whether all owners are known, are who the references say, and do not wait for their dependents to go. */
  isSafe(item: Item): boolean {
    return item.owners.every((owner) => {
      const found = this.items.get(owner.uid)
      return found && found.state !== 'foreground' && isMeant(owner, found) && isReachable(item, found)
    })
  }

  /** Objects with owners are looked at when these change, not each time the object itself does. */
  private isDoubtful(item: Item, before: Item | undefined): boolean {
    return item.owners.length > 0 && item.owners !== before?.owners && !this.isSafe(item)
  }

  /** Owners that waited for this object and need not any more. */
  private released(before: readonly OwnerReference[], now: readonly OwnerReference[]): string[] {
    const blocks = ({ uid }: OwnerReference) => now.some((owner) => owner.uid === uid && owner.blockOwnerDeletion)
    const freed = before.filter((owner) => owner.blockOwnerDeletion && !blocks(owner))
    return freed.map(({ uid }) => uid).filter((uid) => this.items.get(uid)?.state === 'foreground')
  }

  private dependentUids(uid: string): string[] {
    return [...(this.dependents.get(uid) ?? [])]
  }

  private link(owner: string, dependent: string): void {
    const set = this.dependents.get(owner)
    if (set) set.add(dependent)
    else this.dependents.set(owner, new Set([dependent]))
  }

  private unlink(owner: string, dependent: string): void {
    const set = this.dependents.get(owner)
    set?.delete(dependent)
    if (set?.size === 0) this.dependents.delete(owner)
  }
}

const isWaiting = ({ state }: Item) => state === 'foreground' || state === 'orphan'

/** Whether a reference says of the object what it is, not only its uid. */
function isMeant({ apiVersion, kind, name }: OwnerReference, found: Item): boolean {
  return kind === found.kind.kind && name === found.ref.name && parseApiVersion(apiVersion).group === found.kind.group
}

/** A namespaced object can only own what is in its namespace. */
export function isReachable({ ref }: Item, owner: Item): boolean {
  return owner.kind.scope === 'Cluster' || owner.ref.namespace === ref.namespace
}
