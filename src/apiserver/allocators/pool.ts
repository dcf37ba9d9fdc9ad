import type { Random } from '../../std/random.ts'

/** Numbers from 0 that are handed out once each. */
export interface Pool {
  /** Takes this number; false when it is taken already. */
  take(offset: number): boolean
  /** Takes any number; `undefined` when all are taken. */
  takeAny(): number | undefined
  release(offset: number): void
}

/**
 * A pool of `size`. Numbers below `reserved` are handed out of their own accord only when no other is left: these are for those who
 * choose theirs.
 */
export function pool(size: number, reserved: number, random: Random): Pool {
  const taken = new Set<number>()
  const anyOf = (from: number, to: number): number | undefined => {
    const start = Math.floor(random.next() * (to - from))
    for (let i = 0; i < to - from; i++) {
      const offset = from + ((start + i) % (to - from))
      if (!taken.has(offset)) return offset
    }
    return undefined
  }
  return {
    take(offset) {
      if (taken.has(offset)) return false
      taken.add(offset)
      return true
    },
    takeAny() {
      if (taken.size >= size) return undefined
      const offset = anyOf(reserved, size) ?? anyOf(0, reserved)
      if (offset !== undefined) taken.add(offset)
      return offset
    },
    release: (offset) => void taken.delete(offset),
  }
}

/** How many of `size` are reserved for those who choose: a `step`th, within bounds; none of a small pool. */
export function reservedOf(size: number, min: number, max: number, step: number): number {
  return size < min ? 0 : Math.min(max, Math.max(min, Math.floor(size / step)))
}
