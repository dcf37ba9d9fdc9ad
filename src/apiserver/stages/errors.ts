import { ApiError, internalError } from '../../api/errors.ts'
import type { Log } from '../../std/log.ts'
import type { Stage } from '../call.ts'
import { answerStatus } from '../representation/answer.ts'

/** Expected errors become their Status; anything else is a bug: it is logged, and the client gets a 500. */
export function errors(log: Log): Stage {
  return (next) => async (call) => {
    try {
      return await next(call)
    } catch (error) {
      if (error instanceof ApiError) return answerStatus(call, error.status)
      const { method, url } = call.request
      log.error('a request failed unexpectedly', { method, url, auditId: call.auditId, error })
      return answerStatus(call, internalError(error instanceof Error ? error.message : String(error)).status)
    }
  }
}
