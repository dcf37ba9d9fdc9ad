import { COSTS, comparesText, standardCallCost } from './cost.ts'
import type { FunctionDeclaration, Overload } from './declarations.ts'
import type { Environment } from './environment.ts'
import { isOfType, runtimeType } from './runtime-types.ts'
import { charge, constantStep, type Evaluate, type Run, type Step } from './step.ts'
import {
  canonicalKey,
  CelError,
  Double,
  isError,
  isInt,
  isList,
  noSuchOverload,
  Optional,
  toArray,
  Uint,
  type Value,
} from './values.ts'

/** The functions that convert: with a constant argument their value is known beforehand. */
const CONVERSIONS = new Set('bool bytes double duration dyn int string timestamp type uint'.split(' '))

export const isConversion = (name: string) => CONVERSIONS.has(name)

/** `a && b` and `a || b`: an error counts only when no other operand decides. */
export function logicalStep(args: readonly Step[], decisive: boolean): Step {
  const terms = args.map(({ evaluate }) => evaluate)
  return {
    evaluate(run) {
      let error: CelError | undefined
      for (const term of terms) {
        const value = term(run)
        if (value === decisive) return decisive
        if (value !== !decisive) error ??= isError(value) ? value : noSuchOverload()
      }
      return error ?? !decisive
    },
  }
}

/** `a.or(b)` and `a.orValue(b)`: `b` is not looked at when `a` holds something. */
export function orStep(optional: Step, alternative: Step, unwraps: boolean): Step {
  return {
    evaluate(run) {
      const value = optional.evaluate(run)
      // What is no optional, and yet came here as dyn, passes for its own value.
      if (!(value instanceof Optional)) return value
      if (value.value === undefined) return alternative.evaluate(run)
      return unwraps ? value.value : value
    },
  }
}

const isPrimitive = (value: Value) =>
  isInt(value) ||
  typeof value === 'string' ||
  typeof value === 'boolean' ||
  value instanceof Double ||
  value instanceof Uint

/** `x in [1, 2, 3]` with a list of simple constants: looking it up is free. */
export function membershipStep(value: Step, list: Step): Step | undefined {
  const constant = list.constant?.value
  if (!isList(constant)) return undefined
  const items = toArray(constant)
  if (items.length === 0) return constantStep(false)
  if (!items.every(isPrimitive)) return undefined
  const keys = new Set(items.map(canonicalKey))
  return {
    evaluate(run) {
      const found = value.evaluate(run)
      if (isError(found)) return found
      return !isNaNDouble(found) && keys.has(canonicalKey(found))
    },
  }
}

const isNaNDouble = (value: Value) => value instanceof Double && Number.isNaN(value.value)

interface PlannedCall {
  name: string
  declaration: FunctionDeclaration | undefined
  overloads: readonly Overload[]
  args: readonly Step[]
  environment: Environment
}

/** A call of a function; a text when its arguments show already that it cannot work. */
export function callStep(call: PlannedCall): Step | string {
  const { name, args, environment } = call
  const problem = environment.constantChecks.get(name)?.(args.map(({ constant }) => constant?.value))
  if (problem !== undefined) return problem
  const choose = choice(call)
  const account = accounting(call)
  const isStrict = name !== '@not_strictly_false'
  const evaluates = args.map(({ evaluate }) => evaluate)
  // Where one of several overloads is chosen by the values, two arguments count as many.
  const isOpen = call.overloads.length !== 1 && !call.declaration?.runAny
  const isFew = evaluates.length < 2 || (evaluates.length === 2 && !isOpen)
  return { evaluate: isFew ? few(evaluates, choose, account, isStrict) : many(evaluates, choose, account) }
}

/** What is to be done with some arguments; an error when there is nothing for them. */
type Choose = (args: Value[]) => (() => Value) | CelError
type Account = (run: Run, args: readonly Value[], chosen: (() => Value) | CelError) => Value

/** A call with up to two arguments: both are evaluated, and then the first error counts. */
function few(evaluates: readonly Evaluate[], choose: Choose, account: Account, isStrict: boolean): Evaluate {
  return (run) => {
    const args: Value[] = []
    for (const evaluate of evaluates) args.push(evaluate(run))
    const error = isStrict ? args.find(isError) : undefined
    return account(run, args, error ?? choose(args))
  }
}

/** A call with more arguments: the first error ends it, and it costs nothing itself unless it was the last argument. */
function many(evaluates: readonly Evaluate[], choose: Choose, account: Account): Evaluate {
  return (run) => {
    const args: Value[] = []
    for (const evaluate of evaluates) {
      const value = evaluate(run)
      args.push(value)
      if (isError(value)) return args.length < evaluates.length ? value : account(run, args, value)
    }
    return account(run, args, choose(args))
  }
}

/** Charges what a call costs, before it is made wherever its arguments tell. */
function accounting({ name, overloads, environment }: PlannedCall): Account {
  const overload = overloads.length === 1 ? (overloads[0] as Overload).id : overloadOf(name)
  const special = environment.costs.get(overload)?.actual
    ? environment.costs.get(overload)
    : environment.costs.get(name)
  const actual = special?.actual
  const costOf = (args: readonly Value[], result: Value) =>
    actual?.(args, result, overload) ?? standardCallCost(overload, args)
  const isCheap = !actual && standardIsCheap(overload)
  return (run, args, chosen) => {
    if (isCheap) charge(run, COSTS.call)
    else if (!special?.needsResult) charge(run, costOf(args, null))
    const result = isError(chosen) ? chosen : chosen()
    if (special?.needsResult) charge(run, costOf(args, result))
    return result
  }
}

/** The overload of functions that have one whatever their arguments are. */
const overloadOf = (name: string) => (name === '_==_' ? 'equals' : name === '_!=_' ? 'not_equals' : '')

const COSTLY =
  /^(starts_with_string|ends_with_string|string_to_bytes|bytes_to_string|strings_quote|string_format|in_list|add_string|add_bytes|matches_string|contains_string)$/

const standardIsCheap = (overload: string) => !COSTLY.test(overload) && !comparesText(overload)

/** What runs: the one overload that is meant, or the first that takes the arguments. */
function choice({ name, declaration, overloads, args }: PlannedCall): Choose {
  if (!declaration) return () => new CelError(`no such overload: ${name}`)
  const { runAny } = declaration
  if (runAny) return (values) => () => runAny(...values)
  const fitting = (overloads.length === 1 ? overloads : declaration.overloads).filter(
    (overload) => overload.run && overload.args.length === args.length,
  )
  return (values) => {
    const { run } =
      fitting.find(({ args: types }) => types.every((type, i) => isOfType(values[i] as Value, type))) ?? {}
    return run ? () => run(...(values as never[])) : mismatch(name, values)
  }
}

const mismatch = (name: string, values: readonly Value[]) =>
  new CelError(`no such overload: ${name}(${values.map((value) => runtimeType(value).name).join(', ')})`)
