import type { UserInfo } from '../../api/exchange.ts'
import type { RequestInfo } from '../request-info.ts'

/** What is asked, and by whom. */
export interface Attributes {
  user: UserInfo
  verb: string
  isResource: boolean
  path: string
  group: string
  version: string
  resource: string
  subresource: string
  namespace: string
  name: string
  /** What a list, watch or collection is narrowed down by, as the client wrote it; '' when it is not. */
  fieldSelector: string
}

/** What an authorizer says: a request that is not allowed may still be allowed by the next one. */
export interface Decision {
  readonly allowed: boolean
  /** '' when there is nothing to say. */
  readonly reason: string
}

export const ALLOWED: Decision = { allowed: true, reason: '' }
export const NO_OPINION: Decision = { allowed: false, reason: '' }

/** No opinion, and why. */
export const noOpinion = (reason: string): Decision => ({ allowed: false, reason })

export function attributesOf(user: UserInfo, info: RequestInfo, query: URLSearchParams): Attributes {
  const { verb, isResource, path, group, version, resource, subresource, namespace, name } = info
  const fieldSelector = isResource && SELECTING_VERBS.has(verb) ? (query.get('fieldSelector') ?? '') : ''
  return { user, verb, isResource, path, group, version, resource, subresource, namespace, name, fieldSelector }
}

const SELECTING_VERBS = new Set(['list', 'watch', 'deletecollection'])

const NOTHING = { isResource: true, path: '', group: '', version: '*', resource: '', subresource: '', name: '' }

/** The attributes of a question about a resource that no request asks in itself. */
export function question(user: UserInfo, verb: string, about: Partial<Attributes>): Attributes {
  return { ...NOTHING, namespace: '', fieldSelector: '', ...about, user, verb }
}
