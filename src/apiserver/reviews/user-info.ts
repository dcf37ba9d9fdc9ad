import type { UserInfo } from '../../api/exchange.ts'

/** A user as reviews show one. */
export function userInfoOf({ name, uid, groups, extra }: UserInfo) {
  const hasExtra = Object.keys(extra ?? {}).length > 0
  return {
    username: name,
    ...(uid && { uid }),
    ...(groups.length && { groups: [...groups] }),
    ...(hasExtra && { extra: extra as Record<string, string[]> }),
  }
}
