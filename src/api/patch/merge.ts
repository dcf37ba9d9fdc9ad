import { setOwn } from '../equal.ts'
import { badRequest } from '../errors.ts'
import { cannotDecode } from './json.ts'
import { isMap } from './place.ts'
import type { JsonObject } from './schema.ts'

/**
 * Applies an RFC 7386 merge patch; neither argument is changed, the result may share parts with both. Throws ApiError 400 when
 * the patch is no object.
 */
export function applyMergePatch(object: JsonObject, patch: unknown): JsonObject {
  if (isMap(patch)) return mergeInto(object, patch)
  throw badRequest(`error decoding patch: ${cannotDecode(patch, 'map[string]interface {}')}`)
}

function mergeInto(object: JsonObject, patch: JsonObject): JsonObject {
  const out = { ...object }
  for (const key of Object.keys(patch)) {
    const value = patch[key]
    const old = Object.hasOwn(object, key) ? object[key] : undefined
    if (value === null) delete out[key]
    else setOwn(out, key, isMap(value) && isMap(old) ? mergeInto(old, value) : withoutNulls(value))
  }
  return out
}

/** A value without the null fields of its objects, also of those in lists; null items stay. */
export function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls)
  if (!isMap(value)) return value
  const out: JsonObject = {}
  for (const key of Object.keys(value)) if (value[key] !== null) setOwn(out, key, withoutNulls(value[key]))
  return out
}
