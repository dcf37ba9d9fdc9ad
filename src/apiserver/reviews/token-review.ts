import { badRequest } from '../../api/errors.ts'
import { TokenReview } from '../../api/kinds/authentication/token-review.ts'
import { BadCredentials } from '../authn/authenticator.ts'
import type { Context } from '../context.ts'
import { review } from './review.ts'
import { userInfoOf } from './user-info.ts'

/** Tells whose a token is: how other servers let the users of this one in. */
export const tokenReview = review(TokenReview, async ({ authentication }, _call, object) => {
  const { token = '', audiences = [] } = object.spec
  if (!token) throw badRequest('token is required for TokenReview in authentication')
  const wanted = audiences.length ? audiences : authentication.serviceAccounts.audiences
  return { ...object, status: await statusOf(authentication, token, wanted) }
})

async function statusOf(
  { token: authenticate }: Context['authentication'],
  token: string,
  wanted: readonly string[],
): Promise<TokenReview['status']> {
  try {
    const found = await authenticate(token, wanted)
    if (!found) throw new BadCredentials('invalid bearer token')
    return { authenticated: true, user: userInfoOf(found.user), audiences: [...(found.audiences ?? [])] }
  } catch (error) {
    if (!(error instanceof BadCredentials)) throw error
    return { user: {}, error: error.message }
  }
}
