import { compareElements, fieldElement, type PathElement, printElement, type FieldsV1 } from './field-path.ts'
import type { PatchSchema } from './schema.ts'

/**
 * A set of field paths, kept in the form in which managedFields stores it, so that what does not change is never decoded.
 * `undefined` is the empty set. Below the root a node without keys, or with `.`, is itself a member. Sets are never changed in place,
 * except by `insert` while they are being built.
 */
export type FieldSet = FieldsV1 | undefined

/** What `.` and leaves hold; shared, as sets are never changed. */
const LEAF: FieldsV1 = Object.freeze({})

const SELF = '.'

function isMember(node: FieldsV1): boolean {
  if (SELF in node) return true
  for (const _ in node) return false
  return true
}

function hasKeys(node: FieldsV1): boolean {
  for (const _ in node) return true
  return false
}

/** Adds a path to a set that is being built. */
export function insert(set: FieldsV1, path: readonly PathElement[]): void {
  let node = set
  for (let i = 0; i < path.length - 1; i++) {
    const element = path[i] as PathElement
    const child = node[element]
    // A leaf that gets children was a member, and stays one.
    if (child === undefined) node = node[element] = {}
    else if (child === LEAF) node = node[element] = { [SELF]: LEAF }
    else node = child
  }
  const last = path.at(-1)
  if (last === undefined) return
  const child = node[last]
  if (child === undefined) node[last] = LEAF
  else if (child !== LEAF) child[SELF] = LEAF
}

/** A set being built, as a set: sorted, and `undefined` when it is empty. */
export function built(set: FieldsV1): FieldSet {
  return hasKeys(set) ? sorted(set) : undefined
}

/** The same set with its elements in upstream's order. */
export function sorted(node: FieldsV1): FieldsV1 {
  const keys = Object.keys(node)
  if (keys.length === 0) return LEAF
  const out: FieldsV1 = {}
  if (SELF in node) out[SELF] = LEAF
  for (const key of inOrder(keys.filter((key) => key !== SELF))) out[key] = sorted(node[key] as FieldsV1)
  return out
}

function inOrder(elements: PathElement[]): PathElement[] {
  if (elements.length < 2) return elements
  // Fields alone are in order as plain text, which is the usual case and much faster.
  return elements.every((element) => element.startsWith('f:')) ? elements.sort() : elements.sort(compareElements)
}

/** Whether two sets in order hold the same paths. */
export function sameSet(a: FieldSet, b: FieldSet): boolean {
  if (a === b) return true
  if (!a || !b) return false
  for (const key in a) if (!sameSet(a[key], b[key])) return false
  for (const key in b) if (!(key in a)) return false
  return true
}

/** The paths in either set. */
export function union(a: FieldSet, b: FieldSet): FieldSet {
  if (!a || a === b) return b
  if (!b) return a
  return sorted(unionNodes(a, b, true))
}

function unionNodes(a: FieldsV1, b: FieldsV1, isRoot = false): FieldsV1 {
  if (a === b) return a
  const out: FieldsV1 = {}
  for (const key in a) {
    const other = b[key]
    out[key] = other === undefined || key === SELF ? (a[key] as FieldsV1) : unionNodes(a[key] as FieldsV1, other)
  }
  for (const key in b) if (!(key in a)) out[key] = b[key] as FieldsV1
  if (!isRoot && hasKeys(out) && (isMember(a) || isMember(b))) out[SELF] = LEAF
  return out
}

/** The paths in both sets. */
export function intersection(a: FieldSet, b: FieldSet): FieldSet {
  if (!a || !b) return undefined
  const out = shared(a, b)
  return hasKeys(out) ? out : undefined
}

function shared(a: FieldsV1, b: FieldsV1): FieldsV1 {
  const out: FieldsV1 = {}
  for (const key in a) {
    const other = b[key]
    if (key === SELF || other === undefined) continue
    const child = a[key] as FieldsV1
    const both = shared(child, other)
    if (isMember(child) && isMember(other)) out[key] = hasKeys(both) ? { [SELF]: LEAF, ...both } : LEAF
    else if (hasKeys(both)) out[key] = both
  }
  return out
}

/** The paths of `a` that are not in `b`; `a` itself when that is all of them. */
export function difference(a: FieldSet, b: FieldSet): FieldSet {
  return subtract(a, b, false)
}

/** The paths of `a` that neither are in `b` nor stand below one that is. */
export function recursiveDifference(a: FieldSet, b: FieldSet): FieldSet {
  return subtract(a, b, true)
}

function subtract(a: FieldSet, b: FieldSet, recursive: boolean): FieldSet {
  if (!a || !b) return a
  const out: FieldsV1 = {}
  let isChanged = false
  for (const key in a) {
    const child = a[key] as FieldsV1
    const other = key === SELF ? undefined : b[key]
    const left = other === undefined ? child : subtractNode(child, other, recursive)
    if (left !== child) isChanged = true
    if (left) out[key] = left
  }
  if (!isChanged) return a
  return hasKeys(out) ? out : undefined
}

function subtractNode(node: FieldsV1, other: FieldsV1, recursive: boolean): FieldSet {
  const isGone = isMember(other)
  if (isGone && recursive) return undefined
  const { [SELF]: self, ...children } = node
  const left = hasKeys(children) ? subtract(children, other, recursive) : undefined
  const staysMember = isMember(node) && !isGone
  if (!staysMember) return left === children && !self ? node : left
  if (!left) return LEAF
  return left === children ? node : { [SELF]: self ?? LEAF, ...left }
}

/** Whether the set holds exactly this element of its first level. */
export function hasElement(set: FieldsV1, element: PathElement): boolean {
  const node = set[element]
  return node !== undefined && isMember(node)
}

/** The part of a set below an element, without it; `undefined` when nothing is there. */
export function below(set: FieldsV1, element: PathElement): FieldSet {
  const node = set[element]
  if (!node) return undefined
  for (const key in node) if (key !== SELF) return node
  return undefined
}

/** The set with every declared field that leads to a member made a member too; items and keys of open maps are not. */
export function withNamedFields(set: FieldSet, schema: PatchSchema | undefined): FieldSet {
  if (!set) return set
  const out: FieldsV1 = {}
  for (const key in set) {
    if (key === SELF) {
      out[SELF] = LEAF
      continue
    }
    const childSchema = key.startsWith('f:') ? schema?.field(key.slice(2)) : schema?.items
    const node = withNamedFields(set[key], childSchema) as FieldsV1
    const isDeclared = key.startsWith('f:') && childSchema !== undefined && !schema?.isOpenMap
    out[key] = isDeclared && hasKeys(node) ? { [SELF]: LEAF, ...node } : node
  }
  return out
}

/** The set with what stands below atomic maps and lists folded into them: the schema may have become atomic since. */
export function withoutBelowAtomic(set: FieldSet, schema: PatchSchema | undefined): FieldSet {
  if (!set || !schema) return set
  let out = set
  for (const key in set) {
    if (key === SELF) continue
    const child = set[key] as FieldsV1
    const childSchema = key.startsWith('f:') ? schema.field(key.slice(2)) : schema.items
    const left = isAtomic(childSchema) && hasKeys(child) ? LEAF : (withoutBelowAtomic(child, childSchema) as FieldsV1)
    if (left !== child) out = { ...out, [key]: left }
  }
  return out
}

function isAtomic(schema: PatchSchema | undefined): boolean {
  if (schema?.type === 'list') return schema.listType === 'atomic'
  return schema?.type === 'map' && schema.mapType === 'atomic'
}

/** A set of paths of field names, each with its parents left out. */
export function setOfFields(paths: readonly (readonly string[])[]): FieldSet {
  const set: FieldsV1 = {}
  for (const path of paths) insert(set, path.map(fieldElement))
  return built(set)
}

/** Calls back with each path as messages show it, parents before children. */
export function eachPath(set: FieldSet, visit: (path: string) => void, prefix = ''): void {
  if (!set) return
  const keys = Object.keys(set).filter((key) => key !== SELF)
  for (const key of keys) if (isMember(set[key] as FieldsV1)) visit(prefix + printElement(key))
  for (const key of keys) eachPath(set[key], visit, prefix + printElement(key))
}
