import type { UserInfo } from '../api/exchange.ts'
import type { RequestInfo } from './request-info.ts'

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
}

export interface Decision {
  allowed: boolean
  reason?: string
}

export function attributesOf(user: UserInfo, info: RequestInfo): Attributes {
  const { verb, isResource, path, group, version, resource, subresource, namespace, name } = info
  return { user, verb, isResource, path, group, version, resource, subresource, namespace, name }
}

/** The system's own parts. */
const SYSTEM_USERS = new Set(['system:apiserver', 'system:kube-scheduler', 'system:kube-controller-manager'])

/** What anybody may read. */
export const PUBLIC_PATH = /^\/(version\/?|(healthz|livez|readyz)(\/.*)?)$/

/** Administrators and the system's own parts may do everything; everybody else may read what is public. */
export function authorize({ user, isResource, path, verb }: Attributes): Decision {
  if (user.groups.includes('system:masters') || SYSTEM_USERS.has(user.name) || isNode(user)) return { allowed: true }
  return { allowed: !isResource && verb === 'get' && PUBLIC_PATH.test(path) }
}

function isNode({ name, groups }: UserInfo): boolean {
  return name.startsWith('system:node:') && groups.includes('system:nodes')
}
