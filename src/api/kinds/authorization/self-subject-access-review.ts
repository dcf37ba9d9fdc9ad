import type { ISelfSubjectAccessReview } from 'kubernetes-models/authorization.k8s.io/v1/SelfSubjectAccessReview'
import { defineKind } from '../../kind.ts'
import type { Served } from '../../meta.ts'
import { requireNoMetadata, validateAccessSpec } from './access-spec.ts'

export type SelfSubjectAccessReview = Served<ISelfSubjectAccessReview>

/** Asks whether one may do something. It is only ever created, and never stored. */
export const SelfSubjectAccessReview = defineKind<SelfSubjectAccessReview>({
  group: 'authorization.k8s.io',
  version: 'v1',
  kind: 'SelfSubjectAccessReview',
  plural: 'selfsubjectaccessreviews',
  scope: 'Cluster',
  verbs: ['create'],

  defaults(review) {
    review.spec ??= {}
  },

  validate(review, report) {
    validateAccessSpec(review.spec, report.at('spec'))
    requireNoMetadata(review.metadata, report)
  },
})
