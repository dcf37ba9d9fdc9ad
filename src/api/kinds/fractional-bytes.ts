import { canonical, milliValue } from '../quantity.ts'
import type { Warnings } from '../warnings.ts'

/** Warns of an amount that is no whole number of bytes. */
export function warnOfFraction(path: string, amount: string | number | undefined, warn: Warnings): void {
  if (amount === undefined || milliValue(amount) % 1000 === 0) return
  warn.add(path, `fractional byte value "${canonical(amount)}" is invalid, must be an integer`)
}
