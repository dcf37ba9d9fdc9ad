import type { ResourceList } from '../kinds/core/pod-spec/types.ts'
import {
  addQuantities,
  compareQuantities,
  formatQuantity,
  parseQuantity,
  type Quantity,
  quantityOf,
  subtractQuantities,
} from '../quantity.ts'

/** Exact amounts by resource name. */
export type Usage = ReadonlyMap<string, Quantity>

export const ZERO = quantityOf(0)
export const ONE = quantityOf(1)

/** A ResourceList as amounts. */
export function readUsage(list: Readonly<ResourceList> | undefined): Usage {
  return new Map(Object.entries(list ?? {}).map(([name, amount]) => [name, parseQuantity(amount)]))
}

/** Amounts as a ResourceList. */
export function writeUsage(usage: Usage): Record<string, string> {
  return Object.fromEntries([...usage].map(([name, amount]) => [name, formatQuantity(amount)]))
}

export function addUsage(a: Usage, b: Usage): Usage {
  const sum = new Map(a)
  for (const [name, amount] of b) sum.set(name, addQuantities(sum.get(name) ?? ZERO, amount))
  return sum
}

/** What is left of `a` without `b`; never less than nothing. */
export function subtractUsage(a: Usage, b: Usage): Usage {
  const left = new Map(a)
  for (const [name, amount] of b) {
    const difference = subtractQuantities(left.get(name) ?? ZERO, amount)
    left.set(name, compareQuantities(difference, ZERO) > 0 ? difference : ZERO)
  }
  return left
}

/** The larger of the two amounts, for each name of `a`. */
export function atLeast(a: Usage, b: Usage): Usage {
  const larger = (name: string, amount: Quantity) => {
    const other = b.get(name)
    return other && compareQuantities(other, amount) > 0 ? other : amount
  }
  return new Map([...a].map(([name, amount]) => [name, larger(name, amount)]))
}

/** The amounts of these names. */
export function pick(usage: Usage, has: (name: string) => boolean): Usage {
  return new Map([...usage].filter(([name]) => has(name)))
}

export function withoutZeros(usage: Usage): Usage {
  return new Map([...usage].filter(([, { nanos }]) => nanos !== 0n))
}

/** The names of which there is more in `usage` than in `limit`, where that limits them. */
export function exceeded(usage: Usage, limit: Usage): Set<string> {
  const beyond = [...usage].filter(([name, amount]) => {
    const most = limit.get(name)
    return most && compareQuantities(amount, most) > 0
  })
  return new Set(beyond.map(([name]) => name))
}

/** `cpu=1,pods=2`, by name. */
export function printUsage(usage: Usage): string {
  return [...usage]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, amount]) => `${name}=${formatQuantity(amount)}`)
    .join(',')
}
