import { ApiError, forbidden } from '../../api/errors.ts'
import { type Attributes, attributesOf } from '../authz/attributes.ts'
import type { Authorizer } from '../authz/authorizer.ts'
import type { Stage } from '../call.ts'

/** 403, in upstream's words, unless the request is allowed to who makes it. */
export function authorize(authorizer: Authorizer): Stage {
  return (next) => async (call) => {
    const attributes = attributesOf(call.user, call.info, call.query)
    const decision = authorizer.authorize(attributes)
    if (!decision.allowed) throw forbiddenTo(attributes, decision.reason)
    return next(call)
  }
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
