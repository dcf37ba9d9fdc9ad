import { type Range, UNBOUNDED } from './cost.ts'

/** Sums and products of costs and sizes, which stop at "no bound". */

const capped = (value: number) => Math.min(value, UNBOUNDED)

export const exactly = (value: number): Range => ({ min: value, max: value })

export const UNKNOWN_SIZE: Range = { min: 0, max: UNBOUNDED }

export const addRanges = (a: Range, b: Range): Range => ({ min: capped(a.min + b.min), max: capped(a.max + b.max) })

export const multiplyRanges = (a: Range, b: Range): Range => ({
  min: capped(a.min * b.min),
  max: capped(a.max * b.max),
})

/** Times a factor, rounded up. */
export const scaleRange = ({ min, max }: Range, factor: number): Range => ({
  min: capped(Math.ceil(min * factor)),
  max: capped(Math.ceil(max * factor)),
})

/** The smallest range that holds both. */
export const spanRanges = (a: Range, b: Range): Range => ({ min: Math.min(a.min, b.min), max: Math.max(a.max, b.max) })
