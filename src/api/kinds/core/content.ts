import { deepEqual } from '../../equal.ts'
import type { Report } from '../../report.ts'

/** All that a ConfigMap or a Secret holds: 1 MiB. */
export const CONTENT_MAX_BYTES = 1024 * 1024

/** How many bytes base64 values stand for. */
export function decodedBytes(values: Readonly<Record<string, string>>): number {
  return Object.values(values).reduce((sum, value) => sum + Buffer.byteLength(value, 'base64'), 0)
}

const FROZEN = 'field is immutable when `immutable` is set'

/** What is marked immutable stays so, and keeps its content. */
export function validateFrozen<T extends { immutable?: boolean }>(
  next: T,
  old: T,
  fields: readonly (string & keyof T)[],
  report: Report,
): void {
  if (!old.immutable) return
  if (!next.immutable) report.forbidden('immutable', FROZEN)
  for (const field of fields) if (!deepEqual(next[field] ?? {}, old[field] ?? {})) report.forbidden(field, FROZEN)
}
