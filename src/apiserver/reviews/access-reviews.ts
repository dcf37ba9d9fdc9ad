import type { INonResourceAttributes } from 'kubernetes-models/authorization.k8s.io/v1/NonResourceAttributes'
import type { IResourceAttributes } from 'kubernetes-models/authorization.k8s.io/v1/ResourceAttributes'
import type { ISubjectAccessReviewSpec } from 'kubernetes-models/authorization.k8s.io/v1/SubjectAccessReviewSpec'
import type { UserInfo } from '../../api/exchange.ts'
import { LocalSubjectAccessReview } from '../../api/kinds/authorization/local-subject-access-review.ts'
import { SelfSubjectAccessReview } from '../../api/kinds/authorization/self-subject-access-review.ts'
import { SubjectAccessReview } from '../../api/kinds/authorization/subject-access-review.ts'
import { type Attributes, question } from '../authz/attributes.ts'
import type { Authorizer } from '../authz/authorizer.ts'
import { review } from './review.ts'

/** Tells whether somebody may do something: how other servers leave decisions to this one. */
export const subjectAccessReview = review(SubjectAccessReview, ({ authorizer }, _call, object) => ({
  ...object,
  status: decided(authorizer, subjectOf(object.spec), object.spec),
}))

/** The same for who may ask only within a namespace. */
export const localSubjectAccessReview = review(LocalSubjectAccessReview, ({ authorizer }, _call, object) => ({
  ...object,
  status: decided(authorizer, subjectOf(object.spec), object.spec),
}))

/** Tells whether the client itself may do something: `kubectl auth can-i`. */
export const selfSubjectAccessReview = review(SelfSubjectAccessReview, ({ authorizer }, { user }, object) => ({
  ...object,
  status: decided(authorizer, user, object.spec),
}))

function subjectOf({ user = '', groups = [], uid, extra }: ISubjectAccessReviewSpec): UserInfo {
  return { name: user, groups, ...(uid && { uid }), ...(extra && { extra }) }
}

interface Asked {
  resourceAttributes?: IResourceAttributes
  nonResourceAttributes?: INonResourceAttributes
}

function decided(authorizer: Authorizer, user: UserInfo, asked: Asked) {
  const { allowed, reason } = authorizer.authorize(attributesFrom(user, asked))
  return { allowed, ...(reason && { reason }) }
}

function attributesFrom(user: UserInfo, { resourceAttributes, nonResourceAttributes }: Asked): Attributes {
  if (!resourceAttributes) {
    const { path = '', verb = '' } = nonResourceAttributes ?? {}
    return question(user, verb, { isResource: false, path, version: '' })
  }
  const { verb = '', version, fieldSelector, labelSelector: _, ...about } = resourceAttributes
  return question(user, verb, { ...about, version: version || '*', fieldSelector: selectorText(fieldSelector) })
}

/** What a selector asks for, as far as it can be said in one; the rest would only narrow it down further. */
function selectorText(selector: IResourceAttributes['fieldSelector']): string {
  const { rawSelector = '', requirements = [] } = selector ?? {}
  if (rawSelector) return rawSelector
  const signs: Readonly<Record<string, string>> = { In: '=', NotIn: '!=' }
  return requirements
    .filter(({ operator, values = [] }) => signs[operator] && values.length === 1)
    .map(({ key, operator, values = [] }) => `${key}${signs[operator]}${values[0]}`)
    .join(',')
}
