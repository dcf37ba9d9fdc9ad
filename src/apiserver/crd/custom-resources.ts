import type { RuleCompiler } from '../../api/structural/rules.ts'
import type { ChangingSchema } from '../changing-schema.ts'
import type { Context } from '../context.ts'
import { lookAfterDefinitions } from './look-after-definitions.ts'
import { serveDefinitions } from './serve-definitions.ts'

/** Serves what the definitions in the store stand for, and looks after them, until it is stopped. */
export async function customResources(
  context: Context,
  schema: ChangingSchema,
  rules?: RuleCompiler,
): Promise<{ stop(): void }> {
  const { store, registry } = context
  const stopServing = await serveDefinitions({ store, registry, schema, ...(rules && { rules }) })
  const stopping = new AbortController()
  lookAfterDefinitions(context, stopping.signal).catch((error: unknown) => {
    if (!stopping.signal.aborted) context.env.log.error('custom resource definitions are not looked after', { error })
  })
  return {
    stop() {
      stopServing()
      stopping.abort(new Error('the server stops'))
    },
  }
}
