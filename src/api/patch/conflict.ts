import { ApiError } from '../errors.ts'
import { eachPath, type FieldSet, intersection } from './field-set.ts'
import type { ManagedFieldsEntry, Ownership } from './managed-fields.ts'

/** A field that someone else owns, with what is being written to it. */
export interface FieldConflict {
  owner: ManagedFieldsEntry
  path: string
}

/** The fields that these managers own among those that are written; each manager's in the version that it speaks. */
export function conflictsWith(
  others: readonly Ownership[],
  writtenIn: (apiVersion: string | undefined) => FieldSet,
): FieldConflict[] {
  const found: FieldConflict[] = []
  for (const { entry: owner, set } of others) {
    eachPath(intersection(set, writtenIn(owner.apiVersion)), (path) => found.push({ owner, path }))
  }
  return found
}

/** The error that an apply without `force` ends with. */
export function applyConflict(conflicts: readonly FieldConflict[]): ApiError {
  const causes = conflicts.map(({ owner, path }) => ({
    reason: 'FieldManagerConflict',
    message: `conflict with ${printManager(owner)}`,
    field: path,
  }))
  return new ApiError(409, 'Conflict', conflictMessage(conflicts), { causes })
}

function conflictMessage(conflicts: readonly FieldConflict[]): string {
  const [first] = conflicts
  if (conflicts.length === 1 && first)
    return `Apply failed with 1 conflict: conflict with ${printManager(first.owner)}: ${first.path}`
  const byManager = Map.groupBy(conflicts, ({ owner }) => printManager(owner))
  const lines = [...byManager]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([manager, ofOne]) => [`conflicts with ${manager}:`, ...ofOne.map(({ path }) => `- ${path}`)])
  return `Apply failed with ${conflicts.length} conflicts: ${lines.join('\n')}`
}

function printManager({ manager, operation, apiVersion, subresource }: ManagedFieldsEntry): string {
  const name = JSON.stringify(manager ?? '') + (subresource ? ` with subresource ${JSON.stringify(subresource)}` : '')
  return operation === 'Update' ? `${name} using ${apiVersion}` : name
}
