import type { Report } from '../../report.ts'
import { rejectDuplicates } from '../duplicates.ts'

/** Each condition has a type, and no other has the same; `report` stands at the status. */
export function validateConditionTypes(conditions: readonly { type?: string }[] = [], report: Report): void {
  const types = conditions.map(({ type = '' }) => type)
  rejectDuplicates(report, types, (i) => `conditions[${i}].type`)
  for (const [i, type] of types.entries()) if (type === '') report.required(`conditions[${i}].type`)
}
