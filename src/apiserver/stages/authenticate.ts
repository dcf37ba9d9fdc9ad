import { unauthorized } from '../../api/errors.ts'
import type { UserInfo } from '../../api/exchange.ts'
import { PUBLIC_PATH } from '../authz.ts'
import type { Call, Stage } from '../call.ts'
import { header } from '../call.ts'

const AUTHENTICATED = 'system:authenticated'

/** Who asks without saying so. */
export const ANONYMOUS: UserInfo = { name: 'system:anonymous', groups: ['system:unauthenticated'] }

/** Says who makes the request; 401 when the proof is no good, or when there is none and the path is not public. */
export const authenticate: Stage = (next) => async (call) => {
  call.user = identify(call)
  return next(call)
}

function identify(call: Call): UserInfo {
  const { user, clientCertificate, invalidCertificate } = call.connection
  if (user) return member(user)
  if (invalidCertificate || header(call, 'authorization')) throw unauthorized()
  if (clientCertificate) {
    return member({ name: clientCertificate.commonName, groups: clientCertificate.organizations })
  }
  if (PUBLIC_PATH.test(call.info.path)) return ANONYMOUS
  throw unauthorized()
}

function member(user: UserInfo): UserInfo {
  return user.groups.includes(AUTHENTICATED) ? user : { ...user, groups: [...user.groups, AUTHENTICATED] }
}
