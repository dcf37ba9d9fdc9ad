import { conflict } from '../../api/errors.ts'
import type { Kind } from '../../api/kind.ts'
import type { KubeObject, ObjectMeta } from '../../api/meta.ts'
import { timestamp } from '../../std/clock.ts'
import type { DeleteOptions } from '../options/delete-options.ts'

/** What a deletion does: nothing more (it is under way), write the object as dying (with `changes`), or take it away. */
export type DeletePlan =
  | { action: 'pending' }
  | { action: 'mark' | 'remove'; metadata: ObjectMeta; changes?: object; showsDying?: boolean }

const ORPHAN = 'orphan'
const FOREGROUND = 'foregroundDeletion'

/**
 * What deleting the object means now, as upstream's generic store decides it: grace first, then finalizers.
 * Throws 409 when a precondition does not hold.
 */
export function planDelete(kind: Kind, object: KubeObject, options: DeleteOptions, now: number): DeletePlan {
  checkPreconditions(kind, object, options)
  const metadata = { ...object.metadata }
  const grace = kind.gracePeriodSeconds ? planGrace(kind, object, metadata, options, now) : 'none'
  if (grace === 'pending') return { action: 'pending' }
  metadata.finalizers = finalizersAfter(kind, metadata, options)
  const waits = metadata.finalizers.length > 0
  if (!waits) delete metadata.finalizers
  if (grace === 'graceful') {
    if (waits || metadata.deletionGracePeriodSeconds) return { action: 'mark', metadata }
    // Whoever watches sees it dying before it is gone, even when it is given no time.
    return { action: 'remove', metadata, showsDying: true }
  }
  if (!waits) return { action: 'remove', metadata }
  markDying(metadata, now)
  return { action: 'mark', metadata }
}

/** Upstream's words for a precondition that does not hold. */
export function checkPreconditions(kind: Kind, { metadata }: KubeObject, { preconditions }: DeleteOptions): void {
  const { uid, resourceVersion } = preconditions ?? {}
  const fail = (field: string, wanted: string, found: string, hint: string) =>
    conflict(
      { group: kind.group, plural: kind.kind },
      metadata.name,
      `the ${field} in the precondition (${wanted}) does not match the ${field} in record (${found}). The object might have been ${hint}`,
    )
  if (uid && uid !== metadata.uid) throw fail('UID', uid, metadata.uid, 'deleted and then recreated')
  if (resourceVersion && resourceVersion !== metadata.resourceVersion) {
    throw fail('ResourceVersion', resourceVersion, metadata.resourceVersion, 'modified')
  }
}

/** Sets when the object is to go; `none`: it has no grace left, `pending`: nothing changes. */
function planGrace(
  kind: Kind,
  object: KubeObject,
  metadata: ObjectMeta,
  options: DeleteOptions,
  now: number,
): 'graceful' | 'pending' | 'none' {
  const asked = options.gracePeriodSeconds
  // A negative period has always meant a second.
  const wanted = asked !== undefined && asked < 0 ? 1 : asked
  if (metadata.deletionTimestamp) return shorten(metadata, wanted, now)
  const seconds = kind.gracePeriodSeconds?.(object, wanted) ?? 0
  metadata.deletionTimestamp = timestamp(now + seconds * 1000)
  metadata.deletionGracePeriodSeconds = seconds
  if (metadata.generation) metadata.generation += 1
  return 'graceful'
}

/** A deletion that is under way can only be made faster. */
function shorten(metadata: ObjectMeta, wanted: number | undefined, now: number): 'graceful' | 'pending' | 'none' {
  const before = metadata.deletionGracePeriodSeconds ?? 0
  if (before === 0) return 'none'
  if (wanted === undefined || wanted >= before) return 'pending'
  const due = Date.parse(metadata.deletionTimestamp ?? '') - before * 1000 + wanted * 1000
  metadata.deletionTimestamp = timestamp(Math.max(due, now))
  // The time asked for is over already: the last second is for the kubelet, which has the final word.
  metadata.deletionGracePeriodSeconds = due < now && wanted > 0 ? 1 : wanted
  return 'graceful'
}

function markDying(metadata: ObjectMeta, now: number): void {
  if (!metadata.deletionTimestamp && metadata.generation) metadata.generation += 1
  if (!metadata.deletionTimestamp || Date.parse(metadata.deletionTimestamp) > now) {
    metadata.deletionTimestamp = timestamp(now)
  }
  metadata.deletionGracePeriodSeconds = 0
}

/** The finalizers with those of the garbage collector as the options wish. */
export function finalizersAfter(kind: Kind, metadata: ObjectMeta, options: DeleteOptions): string[] {
  const before = metadata.finalizers ?? []
  const policy = propagationOf(kind, before, options)
  const kept = before.filter((finalizer) => finalizer !== ORPHAN && finalizer !== FOREGROUND)
  if (policy === 'Orphan') return [...kept, ORPHAN]
  return policy === 'Foreground' ? [...kept, FOREGROUND] : kept
}

function propagationOf(kind: Kind, finalizers: readonly string[], options: DeleteOptions) {
  if (isEvent(kind)) return 'Background'
  if (options.orphanDependents !== undefined) return options.orphanDependents ? 'Orphan' : 'Background'
  if (options.propagationPolicy) return options.propagationPolicy
  if (finalizers.includes(ORPHAN)) return 'Orphan'
  if (finalizers.includes(FOREGROUND)) return 'Foreground'
  return kind.defaultPropagation ?? 'Background'
}

/** Nothing can be owned by an event, so the garbage collector never looks at one. */
function isEvent({ plural }: Kind): boolean {
  return plural === 'events'
}
