import type { Report } from '../report.ts'

/** Reports every value that stood in the list before; `pathOf` says where the i-th one is. */
export function rejectDuplicates(report: Report, values: readonly unknown[], pathOf: (i: number) => string): void {
  const seen = new Set<unknown>()
  for (const [i, value] of values.entries()) {
    if (seen.has(value)) report.duplicate(pathOf(i), value)
    seen.add(value)
  }
}
