import type { KubeObject } from '../../api/meta.ts'
import { timestamp } from '../../std/clock.ts'
import type { Hooks } from './hooks.ts'
import { checkPreconditions, finalizersAfter, planDelete } from './plan-delete.ts'

type NamespaceLike = KubeObject & { spec?: { finalizers?: string[] }; status?: object }

const finalizersOf = (object: KubeObject) => (object as NamespaceLike).spec?.finalizers ?? []

/** A namespace first turns Terminating; it goes when its spec has no finalizer left, which the controller sees to. */
export const namespaceHooks: Hooks = {
  planDelete(kind, object, options, now) {
    if (object.metadata.deletionTimestamp) {
      return finalizersOf(object).length ? { action: 'pending' } : planDelete(kind, object, options, now)
    }
    checkPreconditions(kind, object, options)
    const finalizers = finalizersAfter(kind, object.metadata, options)
    const metadata = { ...object.metadata, finalizers, deletionTimestamp: timestamp(now) }
    if (finalizers.length === 0) delete (metadata as Partial<typeof metadata>).finalizers
    const status = { ...(object as NamespaceLike).status, phase: 'Terminating' }
    return { action: 'mark', metadata, changes: { status } }
  },
  mayGo: (object) => finalizersOf(object).length === 0,
}
