import { ApiError } from '../../api/errors.ts'
import type { Subresource } from '../registry.ts'

/** Tokens of service accounts: not issued yet, and said so. */
export const token: Subresource = {
  async create() {
    throw new ApiError(501, 'NotImplemented', 'this server does not issue service account tokens yet')
  },
}
