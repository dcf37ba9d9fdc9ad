import { type IntOrString, percentOf } from '../int-or-string.ts'
import { NEGATIVE } from '../object-meta.ts'
import type { Report } from '../report.ts'

const NO_PERCENT =
  "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')"

/** Upstream's ValidatePositiveIntOrPercent. */
export function validatePositiveIntOrPercent(path: string, value: IntOrString, report: Report): void {
  if (typeof value === 'number') {
    if (value < 0) report.invalid(path, value, NEGATIVE)
  } else if (percentOf(value) === undefined) {
    report.invalid(path, value, NO_PERCENT)
  }
}

/** Upstream's IsNotMoreThan100Percent. */
export function validateMaximumOf100Percent(path: string, value: IntOrString, report: Report): void {
  if ((percentOf(value) ?? 0) > 100) report.invalid(path, value, 'must not be greater than 100%')
}

/** Whether a value means none; a string that is no percentage counts as what Go's Atoi reads, or none. */
export function isZero(value: IntOrString): boolean {
  if (typeof value === 'number') return value === 0
  return !((percentOf(value) ?? Number(value)) > 0)
}
