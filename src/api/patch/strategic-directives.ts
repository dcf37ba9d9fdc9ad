import { setOwn } from '../equal.ts'
import { ApiError } from '../errors.ts'
import { printGo } from './go-print.ts'
import { isMap } from './place.ts'
import type { JsonObject, PatchSchema } from './schema.ts'

/** In a map: what to do with it instead of merging; in an item of a list: what to do with the item or the list. */
export const PATCH_DIRECTIVE = '$patch'
export const RETAIN_KEYS = '$retainKeys'
export const DELETE_FROM_LIST = '$deleteFromPrimitiveList'
export const SET_ORDER = '$setElementOrder'

/** An error that upstream's patching ends with and that its server passes on as it is. */
export const patchError = (message: string) => new ApiError(500, '', message)

/** Merges two maps below the root; what lists call for their items. */
export type MergeMaps = (
  original: JsonObject | undefined,
  patch: JsonObject,
  schema: PatchSchema | undefined,
) => JsonObject

/** A new value as it is stored: without nulls, directives, and what stands for a deletion. */
export function withoutDirectives(value: unknown): unknown {
  if (Array.isArray(value)) return value.filter((item) => !isDirective(item)).map(withoutDirectives)
  if (!isMap(value)) return value
  const out: JsonObject = {}
  for (const key of Object.keys(value)) {
    if (value[key] === null || isDirective(value[key])) continue
    if (key === RETAIN_KEYS || key.startsWith(DELETE_FROM_LIST) || key.startsWith(SET_ORDER)) continue
    setOwn(out, key, withoutDirectives(value[key]))
  }
  return out
}

export const isDirective = (value: unknown): value is JsonObject =>
  isMap(value) && Object.hasOwn(value, PATCH_DIRECTIVE)

/** The error for a directive that is not known where it stands. */
export const badDirective = (directive: unknown, where: JsonObject) =>
  patchError(`unknown patch type: ${printGo(directive)} in map: ${printGo(where)}`)

/** The error for a value that is of the wrong sort, with Go's names of sorts. */
export function badArgument(expected: string, actual: unknown): ApiError {
  const sort = isMap(actual)
    ? 'map[string]interface {}'
    : Array.isArray(actual)
      ? '[]interface {}'
      : ({ string: 'string', number: 'int64', boolean: 'bool' }[typeof actual as string] ?? '%!s(<nil>)')
  return patchError(`expected a ${expected}, but received a ${sort}`)
}
