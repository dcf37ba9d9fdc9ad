import { notFound } from '../../api/errors.ts'
import type { Kind } from '../../api/kind.ts'
import type { Answer, Call } from '../call.ts'
import { type Context, keyFor } from '../context.ts'
import { parseResourceVersion, tooLargeVersion } from '../options/resource-version.ts'
import { answerServed } from '../representation/served.ts'

/** GET of one object: its newest state, which is at least as new as a `resourceVersion` asked for. */
export async function get(context: Context, call: Call, kind: Kind): Promise<Answer> {
  const { namespace, name } = call.info
  const asked = parseResourceVersion(call.query.get('resourceVersion') ?? '') ?? 0
  if (asked > context.store.revision()) throw tooLargeVersion(asked, context.store.revision())
  const stored = context.store.get(keyFor(kind, namespace, name))
  if (!stored) throw notFound(kind, name)
  return answerServed(context, call, kind, 200, stored)
}
