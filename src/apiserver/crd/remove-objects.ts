import { isApiError } from '../../api/errors.ts'
import type { Kind } from '../../api/kind.ts'
import { isConditionTrue, withCondition } from '../../api/kinds/apiextensions/conditions.ts'
import { CustomResourceDefinition } from '../../api/kinds/apiextensions/custom-resource-definition.ts'
import { sleep, timestamp } from '../../std/clock.ts'
import { listPrefix } from '../../store/keys.ts'
import { type Context, lookup } from '../context.ts'
import { deleteObject } from '../strategy/delete.ts'
import { storeSeenAs } from '../view-store.ts'
import { storageKind } from './custom-kind.ts'
import { CLEANUP } from './definition-hooks.ts'
import { ITSELF, writeDefinition } from './write-definition.ts'

const RETRY_MS = 5_000

/** Takes away all objects of a definition that is to go, and lets it go then; tries until that is done or the signal is aborted. */
export async function removeObjects(context: Context, name: string, signal: AbortSignal): Promise<void> {
  const { clock, log } = context.env
  while (!signal.aborted) {
    try {
      return await remove(context, name, signal)
    } catch (error) {
      if (signal.aborted) return
      const why = error instanceof Error ? error.message : String(error)
      log.warn('the objects of a custom resource definition could not be removed', { name, error: why })
      await terminating(context, name, 'True', 'InstanceDeletionFailed', `could not issue all deletes: ${why}`)
      await sleep(clock, RETRY_MS, signal).catch(() => undefined) // The loop sees that the signal came.
    }
  }
}

async function remove(context: Context, name: string, signal: AbortSignal): Promise<void> {
  const definition = lookup(context.store, CustomResourceDefinition, { name })
  if (!definition) return
  await terminating(context, name, 'True', 'InstanceDeletionInProgress', 'CustomResource deletion is in progress')
  const kind = isConditionTrue(definition, 'Established') ? storageKind(definition) : undefined
  if (!kind) return letGo(context, name, 'NeverEstablished', 'resource was never established')
  if (await empty(context, kind, signal)) {
    await letGo(context, name, 'InstanceDeletionCompleted', 'removed all instances')
  }
}

/** Deletes all objects of a kind, and waits for those that have finalizers. `false`: the signal came first. */
async function empty(context: Context, kind: Kind, signal: AbortSignal): Promise<boolean> {
  const prefix = listPrefix(kind)
  const seen = { ...context, store: storeSeenAs(context.store, kind) }
  const changes = context.store.watch(prefix)
  const stop = () => changes.close()
  signal.addEventListener('abort', stop, { once: true })
  /** How many are left. */
  const pass = async () => {
    const { items } = await context.store.list(prefix)
    for (const { object } of items) if (!object.metadata.deletionTimestamp) await deleteOne(seen, kind, object.metadata)
    return (await context.store.list(prefix, { limit: 1 })).items.length
  }
  try {
    if ((await pass()) === 0) return true
    for await (const _ of changes) if ((await pass()) === 0) return true
    return false
  } finally {
    signal.removeEventListener('abort', stop)
    stop()
  }
}

async function deleteOne(context: Context, kind: Kind, ref: { namespace?: string; name: string }): Promise<void> {
  const { namespace = '', name } = ref
  try {
    await deleteObject(context, { kind, namespace, name, options: {}, writer: ITSELF })
  } catch (error) {
    // Somebody else was faster: it is gone, which is what is wanted.
    if (!isApiError(error, 'NotFound')) throw error
  }
}

async function letGo(context: Context, name: string, reason: string, message: string): Promise<void> {
  await terminating(context, name, 'False', reason, message, (next) => {
    const finalizers = (next.metadata.finalizers ?? []).filter((finalizer) => finalizer !== CLEANUP)
    if (finalizers.length > 0) next.metadata.finalizers = finalizers
    else delete next.metadata.finalizers
  })
}

/** Says in the definition's status how far its end has come. */
function terminating(
  context: Context,
  name: string,
  status: 'True' | 'False',
  reason: string,
  message: string,
  change: (next: CustomResourceDefinition) => void = () => {},
): Promise<void> {
  return writeDefinition(context, name, (next) => {
    const lastTransitionTime = timestamp(context.env.clock.now())
    const condition = { type: 'Terminating', status, reason, message, lastTransitionTime }
    next.status = { ...next.status, conditions: withCondition(next.status.conditions ?? [], condition) }
    change(next)
  })
}
