import type { ISelfSubjectReview } from 'kubernetes-models/authentication.k8s.io/v1/SelfSubjectReview'
import { defineKind } from '../../kind.ts'
import type { Served } from '../../meta.ts'

export type SelfSubjectReview = Served<ISelfSubjectReview>

/** Asks who one is. It is only ever created, and never stored. */
export const SelfSubjectReview = defineKind<SelfSubjectReview>({
  group: 'authentication.k8s.io',
  version: 'v1',
  kind: 'SelfSubjectReview',
  plural: 'selfsubjectreviews',
  scope: 'Cluster',
  verbs: ['create'],
})
