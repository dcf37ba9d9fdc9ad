import type { ITokenReview } from 'kubernetes-models/authentication.k8s.io/v1/TokenReview'
import { defineKind } from '../../kind.ts'
import type { Served } from '../../meta.ts'

export type TokenReview = Served<ITokenReview>

/** Asks whose a token is. It is only ever created, and never stored. */
export const TokenReview = defineKind<TokenReview>({
  group: 'authentication.k8s.io',
  version: 'v1',
  kind: 'TokenReview',
  plural: 'tokenreviews',
  scope: 'Cluster',
  verbs: ['create'],
})
