import type { JSONWebKeySet, JWTPayload } from 'jose'
import type { FetchJson } from '../../os/fetch-json.ts'
import type { Clock } from '../../std/clock.ts'
import { type Authenticated, BadCredentials, type TokenAuthenticator } from './authenticator.ts'
import type { JwtAuthenticatorConfig } from './oidc-config.ts'
import { type IssuerKeys, issuerKeys } from './oidc-keys.ts'
import { claimedIssuer } from './token-keys.ts'

/** What issuers may sign with: nothing that is shared with them, and nothing weak. */
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'ES256', 'ES384', 'ES512', 'PS256', 'PS384', 'PS512']

/** ID tokens of an OpenID Connect issuer. */
export function oidc(
  clock: Clock,
  fetchJson: FetchJson,
  config: JwtAuthenticatorConfig,
  ownAudiences: readonly string[],
): TokenAuthenticator {
  const keys = issuerKeys(clock, fetchJson, config)
  return (token, wanted) => {
    if (claimedIssuer(token) !== config.issuer.url) return undefined
    return authenticate(
      token,
      clock,
      keys,
      config,
      wanted.filter((audience) => ownAudiences.includes(audience)),
    )
  }
}

async function authenticate(
  token: string,
  clock: Clock,
  keys: IssuerKeys,
  config: JwtAuthenticatorConfig,
  audiences: readonly string[],
): Promise<Authenticated> {
  const claims = await verified(token, clock, keys, config)
  for (const { claim, requiredValue } of config.claimValidationRules ?? []) {
    if (claims[claim] === requiredValue) continue
    throw new BadCredentials(
      `oidc: required claim ${claim} value does not match. Got = ${String(claims[claim])}, want = ${requiredValue}`,
    )
  }
  const { username, groups, uid } = config.claimMappings
  checkEmail(claims, username.claim)
  const own = uid && textOf(claims, uid.claim)
  const user = {
    name: `${username.prefix ?? ''}${textOf(claims, username.claim)}`,
    groups: groups ? groupsOf(claims, groups.claim).map((group) => `${groups.prefix ?? ''}${group}`) : [],
    ...(own && { uid: own }),
  }
  return { user, audiences }
}

/** Loaded with the first such token: few clusters have another issuer. */
const library = async () => {
  const [{ jwtVerify }, { createLocalJWKSet }, { JWKSNoMatchingKey, JOSEError }] = await Promise.all([
    import('jose/jwt/verify'),
    import('jose/jwks/local'),
    import('jose/errors'),
  ])
  return { jwtVerify, createLocalJWKSet, JWKSNoMatchingKey, JOSEError }
}

async function verified(
  token: string,
  clock: Clock,
  keys: IssuerKeys,
  { issuer: { url, audiences } }: JwtAuthenticatorConfig,
): Promise<JWTPayload> {
  const { jwtVerify, createLocalJWKSet, JWKSNoMatchingKey, JOSEError } = await library()
  const options = { issuer: url, audience: audiences, algorithms: ALGORITHMS, currentDate: new Date(clock.now()) }
  const check = async (set: JSONWebKeySet) => (await jwtVerify(token, createLocalJWKSet(set), options)).payload
  try {
    return await check(await keys.current())
  } catch (error) {
    if (error instanceof JWKSNoMatchingKey && (await keys.refresh())) return check(await keys.current())
    if (error instanceof JOSEError) throw new BadCredentials(`oidc: verify token: ${error.message}`)
    throw error
  }
}

function textOf(claims: JWTPayload, claim: string): string {
  const value = claims[claim]
  if (typeof value === 'string' && value) return value
  throw new BadCredentials(`oidc: parse claim ${claim}: claim not present`)
}

/** One group may stand alone. */
function groupsOf(claims: JWTPayload, claim: string): string[] {
  const value = claims[claim] ?? []
  if (typeof value === 'string') return [value]
  if (Array.isArray(value) && value.every((group) => typeof group === 'string')) return value
  throw new BadCredentials(`oidc: parse groups claim ${claim}: it is not a list of strings`)
}

/** An address that its issuer has not checked is nobody's name. */
function checkEmail(claims: JWTPayload, usernameClaim: string): void {
  const { email_verified: isVerified = true } = claims
  if (usernameClaim === 'email' && isVerified !== true) throw new BadCredentials('oidc: email not verified')
}
