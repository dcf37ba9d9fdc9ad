import { type Call, type Expr, qualifiedName, type Select, type StructExpr } from './ast.ts'
import { attributeOf, attributeStep, choiceStep, invalidKey, isKey, keyOf, qualify, testStep } from './attributes.ts'
import { callStep, isConversion, logicalStep, membershipStep, orStep } from './calls.ts'
import type { Checked } from './checker.ts'
import { COSTS } from './cost.ts'
import { candidates, type Environment } from './environment.ts'
import { planLoop } from './loops.ts'
import { charge, constantStep, type Evaluate, type Run, type Step } from './step.ts'
import { CelError, fromJson, isError, NONE, Optional, type Value, ValueMap } from './values.ts'

/** An expression that can be evaluated. */
export interface Plan {
  readonly evaluate: Evaluate
  /** How many slots a run needs. */
  readonly slotCount: number
  /** What is wrong with it that shows before it runs. */
  readonly problem?: string
}

/** Makes closures of a checked expression. */
export function plan(checked: Checked, environment: Environment): Plan {
  const planner = new Planner(checked, environment)
  const { evaluate } = planner.step(checked.expr)
  return { evaluate, slotCount: planner.slotCount, problem: planner.problem }
}

interface Scope {
  name: string
  /** Reads the variable. */
  read: Evaluate
  outer?: Scope
}

/** Plans the parts of one expression; loops use it to plan theirs. */
export class Planner {
  readonly environment: Environment
  slotCount = 0
  problem: string | undefined
  private readonly checked: Checked
  private scope: Scope | undefined

  constructor(checked: Checked, environment: Environment) {
    this.checked = checked
    this.environment = environment
  }

  /** A new slot for a variable. */
  slot(): number {
    return this.slotCount++
  }

  /** Plans with one more variable in sight. */
  within<T>(name: string, read: Evaluate, run: () => T): T {
    const outer = this.scope
    this.scope = { name, read, outer }
    const result = run()
    this.scope = outer
    return result
  }

  step(expr: Expr): Step {
    switch (expr.kind) {
      case 'literal':
        return constantStep(expr.value)
      case 'ident':
        return this.named(expr, expr.name)
      case 'select':
        return this.select(expr)
      case 'call':
        return this.call(expr)
      case 'list':
        return this.list(expr)
      case 'map':
        return this.map(expr)
      case 'struct':
        return this.struct(expr)
      case 'comprehension':
        return planLoop(expr, this)
    }
  }

  /** A variable, or a type that goes by its name. */
  private named(expr: Expr, written: string): Step {
    const reference = this.checked.references.get(expr)
    if (reference?.kind === 'type') return constantStep(reference.type)
    if (reference?.kind === 'variable') return this.variable([reference.name])
    const names = candidates(this.environment.container, written)
    const type = names.map((name) => this.environment.types.get(name)).find(Boolean)
    return type && !this.isLocal(names) ? constantStep(type) : this.variable(names)
  }

  /** The variable that a row of names is, in an expression that was not checked. */
  private declaredName(expr: Select): string | undefined {
    const name = this.checked.types.size === 0 ? qualifiedName(expr) : undefined
    const { container, variables } = this.environment
    return name !== undefined && candidates(container, name).some((each) => variables.has(each)) ? name : undefined
  }

  private isLocal(names: readonly string[]): boolean {
    for (let scope = this.scope; scope; scope = scope.outer) if (names.includes(scope.name)) return true
    return false
  }

  private variable(names: readonly string[]): Step {
    for (let scope = this.scope; scope; scope = scope.outer) {
      if (names.includes(scope.name)) return attributeStep({ kind: 'plain', root: scope.read, qualifiers: [] })
    }
    const root = ({ variables }: Run): Value => {
      for (const name of names) if (Object.hasOwn(variables, name)) return fromJson(variables[name])
      return new CelError(`no such attribute(s): ${names.join(', ')}`)
    }
    return attributeStep({ kind: 'plain', root, qualifiers: [] })
  }

  private select(expr: Select): Step {
    const name = this.checked.references.has(expr) ? expr.field : this.declaredName(expr)
    if (name !== undefined) return this.named(expr, name)
    const operand = this.step(expr.operand)
    const { field: value, isTest } = expr
    const attribute = qualify(attributeOf(operand), { key: { value }, isOptional: false, isTest })
    return isTest ? testStep(attribute) : attributeStep(attribute)
  }

  private call(expr: Call): Step {
    const reference = this.checked.references.get(expr)
    const isNamespaced = reference?.kind === 'function' && reference.isNamespaced
    const exprs = expr.target && !isNamespaced ? [expr.target, ...expr.args] : expr.args
    const args = exprs.map((arg) => this.step(arg))
    const name = reference?.kind === 'function' ? reference.declaration.name : expr.function
    const [first, second, third] = args
    switch (name) {
      case '_&&_':
      case '_||_':
        return logicalStep(args, name === '_||_')
      case '_?_:_':
        return choiceStep((first as Step).evaluate, second as Step, third as Step)
      case '_[_]':
      case '_[?_]':
      case '_?._':
        return this.index(first as Step, second as Step, name !== '_[_]')
      case 'or':
      case 'orValue':
        return orStep(first as Step, second as Step, name === 'orValue')
      default:
        return this.ordinaryCall(expr, name, args)
    }
  }

  private index(operand: Step, index: Step, isOptional: boolean): Step {
    if (index.constant && !isKey(index.constant.value)) this.problem ??= invalidKey(index.constant.value)
    return attributeStep(qualify(attributeOf(operand), { key: keyOf(index), isOptional, isTest: false }))
  }

  private ordinaryCall(expr: Call, name: string, args: readonly Step[]): Step {
    const reference = this.checked.references.get(expr)
    const declaration = reference?.kind === 'function' ? reference.declaration : this.environment.functions.get(name)
    const overloads = reference?.kind === 'function' ? reference.overloads : (declaration?.overloads ?? [])
    const isIn = name === '@in' && overloads.length === 1 && overloads[0]?.id === 'in_list'
    const member = isIn ? membershipStep(args[0] as Step, args[1] as Step) : undefined
    if (member) return member
    const step = callStep({ name, declaration, overloads, args, environment: this.environment })
    if (typeof step === 'string') {
      this.problem ??= step
      return constantStep(new CelError(step))
    }
    return isConversion(name) && args.length === 1 && args[0]?.constant ? this.folded(step) : step
  }

  /** The value of a step that needs nothing of a run; where it fails the expression is wrong as a whole. */
  private folded(step: Step): Step {
    const value = step.evaluate(idleRun())
    if (!isError(value)) return constantStep(value)
    if (this.environment.validatesLiterals) this.problem ??= value.message
    return step
  }

  private list({ elements, optional }: Extract<Expr, { kind: 'list' }>): Step {
    const steps = elements.map((element) => this.step(element))
    const evaluate = (run: Run): Value => {
      const values: Value[] = []
      for (const [i, step] of steps.entries()) {
        const value = step.evaluate(run)
        if (isError(value)) return charged(run, COSTS.createList, value)
        const problem = addEntry(value, optional.has(i), (entry) => values.push(entry), 'list element')
        if (problem) return charged(run, COSTS.createList, problem)
      }
      return charged(run, COSTS.createList, values)
    }
    return steps.every(({ constant }) => constant) ? foldConstructor(evaluate) : { evaluate }
  }

  private map({ entries }: Extract<Expr, { kind: 'map' }>): Step {
    const steps = entries.map(({ key, value, isOptional }) => [this.step(key), this.step(value), isOptional] as const)
    const evaluate = (run: Run): Value => {
      const map = new ValueMap()
      for (const [keyStep, valueStep, isOptional] of steps) {
        const key = keyStep.evaluate(run)
        if (isError(key)) return charged(run, COSTS.createMap, key)
        const value = valueStep.evaluate(run)
        if (isError(value)) return charged(run, COSTS.createMap, value)
        if (value === NONE && isOptional) map.delete(key)
        const problem = addEntry(value, isOptional, (entry) => map.set(key, entry), 'entry')
        if (problem) return charged(run, COSTS.createMap, problem)
      }
      return charged(run, COSTS.createMap, map)
    }
    const isConstant = steps.every(([key, value]) => key.constant && value.constant)
    return isConstant ? foldConstructor(evaluate) : { evaluate }
  }

  private struct(expr: StructExpr): Step {
    const steps = expr.fields.map(({ name, value, isOptional }) => [name, this.step(value), isOptional] as const)
    const reference = this.checked.references.get(expr)
    const name = reference?.kind === 'struct' ? reference.name : expr.typeName
    const { provider } = this.environment
    const evaluate = (run: Run): Value => {
      const fields = new Map<string, Value>()
      for (const [field, step, isOptional] of steps) {
        const value = step.evaluate(run)
        if (isError(value)) return charged(run, COSTS.createStruct, value)
        const problem = addEntry(value, isOptional, (entry) => fields.set(field, entry), 'entry')
        if (problem) return charged(run, COSTS.createStruct, problem)
      }
      const made = provider?.create?.(name, fields) ?? new CelError(`unknown type '${name}'`)
      return charged(run, COSTS.createStruct, made)
    }
    return { evaluate }
  }
}

function charged(run: Run, cost: number, value: Value): Value {
  charge(run, cost)
  return value
}

/** A run for what does not depend on one. */
const idleRun = (): Run => ({ variables: {}, slots: [], cost: 0, costLimit: Number.POSITIVE_INFINITY })

function foldConstructor(evaluate: Evaluate): Step {
  const value = evaluate(idleRun())
  return isError(value) ? { evaluate } : constantStep(value)
}

/** Adds a value, or what an optional holds; says what is wrong when an optional was promised. */
function addEntry(value: Value, isOptional: boolean, add: (value: Value) => void, what: string): CelError | undefined {
  if (!isOptional) add(value)
  else if (!(value instanceof Optional)) {
    return new CelError(`cannot initialize optional ${what} from non-optional value ${String(value)}`)
  } else if (value.value !== undefined) add(value.value)
  return undefined
}
