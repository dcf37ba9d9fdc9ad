import type { Stage } from '../call.ts'

/** Every answer names the request, so that logs of client and server can be brought together. */
export const auditId: Stage = (next) => async (call) => {
  const answer = await next(call)
  return { ...answer, headers: { 'audit-id': call.auditId, 'cache-control': 'no-cache, private', ...answer.headers } }
}
