import type { Item, OwnerReference } from './graph.ts'

/** What has become of an owner. */
export type OwnerState = 'solid' | 'absent' | 'waiting'

export type Verdict =
  | { what: 'keep' }
  /** Some owners live: only the references to those that do not are to go. */
  | { what: 'unlink'; uids: string[] }
  | { what: 'delete'; policy: 'Foreground' | 'Background' | 'Orphan'; unblock: boolean }

/**
 * What to do with an object, by what has become of its owners. It is deleted when it had some and none is left.
 * `unblock`: its own dependents wait in turn, so it must not block its owners, or all would wait in a circle.
 */
export function judge(
  owners: readonly (readonly [OwnerReference, OwnerState])[],
  dependents: readonly Item[],
  finalizers: readonly string[],
): Verdict {
  const are = (state: OwnerState) => owners.filter((owner) => owner[1] === state).map(([{ uid }]) => uid)
  if (owners.length === 0) return { what: 'keep' }
  if (are('solid').length > 0) {
    const uids = [...are('absent'), ...are('waiting')]
    return uids.length > 0 ? { what: 'unlink', uids } : { what: 'keep' }
  }
  if (are('waiting').length > 0 && dependents.length > 0) {
    return { what: 'delete', policy: 'Foreground', unblock: dependents.some(({ state }) => state === 'foreground') }
  }
  return { what: 'delete', policy: policyOf(finalizers), unblock: false }
}

/** A wish that the object carries already is honoured. */
function policyOf(finalizers: readonly string[]): 'Foreground' | 'Background' | 'Orphan' {
  if (finalizers.includes('orphan')) return 'Orphan'
  return finalizers.includes('foregroundDeletion') ? 'Foreground' : 'Background'
}

/** Dependents that an object being deleted in the foreground has to wait for. */
export function blocking(uid: string, dependents: readonly Item[]): Item[] {
  return dependents.filter(({ owners }) => owners.some((owner) => owner.uid === uid && owner.blockOwnerDeletion))
}
