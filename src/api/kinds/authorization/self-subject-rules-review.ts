import type { ISelfSubjectRulesReview } from 'kubernetes-models/authorization.k8s.io/v1/SelfSubjectRulesReview'
import { defineKind } from '../../kind.ts'
import type { Served } from '../../meta.ts'

export type SelfSubjectRulesReview = Served<ISelfSubjectRulesReview>

/** Asks what all one may do in a namespace. It is only ever created, and never stored. */
export const SelfSubjectRulesReview = defineKind<SelfSubjectRulesReview>({
  group: 'authorization.k8s.io',
  version: 'v1',
  kind: 'SelfSubjectRulesReview',
  plural: 'selfsubjectrulesreviews',
  scope: 'Cluster',
  verbs: ['create'],
})
