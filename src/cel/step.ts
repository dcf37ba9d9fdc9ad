import type { Value } from './values.ts'

/** Thrown when an evaluation has cost more than it may. */
export class CostExceeded extends Error {}

/** One evaluation: what variables stand for, and what it has cost so far. */
export interface Run {
  readonly variables: Readonly<Record<string, unknown>>
  /** The variables of loops and bindings, by slot; `undefined` until they are needed. */
  readonly slots: (Value | undefined)[]
  cost: number
  readonly costLimit: number
}

export type Evaluate = (run: Run) => Value

/** A part of a program: how to come to its value. */
export interface Step {
  readonly evaluate: Evaluate
  /** The value, where it is known before the program runs. */
  readonly constant?: { readonly value: Value }
  /** Set for what fields can be selected from without coming to a value first. */
  readonly attribute?: Attribute
}

/** A key that an attribute goes on by: known, or the value of a step. */
export interface Qualifier {
  readonly key: { value: Value } | { evaluate: Evaluate }
  /** From `a.?b` and `a[?b]`: what is missing yields `optional.none()`. */
  readonly isOptional: boolean
  /** From `has(a.b)`: only asks. */
  readonly isTest: boolean
}

/** A variable, the value of an operand, or either of two, and the keys that lead on from there. */
export type Attribute =
  | { readonly kind: 'plain'; readonly root: Evaluate; readonly qualifiers: readonly Qualifier[] }
  | { readonly kind: 'choice'; readonly condition: Evaluate; readonly yes: Attribute; readonly no: Attribute }

/** Adds to the cost of an evaluation. Throws CostExceeded beyond its limit. */
export function charge(run: Run, cost: number): void {
  run.cost += cost
  if (run.cost > run.costLimit) throw new CostExceeded('operation cancelled: actual cost limit exceeded')
}

export const constantStep = (value: Value): Step => ({ evaluate: () => value, constant: { value } })
