import { SelfSubjectReview } from '../../api/kinds/authentication/self-subject-review.ts'
import { timestamp } from '../../std/clock.ts'
import { review } from './review.ts'
import { userInfoOf } from './user-info.ts'

/** Tells whom the server takes the client for: `kubectl auth whoami`. */
export const selfSubjectReview = review(SelfSubjectReview, ({ env }, { user }, object) => ({
  ...object,
  metadata: { ...object.metadata, creationTimestamp: timestamp(env.clock.now()) },
  status: { userInfo: userInfoOf(user) },
}))
