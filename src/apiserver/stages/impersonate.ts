import { impersonation } from '../authn/impersonation.ts'
import type { Authorizer } from '../authz/authorizer.ts'
import type { Stage } from '../call.ts'
import { forbiddenTo } from './authorize.ts'

/** Lets a user act as another one, if allowed to; 403 otherwise. */
export function impersonate(authorizer: Authorizer): Stage {
  return (next) => async (call) => {
    const wanted = impersonation(call.user, call.request.headers)
    if (!wanted) return next(call)
    for (const question of wanted.questions) {
      const { allowed, reason } = authorizer.authorize(question)
      if (!allowed) throw forbiddenTo(question, reason)
    }
    call.user = wanted.user
    return next(call)
  }
}
