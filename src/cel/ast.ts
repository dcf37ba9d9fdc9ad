import type { Value } from './values.ts'

/** Where in the source a node stands: the index of its own token. */
interface At {
  readonly offset: number
}

export interface Literal extends At {
  readonly kind: 'literal'
  readonly value: Value
}

export interface Ident extends At {
  readonly kind: 'ident'
  readonly name: string
}

export interface Select extends At {
  readonly kind: 'select'
  readonly operand: Expr
  readonly field: string
  /** From `has(a.b)`: asks whether the field is there. */
  readonly isTest: boolean
}

export interface Call extends At {
  readonly kind: 'call'
  /** The name of a function, or of an operator as `_+_`. */
  readonly function: string
  readonly target?: Expr
  readonly args: readonly Expr[]
}

export interface ListExpr extends At {
  readonly kind: 'list'
  readonly elements: readonly Expr[]
  /** The indexes of the elements that are written `?x`. */
  readonly optional: ReadonlySet<number>
}

export interface MapEntry extends At {
  readonly key: Expr
  readonly value: Expr
  readonly isOptional: boolean
}

export interface MapExpr extends At {
  readonly kind: 'map'
  readonly entries: readonly MapEntry[]
}

export interface StructField extends At {
  readonly name: string
  readonly value: Expr
  readonly isOptional: boolean
}

export interface StructExpr extends At {
  readonly kind: 'struct'
  readonly typeName: string
  readonly fields: readonly StructField[]
}

/** What macros become: a loop over `range` that carries an accumulator. */
export interface Comprehension extends At {
  readonly kind: 'comprehension'
  readonly range: Expr
  readonly variable: string
  readonly variable2?: string
  readonly accumulator: string
  readonly init: Expr
  readonly condition: Expr
  readonly step: Expr
  readonly result: Expr
}

export type Expr = Literal | Ident | Select | Call | ListExpr | MapExpr | StructExpr | Comprehension

/** The accumulator of the macros; no source can name it. */
export const ACCUMULATOR = '@result'

/** The loop variable of what is no loop: `cel.bind` and its kin. */
export const UNUSED = '#unused'

/** The name that a row of identifiers makes, `a.b.c`; nothing for any other expression. */
export function qualifiedName(expr: Expr): string | undefined {
  if (expr.kind === 'ident') return expr.name
  if (expr.kind !== 'select' || expr.isTest) return undefined
  const prefix = qualifiedName(expr.operand)
  return prefix === undefined ? undefined : `${prefix}.${expr.field}`
}

/** The direct parts of an expression, in the order of the source. */
export function children(expr: Expr): readonly Expr[] {
  switch (expr.kind) {
    case 'select':
      return [expr.operand]
    case 'call':
      return expr.target ? [expr.target, ...expr.args] : expr.args
    case 'list':
      return expr.elements
    case 'map':
      return expr.entries.flatMap(({ key, value }) => [key, value])
    case 'struct':
      return expr.fields.map(({ value }) => value)
    case 'comprehension':
      return [expr.range, expr.init, expr.condition, expr.step, expr.result]
    default:
      return []
  }
}
