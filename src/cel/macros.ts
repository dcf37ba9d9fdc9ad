import { ACCUMULATOR, type Comprehension, type Expr, type MapEntry, UNUSED } from './ast.ts'
import type { Value } from './values.ts'

/** What a macro finds wrong with its arguments, and where. */
export interface MacroProblem {
  problem: string
  offset: number
}

/** A call that may be a macro's. */
export interface MacroCall {
  readonly offset: number
  readonly target?: Expr
  readonly args: readonly Expr[]
}

/** A call that the parser replaces by another expression. */
export interface Macro {
  readonly name: string
  /** Called on something: `x.map(…)`. */
  readonly isReceiver: boolean
  /** How many arguments it takes; `any` for any number. */
  readonly argCount: number | 'any'
  /** The replacement, what is wrong, or nothing when it is no call of this macro after all. */
  expand(call: MacroCall): Expr | MacroProblem | undefined
}

/** Makes nodes that stand where the macro is called. */
export function builder(offset: number) {
  const call = (name: string, ...args: Expr[]): Expr => ({ kind: 'call', offset, function: name, args })
  const list = (...elements: Expr[]): Expr => ({ kind: 'list', offset, elements, optional: new Set() })
  const literal = (value: Value): Expr => ({ kind: 'literal', offset, value })
  const ident = (name: string): Expr => ({ kind: 'ident', offset, name })
  return {
    call,
    list,
    literal,
    ident,
    accumulator: () => ident(ACCUMULATOR),
    member: (target: Expr, name: string, ...args: Expr[]): Expr => ({
      kind: 'call',
      offset,
      function: name,
      target,
      args,
    }),
    map: (entries: MapEntry[] = []): Expr => ({ kind: 'map', offset, entries }),
    loop: (parts: Omit<Comprehension, 'kind' | 'offset' | 'accumulator'>): Expr => ({
      kind: 'comprehension',
      offset,
      accumulator: ACCUMULATOR,
      ...parts,
    }),
    /** `name` stands for `init` within `result`. */
    bind: (name: string, init: Expr, result: Expr): Expr => ({
      kind: 'comprehension',
      offset,
      range: list(),
      variable: UNUSED,
      accumulator: name,
      init,
      condition: literal(false),
      step: ident(name),
      result,
    }),
  }
}

export const isProblem = (value: Expr | MacroProblem | undefined): value is MacroProblem =>
  value !== undefined && 'problem' in value

const problemAt = (expr: Expr, problem: string): MacroProblem => ({ problem, offset: expr.offset })

/** The names of the loop variables, or what is wrong with them. */
export function loopVariables(exprs: readonly Expr[], notAName: string): string[] | MacroProblem {
  const names: string[] = []
  for (const expr of exprs) {
    if (expr.kind !== 'ident') return problemAt(expr, notAName)
    if (names.includes(expr.name)) return problemAt(expr, `duplicate variable name: ${expr.name}`)
    if (expr.name === ACCUMULATOR || expr.name === '__result__') {
      return problemAt(expr, 'iteration variable overwrites accumulator variable')
    }
    names.push(expr.name)
  }
  return names
}

/** The parts of a loop that are the same for one variable and for two. */
type LoopParts = Pick<Comprehension, 'init' | 'condition' | 'step' | 'result'>

/** A macro over a list or map: `variables` names, then `argCount - variables` expressions. */
export function loopMacro(
  name: string,
  variables: 1 | 2,
  argCount: number,
  parts: (make: ReturnType<typeof builder>, rest: readonly Expr[], variable: Expr) => LoopParts,
  notAName = 'argument must be a simple name',
): Macro {
  return {
    name,
    isReceiver: true,
    argCount,
    expand({ offset, target, args }) {
      const names = loopVariables(args.slice(0, variables), notAName)
      if (!Array.isArray(names)) return names
      const [variable = '', variable2] = names
      const make = builder(offset)
      const [first] = args
      if (!target || !first) return undefined
      return make.loop({ range: target, variable, variable2, ...parts(make, args.slice(variables), first) })
    },
  }
}

type Make = ReturnType<typeof builder>

export const allParts = (make: Make, [predicate]: readonly Expr[]): LoopParts => ({
  init: make.literal(true),
  condition: make.call('@not_strictly_false', make.accumulator()),
  step: make.call('_&&_', make.accumulator(), predicate as Expr),
  result: make.accumulator(),
})

export const existsParts = (make: Make, [predicate]: readonly Expr[]): LoopParts => ({
  init: make.literal(false),
  condition: make.call('@not_strictly_false', make.call('!_', make.accumulator())),
  step: make.call('_||_', make.accumulator(), predicate as Expr),
  result: make.accumulator(),
})

export const existsOneParts = (make: Make, [predicate]: readonly Expr[]): LoopParts => ({
  init: make.literal(0),
  condition: make.literal(true),
  step: make.call(
    '_?_:_',
    predicate as Expr,
    make.call('_+_', make.accumulator(), make.literal(1)),
    make.accumulator(),
  ),
  result: make.call('_==_', make.accumulator(), make.literal(1)),
})

/** A list of what `rest` makes of each element: a transformation, or a filter and a transformation. */
export function collectParts(make: Make, rest: readonly Expr[]): LoopParts {
  const step = make.call('_+_', make.accumulator(), make.list(rest.at(-1) as Expr))
  return filtered(make, make.list(), step, rest)
}

/** A loop that takes the step only where the filter, the first of two in `rest`, holds. */
export function filtered(make: Make, init: Expr, step: Expr, rest: readonly Expr[]): LoopParts {
  const [filter] = rest
  return {
    init,
    condition: make.literal(true),
    step: rest.length === 2 && filter ? make.call('_?_:_', filter, step, make.accumulator()) : step,
    result: make.accumulator(),
  }
}

const NOT_AN_IDENTIFIER = 'argument is not an identifier'

const hasMacro: Macro = {
  name: 'has',
  isReceiver: false,
  argCount: 1,
  expand({ offset, args: [arg] }) {
    if (!arg) return undefined
    if (arg.kind !== 'select') return problemAt(arg, 'invalid argument to has() macro')
    return { kind: 'select', offset, operand: arg.operand, field: arg.field, isTest: true }
  },
}

/** The macros that every environment has. */
export const STANDARD_MACROS: readonly Macro[] = [
  hasMacro,
  loopMacro('all', 1, 2, allParts),
  loopMacro('exists', 1, 2, existsParts),
  loopMacro('exists_one', 1, 2, existsOneParts),
  loopMacro('map', 1, 2, collectParts, NOT_AN_IDENTIFIER),
  loopMacro('map', 1, 3, collectParts, NOT_AN_IDENTIFIER),
  loopMacro(
    'filter',
    1,
    2,
    (make, [predicate], variable) => collectParts(make, [predicate as Expr, variable]),
    NOT_AN_IDENTIFIER,
  ),
]
