import { ApiError, forbidden } from '../../api/errors.ts'
import { type Attributes, attributesOf, authorize as decide } from '../authz.ts'
import type { Stage } from '../call.ts'

/** 403, in upstream's words, unless the request is allowed to who makes it. */
export const authorize: Stage = (next) => async (call) => {
  const attributes = attributesOf(call.user, call.info)
  const { allowed, reason } = decide(attributes)
  if (!allowed) throw forbiddenTo(attributes, reason)
  return next(call)
}

/** The refusal of a request that its user is not allowed to make. */
export function forbiddenTo(attributes: Attributes, reason = ''): ApiError {
  const { isResource, group, resource, name } = attributes
  const message = `${sentence(attributes).replace(/[&<>]/g, (c) => `&${ESCAPES[c]};`)}${reason && `: ${reason}`}`
  if (!isResource) return new ApiError(403, 'Forbidden', `forbidden: ${message}`, {})
  return forbidden({ group, plural: resource }, name, message)
}

const ESCAPES: Readonly<Record<string, string>> = { '&': 'amp', '<': 'lt', '>': 'gt' }

function sentence({ user, verb, isResource, path, group, resource, subresource, namespace }: Attributes): string {
  const who = `User ${JSON.stringify(user.name)} cannot ${verb}`
  if (!isResource) return `${who} path ${JSON.stringify(path)}`
  const what = `resource "${resource}${subresource && `/${subresource}`}" in API group "${group}"`
  return `${who} ${what} ${namespace ? `in the namespace "${namespace}"` : 'at the cluster scope'}`
}
