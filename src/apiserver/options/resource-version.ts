import { ApiError, badRequest } from '../../api/errors.ts'

/** A resourceVersion of a query as a revision: `undefined` when absent; 400 when it is no number. */
export function parseResourceVersion(text: string): number | undefined {
  if (text === '') return undefined
  if (!/^\d{1,16}$/.test(text)) {
    const value = JSON.stringify(text)
    throw badRequest(`resourceVersion: Invalid value: ${value}: strconv.ParseUint: parsing ${value}: invalid syntax`)
  }
  return Number(text)
}

/** The request is for a state that has not come about yet. */
export function tooLargeVersion(asked: number, current: number): ApiError {
  const message = `Timeout: Too large resource version: ${asked}, current: ${current}`
  return new ApiError(504, 'Timeout', message, {
    causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version', field: '' }],
    retryAfterSeconds: 1,
  })
}
