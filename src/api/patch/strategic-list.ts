import { printGo } from './go-print.ts'
import { cannotApply } from './json.ts'
import { isMap } from './place.ts'
import type { JsonObject, PatchSchema } from './schema.ts'
import {
  badArgument,
  badDirective,
  isDirective,
  type MergeMaps,
  PATCH_DIRECTIVE,
  patchError,
  withoutDirectives,
} from './strategic-directives.ts'

/** A list with a `$setElementOrder`: what there is, what the patch brings, and the order wanted. */
interface OrderedList {
  old: unknown[] | undefined
  items: unknown[] | undefined
  order: unknown[]
  schema: PatchSchema | undefined
  /** Whether the field's strategy is to merge; else the patch's list replaces the old one. */
  isMerged: boolean
}

/**
 * Merges a list whose strategy is `merge`: scalars as a set, maps by their merge key. What the patch names stands in the order of the
 * patch; the rest of the old list stays around it as it was.
 */
export function mergeList(
  old: readonly unknown[],
  patch: readonly unknown[],
  schema: PatchSchema | undefined,
  mergeMaps: MergeMaps,
): unknown[] {
  if (!old.length && !patch.length) return []
  if (!isListOfMaps(old, patch)) return arrange([...new Set([...old, ...patch])], patch, old, undefined)
  const mergeKey = schema?.patchMergeKey
  if (!mergeKey) throw patchError('cannot merge lists without merge key for struct')
  const { kept, additions } = obeyItems(old as JsonObject[], patch as JsonObject[], mergeKey)
  const merged = [...kept]
  for (const item of additions) {
    const key = keyOfItem(item, mergeKey)
    const at = merged.findIndex((other) => other[mergeKey] === key)
    if (at < 0) merged.push(withoutDirectives(item) as JsonObject)
    else merged[at] = mergeMaps(merged[at], item, schema.items)
  }
  return arrange(merged, additions, old, mergeKey)
}

/** Whether the items are maps; when not, they are scalars. All must be of one sort, and none a list. */
function isListOfMaps(...lists: (readonly unknown[])[]): boolean {
  const items = lists.flat()
  const sortOf = (item: unknown) => (Array.isArray(item) ? 'list' : item === null ? 'null' : typeof item)
  if (items.some((item) => Array.isArray(item))) throw cannotApply()
  if (new Set(items.map(sortOf)).size > 1) throw patchError(`list element types are not identical: ${printGo(lists)}`)
  return isMap(items[0])
}

/** Does what the items with `$patch` say: takes the named items out, or all of them. */
function obeyItems(old: readonly JsonObject[], patch: readonly JsonObject[], mergeKey: string) {
  let kept = [...old]
  let isReplaced = false
  for (const item of patch.filter(isDirective)) {
    const directive = item[PATCH_DIRECTIVE]
    if (directive === 'replace') isReplaced = true
    else if (directive === 'delete') {
      const key = keyOfItem(item, mergeKey)
      kept = kept.filter((other) => other[mergeKey] !== key)
    } else if (directive === 'merge') throw patchError('merging lists cannot yet be specified in the patch')
    else throw badDirective(directive, item)
  }
  const additions = patch.filter((item) => !isDirective(item))
  if (!isReplaced) return { kept, additions }
  return { kept: additions.map((item) => withoutDirectives(item) as JsonObject), additions: [] }
}

function keyOfItem(item: unknown, mergeKey: string): unknown {
  if (!isMap(item)) throw badArgument('map[string]interface {}', item)
  if (Object.hasOwn(item, mergeKey)) return item[mergeKey]
  throw patchError(`map: ${printGo(item)} does not contain declared merge key: ${mergeKey}`)
}

/** Merges a list and puts it in the order that the patch asks for; `undefined` when there is no list at all. */
export function orderList(
  { old, items, order, schema, isMerged }: OrderedList,
  mergeMaps: MergeMaps,
): unknown[] | undefined {
  const mergeKey = schema?.patchMergeKey
  checkOrder(items ?? [], order, mergeKey)
  if (!old && !items) return undefined
  let merged: unknown[]
  if (!items) merged = old as unknown[]
  else if (!old) merged = withoutDirectives(items) as unknown[]
  else merged = isMerged ? mergeList(old, items, schema, mergeMaps) : items
  return arrange(merged, order, old ?? [], mergeKey)
}

/** The patch's items must stand in the order that its `$setElementOrder` gives, and be in it. Deletions need not. */
function checkOrder(items: readonly unknown[], order: readonly unknown[], mergeKey: string | undefined): void {
  if (!items.length || !order.length) return
  const keyOf = (item: unknown) => (mergeKey ? keyOfItem(item, mergeKey) : item)
  let next = 0
  for (const item of items) {
    if (isDirective(item)) continue
    while (next < order.length && keyOf(order[next]) !== keyOf(item)) next++
    if (next++ < order.length) continue
    throw patchError(
      `The order in patch list:\n${printGo(items)}\n doesn't match $setElementOrder list:\n${printGo(order)}\n`,
    )
  }
}

/** Puts the items named in `order` in that order, and the others among them, before those they preceded in the old list. */
function arrange(
  merged: readonly unknown[],
  order: readonly unknown[],
  old: readonly unknown[],
  mergeKey: string | undefined,
): unknown[] {
  const keyOf = (item: unknown) => (mergeKey ? keyOfItem(item, mergeKey) : item)
  const wanted = placesOf(order.map(keyOf))
  const before = placesOf(old.map(keyOf))
  const place = (places: Map<unknown, number>) => (item: unknown) => places.get(keyOf(item)) ?? places.size
  const named = sortBy(
    merged.filter((item) => wanted.has(keyOf(item))),
    place(wanted),
  )
  const others = sortBy(
    merged.filter((item) => !wanted.has(keyOf(item))),
    place(before),
  )
  const out: unknown[] = []
  for (const item of named) {
    const at = before.get(keyOf(item)) ?? -1
    const after = others.findIndex((other) => (before.get(keyOf(other)) ?? Number.POSITIVE_INFINITY) >= at)
    out.push(...others.splice(0, after < 0 ? others.length : after), item)
  }
  return [...out, ...others]
}

function placesOf(keys: readonly unknown[]): Map<unknown, number> {
  const places = new Map<unknown, number>()
  keys.forEach((key, index) => {
    if (!places.has(key)) places.set(key, index)
  })
  return places
}

const sortBy = (items: unknown[], place: (item: unknown) => number) => items.sort((a, b) => place(a) - place(b))

/** The list without these scalars. */
export function removeFromList(old: readonly unknown[], items: readonly unknown[]): unknown[] {
  const gone = new Set(items)
  return old.filter((item) => !gone.has(item))
}
