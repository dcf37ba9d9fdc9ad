import { type Answer, type Call, header } from './call.ts'
import type { Context } from './context.ts'

const DISCOVERY = '/.well-known/openid-configuration'
const JWKS = '/openid/v1/jwks'

/** Where others learn how to check the tokens of service accounts. */
export const OPENID_PATHS = [DISCOVERY, JWKS]

/** How long what is answered may be kept. */
const MAX_AGE_SECONDS = 3600

/** The issuer's configuration and its public keys, as OpenID Connect wants them; nothing for other paths. */
export function openId(context: Context, call: Call): Answer | undefined {
  // Clients that are made from the OpenAPI document end the paths with a slash.
  const path = call.info.path.replace(/\/$/, '')
  const { issuer, keys } = context.authentication.serviceAccounts
  if (path === JWKS) return answer('application/jwk-set+json', keys.jwks())
  if (path !== DISCOVERY) return undefined
  return answer('application/json', {
    issuer,
    jwks_uri: `https://${context.externalAddress ?? header(call, 'host')}${JWKS}`,
    response_types_supported: ['id_token'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: keys.algorithms,
  })
}

function answer(type: string, body: object): Answer {
  const headers = { 'content-type': type, 'cache-control': `public, max-age=${MAX_AGE_SECONDS}` }
  return { status: 200, headers, body: JSON.stringify(body) }
}
