import type { Expr } from '../ast.ts'
import { COSTS, type CallCost, type CallEstimate, type CostNode, costSize, type Range, UNBOUNDED } from '../cost.ts'
import { fn, fnAny, free, type Library, member } from '../declarations.ts'
import { compare, equal, isComparable } from '../equality.ts'
import { exactly } from '../range.ts'
import { builder, collectParts, loopVariables, type Macro } from '../macros.ts'
import { runtimeType } from '../runtime-types.ts'
import {
  CelError,
  elements,
  isError,
  isInt,
  isList,
  List,
  listAt,
  listSize,
  noSuchOverload,
  toArray,
  type Value,
} from '../values.ts'

type AnyList = readonly unknown[] | List
type Whole = number | bigint

/** The numbers from 0 to below a size: none is made before it is asked for. */
class NumberRange extends List {
  readonly size: number

  constructor(size: number) {
    super()
    this.size = size
  }

  at(index: number): Value {
    return index
  }
}

/** The elements of a list the other way round, or a part of them: views, so that nothing is copied. */
class View extends List {
  readonly size: number
  private readonly pick: (index: number) => Value

  constructor(size: number, pick: (index: number) => Value) {
    super()
    this.size = size
    this.pick = pick
  }

  at(index: number): Value {
    return this.pick(index)
  }
}

function slice(list: AnyList, start: Whole, end: Whole): Value {
  const size = listSize(list)
  const fail = (why: string) => new CelError(`cannot slice(${start}, ${end}), ${why}`)
  if (start < 0 || end < 0) return fail('negative indexes not supported')
  if (start > end) return fail('start index must be less than or equal to end index')
  if (size < end) return fail(`list is length ${size}`)
  return new View(Number(end) - Number(start), (i) => listAt(list, Number(start) + i))
}

function flatten(list: AnyList, depth: Whole): Value {
  if (depth < 0) return new CelError('level must be non-negative')
  const flat: Value[] = []
  const collect = (part: AnyList, left: number) => {
    for (const value of elements(part)) {
      if (isList(value) && left > 0) collect(value, left - 1)
      else flat.push(value)
    }
  }
  collect(list, Number(depth))
  return flat
}

/** Upstream lets lists through that are flat already. */
function flattenAny(list?: Value, depth: Value = 1): Value {
  return isList(list) && isInt(depth) ? flatten(list, depth) : noSuchOverload()
}

function sortByKeys(list: AnyList, keys: AnyList): Value {
  const size = listSize(list)
  if (size !== listSize(keys)) {
    const what = '@sortByAssociatedKeys() expected a list of the same size as the associated keys list'
    return new CelError(`${what}, but got ${size} and ${listSize(keys)} elements respectively`)
  }
  if (size === 0) return list
  const all = toArray(keys)
  const first = all[0] as Value
  if (!isComparable(first)) return new CelError('list elements must be comparable')
  const { name } = runtimeType(first)
  if (all.some((key) => runtimeType(key).name !== name)) {
    return new CelError('list elements must have the same type')
  }
  const order = all.map((_, i) => i)
  order.sort((a, b) => {
    const difference = compare(all[a] as Value, all[b] as Value)
    return isError(difference) ? 0 : difference
  })
  return order.map((i) => listAt(list, i))
}

function distinct(list: AnyList): Value {
  const found: Value[] = []
  for (const value of elements(list)) if (!found.some((other) => equal(value, other))) found.push(value)
  return found
}

const INPUT = '@__sortBy_input__'

/** `list.sortBy(e, key)`. */
const sortByMacro: Macro = {
  name: 'sortBy',
  isReceiver: true,
  argCount: 2,
  expand({ offset, target, args: [variable, key] }) {
    if (!target || !variable || !key) return undefined
    if (target.kind === 'literal' || target.kind === 'map' || target.kind === 'struct') {
      const problem = 'sortBy can only be applied to a list, identifier, comprehension, call or select expression'
      return { problem, offset: target.offset }
    }
    const names = loopVariables([variable], 'argument is not an identifier')
    if (!Array.isArray(names)) return names
    const make = builder(offset)
    const keys: Expr = make.loop({ range: make.ident(INPUT), variable: names[0] ?? '', ...collectParts(make, [key]) })
    return make.bind(INPUT, target, make.member(make.ident(INPUT), '@sortByAssociatedKeys', keys))
  },
}

/** The types whose values have an order, in upstream's order and names. */
export const COMPARABLE: readonly (readonly [name: string, type: string])[] = [
  ['int', 'int'],
  ['uint', 'uint'],
  ['double', 'double'],
  ['bool', 'bool'],
  ['google.protobuf.Duration', 'duration'],
  ['google.protobuf.Timestamp', 'timestamp'],
  ['string', 'string'],
  ['bytes', 'bytes'],
]

/** A call, and a list of a size that is made. */
const making = (factor: number, size: number) =>
  Math.min(Math.ceil(size * factor) + COSTS.call + COSTS.createList, UNBOUNDED)

const estimateMaking = (factor: number, size: Range): CallEstimate => ({
  cost: { min: making(factor, size.min), max: making(factor, size.max) },
  size,
})

const squared = ({ min, max }: Range): Range => ({ min: min * min, max: Math.min(max * max, UNBOUNDED) })

/** The number that a node is written as; another when it is no literal. */
function literalOf({ literal }: CostNode, otherwise: number): number {
  return isInt(literal) ? Math.max(0, Number(literal)) : otherwise
}

/** A cost by the size of the list that comes out. */
const byResult = (estimate: CallCost['estimate']): CallCost => ({
  needsResult: true,
  actual: (_, result) => making(1, costSize(result)),
  estimate,
})

/** Each element compared with each other one. */
function selfCompareCost(listAtArg: 0 | 1, holdsTexts?: boolean): CallCost {
  const factor = (isText: boolean) => 2 + (isText ? COSTS.stringTraversal : 0)
  return {
    actual(args) {
      const list = args[listAtArg] ?? null
      const size = costSize(list)
      const first = isList(list) && size ? listAt(list, 0) : null
      const isText = typeof first === 'string' || first instanceof Uint8Array
      return Math.trunc(size * size * factor(isText)) + COSTS.call + COSTS.createList
    },
    estimate({ target, args: [arg], sizeOf }) {
      const list = listAtArg === 0 ? target : arg
      return list && estimateMaking(factor(holdsTexts ?? false), squared(sizeOf(list)))
    },
  }
}

const flattenCost: CallCost = {
  actual: ([list = null, depth = 1]) =>
    Math.trunc(costSize(list) * (isInt(depth) ? Math.max(0, Number(depth)) : 1)) + COSTS.call + COSTS.createList,
  estimate: ({ target, args: [depth], sizeOf }) =>
    target && estimateMaking(depth ? literalOf(depth, UNBOUNDED) : 1, sizeOf(target)),
}

const isText = (type: string) => type === 'string' || type === 'bytes'

/** The extension for lists, in the version that Kubernetes has. */
export const LISTS: Library = {
  macros: [sortByMacro],
  functions: [
    fn('slice', member('list_slice', 'list(T), int, int -> list(T)', slice)),
    fnAny(
      'flatten',
      flattenAny,
      member('list_flatten', 'list(list(T)) -> list(T)'),
      member('list_flatten_int', 'list(dyn), int -> list(dyn)'),
    ),
    fn(
      'sort',
      ...COMPARABLE.map(([name, type]) =>
        member(`list_${name}_sort`, `list(${type}) -> list(${type})`, (list: AnyList) => sortByKeys(list, list)),
      ),
    ),
    fn(
      '@sortByAssociatedKeys',
      ...COMPARABLE.map(([name, type]) =>
        member(`list_${name}_sortByAssociatedKeys`, `list(T), list(${type}) -> list(T)`, sortByKeys),
      ),
    ),
    fn(
      'lists.range',
      free('lists_range', 'int -> list(int)', (size: Whole) => new NumberRange(Math.max(0, Number(size)))),
    ),
    fn(
      'reverse',
      member('list_reverse', 'list(T) -> list(T)', (list: AnyList) => {
        const size = listSize(list)
        return new View(size, (i) => listAt(list, size - 1 - i))
      }),
    ),
    fn('distinct', member('list_distinct', 'list(T) -> list(T)', distinct)),
  ],
  costs: {
    list_slice: byResult(({ target, args: [start, end], sizeOf }) => {
      if (!target || !start || !end) return undefined
      const size = literalOf(end, sizeOf(target).max) - literalOf(start, 0)
      return estimateMaking(1, exactly(size < 0 ? UNBOUNDED : size))
    }),
    list_flatten: flattenCost,
    list_flatten_int: flattenCost,
    lists_range: byResult(({ args: [size] }) => size && estimateMaking(1, exactly(literalOf(size, UNBOUNDED)))),
    list_reverse: byResult(({ target, sizeOf }) => target && estimateMaking(1, sizeOf(target))),
    list_distinct: selfCompareCost(0),
    ...Object.fromEntries(
      COMPARABLE.flatMap(([name, type]) => [
        [`list_${name}_sort`, selfCompareCost(0, isText(type))],
        [`list_${name}_sortByAssociatedKeys`, selfCompareCost(1, isText(type))],
      ]),
    ),
  },
}
