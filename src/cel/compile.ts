import { check } from './checker.ts'
import type { Environment } from './environment.ts'
import { type Issue, renderIssues } from './issues.ts'
import { parse } from './parser.ts'
import { plan } from './planner.ts'
import { CostExceeded, type Run } from './step.ts'
import type { Checked } from './checker.ts'
import { DYN, type Type } from './types.ts'
import { CelError, isError, type Value } from './values.ts'

/** What an evaluation came to. */
export interface Evaluation {
  /** The value, or the error that the expression came to. */
  readonly value: Value | CelError
  /** What it cost, in cel-go's unit. */
  readonly cost: number
  /** Whether it was ended because it cost too much. */
  readonly isOverBudget: boolean
}

/** An expression ready to be evaluated, any number of times. */
export interface Program {
  /** The type of what it yields. */
  readonly type: Type
  /** The syntax tree with its types, for cost estimates and for those who look at expressions. */
  readonly checked: Checked
  /**
   * Evaluates the expression. Variables are bound to JSON as it is, or to other CEL values; `costLimit` is the cost beyond
   * which the evaluation ends with an error. Never throws for what an expression or its input can cause.
   */
  evaluate(variables?: Readonly<Record<string, unknown>>, options?: { costLimit?: number }): Evaluation
}

/** Why an expression was not accepted. */
export interface CompileErrors {
  readonly issues: readonly Issue[]
  /** All of them as cel-go prints them: `ERROR: <input>:1:6: undeclared reference to …`. */
  readonly message: string
  /** Whether it is a sound expression that yet can never be evaluated: `int('x')`. */
  readonly isProgramError: boolean
}

export type Compilation = { program: Program; errors?: undefined } | { program?: undefined; errors: CompileErrors }

/** Reads, checks and plans an expression. */
export function compile(source: string, environment: Environment): Compilation {
  const { expr, issues } = parse(source, environment)
  if (!expr) return rejected(source, issues)
  const { checked, issues: typeIssues } = check(expr, environment)
  if (typeIssues.length) return rejected(source, typeIssues)
  const found = environment.validatesLiterals
    ? environment.libraries.flatMap(({ validate }) => validate?.(checked) ?? [])
    : []
  return found.length ? rejected(source, found) : programOf(checked, environment)
}

/** Plans an expression without checking its types: whatever is wrong shows when it runs. */
export function compileUnchecked(source: string, environment: Environment): Compilation {
  const { expr, issues } = parse(source, environment)
  return expr ? programOf({ expr, types: new Map(), references: new Map() }, environment) : rejected(source, issues)
}

function rejected(source: string, issues: readonly Issue[]): Compilation {
  return { errors: { issues, message: renderIssues(source, issues), isProgramError: false } }
}

function programOf(checked: Checked, environment: Environment): Compilation {
  const { evaluate, slotCount, problem } = plan(checked, environment)
  if (problem !== undefined && environment.validatesLiterals) {
    return { errors: { issues: [{ message: problem, offset: -1 }], message: problem, isProgramError: true } }
  }
  return {
    program: {
      type: checked.types.get(checked.expr) ?? DYN,
      checked,
      evaluate(variables = {}, { costLimit = Number.POSITIVE_INFINITY } = {}) {
        const run: Run = { variables, slots: new Array<undefined>(slotCount).fill(undefined), cost: 0, costLimit }
        return evaluateIn(run, evaluate)
      },
    },
  }
}

function evaluateIn(run: Run, evaluate: (run: Run) => Value): Evaluation {
  try {
    return { value: evaluate(run), cost: run.cost, isOverBudget: false }
  } catch (error) {
    if (error instanceof CostExceeded) return { value: new CelError(error.message), cost: run.cost, isOverBudget: true }
    // Texts and nestings have a largest size that JavaScript can hold.
    if (error instanceof RangeError) return { value: new CelError(error.message), cost: run.cost, isOverBudget: false }
    throw error
  }
}

/** The error of an evaluation, if it came to one. */
export const errorOf = ({ value }: Evaluation): string | undefined => (isError(value) ? value.message : undefined)
