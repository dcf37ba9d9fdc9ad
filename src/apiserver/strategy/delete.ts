import { badRequest, notFound, type Status } from '../../api/errors.ts'
import type { Kind } from '../../api/kind.ts'
import type { KubeObject } from '../../api/meta.ts'
import { Conflict, type Store } from '../../store/store.ts'
import type { Stored } from '../../store/stored.ts'
import { type Context, keyFor, resourceOf, type Served, type Writer } from '../context.ts'
import type { DeleteOptions } from '../options/delete-options.ts'
import { planDelete } from './plan-delete.ts'

export interface DeleteRequest {
  kind: Kind
  namespace: string
  name: string
  options: DeleteOptions
  writer: Writer
}

export interface Deleted {
  /** The object's last state, or how it is now that it is dying. */
  served: Served
  /** Whether it is gone. */
  gone: boolean
}

/** Deletes an object, or begins to; retries when another writer was faster. Throws 404 when it is not there. */
export async function deleteObject(context: Context, request: DeleteRequest): Promise<Deleted> {
  const { kind, namespace, name } = request
  if (!name) throw badRequest('name must be provided')
  const key = keyFor(kind, namespace, name)
  for (;;) {
    const current = context.store.get(key)
    if (!current) throw notFound(kind, name)
    try {
      return await tryDelete(context, request, current)
    } catch (error) {
      if (!(error instanceof Conflict)) throw error
    }
  }
}

async function tryDelete(context: Context, request: DeleteRequest, current: Stored): Promise<Deleted> {
  const { kind, namespace, name, options, writer } = request
  const hooks = context.hooks.get(resourceOf(kind))
  const dryRun = (options.dryRun?.length ?? 0) > 0
  const old = current.object
  const plan = (hooks?.planDelete ?? planDelete)(kind, old, options, context.env.clock.now())
  const admission = { operation: 'DELETE', kind, subresource: '', namespace, name, old, dryRun, ...writer } as const
  await context.admission.admit(admission)
  await context.admission.validate(admission)
  if (plan.action === 'pending') return { served: current, gone: false }
  const next: KubeObject = { ...old, ...plan.changes, metadata: plan.metadata }
  const gone = plan.action === 'remove'
  if (dryRun) return { served: { object: next, text: JSON.stringify(next) }, gone }
  if (!gone) return { served: await context.store.update(current.key, current.revision, next), gone }
  const last = await take(context.store, current, plan.showsDying ? next : undefined)
  await hooks?.afterDelete?.(old, context)
  return { served: last, gone }
}

/** Takes the object away, once it was shown to be dying, where that is wanted. */
async function take(store: Store, current: Stored, dying: KubeObject | undefined): Promise<Stored> {
  if (!dying) return store.delete(current.key, current.revision)
  const marked = await store.update(current.key, current.revision, dying)
  const isIt = (found: Stored | undefined) => found?.object.metadata.uid === dying.metadata.uid
  // Whoever saw the mark may have been faster, or have written once more: either way it is gone now.
  const last = await store.transform(current.key, (found) => (isIt(found) ? 'delete' : 'unchanged'))
  return last && isIt(last) ? last : marked
}

/** What a deletion answers where it does not show the object. */
export function deletionStatus(kind: Kind, { metadata: { name, uid } }: KubeObject): Status {
  const group = kind.group ? { group: kind.group } : {}
  const details = { name, ...group, kind: kind.plural, uid }
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details, code: 200 }
}
