import type { ILocalSubjectAccessReview } from 'kubernetes-models/authorization.k8s.io/v1/LocalSubjectAccessReview'
import { defineKind } from '../../kind.ts'
import type { Served } from '../../meta.ts'
import { requireNoMetadata, requireSubject, validateAccessSpec } from './access-spec.ts'

export type LocalSubjectAccessReview = Served<ILocalSubjectAccessReview>

/** Asks whether somebody may do something in a namespace. It is only ever created, and never stored. */
export const LocalSubjectAccessReview = defineKind<LocalSubjectAccessReview>({
  group: 'authorization.k8s.io',
  version: 'v1',
  kind: 'LocalSubjectAccessReview',
  plural: 'localsubjectaccessreviews',
  scope: 'Namespaced',
  verbs: ['create'],

  defaults(review) {
    review.spec ??= {}
  },

  validate({ metadata: { namespace, ...metadata }, spec }, report) {
    validateAccessSpec(spec, report.at('spec'))
    requireSubject(spec, report.at('spec'))
    requireNoMetadata(metadata, report, 'must be empty except for namespace')
    const { resourceAttributes: asked, nonResourceAttributes: path } = spec
    if (asked && asked.namespace !== namespace) {
      report.invalid('spec.resourceAttributes.namespace', asked.namespace ?? '', 'must match metadata.namespace')
    }
    if (path) report.invalid('spec.nonResourceAttributes', path, 'disallowed on this kind of request')
  },
})
