import type { Report } from '../../report.ts'

const PERCENT = /^[0-9]+%$/

/** Whether a value is a percentage such as `25%`. */
export function isPercent(value: number | string): value is string {
  return typeof value === 'string' && PERCENT.test(value)
}

/** Upstream's ValidatePositiveIntOrPercent. */
export function validatePositiveIntOrPercent(path: string, value: number | string, report: Report): void {
  if (typeof value === 'number') {
    if (value < 0) report.invalid(path, value, 'must be greater than or equal to 0')
  } else if (!isPercent(value)) {
    report.invalid(
      path,
      value,
      "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')",
    )
  }
}

/** Upstream's IsNotMoreThan100Percent. */
export function validateMaximumOf100Percent(path: string, value: number | string, report: Report): void {
  if (isPercent(value) && Number.parseInt(value, 10) > 100) report.invalid(path, value, 'must not be greater than 100%')
}

/** Whether a value means none; a string that is no percentage counts as what Go's Atoi reads, or none. */
export function isZero(value: number | string): boolean {
  if (typeof value === 'number') return value === 0
  return isPercent(value) ? Number.parseInt(value, 10) === 0 : !(Number(value) > 0)
}
