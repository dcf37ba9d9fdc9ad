import { randomFillSync } from 'node:crypto'

/** Where chance comes from. */
export interface Random {
  /** A number in [0, 1). */
  next(): number
  /** A version 4 UUID. */
  uuid(): string
  /** `length` characters that cannot spell a word, as Kubernetes puts after `generateName`. */
  suffix(length: number): string
}

/** apimachinery's `util/rand`: no vowels, and none of 0, 1, 3, which read like them. */
const SAFE = 'bcdfghjklmnpqrstvwxz2456789'

function randomFrom(next: () => number): Random {
  const pick = (alphabet: string) => alphabet.charAt(Math.floor(next() * alphabet.length))
  return {
    next,
    suffix: (length) => Array.from({ length }, () => pick(SAFE)).join(''),
    uuid: () =>
      'xxxxxxxx-xxxx-4xxx-yxxx-xxxxxxxxxxxx'.replace(/[xy]/g, (c) =>
        c === 'x' ? pick('0123456789abcdef') : pick('89ab'),
      ),
  }
}

const pool = new Uint32Array(256)
let used = pool.length

/** The operating system's generator, fit for names and uids that must not be guessed. */
export const systemRandom: Random = randomFrom(() => {
  if (used === pool.length) {
    randomFillSync(pool)
    used = 0
  }
  return (pool[used++] as number) / 2 ** 32
})

/** The same row of numbers for the same seed (mulberry32): tests and simulation only. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0
  return randomFrom(() => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  })
}
