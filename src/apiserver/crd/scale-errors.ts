import type { ScalePaths } from '../../api/kind.ts'
import type { Report } from '../../api/report.ts'
import { nestedField } from '../nested-field.ts'

const INT32_MAX = 2 ** 31 - 1

/** Reports a wanted scale that is none. */
export function scaleSpecErrors(object: unknown, { replicas }: ScalePaths, report: Report): void {
  countErrors(object, replicas, report)
}

/** Reports a scale that is said to be, and is none. */
export function scaleStatusErrors(object: unknown, { statusReplicas, selector }: ScalePaths, report: Report): void {
  countErrors(object, statusReplicas, report)
  const { error } = selector ? nestedField(object, selector, 'string') : {}
  if (selector && error !== undefined) report.invalid(`.${selector.join('.')}`, '', error)
}

function countErrors(object: unknown, path: readonly string[], report: Report): void {
  const { value = 0, error } = nestedField(object, path, 'int64')
  const at = `.${path.join('.')}`
  if (error !== undefined) report.invalid(at, 0, error)
  else if (Number(value) < 0) report.invalid(at, value, 'should be a non-negative integer')
  else if (Number(value) > INT32_MAX) report.invalid(at, value, `should be less than or equal to ${INT32_MAX}`)
}
