import type { FetchJson } from '../../os/fetch-json.ts'
import { hostFetchJson } from '../../os/fetch-json.ts'
import type { Env } from '../../std/env.ts'
import type { Store } from '../../store/store.ts'
import { anonymous } from './anonymous.ts'
import { type Authenticator, firstKnown, member, type TokenAuthenticator } from './authenticator.ts'
import { bearerToken } from './bearer-token.ts'
import { bootstrapToken } from './bootstrap-token.ts'
import { clientCertificate } from './client-certificate.ts'
import { inProcess } from './in-process.ts'
import { legacyToken } from './legacy-token.ts'
import { oidc } from './oidc.ts'
import type { JwtAuthenticatorConfig } from './oidc-config.ts'
import { type ServiceAccountIssuer, serviceAccountToken } from './service-account-token.ts'
import { tokenKeys } from './token-keys.ts'

const DEFAULT_ISSUER = 'https://kubernetes.default.svc.cluster.local'

export interface AuthenticationConfig {
  /** PEM. The first, a private key, signs tokens of service accounts; all are accepted. One for this process when absent. */
  serviceAccountKeys?: readonly string[]
  /** Who issues the tokens of service accounts, and whom they are for when they do not say; the cluster's inner name when absent. */
  serviceAccountIssuer?: string
  /** Other issuers whose users may come in. */
  jwt?: readonly JwtAuthenticatorConfig[]
  fetchJson?: FetchJson
}

/** All ways to be known. */
export interface Authentication {
  request: Authenticator
  token: TokenAuthenticator
  serviceAccounts: ServiceAccountIssuer
}

/** The authenticators in upstream's order: of credentials that several know, the first decides. */
export function authentication(env: Env, store: Store, config: AuthenticationConfig = {}): Authentication {
  const { serviceAccountKeys, serviceAccountIssuer: issuer = DEFAULT_ISSUER, fetchJson = hostFetchJson } = config
  const serviceAccounts = { issuer, audiences: [issuer], keys: tokenKeys(serviceAccountKeys) }
  const { audiences, keys } = serviceAccounts
  const token = firstKnown<[token: string, audiences: readonly string[]]>([
    legacyToken(env, store, keys, audiences),
    serviceAccountToken(store, env.clock, serviceAccounts),
    bootstrapToken(store, env.clock, audiences),
    ...(config.jwt ?? []).map((issuer) => oidc(env.clock, fetchJson, issuer, audiences)),
  ])
  const known = firstKnown([inProcess, clientCertificate, bearerToken(token, audiences)])
  return {
    async request(credentials) {
      const found = await known(credentials)
      return found ? { ...found, user: member(found.user) } : anonymous(credentials)
    },
    async token(text, wanted) {
      const found = await token(text, wanted)
      return found && { ...found, user: member(found.user) }
    },
    serviceAccounts,
  }
}
