/**
 * What CEL expressions work on. JSON is used as it is: `null`, booleans, strings, arrays and plain objects are CEL values,
 * and so are whole numbers (as int). The classes below are for what JSON has no word for.
 *
 * An int is a number while that is exact and a bigint beyond, never the other way round: so `===` compares ints.
 */
export type Value = null | boolean | string | number | bigint | object

/** An error that an expression came to. It is a value, since `&&` and `||` may absorb it. */
export class CelError {
  readonly message: string

  constructor(message: string) {
    this.message = message
  }
}

export class Uint {
  readonly value: bigint

  constructor(value: bigint) {
    this.value = value
  }
}

export class Double {
  readonly value: number

  constructor(value: number) {
    this.value = value
  }
}

/** A moment between the years 1 and 9999, in nanoseconds since 1970. */
export class Timestamp {
  readonly nanos: bigint
  /** How it was written: seconds east of UTC. Only `string()` tells. */
  readonly offsetSeconds: number

  constructor(nanos: bigint, offsetSeconds = 0) {
    this.nanos = nanos
    this.offsetSeconds = offsetSeconds
  }
}

export class Duration {
  readonly nanos: bigint

  constructor(nanos: bigint) {
    this.nanos = nanos
  }
}

/** A value that may be missing; `undefined` stands for `optional.none()`. */
export class Optional {
  readonly value: Value | undefined

  constructor(value?: Value) {
    this.value = value
  }
}

export const NONE = new Optional()

/** A value of a library's own type: an IP address, a quantity … */
export abstract class Opaque {
  /** The name of its CEL type. */
  abstract readonly typeName: string
  abstract equals(other: Value): boolean
  /** What `size` counts, for costs; 1 for what has no size. */
  get costSize(): number {
    return 1
  }
}

/** A list that is not a plain array. */
export abstract class List {
  abstract readonly size: number
  /** The element at an index from 0 to below `size`. */
  abstract at(index: number): Value
  /** Equality of its own, where the order of elements does not matter. */
  equals?(other: Value): boolean
  /** Concatenation of its own, where elements are merged. */
  concat?(other: Value): Value
}

/** A map that is not a plain object. */
export abstract class CelMap {
  abstract readonly size: number
  abstract find(key: Value): Value | undefined
  abstract keys(): Iterable<Value>
  /** The type that `type()` tells, for objects of a declared type; `map` when there is none. */
  readonly typeName: string = 'map'
  /** Equality of its own, where more counts than what expressions see. */
  equals?(other: Value): boolean
}

export type JsonObject = Readonly<Record<string, unknown>>

const INT_MIN = -(2n ** 63n)
const INT_MAX = 2n ** 63n - 1n
const UINT_MAX = 2n ** 64n - 1n

/** An int from a bigint; nothing when it does not fit in 64 bits. */
export function intOf(value: bigint): number | bigint | undefined {
  if (value >= -9007199254740991n && value <= 9007199254740991n) return Number(value)
  return value >= INT_MIN && value <= INT_MAX ? value : undefined
}

/** A uint from a bigint; nothing when it does not fit in 64 bits. */
export function uintOf(value: bigint): Uint | undefined {
  return value >= 0n && value <= UINT_MAX ? new Uint(value) : undefined
}

export const isInt = (value: unknown): value is number | bigint =>
  typeof value === 'number' || typeof value === 'bigint'

export const isError = (value: unknown): value is CelError => value instanceof CelError

export const noSuchOverload = () => new CelError('no such overload')

/** The CEL value of a piece of JSON whose type nothing is known of. */
export function fromJson(raw: unknown): Value {
  if (typeof raw !== 'number' || Number.isSafeInteger(raw)) return raw === undefined ? null : raw
  const int = Number.isInteger(raw) ? intOf(BigInt(raw)) : undefined
  return int === undefined ? new Double(raw) : int
}

export const isList = (value: unknown): value is readonly unknown[] | List =>
  Array.isArray(value) || value instanceof List

/** Whether the value is a map: any object that is of no class, or a CelMap. */
export function isMap(value: unknown): value is JsonObject | CelMap {
  if (typeof value !== 'object' || value === null) return false
  if (value instanceof CelMap) return true
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

export const listSize = (list: readonly unknown[] | List): number =>
  Array.isArray(list) ? list.length : (list as List).size

export function listAt(list: readonly unknown[] | List, index: number): Value {
  return Array.isArray(list) ? fromJson(list[index]) : (list as List).at(index)
}

export function* elements(list: readonly unknown[] | List): Generator<Value> {
  const size = listSize(list)
  for (let i = 0; i < size; i++) yield listAt(list, i)
}

/** The elements as an array of values. */
export function toArray(list: readonly unknown[] | List): Value[] {
  return Array.from({ length: listSize(list) }, (_, i) => listAt(list, i))
}

export const mapSize = (map: JsonObject | CelMap): number =>
  map instanceof CelMap ? map.size : Object.keys(map).length

/** The value at a key, `undefined` when there is none; a CelError when there is no telling. */
export function mapFind(map: JsonObject | CelMap, key: Value): Value | undefined {
  if (map instanceof CelMap) return map.find(key)
  return typeof key === 'string' && Object.hasOwn(map, key) ? fromJson(map[key]) : undefined
}

export const mapKeys = (map: JsonObject | CelMap): Iterable<Value> =>
  map instanceof CelMap ? map.keys() : Object.keys(map)

/** What maps and sets are keyed by inside: numbers that are equal across types are one key. Whole numbers are ints. */
export function canonicalKey(key: Value): Value {
  if (key instanceof Uint) return intOf(key.value) ?? key.value
  if (!(key instanceof Double)) return key
  return Number.isInteger(key.value) && Math.abs(key.value) < 2 ** 64 ? intKey(BigInt(key.value)) : key.value
}

const intKey = (value: bigint): Value => intOf(value) ?? value

/** A map with keys of any type. */
export class ValueMap extends CelMap {
  private readonly entries = new Map<Value, { key: Value; value: Value }>()

  constructor(entries: Iterable<readonly [Value, Value]> = []) {
    super()
    for (const [key, value] of entries) this.set(key, value)
  }

  get size(): number {
    return this.entries.size
  }

  find(key: Value): Value | undefined {
    return this.entries.get(canonicalKey(key))?.value
  }

  *keys(): Generator<Value> {
    for (const { key } of this.entries.values()) yield key
  }

  /** For whoever builds the map, before others see it. */
  set(key: Value, value: Value): void {
    this.entries.set(canonicalKey(key), { key, value })
  }

  delete(key: Value): void {
    this.entries.delete(canonicalKey(key))
  }
}

/** Two lists one after the other: nothing is copied, so that a cost of 1 is fair. */
export class ConcatList extends List {
  readonly size: number
  private readonly left: readonly unknown[] | List
  private readonly right: readonly unknown[] | List

  constructor(left: readonly unknown[] | List, right: readonly unknown[] | List) {
    super()
    this.left = left
    this.right = right
    this.size = listSize(left) + listSize(right)
  }

  /** The one of the two that an index falls into, and the index there. */
  private part(index: number): [readonly unknown[] | List, number] {
    const leftSize = listSize(this.left)
    return index < leftSize ? [this.left, index] : [this.right, index - leftSize]
  }

  at(index: number): Value {
    let [list, at] = this.part(index)
    while (list instanceof ConcatList) [list, at] = list.part(at)
    return listAt(list, at)
  }
}
