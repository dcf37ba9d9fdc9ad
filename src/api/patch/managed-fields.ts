import { deepEqual } from '../equal.ts'
import { canonicalElement, type FieldsV1, SchemaMismatch } from './field-path.ts'
import { type FieldSet, sameSet, sorted, union } from './field-set.ts'
import { asList, asMap, isEmptyMap, isMap } from './place.ts'
import type { JsonObject } from './schema.ts'

/** metav1.ManagedFieldsEntry: what one manager owns through one kind of operation. */
export interface ManagedFieldsEntry {
  manager?: string
  operation?: 'Apply' | 'Update'
  apiVersion?: string
  time?: string
  fieldsType?: 'FieldsV1'
  fieldsV1?: FieldsV1
  subresource?: string
}

/** An entry at work: who owns what. `id` is the manager's identity, as upstream writes it. */
export interface Ownership {
  id: string
  entry: ManagedFieldsEntry
  set: FieldSet
}

/** How many Update entries an object may have; the oldest beyond that are folded into one. */
const UPDATE_MANAGERS_MAX = 10

const ANCIENT_CHANGES = 'ancient-changes'

/** What tells managers apart: name, operation, subresource and, for updates alone, the version. */
export function identityOf(entry: ManagedFieldsEntry): string {
  const { manager, operation, apiVersion, subresource } = entry
  return JSON.stringify({
    ...(manager && { manager }),
    operation,
    ...(operation === 'Update' && { apiVersion }),
    ...(subresource && { subresource }),
  })
}

/** An ownership by this entry's manager. */
export function ownership(entry: ManagedFieldsEntry, set: FieldSet): Ownership {
  return { id: identityOf(entry), entry, set }
}

/** The entries of a stored object, which are trusted to be in canonical form. */
export function readStored(object: JsonObject | undefined): Ownership[] {
  const entries = (asList(asMap(object?.metadata)?.managedFields) ?? []) as ManagedFieldsEntry[]
  return entries.map((entry) => ownership(entry, nonEmpty(entry.fieldsV1)))
}

const nonEmpty = (set: FieldsV1 | undefined): FieldSet => (set && !isEmptyMap(set) ? set : undefined)

/**
 * What an update starts from: the managedFields that the client sends, or the stored ones when it sends none, the same, or
 * nonsense. `[]` and `[{}]` mean: forget them all.
 */
export function readSent(
  old: JsonObject | undefined,
  now: JsonObject,
  subresource: string | undefined,
): readonly Ownership[] {
  const stored = asMap(old?.metadata)?.managedFields
  const sent = asMap(now.metadata)?.managedFields
  if (subresource || sent === undefined || sent === null || deepEqual(sent, stored)) return readStored(old)
  if (isReset(sent)) return []
  try {
    return decodeEntries(sent)
  } catch (error) {
    if (!(error instanceof SchemaMismatch)) throw error
    // Clients that do not understand managedFields must not delete them by accident.
    return readStored(old)
  }
}

function isReset(sent: unknown): boolean {
  const entries = asList(sent)
  if (!entries || entries.length > 1) return false
  return entries.length === 0 || (isMap(entries[0]) && isEmptyMap(entries[0]))
}

/** Reads managedFields from outside into canonical form. Throws SchemaMismatch, in upstream's words, when they are malformed. */
export function decodeEntries(entries: unknown): Ownership[] {
  const byId = new Map<string, Ownership>()
  const list = asList(entries)
  if (!list) throw new SchemaMismatch('managedFields must be a list')
  list.forEach((entry, index) => {
    const { operation, apiVersion, fieldsType, fieldsV1 } = asMap(entry) ?? {}
    if (operation !== 'Apply' && operation !== 'Update')
      throw new SchemaMismatch('operation must be `Apply` or `Update`')
    if (!apiVersion) throw new SchemaMismatch('apiVersion must not be empty')
    if (!fieldsType) throw new SchemaMismatch(`missing fieldsType in managed fields entry ${index}`)
    if (fieldsType !== 'FieldsV1')
      throw new SchemaMismatch(`invalid fieldsType ${JSON.stringify(fieldsType)} in managed fields entry ${index}`)
    const owned = ownership(entry as ManagedFieldsEntry, nonEmpty(canonical(fieldsV1)))
    byId.set(owned.id, owned)
  })
  return [...byId.values()]
}

function canonical(node: unknown): FieldsV1 {
  const out: FieldsV1 = {}
  for (const [key, child] of Object.entries(asMap(node) ?? {})) {
    const element = key === '.' ? key : canonicalElement(key)
    if (element !== undefined) out[element] = canonical(child)
  }
  return sorted(out)
}

/** Whether two states of ownership say the same, the times left aside. */
export function sameOwnership(a: readonly Ownership[], b: readonly Ownership[]): boolean {
  const others = new Map(b.map((owned) => [owned.id, owned]))
  return (
    a.length === others.size &&
    a.every(({ id, entry, set }) => {
      const other = others.get(id)
      return other !== undefined && entry.apiVersion === other.entry.apiVersion && sameSet(set, other.set)
    })
  )
}

/** The entries as an object carries them, in upstream's order; `undefined` when nobody owns anything. */
export function writeEntries(owned: readonly Ownership[]): ManagedFieldsEntry[] | undefined {
  const entries = owned.filter(({ set }) => set !== undefined).map(({ entry, set }) => wholeEntry(entry, set))
  return entries.length ? entries.sort(compareEntries) : undefined
}

function wholeEntry(entry: ManagedFieldsEntry, set: FieldSet): ManagedFieldsEntry {
  if (entry.fieldsV1 === set) return entry
  const { manager, operation, apiVersion, time, subresource } = entry
  return {
    ...(manager && { manager }),
    operation,
    apiVersion,
    ...(time && { time }),
    fieldsType: 'FieldsV1',
    fieldsV1: set,
    ...(subresource && { subresource }),
  }
}

const secondsOf = (entry: ManagedFieldsEntry) => (entry.time ? Math.floor(Date.parse(entry.time) / 1000) : 0)

const compareText = (a = '', b = '') => (a < b ? -1 : a > b ? 1 : 0)

function compareEntries(a: ManagedFieldsEntry, b: ManagedFieldsEntry): number {
  return (
    compareText(a.operation, b.operation) ||
    secondsOf(a) - secondsOf(b) ||
    compareText(a.manager, b.manager) ||
    compareText(a.apiVersion, b.apiVersion) ||
    compareText(a.subresource, b.subresource)
  )
}

/** Folds the oldest Update entries of each version into one, until there are no more than ten. */
export function capUpdateManagers(owned: readonly Ownership[]): readonly Ownership[] {
  const updaters = owned.filter(({ entry }) => entry.operation === 'Update')
  if (updaters.length <= UPDATE_MANAGERS_MAX) return owned
  const oldestFirst = updaters.sort((a, b) => secondsOf(a.entry) - secondsOf(b.entry) || compareText(a.id, b.id))
  const left = new Map(owned.map((one) => [one.id, one]))
  const firsts = new Map<string | undefined, Ownership>()
  let count = updaters.length
  for (const updater of oldestFirst) {
    if (count <= UPDATE_MANAGERS_MAX) break
    const { apiVersion, time } = updater.entry
    const first = firsts.get(apiVersion)
    if (!first) {
      firsts.set(apiVersion, updater)
      continue
    }
    const bucket = ownership({ manager: ANCIENT_CHANGES, operation: 'Update', apiVersion, time }, undefined)
    const parts = new Set([first, updater, left.get(bucket.id)])
    for (const part of parts) {
      if (!part) continue
      left.delete(part.id)
      count--
      bucket.set = union(bucket.set, part.set)
    }
    left.set(bucket.id, bucket)
    count++
    firsts.set(apiVersion, bucket)
  }
  return [...left.values()]
}
