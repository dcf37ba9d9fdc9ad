/** A binary heap: the least item, by `before`, comes out first. */
export class Heap<T> {
  private readonly items: T[] = []
  private readonly before: (a: T, b: T) => boolean

  constructor(before: (a: T, b: T) => boolean) {
    this.before = before
  }

  get size(): number {
    return this.items.length
  }

  peek(): T | undefined {
    return this.items[0]
  }

  push(item: T): void {
    this.items.push(item)
    let at = this.items.length - 1
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (!this.swapIfBefore(at, parent)) return
      at = parent
    }
  }

  pop(): T | undefined {
    const [first] = this.items
    const last = this.items.pop()
    if (this.items.length === 0 || last === undefined) return first
    this.items[0] = last
    let at = 0
    for (;;) {
      const left = 2 * at + 1
      if (left >= this.items.length) return first
      const least =
        left + 1 < this.items.length && this.before(this.items[left + 1] as T, this.items[left] as T) ? left + 1 : left
      if (!this.swapIfBefore(least, at)) return first
      at = least
    }
  }

  /** Swaps two places when the item at `a` belongs before the one at `b`. */
  private swapIfBefore(a: number, b: number): boolean {
    const [x, y] = [this.items[a] as T, this.items[b] as T]
    if (!this.before(x, y)) return false
    this.items[a] = y
    this.items[b] = x
    return true
  }
}
