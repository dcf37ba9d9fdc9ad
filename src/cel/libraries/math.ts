import { intOverflow } from '../arithmetic.ts'
import type { Expr } from '../ast.ts'
import { fn, free, type Library, type Overload } from '../declarations.ts'
import { compare } from '../equality.ts'
import { builder, type Macro, type MacroProblem } from '../macros.ts'
import { CelError, Double, intOf, isError, isInt, type List, toArray, Uint, type Value } from '../values.ts'

type Whole = number | bigint

/** The one of two numbers that is preferred: `sign` is 1 for the greater, -1 for the less. */
const prefer =
  (sign: 1 | -1, name: string) =>
  (a: Value, b: Value): Value => {
    const order = compare(a, b)
    if (isError(order)) return new CelError(`${order.message}: ${name}`)
    return order * sign < 0 ? b : a
  }

const identity = (value: Value) => value

function extreme(kind: 'min' | 'max'): Overload[] {
  const name = `math.@${kind}`
  const pair = prefer(kind === 'max' ? 1 : -1, name)
  const ofList = (list: readonly unknown[] | List): Value => {
    const values = toArray(list)
    if (values.length === 0) return new CelError(`${name}(list) argument must not be empty`)
    return values.reduce((a, b) => (isError(a) ? a : pair(a, b)))
  }
  const types = ['double', 'int', 'uint']
  const mixed = ['int_uint', 'int_double', 'double_int', 'double_uint', 'uint_int', 'uint_double']
  return [
    ...types.map((type) => free(`math_@${kind}_${type}`, `${type} -> ${type}`, identity)),
    ...types.map((type) => free(`math_@${kind}_${type}_${type}`, `${type}, ${type} -> ${type}`, pair)),
    ...mixed.map((both) => free(`math_@${kind}_${both}`, `${both.replace('_', ', ')} -> dyn`, pair)),
    ...types.map((type) => free(`math_@${kind}_list_${type}`, `list(${type}) -> ${type}`, ofList)),
  ]
}

const isNumeric = (expr: Expr): boolean => {
  if (expr.kind === 'list' || expr.kind === 'map' || expr.kind === 'struct') return false
  if (expr.kind !== 'literal') return true
  return isInt(expr.value) || expr.value instanceof Double || expr.value instanceof Uint
}

/** `math.least(…)` and `math.greatest(…)`: of any number of numbers, or of a list of them. */
function extremeMacro(name: string, functionName: string): Macro {
  return {
    name,
    isReceiver: true,
    argCount: 'any',
    expand({ offset, target, args }): Expr | MacroProblem | undefined {
      if (target?.kind !== 'ident' || target.name !== 'math') return undefined
      const make = builder(offset)
      const [first] = args
      if (!first) return { problem: `math.${name}() requires at least one argument`, offset: target.offset }
      if (args.length === 1) {
        const fits =
          isNumeric(first) || (first.kind === 'list' && first.elements.length && first.elements.every(isNumeric))
        if (fits) return make.call(functionName, first)
        return { problem: `math.${name}() invalid single argument value`, offset: first.offset }
      }
      const wrong = args.find((arg) => !isNumeric(arg))
      if (wrong) return { problem: `math.${name}() simple literal arguments must be numeric`, offset: wrong.offset }
      return args.length === 2 ? make.call(functionName, ...args) : make.call(functionName, make.list(...args))
    },
  }
}

/** A function of a double. */
const onDouble = (name: string, run: (value: number) => number) =>
  fn(
    `math.${name}`,
    free(`math_${name}_double`, 'double -> double', ({ value }: Double) => new Double(run(value))),
  )

const asks = (name: string, run: (value: number) => boolean) =>
  fn(
    `math.${name}`,
    free(`math_${name}_double`, 'double -> bool', ({ value }: Double) => run(value)),
  )

/** Go rounds halves away from zero. */
const round = (value: number) => (Number.isFinite(value) ? Math.trunc(value) + halfUp(value) : value)

function halfUp(value: number): number {
  const rest = value - Math.trunc(value)
  return Math.abs(rest) >= 0.5 ? Math.sign(value) : 0
}

const signed = (bits: bigint): Value => intOf(BigInt.asIntN(64, bits)) as Value
const unsigned = (bits: bigint): Value => new Uint(BigInt.asUintN(64, bits))

/** A function of bits, for ints and uints. */
function onBits(name: string, run: (a: bigint, b: bigint) => bigint) {
  return fn(
    `math.${name}`,
    free(`math_${name}_int_int`, 'int, int -> int', (a: Whole, b: Whole) => signed(run(BigInt(a), BigInt(b)))),
    free(`math_${name}_uint_uint`, 'uint, uint -> uint', (a: Uint, b: Uint) => unsigned(run(a.value, b.value))),
  )
}

/** A shift, which takes no negative count; one of 64 and more leaves nothing. */
function shift(name: string, run: (value: bigint, count: bigint) => bigint) {
  const shifted = (value: bigint, count: Whole, make: (bits: bigint) => Value): Value => {
    if (count < 0) return new CelError(`math.${name}() negative offset: ${count}`)
    return make(count >= 64 ? 0n : run(BigInt.asUintN(64, value), BigInt(count)))
  }
  return fn(
    `math.${name}`,
    free(`math_${name}_int_int`, 'int, int -> int', (a: Whole, b: Whole) => shifted(BigInt(a), b, signed)),
    free(`math_${name}_uint_int`, 'uint, int -> uint', (a: Uint, b: Whole) => shifted(a.value, b, unsigned)),
  )
}

const absolute = (value: Whole): Value => intOf(BigInt(value) < 0n ? -BigInt(value) : BigInt(value)) ?? intOverflow()

const squareRoot = (value: number) => new Double(Math.sqrt(value))

/** Mathematics. */
export const MATH: Library = {
  macros: [extremeMacro('least', 'math.@min'), extremeMacro('greatest', 'math.@max')],
  functions: [
    fn('math.@min', ...extreme('min')),
    fn('math.@max', ...extreme('max')),
    onDouble('ceil', Math.ceil),
    onDouble('floor', Math.floor),
    onDouble('round', round),
    onDouble('trunc', Math.trunc),
    asks('isInf', (value) => Math.abs(value) === Infinity),
    asks('isNaN', Number.isNaN),
    asks('isFinite', Number.isFinite),
    fn(
      'math.abs',
      free('math_abs_double', 'double -> double', ({ value }: Double) => new Double(Math.abs(value))),
      free('math_abs_int', 'int -> int', absolute),
      free('math_abs_uint', 'uint -> uint', identity),
    ),
    fn(
      'math.sign',
      free('math_sign_double', 'double -> double', ({ value }: Double) => new Double(Math.sign(value))),
      free('math_sign_int', 'int -> int', (value: Whole) => (value > 0 ? 1 : value < 0 ? -1 : 0)),
      free('math_sign_uint', 'uint -> uint', ({ value }: Uint) => new Uint(value > 0n ? 1n : 0n)),
    ),
    onBits('bitAnd', (a, b) => a & b),
    onBits('bitOr', (a, b) => a | b),
    onBits('bitXor', (a, b) => a ^ b),
    fn(
      'math.bitNot',
      free('math_bitNot_int_int', 'int -> int', (value: Whole) => signed(~BigInt(value))),
      free('math_bitNot_uint_uint', 'uint -> uint', ({ value }: Uint) => unsigned(~value)),
    ),
    shift('bitShiftLeft', (value, count) => value << count),
    shift('bitShiftRight', (value, count) => value >> count),
    fn(
      'math.sqrt',
      free('math_sqrt_double', 'double -> double', ({ value }: Double) => squareRoot(value)),
      free('math_sqrt_int', 'int -> double', (value: Whole) => squareRoot(Number(value))),
      free('math_sqrt_uint', 'uint -> double', ({ value }: Uint) => squareRoot(Number(value))),
    ),
  ],
}
