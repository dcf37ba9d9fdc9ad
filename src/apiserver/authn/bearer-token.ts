import { type Authenticator, BadCredentials, type TokenAuthenticator } from './authenticator.ts'

/** A token in the Authorization header, for whoever of the token authenticators knows it. */
export function bearerToken(authenticate: TokenAuthenticator, audiences: readonly string[]): Authenticator {
  return async ({ headers }) => {
    const [scheme = '', token] = (headers['authorization'] ?? '').trim().split(' ', 2)
    if (scheme.toLowerCase() !== 'bearer' || !token) return undefined
    const found = await authenticate(token, audiences)
    if (!found) throw new BadCredentials('invalid bearer token')
    return found
  }
}
