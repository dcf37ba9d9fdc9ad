import { badRequest } from '../../api/errors.ts'
import { SelfSubjectRulesReview } from '../../api/kinds/authorization/self-subject-rules-review.ts'
import { aggregated } from '../authz/rbac/rbac-authorizer.ts'
import { review } from './review.ts'

/** Tells all that the client may do in a namespace, as far as it can be listed: `kubectl auth can-i --list`. */
export const selfSubjectRulesReview = review(SelfSubjectRulesReview, ({ authorizer }, { user }, object) => {
  const { namespace } = object.spec
  if (!namespace) throw badRequest('no namespace on request')
  const { rules, incomplete, errors } = authorizer.rulesFor(user, namespace)
  const ofResources = rules.filter(({ resources = [] }) => resources.length > 0)
  const ofUrls = rules.filter(({ nonResourceURLs = [] }) => nonResourceURLs.length > 0)
  return {
    ...object,
    spec: {},
    status: {
      resourceRules: ofResources.map(({ verbs, apiGroups, resources, resourceNames }) => ({
        verbs,
        apiGroups,
        resources,
        ...(resourceNames?.length && { resourceNames }),
      })),
      nonResourceRules: ofUrls.map(({ verbs, nonResourceURLs }) => ({ verbs, nonResourceURLs })),
      incomplete,
      ...(errors.length && { evaluationError: aggregated(errors) }),
    },
  }
})
