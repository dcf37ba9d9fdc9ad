import { add } from '../arithmetic.ts'
import { fn, type Library, member } from '../declarations.ts'
import { compare, equal } from '../equality.ts'
import {
  CelError,
  Double,
  Duration,
  elements,
  isError,
  type List,
  listAt,
  listSize,
  Uint,
  type Value,
} from '../values.ts'
import { COMPARABLE } from './lists.ts'

type AnyList = readonly unknown[] | List

function isSorted(list: AnyList): Value {
  const size = listSize(list)
  for (let i = 1; i < size; i++) {
    const order = compare(listAt(list, i - 1), listAt(list, i))
    if (isError(order)) return order
    if (order > 0) return false
  }
  return true
}

/** The element that is preferred: `sign` is 1 for the greatest, -1 for the least. */
const extreme = (name: string, sign: 1 | -1) => (list: AnyList) => {
  let best: Value | undefined
  for (const value of elements(list)) {
    if (best === undefined) best = value
    else {
      const order = compare(best, value)
      // What has no order with the rest, NaN, is passed over.
      if (!isError(order) && order * sign < 0) best = value
    }
  }
  return best ?? new CelError(`${name} called on empty list`)
}

const ZEROS: readonly (readonly [string, Value])[] = [
  ['int', 0],
  ['uint', new Uint(0n)],
  ['double', new Double(0)],
  ['duration', new Duration(0n)],
]

const sumFrom = (zero: Value) => (list: AnyList) => {
  let sum = zero
  for (const value of elements(list)) {
    sum = add(sum, value)
    if (isError(sum)) return sum
  }
  return sum
}

function indexOf(list: AnyList, value: Value): number {
  const size = listSize(list)
  for (let i = 0; i < size; i++) if (equal(listAt(list, i), value)) return i
  return -1
}

function lastIndexOf(list: AnyList, value: Value): number {
  for (let i = listSize(list) - 1; i >= 0; i--) if (equal(listAt(list, i), value)) return i
  return -1
}

const NAMES = COMPARABLE.map(([, type]) => type)

/** Kubernetes' own functions of lists. */
export const KUBERNETES_LISTS: Library = {
  functions: [
    fn('isSorted', ...NAMES.map((type) => member(`list_${type}_is_sorted_bool`, `list(${type}) -> bool`, isSorted))),
    fn(
      'sum',
      ...ZEROS.map(([type, zero]) => member(`list_${type}_sum_${type}`, `list(${type}) -> ${type}`, sumFrom(zero))),
    ),
    fn(
      'max',
      ...NAMES.map((type) => member(`list_${type}_max_${type}`, `list(${type}) -> ${type}`, extreme('max', 1))),
    ),
    fn(
      'min',
      ...NAMES.map((type) => member(`list_${type}_min_${type}`, `list(${type}) -> ${type}`, extreme('min', -1))),
    ),
    fn('indexOf', member('list_a_index_of_int', 'list(A), A -> int', indexOf)),
    fn('lastIndexOf', member('list_a_last_index_of_int', 'list(A), A -> int', lastIndexOf)),
  ],
}
