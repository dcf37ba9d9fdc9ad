import { setOwn } from '../equal.ts'
import { badRequest } from '../errors.ts'
import { cannotDecode } from './json.ts'
import { asList, isMap } from './place.ts'
import type { JsonObject, PatchSchema } from './schema.ts'
import {
  badArgument,
  badDirective,
  DELETE_FROM_LIST,
  patchError,
  PATCH_DIRECTIVE,
  RETAIN_KEYS,
  SET_ORDER,
  withoutDirectives,
} from './strategic-directives.ts'
import { mergeList, orderList, removeFromList } from './strategic-list.ts'

/** A schema, or `undefined` below where it is known. */
type Lookup = PatchSchema | undefined

/**
 * Applies a strategic merge patch; neither argument is changed, the result may share parts with both. Throws ApiError 400 when it is
 * no patch or misuses a directive, 422 for lists of lists, 500 (as upstream) when items lack their merge key and the like.
 */
export function applyStrategicMergePatch(
  object: JsonObject,
  patch: unknown,
  schema: PatchSchema | undefined,
): JsonObject {
  if (!schema) throw badRequest('strategic merge patch format is not supported')
  if (!isMap(patch)) throw badRequest(cannotDecode(patch, 'map[string]interface {}'))
  return mergeMaps(object, patch, schema)
}

function mergeMaps(original: JsonObject | undefined, patch: JsonObject, schema: Lookup): JsonObject {
  if (Object.hasOwn(patch, PATCH_DIRECTIVE)) return obey(patch)
  const out = retainedKeys(original ?? {}, patch)
  const done = mergeOrderedLists(out, patch, schema)
  for (const key of Object.keys(patch)) {
    if (key === RETAIN_KEYS || key.startsWith(SET_ORDER) || done.has(key)) continue
    if (key.startsWith(DELETE_FROM_LIST)) deleteItems(out, key, patch[key])
    else mergeField(out, key, patch[key], schema)
  }
  return out
}

function obey(patch: JsonObject): JsonObject {
  const { [PATCH_DIRECTIVE]: directive, ...rest } = patch
  if (directive === 'replace') return rest
  if (directive === 'delete') return {}
  throw badDirective(directive, patch)
}

function mergeField(out: JsonObject, key: string, value: unknown, schema: Lookup): void {
  const old = Object.hasOwn(out, key) ? out[key] : undefined
  if (value === null) delete out[key]
  else if (isMap(old) && isMap(value)) {
    const below = lookup(schema, key)
    setOwn(out, key, strategyOf(below) === 'replace' ? value : mergeMaps(old, value, below))
  } else if (Array.isArray(old) && Array.isArray(value)) {
    const below = lookup(schema, key)
    setOwn(out, key, strategyOf(below) === 'merge' ? mergeList(old, value, below, mergeMaps) : value)
  } else if (isMap(value) && Object.hasOwn(value, PATCH_DIRECTIVE)) delete out[key]
  else setOwn(out, key, withoutDirectives(value))
}

/** The schema of a field. Throws when the field is not in the schema. */
function lookup(schema: Lookup, key: string): Lookup {
  if (!schema || schema.type === 'any') return undefined
  const field = schema.field(key)
  if (field || schema.preservesUnknown) return field
  throw patchError(`unable to find api field in struct ${schema.typeName} for the json field ${JSON.stringify(key)}`)
}

const strategyOf = (schema: Lookup) => schema?.patchStrategy.find((strategy) => strategy !== 'retainKeys')

/** A copy of `original`; when the patch has `$retainKeys`, with only those. */
function retainedKeys(original: JsonObject, patch: JsonObject): JsonObject {
  const list = patch[RETAIN_KEYS]
  if (list === undefined) return { ...original }
  const kept = asList(list)
  const isFine = (key: string) =>
    key === RETAIN_KEYS ||
    patch[key] === null ||
    key.startsWith(DELETE_FROM_LIST) ||
    key.startsWith(SET_ORDER) ||
    kept?.includes(key)
  if (!kept || !Object.keys(patch).every(isFine)) throw badRequest('invalid patch format of retainKeys')
  return Object.fromEntries(Object.entries(original).filter(([key]) => kept.includes(key)))
}

/** Merges the lists that a `$setElementOrder/` says the order of; returns their names. */
function mergeOrderedLists(out: JsonObject, patch: JsonObject, schema: Lookup): Set<string> {
  const done = new Set<string>()
  for (const directive of Object.keys(patch).filter((key) => key.startsWith(SET_ORDER))) {
    const order = listOrError(patch[directive])
    const key = listNamed(directive, SET_ORDER, 'setElementOrder list')
    const old = Object.hasOwn(out, key) ? listOrError(out[key]) : undefined
    const items = Object.hasOwn(patch, key) ? listOrError(patch[key]) : undefined
    const below = lookup(schema, key)
    const ordered = orderList({ old, items, order, schema: below, isMerged: strategyOf(below) === 'merge' }, mergeMaps)
    if (ordered) setOwn(out, key, ordered)
    done.add(key)
  }
  return done
}

/** Does `$deleteFromPrimitiveList/`: takes these items out of the list, if it is there. */
function deleteItems(out: JsonObject, directive: string, items: unknown): void {
  const key = listNamed(directive, DELETE_FROM_LIST, 'primitive list')
  const old = Object.hasOwn(out, key) ? out[key] : undefined
  if (items === null) delete out[key]
  else if (Array.isArray(old) && Array.isArray(items)) setOwn(out, key, removeFromList(old, items))
}

/** The list that a parallel list stands for: `$setElementOrder/ports` is for `ports`. */
function listNamed(directive: string, prefix: string, what: string): string {
  if (directive.startsWith(`${prefix}/`)) return directive.slice(prefix.length + 1)
  throw badRequest(`invalid patch format of ${what}`)
}

function listOrError(value: unknown): unknown[] {
  if (Array.isArray(value)) return value
  throw badArgument('[]interface {}', value)
}
