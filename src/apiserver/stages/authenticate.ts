import { unauthorized } from '../../api/errors.ts'
import type { Log } from '../../std/log.ts'
import { type Authenticator, BadCredentials } from '../authn/authenticator.ts'
import type { Call, Stage } from '../call.ts'

/** Says who makes the request; 401 when the proof is no good, or when there is none and the path is not public. */
export function authenticate(authenticator: Authenticator, log: Log): Stage {
  return (next) => async (call) => {
    const found = await identify(authenticator, log, call)
    if (!found) throw unauthorized()
    call.user = found.user
    if (found.warning) call.warnings.push(found.warning)
    return next(call)
  }
}

async function identify(authenticator: Authenticator, log: Log, { request, connection, info }: Call) {
  try {
    return await authenticator({ headers: request.headers, connection, path: info.path })
  } catch (error) {
    if (!(error instanceof BadCredentials)) throw error
    // Only the log says why: whoever tries to get in learns nothing from the answer.
    log.debug('a request could not be authenticated', { path: info.path, error: error.message })
    throw unauthorized()
  }
}
