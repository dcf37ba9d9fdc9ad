import type { UserInfo } from '../../api/exchange.ts'
import type { Connection } from '../call.ts'

/** What a request shows of who makes it. */
export interface Credentials {
  headers: Readonly<Record<string, string>>
  connection: Connection
  path: string
}

/** Somebody who is known. */
export interface Authenticated {
  user: UserInfo
  /** For which of the audiences that were asked for a token counts. */
  audiences?: readonly string[]
  /** What the client should know of its credentials. */
  warning?: string
}

type Found = Authenticated | undefined

/** Says who somebody is; `undefined` when it is not for this one to say. Throws BadCredentials for those that are no good. */
export type Authenticator = (credentials: Credentials) => Found | Promise<Found>

/** The same for a bearer token, which must be meant for one of the audiences. */
export type TokenAuthenticator = (token: string, audiences: readonly string[]) => Found | Promise<Found>

/** Credentials of a known form that do not count. The message is for logs and token reviews. */
export class BadCredentials extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'BadCredentials'
  }
}

/** Asks one after the other; what one finds bad another may still accept. Throws BadCredentials when none did, and one found fault. */
export function firstKnown<Args extends readonly unknown[]>(
  authenticators: readonly ((...args: Args) => Found | Promise<Found>)[],
): (...args: Args) => Promise<Found> {
  return async (...args) => {
    const faults: BadCredentials[] = []
    for (const authenticator of authenticators) {
      try {
        const found = await authenticator(...args)
        if (found) return found
      } catch (error) {
        if (!(error instanceof BadCredentials)) throw error
        faults.push(error)
      }
    }
    const [first, ...others] = faults
    if (others.length === 0 && first) throw first
    if (first) throw new BadCredentials(`[${faults.map(({ message }) => message).join(', ')}]`)
    return undefined
  }
}

const AUTHENTICATED = 'system:authenticated'
const UNAUTHENTICATED = 'system:unauthenticated'

/** The user with the group that all who are known are in, unless it says itself that it is not. */
export function member(user: UserInfo): UserInfo {
  const { groups } = user
  if (groups.includes(AUTHENTICATED) || groups.includes(UNAUTHENTICATED)) return user
  return { ...user, groups: [...groups, AUTHENTICATED] }
}

/** Who asks without saying so. */
export const ANONYMOUS: UserInfo = { name: 'system:anonymous', groups: [UNAUTHENTICATED] }
