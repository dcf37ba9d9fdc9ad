import { deepEqual } from '../equal.ts'
import { fieldElement, type PathElement, type FieldsV1 } from './field-path.ts'
import { built, type FieldSet, insert, recursiveDifference } from './field-set.ts'
import { asList, asMap, elementsOf, fieldSchema, isAlwaysThere, isEmptyMap, shapeOf } from './place.ts'
import type { JsonObject, PatchSchema } from './schema.ts'

/** What a change did, as sets of fields. */
export interface Comparison {
  removed: FieldSet
  /** The fields that are new or have a new value. */
  written: FieldSet
}

interface Walk {
  path: PathElement[]
  removed: FieldsV1
  written: FieldsV1
}

/** The fields that differ between two objects. Throws SchemaMismatch when list items cannot be told apart. */
export function compareObjects(old: JsonObject, now: JsonObject, schema: PatchSchema | undefined): Comparison {
  const walk: Walk = { path: [], removed: {}, written: {} }
  compareValues(walk, old, now, schema)
  return { removed: built(walk.removed), written: built(walk.written) }
}

/** The comparison without what stands in or below `fields`. */
export function withoutFields({ removed, written }: Comparison, fields: FieldSet): Comparison {
  return { removed: recursiveDifference(removed, fields), written: recursiveDifference(written, fields) }
}

function compareValues(walk: Walk, old: unknown, now: unknown, schema: PatchSchema | undefined, isThere = false): void {
  if (old === now) return
  const oldShape = shapeOf(old, schema)
  const nowShape = shapeOf(now, schema)
  const shape = now === undefined ? oldShape : nowShape
  // A value that became another sort of thing is a changed leaf, with whatever now stands or stood below it.
  if (old !== undefined && now !== undefined && oldShape !== nowShape) compareAs(oldShape, walk, old, now, schema)
  const wasLeaf = compareAs(shape, walk, old, now, schema)
  if (wasLeaf || isThere) return
  if (old === undefined) insert(walk.written, walk.path)
  else if (now === undefined) insert(walk.removed, walk.path)
}

/** Compares two values as things of this shape; tells whether they were compared as leaves. */
function compareAs(shape: string, walk: Walk, old: unknown, now: unknown, schema: PatchSchema | undefined): boolean {
  if (shape === 'map') {
    const [from, to] = [asMap(old), asMap(now)]
    if ((from && !isEmptyMap(from)) || (to && !isEmptyMap(to))) {
      compareMaps(walk, from, to, schema)
      return false
    }
  }
  if (shape === 'list' && schema) {
    const [from, to] = [asList(old), asList(now)]
    if (from?.length || to?.length) {
      compareLists(walk, from ?? [], to ?? [], schema)
      return false
    }
  }
  compareLeaves(walk, old, now)
  return true
}

function compareLeaves(walk: Walk, old: unknown, now: unknown): void {
  if (now === undefined) insert(walk.removed, walk.path)
  else if (old === undefined || !deepEqual(old, now)) insert(walk.written, walk.path)
}

function compareMaps(
  walk: Walk,
  old: JsonObject | undefined,
  now: JsonObject | undefined,
  schema: PatchSchema | undefined,
): void {
  for (const name in old) {
    const value = own(now, name)
    if (old[name] !== undefined || value !== undefined) compareField(walk, name, old[name], value, schema)
  }
  for (const name in now) {
    if (own(old, name) === undefined && now[name] !== undefined) compareField(walk, name, undefined, now[name], schema)
  }
}

const own = (map: JsonObject | undefined, name: string) => (map && Object.hasOwn(map, name) ? map[name] : undefined)

function compareField(walk: Walk, name: string, old: unknown, now: unknown, parent: PatchSchema | undefined): void {
  if (old === now) return
  const schema = fieldSchema(parent, name)
  walk.path.push(fieldElement(name))
  compareValues(walk, old, now, schema, isAlwaysThere(name, schema))
  walk.path.pop()
}

function compareLists(walk: Walk, old: readonly unknown[], now: readonly unknown[], schema: PatchSchema): void {
  if (deepEqual(old, now)) return
  const before = byElement(old, schema)
  const after = byElement(now, schema)
  for (const element of new Set([...before.keys(), ...after.keys()])) {
    walk.path.push(element)
    compareItems(walk, before.get(element) ?? [], after.get(element) ?? [], schema.items)
    walk.path.pop()
  }
}

function byElement(list: readonly unknown[], schema: PatchSchema): Map<PathElement, unknown[]> {
  const elements = elementsOf(list, schema)
  const grouped = new Map<PathElement, unknown[]>()
  list.forEach((item, index) => {
    const element = elements[index] as PathElement
    const others = grouped.get(element)
    if (others) others.push(item)
    else grouped.set(element, [item])
  })
  return grouped
}

/** Compares the items that have one element. Several of them (a duplicate) count as one leaf. */
function compareItems(walk: Walk, old: unknown[], now: unknown[], schema: PatchSchema | undefined): void {
  if (old.length <= 1 && now.length <= 1) return compareValues(walk, old[0], now[0], schema)
  if (old.length > 1 && now.length > 1) return compareLeaves(walk, old, now)
  if (old.length > 1) {
    if (now.length) compareValues(walk, undefined, now[0], schema)
    insert(walk.removed, walk.path)
  } else {
    if (old.length) compareValues(walk, old[0], undefined, schema)
    insert(walk.written, walk.path)
  }
}
