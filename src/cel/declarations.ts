import type { Checked } from './checker.ts'
import type { CallCost } from './cost.ts'
import type { Issue } from './issues.ts'
import type { Macro } from './macros.ts'
import { parameterNames, readTypes, type Type } from './types.ts'
import type { Value } from './values.ts'

/** What an overload does. It is called with as many values as the overload has arguments, each of its type. */
export type Implementation = (...args: never[]) => Value

/** One signature of a function. */
export interface Overload {
  readonly id: string
  /** Called as `x.f(…)`; `x` is then the first argument. */
  readonly isMember: boolean
  readonly args: readonly Type[]
  readonly result: Type
  /** The names of the type parameters in `args` and `result`. */
  readonly parameters: readonly string[]
  /** Missing for what the planner knows by itself: `&&`, `?:` … */
  readonly run?: Implementation
}

/** A function with all its signatures, in the order in which they are tried. */
export interface FunctionDeclaration {
  readonly name: string
  readonly overloads: readonly Overload[]
  /** Set where one implementation serves all overloads and looks at its arguments itself. */
  readonly runAny?: (...args: Value[]) => Value
}

/** What an environment can be given: functions, macros, types, and what calls cost. */
export interface Library {
  readonly functions?: readonly FunctionDeclaration[]
  readonly macros?: readonly Macro[]
  /** Names that stand for types: `net.IP`. */
  readonly types?: readonly Type[]
  /** What calls cost, by overload or by function; an overload goes first. */
  readonly costs?: Readonly<Record<string, CallCost>>
  /** Looks at constant arguments before an expression is evaluated, by function. */
  readonly constantChecks?: Readonly<Record<string, CheckConstants>>
  /** Looks at what is known to fit before an expression is accepted. */
  readonly validate?: (checked: Checked) => Issue[]
}

/** Looks at the constant ones among the arguments, and says why the call can never work. */
export type CheckConstants = (args: readonly (Value | undefined)[]) => string | undefined

type OwnTypes = Readonly<Record<string, Type>>

function makeOverload(
  id: string,
  isMember: boolean,
  signature: string,
  run?: Implementation,
  own?: OwnTypes,
): Overload {
  const [args = '', result = ''] = signature.split('->')
  const [argTypes, [resultType]] = [readTypes(args, own), readTypes(result, own)]
  if (!resultType) throw new Error(`bug: ${id} has no result type`)
  return {
    id,
    isMember,
    args: argTypes,
    result: resultType,
    parameters: parameterNames([...argTypes, resultType]),
    run,
  }
}

/** An overload called as `f(…)`. Signature: `string, int -> list(A)`. */
export const free = (id: string, signature: string, run?: Implementation, own?: OwnTypes): Overload =>
  makeOverload(id, false, signature, run, own)

/** An overload called as `x.f(…)`; the first type is that of `x`. */
export const member = (id: string, signature: string, run?: Implementation, own?: OwnTypes): Overload =>
  makeOverload(id, true, signature, run, own)

/** A function of some overloads. */
export const fn = (name: string, ...overloads: Overload[]): FunctionDeclaration => ({ name, overloads })

/** A function whose overloads share an implementation. */
export const fnAny = (
  name: string,
  runAny: (...args: Value[]) => Value,
  ...overloads: Overload[]
): FunctionDeclaration => ({ name, overloads, runAny })
