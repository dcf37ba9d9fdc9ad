import { compareTexts } from './strings.ts'
import { Type } from './types.ts'
import {
  CelError,
  CelMap,
  Double,
  Duration,
  isError,
  isInt,
  isList,
  isMap,
  type JsonObject,
  List,
  listAt,
  listSize,
  mapFind,
  mapKeys,
  mapSize,
  noSuchOverload,
  Opaque,
  Optional,
  Timestamp,
  Uint,
  type Value,
} from './values.ts'

type AnyNumber = number | bigint | Uint | Double

const isNumber = (value: Value): value is AnyNumber => isInt(value) || value instanceof Uint || value instanceof Double

/** Two numbers as JavaScript compares them: exactly, but as doubles where one of them is. */
function plain(a: AnyNumber, b: AnyNumber): readonly [number | bigint, number | bigint] {
  const [left, right] = [isInt(a) ? a : a.value, isInt(b) ? b : b.value]
  return a instanceof Double || b instanceof Double ? [Number(left), Number(right)] : [left, right]
}

/** Whether two values are equal. Values of different types are not, but numbers are by what they amount to. */
export function equal(a: Value, b: Value): boolean {
  if (a === b) return true
  if (typeof a !== 'object' && typeof b !== 'object') return false
  if (a === null || b === null) return false
  if (isNumber(a)) return isNumber(b) && numbersEqual(a, b)
  if (a instanceof Timestamp) return b instanceof Timestamp && a.nanos === b.nanos
  if (a instanceof Duration) return b instanceof Duration && a.nanos === b.nanos
  if (a instanceof Uint8Array) return b instanceof Uint8Array && compareBytes(a, b) === 0
  if (a instanceof Type) return b instanceof Type && a.name === b.name
  if (a instanceof Optional) return b instanceof Optional && optionalsEqual(a, b)
  if (a instanceof Opaque) return a.equals(b)
  if (isList(a)) return isList(b) && listsEqual(a, b)
  return isMap(a) && isMap(b) && mapsEqual(a, b)
}

function numbersEqual(a: AnyNumber, b: AnyNumber): boolean {
  const [left, right] = plain(a, b)
  return left >= right && left <= right
}

function optionalsEqual(a: Optional, b: Optional): boolean {
  if (a.value === undefined || b.value === undefined) return a.value === b.value
  return equal(a.value, b.value)
}

function listsEqual(a: readonly unknown[] | List, b: readonly unknown[] | List): boolean {
  if (a instanceof List && a.equals) return a.equals(b)
  if (b instanceof List && b.equals) return b.equals(a)
  const size = listSize(a)
  if (size !== listSize(b)) return false
  for (let i = 0; i < size; i++) if (!equal(listAt(a, i), listAt(b, i))) return false
  return true
}

function mapsEqual(a: JsonObject | CelMap, b: JsonObject | CelMap): boolean {
  if (a instanceof CelMap && a.equals) return a.equals(b)
  if (b instanceof CelMap && b.equals) return b.equals(a)
  if (mapSize(a) !== mapSize(b)) return false
  for (const key of mapKeys(a)) {
    const [left, right] = [mapFind(a, key), mapFind(b, key)]
    if (left === undefined && right === undefined) continue
    if (left === undefined || right === undefined || !equal(left, right)) return false
  }
  return true
}

/** Whether a list has an element that equals a value. */
export function listContains(list: readonly unknown[] | List, value: Value): boolean {
  const size = listSize(list)
  for (let i = 0; i < size; i++) if (equal(listAt(list, i), value)) return true
  return false
}

/** What `value in container` is: an element of a list or a key of a map. */
export function contains(value: Value, container: Value): Value {
  if (isList(container)) return listContains(container, value)
  if (!isMap(container)) return noSuchOverload()
  const found = mapFind(container, value)
  return isError(found) ? found : found !== undefined
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i++) {
    const difference = (a[i] as number) - (b[i] as number)
    if (difference !== 0) return difference
  }
  return a.length - b.length
}

const order = (a: number | bigint | boolean, b: number | bigint | boolean): number => (a < b ? -1 : a > b ? 1 : 0)

/** Negative, zero or positive; a CelError when the two have no order. */
export function compare(a: Value, b: Value): number | CelError {
  if (isNumber(a)) return isNumber(b) ? compareNumbers(a, b) : noSuchOverload()
  if (typeof a === 'string') return typeof b === 'string' ? compareTexts(a, b) : noSuchOverload()
  if (typeof a === 'boolean') return typeof b === 'boolean' ? order(a, b) : noSuchOverload()
  if (a instanceof Timestamp) return b instanceof Timestamp ? order(a.nanos, b.nanos) : noSuchOverload()
  if (a instanceof Duration) return b instanceof Duration ? order(a.nanos, b.nanos) : noSuchOverload()
  if (a instanceof Uint8Array) return b instanceof Uint8Array ? compareBytes(a, b) : noSuchOverload()
  return noSuchOverload()
}

function compareNumbers(a: AnyNumber, b: AnyNumber): number | CelError {
  const [left, right] = plain(a, b)
  if (Number.isNaN(left) || Number.isNaN(right)) return new CelError('NaN values cannot be ordered')
  return order(left, right)
}

/** Whether values of this kind have an order at all. */
export const isComparable = (value: Value): boolean =>
  isNumber(value) ||
  typeof value === 'string' ||
  typeof value === 'boolean' ||
  value instanceof Timestamp ||
  value instanceof Duration ||
  value instanceof Uint8Array
