import { addTime, durationOf, subtractTime } from './time.ts'
import {
  CelError,
  ConcatList,
  Double,
  Duration,
  intOf,
  isInt,
  isList,
  List,
  noSuchOverload,
  Timestamp,
  Uint,
  uintOf,
  type Value,
} from './values.ts'

export const intOverflow = () => new CelError('integer overflow')
export const uintOverflow = () => new CelError('unsigned integer overflow')

type Whole = number | bigint

/** An operator on ints: exact, and fast while the result is a safe number. */
function onInts(fast: (a: number, b: number) => number, exact: (a: bigint, b: bigint) => bigint) {
  return (a: Whole, b: Whole): Value => {
    if (typeof a === 'number' && typeof b === 'number') {
      const result = fast(a, b)
      // A zero has no sign.
      if (Number.isSafeInteger(result)) return result + 0
    }
    return intOf(exact(BigInt(a), BigInt(b))) ?? intOverflow()
  }
}

const addInts = onInts(
  (a, b) => a + b,
  (a, b) => a + b,
)
const subtractInts = onInts(
  (a, b) => a - b,
  (a, b) => a - b,
)
const multiplyInts = onInts(
  (a, b) => a * b,
  (a, b) => a * b,
)
const divideInts = onInts(
  (a, b) => Math.trunc(a / b),
  (a, b) => a / b,
)
const moduloInts = onInts(
  (a, b) => a % b,
  (a, b) => a % b,
)

/** A list under construction, which only its loop sees: adding to it changes it. */
export class ListBuilder extends List {
  readonly items: Value[] = []

  get size(): number {
    return this.items.length
  }

  at(index: number): Value {
    return this.items[index] as Value
  }

  append(list: readonly unknown[] | List): this {
    const size = Array.isArray(list) ? list.length : (list as List).size
    for (let i = 0; i < size; i++) this.items.push(Array.isArray(list) ? (list[i] as Value) : (list as List).at(i))
    return this
  }
}

/** `a + b`: sums, and concatenations of texts, bytes and lists. */
export function add(a: Value, b: Value): Value {
  if (isInt(a)) return isInt(b) ? addInts(a, b) : noSuchOverload()
  if (typeof a === 'string') return typeof b === 'string' ? a + b : noSuchOverload()
  if (isList(a)) return isList(b) ? concat(a, b) : noSuchOverload()
  if (a instanceof Double) return b instanceof Double ? new Double(a.value + b.value) : noSuchOverload()
  if (a instanceof Uint) return b instanceof Uint ? (uintOf(a.value + b.value) ?? uintOverflow()) : noSuchOverload()
  if (a instanceof Uint8Array) return b instanceof Uint8Array ? joinBytes(a, b) : noSuchOverload()
  if (a instanceof Duration || a instanceof Timestamp) return addTime(a, b)
  return noSuchOverload()
}

function concat(a: readonly unknown[] | List, b: readonly unknown[] | List): Value {
  if (a instanceof ListBuilder) return a.append(b)
  if (a instanceof List && a.concat) return a.concat(b)
  return new ConcatList(a, b)
}

function joinBytes(a: Uint8Array, b: Uint8Array): Uint8Array {
  const joined = new Uint8Array(a.length + b.length)
  joined.set(a)
  joined.set(b, a.length)
  return joined
}

/** `a - b`. */
export function subtract(a: Value, b: Value): Value {
  if (isInt(a)) return isInt(b) ? subtractInts(a, b) : noSuchOverload()
  if (a instanceof Double) return b instanceof Double ? new Double(a.value - b.value) : noSuchOverload()
  if (a instanceof Uint) return b instanceof Uint ? (uintOf(a.value - b.value) ?? uintOverflow()) : noSuchOverload()
  if (a instanceof Duration || a instanceof Timestamp) return subtractTime(a, b)
  return noSuchOverload()
}

/** `a * b`. */
export function multiply(a: Value, b: Value): Value {
  if (isInt(a)) return isInt(b) ? multiplyInts(a, b) : noSuchOverload()
  if (a instanceof Double) return b instanceof Double ? new Double(a.value * b.value) : noSuchOverload()
  if (a instanceof Uint) return b instanceof Uint ? (uintOf(a.value * b.value) ?? uintOverflow()) : noSuchOverload()
  return noSuchOverload()
}

/** `a / b`; ints are cut off towards zero. */
export function divide(a: Value, b: Value): Value {
  if (isInt(a) && isInt(b)) return isZero(b) ? new CelError('division by zero') : divideInts(a, b)
  if (a instanceof Double && b instanceof Double) return new Double(a.value / b.value)
  if (!(a instanceof Uint && b instanceof Uint)) return noSuchOverload()
  return b.value === 0n ? new CelError('division by zero') : new Uint(a.value / b.value)
}

/** `a % b`; the sign is that of `a`. */
export function modulo(a: Value, b: Value): Value {
  if (isInt(a) && isInt(b)) {
    if (isZero(b)) return new CelError('modulus by zero')
    // The quotient decides about overflow, as on a machine.
    return BigInt(a) === -(2n ** 63n) && BigInt(b) === -1n ? intOverflow() : moduloInts(a, b)
  }
  if (!(a instanceof Uint && b instanceof Uint)) return noSuchOverload()
  return b.value === 0n ? new CelError('modulus by zero') : new Uint(a.value % b.value)
}

const isZero = (value: Whole) => value === 0

/** `-a`. */
export function negate(a: Value): Value {
  if (isInt(a)) return subtractInts(0, a)
  if (a instanceof Double) return new Double(-a.value)
  if (a instanceof Duration) return durationOf(-a.nanos)
  return noSuchOverload()
}
