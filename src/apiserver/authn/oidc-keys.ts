import type { JSONWebKeySet } from 'jose'
import type { FetchJson } from '../../os/fetch-json.ts'
import type { Clock } from '../../std/clock.ts'
import { BadCredentials } from './authenticator.ts'
import type { JwtAuthenticatorConfig } from './oidc-config.ts'

/** Keys are read anew for a token whose key is not among them, but not more often than this. */
const REFRESH_MIN_MS = 10_000

/** The keys of an issuer, found through its published configuration. */
export interface IssuerKeys {
  /** As last read; read first when there are none yet. Throws BadCredentials when they cannot be had. */
  current(): Promise<JSONWebKeySet>
  /** Read again, unless that was done just now; whether it was. */
  refresh(): Promise<boolean>
}

export function issuerKeys(clock: Clock, fetchJson: FetchJson, { issuer }: JwtAuthenticatorConfig): IssuerKeys {
  let keys: Promise<JSONWebKeySet> | undefined
  let readAtMs = Number.NEGATIVE_INFINITY
  const isFresh = () => clock.monotonic() - readAtMs < REFRESH_MIN_MS
  const read = () => {
    readAtMs = clock.monotonic()
    const reading = readKeys(fetchJson, issuer)
    keys = reading
    // Those who wait are told; the next who asks tries again.
    reading.catch(() => {
      if (keys === reading) keys = undefined
    })
    return reading
  }
  return {
    async current() {
      if (keys) return keys
      if (isFresh()) throw new BadCredentials('oidc: authenticator not initialized')
      return read()
    },
    async refresh() {
      if (isFresh()) return false
      await read()
      return true
    },
  }
}

async function readKeys(
  fetchJson: FetchJson,
  { url, discoveryURL, certificateAuthority }: JwtAuthenticatorConfig['issuer'],
): Promise<JSONWebKeySet> {
  try {
    const at = discoveryURL ?? `${url.replace(/\/$/, '')}/.well-known/openid-configuration`
    const found = (await fetchJson(at, certificateAuthority)) as { issuer?: unknown; jwks_uri?: unknown }
    if (found.issuer !== url) throw new Error(`issuer did not match: expected "${url}", got "${String(found.issuer)}"`)
    return (await fetchJson(String(found.jwks_uri), certificateAuthority)) as JSONWebKeySet
  } catch (error) {
    throw new BadCredentials(`oidc: the keys of ${url} could not be read: ${String(error)}`)
  }
}
