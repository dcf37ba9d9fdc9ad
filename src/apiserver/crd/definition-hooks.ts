import { conflict } from '../../api/errors.ts'
import { withCondition } from '../../api/kinds/apiextensions/conditions.ts'
import { CustomResourceDefinition } from '../../api/kinds/apiextensions/custom-resource-definition.ts'
import { timestamp } from '../../std/clock.ts'
import type { DeleteOptions } from '../options/delete-options.ts'
import type { Hooks } from '../strategy/hooks.ts'
import { planDelete } from '../strategy/plan-delete.ts'

/** Keeps a definition until all that was made by it is gone. */
export const CLEANUP = 'customresourcecleanup.apiextensions.k8s.io'

/** A definition first turns Terminating; it goes when its objects have gone. */
export const definitionHooks: Hooks = {
  planDelete(kind, object, options, now) {
    const definition = object as CustomResourceDefinition
    checkPreconditions(definition, options)
    if (definition.metadata.deletionTimestamp) return planDelete(kind, object, options, now)
    const { finalizers = [] } = definition.metadata
    const metadata = {
      ...definition.metadata,
      deletionTimestamp: timestamp(now),
      finalizers: finalizers.includes(CLEANUP) ? finalizers : [...finalizers, CLEANUP],
    }
    const conditions = withCondition(definition.status.conditions ?? [], {
      type: 'Terminating',
      status: 'True',
      lastTransitionTime: timestamp(now),
      reason: 'InstanceDeletionPending',
      message: 'CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon',
    })
    return { action: 'mark', metadata, changes: { status: { ...definition.status, conditions } } }
  },
}

function checkPreconditions({ metadata }: CustomResourceDefinition, { preconditions }: DeleteOptions): void {
  const { uid, resourceVersion } = preconditions ?? {}
  const fail = (what: string, wanted: string, found: string) =>
    conflict(
      CustomResourceDefinition,
      metadata.name,
      `Precondition failed: ${what} in precondition: ${wanted}, ${what} in object meta: ${found}`,
    )
  if (uid && uid !== metadata.uid) throw fail('UID', uid, metadata.uid)
  if (resourceVersion && resourceVersion !== metadata.resourceVersion) {
    throw fail('ResourceVersion', resourceVersion, metadata.resourceVersion)
  }
}
