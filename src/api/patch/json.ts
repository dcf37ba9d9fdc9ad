import jsonPatch, { type Operation } from 'fast-json-patch'
import { clone } from '../equal.ts'
import { ApiError, badRequest, tooLarge } from '../errors.ts'
import { isMap } from './place.ts'
import type { JsonObject } from './schema.ts'

const OPERATIONS_MAX = 10_000

/**
 * Applies an RFC 6902 patch; `object` is not changed. Throws ApiError: 400 when it is no patch, 413 when it is too long, 422 when a test
 * fails or an operation cannot be done.
 */
export function applyJsonPatch(object: JsonObject, patch: unknown): JsonObject {
  if (!Array.isArray(patch)) throw badRequest(`error decoding patch: ${cannotDecode(patch, '[]handlers.jsonPatchOp')}`)
  if (patch.length > OPERATIONS_MAX) {
    throw tooLarge(`The allowed maximum operations in a JSON patch is ${OPERATIONS_MAX}, got ${patch.length}`)
  }
  if (!patch.every(isMap))
    throw badRequest(
      `error decoding patch: ${cannotDecode(
        patch.find((op) => !isMap(op)),
        'handlers.jsonPatchOp',
      )}`,
    )
  const patched = operate(object, patch)
  if (!isMap(patched)) throw cannotApply()
  return patched
}

function operate(object: JsonObject, patch: readonly unknown[]): unknown {
  try {
    return jsonPatch.applyPatch(clone(object), clone(patch) as Operation[], true).newDocument
  } catch {
    // Upstream does not say which operation failed, nor why.
    throw cannotApply()
  }
}

/** The answer to what is well-formed but cannot be done. */
export function cannotApply(): ApiError {
  return new ApiError(422, 'Invalid', 'the server rejected our request due to an error in our request', {})
}

/** The words of Go's JSON decoder for a value of the wrong sort. */
export function cannotDecode(value: unknown, goType: string): string {
  const sort = Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value
  return `json: cannot unmarshal ${sort} into Go value of type ${goType}`
}
