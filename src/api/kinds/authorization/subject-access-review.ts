import type { ISubjectAccessReview } from 'kubernetes-models/authorization.k8s.io/v1/SubjectAccessReview'
import { defineKind } from '../../kind.ts'
import type { Served } from '../../meta.ts'
import { requireNoMetadata, requireSubject, validateAccessSpec } from './access-spec.ts'

export type SubjectAccessReview = Served<ISubjectAccessReview>

/** Asks whether somebody may do something. It is only ever created, and never stored. */
export const SubjectAccessReview = defineKind<SubjectAccessReview>({
  group: 'authorization.k8s.io',
  version: 'v1',
  kind: 'SubjectAccessReview',
  plural: 'subjectaccessreviews',
  scope: 'Cluster',
  verbs: ['create'],

  defaults(review) {
    review.spec ??= {}
  },

  validate(review, report) {
    validateAccessSpec(review.spec, report.at('spec'))
    requireSubject(review.spec, report.at('spec'))
    requireNoMetadata(review.metadata, report)
  },
})
