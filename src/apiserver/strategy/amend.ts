import { clone } from '../../api/equal.ts'
import { notFound } from '../../api/errors.ts'
import type { Kind } from '../../api/kind.ts'
import type { KubeObject, ObjectRef } from '../../api/meta.ts'
import { Conflict } from '../../store/store.ts'
import { type Context, keyFor, type Served } from '../context.ts'

/**
 * Changes an object on the server's own account, past strategies and admission: what bindings and evictions do.
 * `change` works in place on a copy, may throw to refuse, and is asked again when another writer was faster.
 */
export async function amend<T extends KubeObject>(
  context: Context,
  kind: Kind<T>,
  { namespace = '', name }: ObjectRef,
  change: (object: T) => void,
  dryRun = false,
): Promise<Served> {
  const key = keyFor(kind, namespace, name)
  for (;;) {
    const current = context.store.get(key)
    if (!current) throw notFound(kind, name)
    const next = clone(current.object) as T
    change(next)
    if (dryRun) return { object: next, text: JSON.stringify(next) }
    try {
      return await context.store.update(key, current.revision, next)
    } catch (error) {
      if (!(error instanceof Conflict)) throw error
    }
  }
}
