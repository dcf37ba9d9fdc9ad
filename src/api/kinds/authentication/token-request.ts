import type { ITokenRequest } from 'kubernetes-models/authentication.k8s.io/v1/TokenRequest'
import { defineKind } from '../../kind.ts'
import type { Served } from '../../meta.ts'

export type TokenRequest = Served<ITokenRequest>

const DEFAULT_SECONDS = 3600
const MIN_SECONDS = 600
const MAX_SECONDS = 2 ** 32

/** Asks for a token of a service account, through its subresource `token`. */
export const TokenRequest = defineKind<TokenRequest>({
  group: 'authentication.k8s.io',
  version: 'v1',
  kind: 'TokenRequest',
  plural: 'tokenrequests',
  scope: 'Namespaced',
  verbs: ['create'],

  defaults({ spec }) {
    spec.expirationSeconds ??= DEFAULT_SECONDS
  },

  validate({ spec: { expirationSeconds = 0 } }, report) {
    const invalid = (why: string) => report.invalid('spec.expirationSeconds', expirationSeconds, why)
    if (expirationSeconds < MIN_SECONDS) invalid('may not specify a duration less than 10 minutes')
    if (expirationSeconds > MAX_SECONDS) invalid('may not specify a duration larger than 2^32 seconds')
  },
})
