import { ApiError, badRequest } from '../errors.ts'
import { parseApiVersion } from '../meta.ts'
import { deepEqual } from '../equal.ts'
import { type Comparison, compareObjects, withoutFields } from './compare.ts'
import { fieldsOf, joinMismatches, mismatches } from './configuration.ts'
import { applyConflict, conflictsWith } from './conflict.ts'
import { SchemaMismatch } from './field-path.ts'
import {
  difference,
  type FieldSet,
  intersection,
  recursiveDifference,
  setOfFields,
  union,
  withNamedFields,
  withoutBelowAtomic,
} from './field-set.ts'
import {
  capUpdateManagers,
  identityOf,
  type ManagedFieldsEntry,
  type Ownership,
  ownership,
  readSent,
  readStored,
  sameOwnership,
  writeEntries,
} from './managed-fields.ts'
import { mergeTyped, removeFields } from './merge-typed.ts'
import { asMap } from './place.ts'
import type { JsonObject, PatchSchema } from './schema.ts'

/** What all of field management must know of a request. */
export interface FieldManagement {
  /** Who writes: `fieldManager`, or the start of the user agent. */
  manager: string
  /** The schema of the kind at `apiVersion`; `undefined`: without one. */
  schema: PatchSchema | undefined
  /** The version that the request speaks; objects given must be at this version too. */
  apiVersion: string
  /** The subresource written to, without slash: 'status', 'scale'; '' or absent for the object itself. */
  subresource?: string
  /** Milliseconds since 1970. */
  now: number
  /** The kind in another version: its managers own fields of that; `undefined`: it is not known (any more). */
  otherVersion?(apiVersion: string): OtherVersion | undefined
  /** Fields that this endpoint drops, so nobody comes to own them: `[['status']]`; each a path of field names. */
  resetFields?: readonly (readonly string[])[]
}

/** How objects look in another version. */
export interface OtherVersion {
  schema: PatchSchema | undefined
  convert(object: JsonObject): JsonObject
}

export interface ApplyRequest extends FieldManagement {
  /** The stored object with its managedFields; `undefined`: it does not exist yet. */
  live: JsonObject | undefined
  /** The applied configuration. */
  applied: JsonObject
  force: boolean
}

export interface UpdateRequest extends FieldManagement {
  /** The stored object; `undefined` on create. */
  old: JsonObject | undefined
  /** The object as it will be stored. Its managedFields are what the client sent. */
  new: JsonObject
  operation: 'Update'
}

/** Who owns the fields of an object that was never applied, once it is. */
const BEFORE_FIRST_APPLY = 'before-first-apply'

/**
 * Server-side apply: the merged object with its new managedFields, neither input changed. Afterwards the caller defaults, admits and
 * validates it; `trackManagedFields` is not called for an apply. When nothing changed, `object` is `live` itself. Throws ApiError:
 * 409 with one cause per field that another manager owns, 400 or 500 (as upstream) when the configuration does not fit.
 */
export function serverSideApply(request: ApplyRequest): { object: JsonObject } {
  const { live, applied, schema, now } = request
  checkConfiguration(request)
  const before = live ? knownOwners(request, live) : []
  const entry = entryOf(request, 'Apply')
  const id = identityOf(entry)
  const last = before.find((owned) => owned.id === id)
  const set = recursiveDifference(fieldsOf(withoutManaged(applied), schema), resetSet(request))
  const others = before.filter((owned) => owned.id !== id)

  const base = live && withoutManaged(live)
  const merged = mergeTyped(base, applied, schema) as JsonObject
  const object = prune(merged, last?.set, [set, ...others.map((owned) => owned.set)], schema)
  const change = changesOf(request, base, object)
  const conflicts = request.force ? [] : conflictsWith(others, (version) => change(version).written)
  if (conflicts.length) throw applyConflict(conflicts)

  const isChanged = !base || !deepEqual(base, object)
  const time = isChanged ? timestamp(now) : last?.entry.time
  const mine = ownership({ ...entry, ...(time && { time }) }, withoutIdentity(set))
  const after = [...others.map((owned) => disown(owned, change(owned.entry.apiVersion))), mine].filter(
    (owned) => owned.set,
  )
  if (live && !isChanged && sameOwnership(readStored(live), after)) return { object: live }
  return { object: withManaged(object, writeEntries(after)) }
}

/** Those who own something already; the fields of an object that nobody manages yet belong to `before-first-apply`. */
function knownOwners(request: ApplyRequest, live: JsonObject): Ownership[] {
  const { schema, now } = request
  const stored = readStored(live).map((owned) => ({ ...owned, set: withoutBelowAtomic(owned.set, schema) }))
  if (stored.length) return stored
  const entry = { ...entryOf({ ...request, manager: BEFORE_FIRST_APPLY }, 'Update'), time: timestamp(now) }
  const { written } = changeOf(request, undefined, live)
  return written ? [ownership(entry, written)] : []
}

function checkConfiguration({ live, applied, apiVersion, schema }: ApplyRequest): void {
  const kind = live?.kind ?? applied.kind
  if (applied.apiVersion !== apiVersion || applied.kind !== kind)
    throw badRequest(`invalid object type: ${printKind(applied)}`)
  const metadata = asMap(applied.metadata)
  if (metadata?.managedFields !== undefined && metadata.managedFields !== null)
    throw badRequest('metadata.managedFields must be nil')
  const found = mismatches(applied, schema)
  if (!found.length) return
  const name = `${metadata?.namespace ?? ''}/${metadata?.name ?? ''}; ${printKind(applied)}`
  throw new ApiError(500, '', `failed to create typed patch object (${name}): ${joinMismatches(found)}`)
}

/** `apps/v1, Kind=Deployment`, `/v1, Kind=Pod`: as Go prints a GroupVersionKind. */
function printKind(object: JsonObject): string {
  const { group, version } = parseApiVersion(String(object.apiVersion ?? ''))
  return `${group}/${version}, Kind=${String(object.kind ?? '')}`
}

/**
 * Removes what the manager applied last time, does not apply now, and nobody else owns. What it never owned stays, even below
 * something that goes.
 */
function prune(
  merged: JsonObject,
  last: FieldSet,
  owned: readonly FieldSet[],
  schema: PatchSchema | undefined,
): JsonObject {
  if (!difference(last, owned[0])) return merged
  const fields = (object: unknown) => withNamedFields(fieldsOf(asMap(object) ?? {}, schema), schema)
  const without = (set: FieldSet) => removeFields(merged, set, schema)
  const all = fields(merged)
  const dropped = withNamedFields(last, schema)
  const stillOwned = withNamedFields(
    owned.reduce((some, set) => union(some, set), undefined),
    schema,
  )
  const remaining = without(difference(all, union(fields(without(dropped)), stillOwned)))
  return asMap(without(intersection(difference(all, fields(remaining)), dropped))) ?? {}
}

/**
 * The managedFields of `new` after an update, patch or create; `undefined`: none. Changes neither object. As upstream, this comes after
 * defaults and before mutating admission.
 */
export function trackManagedFields(request: UpdateRequest): ManagedFieldsEntry[] | undefined {
  const { old, new: object, subresource, now } = request
  const before = readSent(old, object, subresource)
  // Whoever reset the managedFields does not want them back before the next apply.
  if (before.length === 0 && old) return undefined
  try {
    const change = changesOf(request, old, object)
    const kept = before.map((owned) => disown(owned, change(owned.entry.apiVersion)))
    const { written } = change(request.apiVersion)
    if (written) claim(kept, ownership({ ...entryOf(request, 'Update'), time: timestamp(now) }, written))
    return writeEntries(capUpdateManagers(kept.filter((owned) => owned.set)))
  } catch (error) {
    // As upstream: with an object that does not fit the schema, no entries are better than wrong ones.
    if (error instanceof SchemaMismatch) return undefined
    throw error
  }
}

/** Adds to what the manager owns already. */
function claim(owned: Ownership[], mine: Ownership): void {
  const at = owned.findIndex(({ id }) => id === mine.id)
  if (at < 0) owned.push(mine)
  else owned[at] = { ...mine, set: union(mine.set, owned[at]?.set) }
}

/** What is left to a manager after a change by someone else. */
function disown(owned: Ownership, { written, removed }: Comparison): Ownership {
  const set = difference(difference(owned.set, written), removed)
  return set === owned.set ? owned : { ...owned, set }
}

/** The fields that changed, as each version shows it. */
function changesOf(request: FieldManagement, old: JsonObject | undefined, now: JsonObject) {
  const known = new Map([[request.apiVersion, changeOf(request, old, now)]])
  const own = known.get(request.apiVersion) as Comparison
  return (apiVersion = request.apiVersion): Comparison => {
    const found = known.get(apiVersion)
    if (found) return found
    const other = request.otherVersion?.(apiVersion)
    const made = other
      ? changeOf({ ...request, schema: other.schema }, old && other.convert(old), other.convert(now))
      : own
    known.set(apiVersion, made)
    return made
  }
}

/** The fields that changed, as far as anyone can own them. */
function changeOf(request: FieldManagement, old: JsonObject | undefined, now: JsonObject): Comparison {
  const change = compareObjects(ownable(old ?? {}), ownable(now), request.schema)
  return withoutFields(change, resetSet(request))
}

function resetSet({ resetFields }: FieldManagement): FieldSet {
  return resetFields && setOfFields(resetFields)
}

/** Metadata that is nobody's: the server sets it, or it says which object this is. */
const UNOWNED_METADATA = [
  'name',
  'namespace',
  'creationTimestamp',
  'selfLink',
  'uid',
  'clusterName',
  'generation',
  'managedFields',
  'resourceVersion',
] as const

/** The object without what nobody owns; metadata is always there. */
function ownable(object: JsonObject): JsonObject {
  const { apiVersion: _, kind: __, metadata, ...rest } = object
  const owned = { ...asMap(metadata) }
  for (const name of UNOWNED_METADATA) delete owned[name]
  return { metadata: owned, ...rest }
}

const UNOWNED = setOfFields([
  ['apiVersion'],
  ['kind'],
  ['metadata'],
  ...UNOWNED_METADATA.map((name) => ['metadata', name]),
])

const withoutIdentity = (set: FieldSet) => difference(set, UNOWNED)

function withoutManaged(object: JsonObject): JsonObject {
  const metadata = asMap(object.metadata)
  if (!metadata || !('managedFields' in metadata)) return object
  const { managedFields: _, ...rest } = metadata
  return { ...object, metadata: rest }
}

function withManaged(object: JsonObject, managedFields: ManagedFieldsEntry[] | undefined): JsonObject {
  return { ...object, metadata: { ...asMap(object.metadata), ...(managedFields && { managedFields }) } }
}

function entryOf(request: FieldManagement, operation: 'Apply' | 'Update'): ManagedFieldsEntry {
  const { manager, apiVersion, subresource } = request
  return { manager: manager || 'unknown', operation, apiVersion, ...(subresource && { subresource }) }
}

/** Kubernetes' times have whole seconds. */
function timestamp(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z')
}
