import { assert } from '../std/assert.ts'
import { compareKeys } from './keys.ts'

/** A chunk that grows beyond this is cut in half: small enough to splice, large enough to keep chunks few. */
const CHUNK_MAX = 512

/** A map whose keys are walked in byte order. Keys stand in sorted chunks, so that adding one moves at most a chunk. */
export class SortedMap<V> {
  readonly #values = new Map<string, V>()
  readonly #chunks: string[][] = []

  get size(): number {
    return this.#values.size
  }

  get(key: string): V | undefined {
    return this.#values.get(key)
  }

  set(key: string, value: V): void {
    if (!this.#values.has(key)) this.#insert(key)
    this.#values.set(key, value)
  }

  delete(key: string): void {
    if (!this.#values.delete(key)) return
    const at = this.#chunkOf(key)
    const chunk = this.#chunks[at]
    assert(chunk, 'a key is in the map but in no chunk')
    chunk.splice(lowerBound(chunk, key), 1)
    if (chunk.length === 0) this.#chunks.splice(at, 1)
  }

  /** The keys that begin with `prefix`, only those after `after` when that is given. Do not change the map meanwhile. */
  *keys(prefix: string, after?: string): Generator<string, void> {
    const from = after !== undefined && compareKeys(after, prefix) > 0 ? after : prefix
    for (let c = this.#chunkOf(from); c < this.#chunks.length; c++) {
      const chunk = this.#chunks[c] as string[]
      for (let i = lowerBound(chunk, from); i < chunk.length; i++) {
        const key = chunk[i] as string
        if (key === after) continue
        if (!key.startsWith(prefix)) return
        yield key
      }
    }
  }

  #insert(key: string): void {
    const at = Math.min(this.#chunkOf(key), this.#chunks.length - 1)
    const chunk = this.#chunks[at]
    if (!chunk) {
      this.#chunks.push([key])
      return
    }
    chunk.splice(lowerBound(chunk, key), 0, key)
    if (chunk.length > CHUNK_MAX) this.#chunks.splice(at + 1, 0, chunk.splice(CHUNK_MAX / 2))
  }

  /** The first chunk whose last key is not below `key`: where it is, or would be. */
  #chunkOf(key: string): number {
    return firstIndex(this.#chunks.length, (i) => compareKeys(this.#chunks[i]?.at(-1) ?? '', key) >= 0)
  }
}

function lowerBound(keys: string[], key: string): number {
  return firstIndex(keys.length, (i) => compareKeys(keys[i] as string, key) >= 0)
}

/** The first of 0..length for which `holds`, given that it holds for all after the first; `length` when for none. */
export function firstIndex(length: number, holds: (index: number) => boolean): number {
  let low = 0
  let high = length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (holds(middle)) high = middle
    else low = middle + 1
  }
  return low
}
