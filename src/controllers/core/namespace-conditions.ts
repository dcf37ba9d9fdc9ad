import type { Namespace } from '../../api/kinds/core/namespace.ts'
import { timestamp } from '../../std/clock.ts'

/** What the deletion of a namespace's content has come to. */
export interface Progress {
  discoveryError?: string
  contentErrors: string[]
  /** How many objects of each resource (`pods.`, `deployments.apps`) are left. */
  remaining: Map<string, number>
  /** How many objects each finalizer holds. */
  finalizers: Map<string, number>
}

type Conditions = NonNullable<Namespace['status']['conditions']>
type Condition = Conditions[number]
type Said = Pick<Condition, 'type' | 'status' | 'reason' | 'message'>

/** The conditions that a namespace shows while it is deleted, failures and successes, in upstream's words. */
export function namespaceConditions(before: Conditions | undefined, progress: Progress, now: number): Conditions {
  const ours = said(progress)
  const others = (before ?? []).filter(({ type }) => !ours.some((condition) => condition.type === type))
  return [...others, ...ours.map((condition) => since(before, condition, now))]
}

function since(before: Conditions | undefined, condition: Said, now: number): Condition {
  const old = before?.find(({ type }) => type === condition.type)
  const same = old?.status === condition.status
  return { ...condition, lastTransitionTime: same ? old.lastTransitionTime : timestamp(now) }
}

function said({ discoveryError, contentErrors, remaining, finalizers }: Progress): Said[] {
  const failed = [...contentErrors].sort()
  const left = listed(remaining, (resource, count) => `${resource} has ${count} resource instances`)
  const held = listed(finalizers, (finalizer, count) => `${finalizer} in ${count} resource instances`)
  return [
    either(
      'NamespaceDeletionDiscoveryFailure',
      discoveryError && { reason: 'DiscoveryFailed', message: discoveryError },
      { reason: 'ResourcesDiscovered', message: 'All resources successfully discovered' },
    ),
    either('NamespaceDeletionGroupVersionParsingFailure', undefined, {
      reason: 'ParsedGroupVersions',
      message: 'All legacy kube types successfully parsed',
    }),
    either(
      'NamespaceDeletionContentFailure',
      failed.length > 0 && {
        reason: 'ContentDeletionFailed',
        message: `Failed to delete all resource types, ${failed.length} remaining: ${failed.join(', ')}`,
      },
      { reason: 'ContentDeleted', message: 'All content successfully deleted, may be waiting on finalization' },
    ),
    either(
      'NamespaceContentRemaining',
      left && { reason: 'SomeResourcesRemain', message: `Some resources are remaining: ${left}` },
      { reason: 'ContentRemoved', message: 'All content successfully removed' },
    ),
    either(
      'NamespaceFinalizersRemaining',
      held && {
        reason: 'SomeFinalizersRemain',
        message: `Some content in the namespace has finalizers remaining: ${held}`,
      },
      { reason: 'ContentHasNoFinalizers', message: 'All content-preserving finalizers finished' },
    ),
  ]
}

type Text = Pick<Said, 'reason' | 'message'>

function either(type: string, bad: Text | '' | false | undefined, good: Text): Said {
  return bad ? { type, status: 'True', ...bad } : { type, status: 'False', ...good }
}

function listed(counts: ReadonlyMap<string, number>, text: (name: string, count: number) => string): string {
  const lines = [...counts].filter(([, count]) => count > 0).map(([name, count]) => text(name, count))
  return lines.sort().join(', ')
}
