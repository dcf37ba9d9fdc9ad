import { type CallCost, costSize, type Range, UNBOUNDED } from '../cost.ts'
import { fn, free, type Library } from '../declarations.ts'
import { listContains } from '../equality.ts'
import { elements, type List } from '../values.ts'

type AnyList = readonly unknown[] | List

const containsAll = (list: AnyList, part: AnyList) => elements(part).every((value) => listContains(list, value))

/** Each element of the one may be compared with each of the other, `factor` times. */
function setCost(factor: number): CallCost {
  const amount = (a: number, b: number) => 1 + Math.trunc(a * b * factor)
  return {
    actual: ([a = null, b = null]) => amount(costSize(a), costSize(b)),
    estimate({ args: [a, b], sizeOf }) {
      if (!a || !b) return undefined
      const [left, right] = [sizeOf(a), sizeOf(b)]
      const cost: Range = {
        min: Math.min(amount(left.min, right.min), UNBOUNDED),
        max: Math.min(amount(left.max, right.max), UNBOUNDED),
      }
      return { cost }
    },
  }
}

/** Lists taken as sets. */
export const SETS: Library = {
  functions: [
    fn('sets.contains', free('list_sets_contains_list', 'list(T), list(T) -> bool', containsAll)),
    fn(
      'sets.equivalent',
      free(
        'list_sets_equivalent_list',
        'list(T), list(T) -> bool',
        (a: AnyList, b: AnyList) => containsAll(a, b) && containsAll(b, a),
      ),
    ),
    fn(
      'sets.intersects',
      free('list_sets_intersects_list', 'list(T), list(T) -> bool', (a: AnyList, b: AnyList) =>
        elements(a).some((value) => listContains(b, value)),
      ),
    ),
  ],
  costs: {
    list_sets_contains_list: setCost(1),
    list_sets_intersects_list: setCost(1),
    list_sets_equivalent_list: setCost(2),
  },
}
