import type { Type } from './types.ts'
import { sizeOf } from './strings.ts'
import { isList, isMap, listSize, mapSize, Opaque, Optional, type Value } from './values.ts'

/** What single steps cost, in cel-go's unit. */
export const COSTS = {
  select: 1,
  call: 1,
  createList: 10,
  createMap: 30,
  createStruct: 40,
  /** Per character that is gone through. */
  stringTraversal: 0.1,
  /** Per character of a regular expression. */
  regexLength: 0.25,
}

/** The least and the most that something costs, or how large it is. */
export interface Range {
  readonly min: number
  readonly max: number
}

/** What stands for "no bound": the largest unsigned 64-bit number. */
export const UNBOUNDED = 2 ** 64

/** A part of an expression, as far as costs go. */
export interface CostNode {
  readonly type: Type
  /** How one gets there from a variable: field names, `@items`, `@keys`, `@values`. Missing where there is no such way. */
  readonly path?: readonly string[]
  /** Known where the expression itself tells. */
  readonly size?: Range
  /** Set for literals. */
  readonly literal?: Value
}

/** What is asked to estimate a call. */
export interface CallToEstimate {
  readonly overload: string
  readonly target?: CostNode
  readonly args: readonly CostNode[]
  /** The size of a node: what the expression or the schema tells, else unbounded. */
  sizeOf(node: CostNode): Range
}

/** The cost of a call without that of its arguments, and the size of what it yields where that has one. */
export interface CallEstimate {
  readonly cost: Range
  readonly size?: Range
}

/** What calls of a function or overload cost. Nothing in an answer leaves it to the next who knows. */
export interface CallCost {
  /** What a call costs. The arguments are of any type, errors included: calls that fail have their cost as well. */
  actual?(args: readonly Value[], result: Value, overload: string): number | undefined
  /** Whether `actual` looks at the result; if not, the cost is charged before the call is made. */
  needsResult?: boolean
  estimate?(call: CallToEstimate): CallEstimate | undefined
}

/** How large a value is, in characters, bytes, elements or entries; 1 for what has no size. */
export function costSize(value: Value): number {
  if (typeof value === 'string') return sizeOf(value)
  if (typeof value !== 'object' || value === null) return 1
  if (value instanceof Uint8Array) return value.length
  if (isList(value)) return listSize(value)
  if (isMap(value)) return mapSize(value)
  if (value instanceof Optional) return value.value === undefined ? 1 : costSize(value.value)
  return value instanceof Opaque ? value.costSize : 1
}

/** The cost of going through something once. */
export const traversal = (size: number, factor = COSTS.stringTraversal) => Math.ceil(size * factor)

/** The cost of a regular expression over a text. */
export const regexCost = (textSize: number, patternSize: number) =>
  traversal(1 + textSize) * traversal(patternSize, COSTS.regexLength)

/** The cost of a call that no library knows better. */
export function standardCallCost(overload: string, args: readonly Value[]): number {
  const [first = null, second = null] = args
  switch (overload) {
    case 'starts_with_string':
    case 'ends_with_string':
    case 'string_to_bytes':
    case 'bytes_to_string':
    case 'strings_quote':
    case 'string_format':
      return traversal(costSize(first))
    case 'in_list':
      return costSize(second)
    case 'add_string':
    case 'add_bytes':
      return traversal(costSize(first) + costSize(second))
    case 'matches_string':
      return regexCost(costSize(first), costSize(second))
    case 'contains_string':
      return traversal(costSize(first)) * traversal(costSize(second))
    default:
      return comparesText(overload) ? traversal(Math.min(costSize(first), costSize(second))) : COSTS.call
  }
}

/** Whether an overload compares what may be long. */
export const comparesText = (overload: string) =>
  overload === 'equals' || overload === 'not_equals' || /^(less|greater)(_equals)?_(string|bytes)$/.test(overload)
