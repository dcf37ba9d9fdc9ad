import { setOwn } from '../equal.ts'
import { fieldElement, type FieldsV1, type PathElement } from './field-path.ts'
import { below, type FieldSet, hasElement } from './field-set.ts'
import { asList, asMap, elementsOf, fieldSchema, isEmptyMap, isMap, shapeOf } from './place.ts'
import type { JsonObject, PatchSchema } from './schema.ts'

/**
 * `live` with `applied` laid over it: leaves are taken from `applied`, maps and keyed lists merge, nothing is removed. Lists keep
 * the order of `live` as far as `applied` does not ask for another. The result shares parts with both.
 */
export function mergeTyped(live: unknown, applied: unknown, schema: PatchSchema | undefined): unknown {
  if (applied === undefined) return live
  if (live === undefined) return applied
  // Null is of any type, so it is met as what the live value is; it takes only the place of leaves.
  const shape = shapeOf(applied, schema)
  if (shape === 'map') {
    const [from, to] = [asMap(live), asMap(applied)]
    return (from && !isEmptyMap(from)) || (to && !isEmptyMap(to)) ? mergeMaps(from, to, schema) : applied
  }
  if (shape === 'list' && schema) {
    const [from, to] = [asList(live), asList(applied)]
    return from?.length || to?.length ? mergeLists(from ?? [], to ?? [], schema) : applied
  }
  return applied
}

function mergeMaps(
  live: JsonObject | undefined,
  applied: JsonObject | undefined,
  schema: PatchSchema | undefined,
): JsonObject {
  const out: JsonObject = { ...live }
  for (const name in applied) {
    const from = live && Object.hasOwn(live, name) ? live[name] : undefined
    setOwn(out, name, mergeTyped(from, applied[name], fieldSchema(schema, name)))
  }
  return out
}

/** Merges two keyed lists: shared items come in the order of `applied`, the others of `live` stay where they were among them. */
function mergeLists(live: readonly unknown[], applied: readonly unknown[], schema: PatchSchema): unknown[] {
  const liveElements = elementsOf(live, schema)
  const appliedElements = elementsOf(applied, schema)
  const wanted = new Map(appliedElements.map((element, index) => [element, applied[index]]))
  const found = indexItems(live, liveElements)
  const shared = appliedElements.filter((element) => found.has(element))
  const done = new Set<PathElement>()
  const out: unknown[] = []
  const take = (element: PathElement) => {
    done.add(element)
    out.push(mergeTyped(found.get(element), wanted.get(element), schema.items))
    if (shared[0] === element) shared.shift()
  }
  let l = 0
  let a = 0
  while (l < live.length || a < applied.length) {
    const element = liveElements[l]
    const next = appliedElements[a]
    if (element !== undefined && element !== next && !wanted.has(element)) {
      out.push(live[l++])
    } else if (element !== undefined && element !== next && isLater(element, shared, next)) {
      l++
    } else {
      if (element !== undefined && (element === next || done.has(element))) l++
      if (next !== undefined) take(next)
      a++
    }
  }
  return out
}

/** Whether a shared item of `live` will be placed later, after the one that `applied` has next. */
function isLater(element: PathElement, shared: readonly PathElement[], next: PathElement | undefined): boolean {
  return next !== undefined && shared.length > 0 && shared[0] !== element
}

/** The items by element. Of items that share one, none is merged with: they are replaced. */
function indexItems(list: readonly unknown[], elements: readonly PathElement[]): Map<PathElement, unknown> {
  const items = new Map<PathElement, unknown>()
  elements.forEach((element, index) => {
    items.set(element, items.has(element) ? undefined : list[index])
  })
  return items
}

/** `value` without the fields and items in the set; what becomes empty by that goes too. `value` itself is not changed. */
export function removeFields(value: unknown, fields: FieldSet, schema: PatchSchema | undefined): unknown {
  if (!fields) return value
  const shape = shapeOf(value, schema)
  if (shape === 'map' && isMap(value)) return removeFromMap(value, fields, schema)
  if (shape === 'list' && schema && Array.isArray(value)) return removeFromList(value, fields, schema)
  return shape === 'leaf' && !isMap(value) && !Array.isArray(value) ? value : undefined
}

function removeFromMap(map: JsonObject, fields: FieldsV1, schema: PatchSchema | undefined): JsonObject | undefined {
  const out: JsonObject = {}
  for (const name in map) {
    const element = fieldElement(name)
    if (hasElement(fields, element)) continue
    const left = removeFields(map[name], below(fields, element), fieldSchema(schema, name))
    if (left !== undefined) setOwn(out, name, left)
  }
  return isEmptyMap(out) ? undefined : out
}

function removeFromList(list: readonly unknown[], fields: FieldsV1, schema: PatchSchema): unknown[] | undefined {
  const elements = elementsOf(list, schema)
  const out: unknown[] = []
  list.forEach((item, index) => {
    const element = elements[index] as PathElement
    if (hasElement(fields, element)) return
    const left = removeFields(item, below(fields, element), schema.items)
    if (left !== undefined) out.push(left)
  })
  return out.length ? out : undefined
}
