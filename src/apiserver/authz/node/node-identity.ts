import type { UserInfo } from '../../../api/exchange.ts'

const USER_PREFIX = 'system:node:'
const GROUP = 'system:nodes'

/** The node whose kubelet the user is: '' when it does not say which, `undefined` when it is no kubelet. */
export function nodeNameOf({ name, groups }: UserInfo): string | undefined {
  return name.startsWith(USER_PREFIX) && groups.includes(GROUP) ? name.slice(USER_PREFIX.length) : undefined
}

/** The user that the kubelet of a node is. */
export function nodeUser(nodeName: string): UserInfo {
  return { name: USER_PREFIX + nodeName, groups: [GROUP] }
}
