import { deepEqual } from '../../api/equal.ts'
import { CustomResourceDefinition } from '../../api/kinds/apiextensions/custom-resource-definition.ts'
import { WorkQueue } from '../../client/work-queue.ts'
import { type Context, lookup } from '../context.ts'
import { CLEANUP } from './definition-hooks.ts'
import { DEFINITIONS, definitionsIn } from './definitions-in.ts'
import { planStatus } from './plan-status.ts'
import { removeObjects } from './remove-objects.ts'
import { writeDefinition } from './write-definition.ts'

/** Decides which names definitions get, and takes away what was made by those that go, until the signal is aborted. */
export async function lookAfterDefinitions(context: Context, signal: AbortSignal): Promise<void> {
  const queue = new WorkQueue(context.env.clock)
  const cleanups = new Map<string, Promise<void>>()
  const watch = context.store.watch(DEFINITIONS)
  const stop = () => {
    queue.shutDown()
    watch.close()
  }
  signal.addEventListener('abort', stop, { once: true })
  const work = async () => {
    for (let name = await queue.take(); name !== undefined; name = await queue.take()) {
      try {
        await acceptNames(context, queue, name)
        startCleanup(context, cleanups, name, signal)
        queue.forget(name)
      } catch (error) {
        const why = { name, error: String(error) }
        if (!signal.aborted) context.env.log.warn('a custom resource definition could not be looked after', why)
        queue.addRateLimited(name)
      }
      queue.done(name)
    }
  }
  const working = work()
  for (const { metadata } of await definitionsIn(context.store)) queue.add(metadata.name)
  for await (const events of watch) for (const { stored } of events) queue.add(stored.object.metadata.name)
  await working
  await Promise.all(cleanups.values())
}

/** Brings a status up to date. Names that become free are for others of the group to have. */
async function acceptNames(context: Context, queue: WorkQueue, name: string): Promise<void> {
  const all = await definitionsIn(context.store)
  const definition = all.find(({ metadata }) => metadata.name === name)
  const others = all.filter(({ metadata }) => metadata.name !== name)
  const group = name.slice(name.indexOf('.') + 1)
  const wakeOthers = () => {
    for (const { metadata, spec } of others) if (spec.group === group) queue.add(metadata.name)
  }
  if (!definition) return wakeOthers()
  const planned = planStatus(definition, others, context.env.clock.now())
  if (deepEqual(planned, definition.status)) return
  await writeDefinition(context, name, (next) => {
    next.status = planStatus(next, others, context.env.clock.now())
  })
  if (!deepEqual(planned.acceptedNames, definition.status.acceptedNames)) wakeOthers()
}

/** Begins to take away what was made by a definition that is to go, unless that is under way. */
function startCleanup(context: Context, cleanups: Map<string, Promise<void>>, name: string, signal: AbortSignal): void {
  const { deletionTimestamp, finalizers = [] } =
    lookup(context.store, CustomResourceDefinition, { name })?.metadata ?? {}
  if (!deletionTimestamp || !finalizers.includes(CLEANUP) || cleanups.has(name)) return
  const cleanup = removeObjects(context, name, signal).finally(() => cleanups.delete(name))
  cleanups.set(name, cleanup)
}
