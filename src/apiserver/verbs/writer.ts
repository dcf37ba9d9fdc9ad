import type { Call } from '../call.ts'
import type { Writer } from '../context.ts'

/** Who makes the request, as those who write see it. */
export function writerOf({ user, warnings }: Call): Writer {
  return { user, warn: (text) => warnings.push(text) }
}
