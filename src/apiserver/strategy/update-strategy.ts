import { deepEqual } from '../../api/equal.ts'
import type { Kind } from '../../api/kind.ts'
import type { KubeObject } from '../../api/meta.ts'
import type { Report } from '../../api/report.ts'
import type { SchemaTable } from '../../api/schema.ts'
import type { Warnings } from '../../api/warnings.ts'

/** An object whose spec and status are looked at without knowing its kind. */
export type Whole = KubeObject & { spec?: unknown; status?: unknown; [field: string]: unknown }

/** Which part of an object an endpoint writes. */
export interface UpdateStrategy {
  /** '' for the object itself. */
  subresource: string
  /** What the endpoint drops, so nobody comes to own it. */
  resetFields: readonly (readonly string[])[]
  /** Takes from `old` what the endpoint does not write, in place. */
  prepare(next: Whole, old: Whole, now: number): void
  /** Reports what this change may not do. Metadata is checked elsewhere. */
  validate(next: Whole, old: Whole, report: Report): void
  /** What the client is told of the change; nothing when absent. */
  warnings?(next: Whole, old: Whole, warn: Warnings): void
}

/** The object itself: everything but its status, where that is a subresource. */
export function objectStrategy(kind: Kind, schema: SchemaTable): UpdateStrategy {
  return {
    subresource: '',
    resetFields: kind.status ? [['status']] : [],
    prepare(next, old, now) {
      if (kind.status) take(next, old, 'status')
      kind.prepareUpdate?.(next, old, { now })
      countGeneration(kind, schema, next, old)
    },
    validate(next, old, report) {
      kind.validate?.(next, report)
      for (const field of kind.immutable ?? []) checkImmutable(field, next, old, report)
      kind.validateUpdate?.(next, old, report)
    },
    warnings: (next, old, warn) => kind.warnings?.(next, old, warn),
  }
}

/** The status: nothing else of the object changes, but for labels and annotations where upstream lets them. */
export function statusStrategy(kind: Kind): UpdateStrategy {
  return {
    subresource: 'status',
    resetFields: kind.custom ? [['metadata'], ['spec']] : [['spec']],
    prepare(next, old, now) {
      for (const field of new Set([...Object.keys(next), ...Object.keys(old)])) {
        if (field !== 'status' && field !== 'metadata') take(next, old, field)
      }
      if (kind.plural === 'pods') takeMetadata(next, old, 'ownerReferences')
      kind.prepareStatusUpdate?.(next, old, { now })
    },
    validate: (next, old, report) => kind.validateStatusUpdate?.(next, old, report),
    warnings: (next, _old, warn) => kind.statusWarnings?.(next, warn),
  }
}

/** Makes a field of `next` what it is in `old`. */
export function take(next: Whole, old: Whole, field: string): void {
  if (old[field] === undefined) delete next[field]
  else next[field] = old[field]
}

type MetadataField = 'ownerReferences' | 'labels' | 'annotations' | 'finalizers'

export function takeMetadata({ metadata: next }: Whole, { metadata: old }: Whole, field: MetadataField): void {
  if (old[field] === undefined) delete next[field]
  else Object.assign(next, { [field]: old[field] })
}

/** Whether metadata.generation counts the changes of this kind. */
export function hasGeneration(kind: Kind, schema: SchemaTable): boolean {
  return kind.generation ?? schema.schemaOf(kind.type)?.properties?.['spec'] !== undefined
}

/** One up, when something outside metadata and status changed and the kind has not counted already. */
export function countGeneration(kind: Kind, schema: SchemaTable, next: Whole, old: Whole): void {
  const before = old.metadata.generation
  if (!hasGeneration(kind, schema) || next.metadata.generation !== before) return
  const { metadata: _, status: __, ...rest } = next
  const { metadata: ___, status: ____, ...restBefore } = old
  if (!deepEqual(rest, restBefore)) next.metadata.generation = (before ?? 0) + 1
}

function checkImmutable(path: string, next: Whole, old: Whole, report: Report): void {
  const value = valueAt(next, path)
  if (!deepEqual(value, valueAt(old, path))) report.invalid(path, value, 'field is immutable')
}

function valueAt(object: unknown, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>((value, name) => (value as Record<string, unknown> | undefined)?.[name], object)
}
