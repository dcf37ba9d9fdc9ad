import { timeout as timeoutError } from '../../api/errors.ts'
import type { Clock } from '../../std/clock.ts'
import type { Answer, Stage } from '../call.ts'
import { isLongRunning } from '../request-info.ts'

/** How long a request may take that is not long-running. */
const REQUEST_TIMEOUT_MS = 60_000

/** Answers 504 when the handler takes longer than a request may; what the handler does later is nobody's answer. */
export function timeout(clock: Clock): Stage {
  return (next) => async (call) => {
    if (isLongRunning(call.info)) return next(call)
    const { promise, reject } = Promise.withResolvers<Answer>()
    const timer = clock.after(REQUEST_TIMEOUT_MS, () => {
      reject(timeoutError('Timeout: request did not complete within the allotted timeout'))
    })
    try {
      return await Promise.race([next(call), promise])
    } finally {
      timer.cancel()
    }
  }
}
