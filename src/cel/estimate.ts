import { type Call, type Comprehension, type Expr, type Select, UNUSED } from './ast.ts'
import type { Checked } from './checker.ts'
import {
  COSTS,
  type CallCost,
  type CallEstimate,
  type CallToEstimate,
  type CostNode,
  comparesText,
  type Range,
  UNBOUNDED,
} from './cost.ts'
import type { Environment } from './environment.ts'
import { addRanges, exactly, multiplyRanges, scaleRange, spanRanges, UNKNOWN_SIZE } from './range.ts'
import { sizeOf } from './strings.ts'
import { DYN, isOptional, type Type } from './types.ts'

/** Tells how large what stands at a path may be, where a schema says so. */
export type EstimateSize = (path: readonly string[] | undefined, type: Type) => Range | undefined

/** The least and the most that an expression may cost to evaluate. */
export function estimateCost(
  checked: Checked,
  environment: Environment,
  estimateSize: EstimateSize = () => undefined,
): Range {
  return new Estimator(checked, environment, estimateSize).cost(checked.expr)
}

/** The sizes of the keys and values of a list or map. */
interface EntrySize {
  kind: 'list' | 'map'
  key: Range
  value: Range
}

interface Local {
  path?: readonly string[]
  size?: Range
  entries?: EntrySize
}

class Estimator {
  private readonly checked: Checked
  private readonly environment: Environment
  private readonly estimateSize: EstimateSize
  private readonly locals = new Map<string, Local[]>()
  private readonly paths = new Map<Expr, readonly string[] | undefined>()
  private readonly sizes = new Map<Expr, Range>()
  private readonly entries = new Map<Expr, EntrySize>()

  constructor(checked: Checked, environment: Environment, estimateSize: EstimateSize) {
    this.checked = checked
    this.environment = environment
    this.estimateSize = estimateSize
  }

  cost(expr: Expr): Range {
    switch (expr.kind) {
      case 'literal':
        return exactly(0)
      case 'ident':
        return this.ident(expr, expr.name)
      case 'select':
        return this.select(expr)
      case 'call':
        return this.call(expr)
      case 'list':
        return this.list(expr)
      case 'map':
        return this.map(expr)
      case 'struct':
        return addRanges(this.sum(expr.fields.map(({ value }) => value)), exactly(COSTS.createStruct))
      case 'comprehension':
        return expr.variable === UNUSED ? this.binding(expr) : this.loop(expr)
    }
  }

  private sum(exprs: readonly Expr[]): Range {
    return exprs.map((expr) => this.cost(expr)).reduce(addRanges, exactly(0))
  }

  private typeOf(expr: Expr): Type {
    return this.checked.types.get(expr) ?? DYN
  }

  private local(expr: Expr): Local | undefined {
    return expr.kind === 'ident' ? this.locals.get(expr.name)?.at(-1) : undefined
  }

  private within<T>(locals: readonly (readonly [string, Local])[], run: () => T): T {
    for (const [name, local] of locals) this.locals.set(name, [...(this.locals.get(name) ?? []), local])
    const result = run()
    for (const [name] of locals) this.locals.get(name)?.pop()
    return result
  }

  private pathOf(expr: Expr): readonly string[] | undefined {
    const local = this.local(expr)
    return local ? local.path : this.paths.get(expr)
  }

  private step(expr: Expr, name: string): readonly string[] {
    return [...(this.pathOf(expr) ?? []), name]
  }

  private node(expr: Expr): CostNode {
    const path = this.pathOf(expr)
    return {
      type: this.typeOf(expr),
      // What is collected in a loop stands at no path of its own.
      path: path?.[0] === '@result' ? undefined : path,
      size: this.size(expr),
      ...(expr.kind === 'literal' && { literal: expr.value }),
    }
  }

  /** How large the value of a part is; nothing when there is no telling. */
  private size(expr: Expr): Range | undefined {
    const known = this.sizes.get(expr) ?? writtenSize(expr)
    if (known) return known
    const estimated = this.estimateSize(this.pathOf(expr), this.typeOf(expr))
    if (estimated) {
      this.sizes.set(expr, estimated)
      return estimated
    }
    return isScalar(this.typeOf(expr)) ? exactly(1) : this.local(expr)?.size
  }

  private sizeOrUnknown(expr: Expr): Range {
    return this.size(expr) ?? UNKNOWN_SIZE
  }

  private entriesOf(expr: Expr): EntrySize | undefined {
    return this.entries.get(expr) ?? this.local(expr)?.entries
  }

  private ident(expr: Expr, name: string): Range {
    const local = this.locals.get(name)?.at(-1)
    this.paths.set(expr, local ? local.path : [name])
    return exactly(COSTS.select)
  }

  private select(expr: Select): Range {
    const reference = this.checked.references.get(expr)
    if (reference?.kind === 'variable') return this.ident(expr, reference.name)
    const operand = this.cost(expr.operand)
    if (expr.isTest) return operand
    this.paths.set(expr, this.step(expr.operand, expr.field))
    const { kind } = this.typeOf(expr.operand)
    return kind === 'map' || kind === 'struct' ? addRanges(operand, exactly(COSTS.select)) : operand
  }

  private list(expr: Extract<Expr, { kind: 'list' }>): Range {
    const cost = addRanges(this.sum(expr.elements), exactly(COSTS.createList))
    this.entries.set(expr, { kind: 'list', key: exactly(1), value: this.spanOf(expr.elements) })
    return cost
  }

  private map(expr: Extract<Expr, { kind: 'map' }>): Range {
    const cost = this.sum(expr.entries.flatMap(({ key, value }) => [key, value]))
    const key = this.spanOf(expr.entries.map((entry) => entry.key))
    this.entries.set(expr, { kind: 'map', key, value: this.spanOf(expr.entries.map((entry) => entry.value)) })
    return addRanges(cost, exactly(COSTS.createMap))
  }

  private spanOf(exprs: readonly Expr[]): Range {
    return exprs.length ? exprs.map((expr) => this.sizeOrUnknown(expr)).reduce(spanRanges) : exactly(0)
  }

  private call(expr: Call): Range {
    const reference = this.checked.references.get(expr)
    if (reference?.kind !== 'function') return exactly(0)
    const { declaration, overloads, isNamespaced } = reference
    if (declaration.name === 'dyn') return this.dyn(expr)
    const argCosts = expr.args.map((arg) => this.cost(arg))
    const args = expr.args.map((arg) => this.node(arg))
    const isMember = expr.target !== undefined && !isNamespaced
    const targetCost = isMember ? this.cost(expr.target) : exactly(0)
    const target = isMember ? this.node(expr.target) : undefined
    let cost: Range | undefined
    let size: Range | undefined
    for (const { id } of overloads) {
      const call = { overload: id, target, args, sizeOf: (node: CostNode) => this.sizeOfNode(node) }
      const estimate = this.overloadCost(expr, declaration.name, call, argCosts)
      cost = cost ? spanRanges(cost, estimate.cost) : estimate.cost
      if (estimate.size) size = size ? spanRanges(size, estimate.size) : estimate.size
      size = this.indexed(expr, id, size) ?? this.size(expr)
    }
    if (size) this.sizes.set(expr, size)
    return addRanges(targetCost, cost ?? exactly(0))
  }

  private sizeOfNode({ size, path, type }: CostNode): Range {
    return size ?? this.estimateSize(path, type) ?? UNKNOWN_SIZE
  }

  private dyn(expr: Call): Range {
    const [arg] = expr.args
    const cost = addRanges(exactly(COSTS.call), this.cost(arg as Expr))
    this.copySizes(expr, arg as Expr)
    return cost
  }

  private copySizes(to: Expr, from: Expr): void {
    const [size, entries] = [this.size(from), this.entriesOf(from)]
    if (size) this.sizes.set(to, size)
    if (entries) this.entries.set(to, entries)
  }

  /** The size of what an index yields, and its path; any other call's size as it was. */
  private indexed(expr: Call, overload: string, size: Range | undefined): Range | undefined {
    const [container] = expr.args
    if (!container || (overload !== 'index_list' && overload !== 'index_map')) return size
    this.paths.set(expr, this.step(container, overload === 'index_list' ? '@items' : '@values'))
    return this.entriesOf(container)?.value
  }

  private overloadCost(expr: Call, name: string, call: CallToEstimate, argCosts: readonly Range[]): CallEstimate {
    const costs: readonly (CallCost | undefined)[] = [
      this.environment.costs.get(call.overload),
      this.environment.costs.get(name),
    ]
    for (const { estimate } of costs.filter((cost) => cost !== undefined)) {
      const found = estimate?.(call)
      if (found) return { ...found, cost: addRanges(found.cost, argCosts.reduce(addRanges, exactly(0))) }
    }
    if (call.overload === 'logical_and' || call.overload === 'logical_or') return logicalCost(argCosts)
    if (call.overload === 'conditional') return this.choice(expr, argCosts)
    if (/^add_(string|bytes|list)$/.test(call.overload)) this.joinEntries(expr)
    const { cost, size } = standardEstimate(call)
    return { cost: addRanges(cost, argCosts.reduce(addRanges, exactly(0))), size }
  }

  private choice(expr: Call, [condition, then, otherwise]: readonly Range[]): CallEstimate {
    const [, thenExpr, otherwiseExpr] = expr.args as [Expr, Expr, Expr]
    const entries = spanEntries(this.entriesOf(thenExpr), this.entriesOf(otherwiseExpr))
    if (entries) this.entries.set(expr, entries)
    const size = spanRanges(this.sizeOrUnknown(thenExpr), this.sizeOrUnknown(otherwiseExpr))
    return { cost: addRanges(condition as Range, spanRanges(then as Range, otherwise as Range)), size }
  }

  private joinEntries(expr: Call): void {
    const [left, right] = expr.args as [Expr, Expr]
    const entries = spanEntries(this.entriesOf(left), this.entriesOf(right))
    if (entries) this.entries.set(expr, entries)
  }

  private binding(expr: Comprehension): Range {
    const cost = addRanges(this.cost(expr.range), this.cost(expr.init))
    const result = this.within([[expr.accumulator, this.localOf(expr.init)]], () => {
      const inner = this.cost(expr.result)
      this.copySizes(expr, expr.result)
      return inner
    })
    return addRanges(cost, result)
  }

  private localOf(expr: Expr): Local {
    return { path: this.pathOf(expr), size: this.size(expr), entries: this.entriesOf(expr) }
  }

  private loop(expr: Comprehension): Range {
    const start = addRanges(this.cost(expr.range), this.cost(expr.init))
    const accumulator = [expr.accumulator, this.localOf(expr.init)] as const
    const [turn, result] = this.within([accumulator], () => {
      const turn = this.within(this.loopLocals(expr), () => addRanges(this.cost(expr.step), this.cost(expr.condition)))
      return [turn, this.cost(expr.result)]
    })
    const count = this.sizeOrUnknown(expr.range)
    this.noteLoopSize(expr, count)
    return addRanges(addRanges(start, result), multiplyRanges(count, turn))
  }

  private noteLoopSize(expr: Comprehension, count: Range): void {
    if (expr.init.kind === 'literal') this.sizes.set(expr, this.sizeOrUnknown(expr.init))
    if (expr.init.kind !== 'list' && expr.init.kind !== 'map') return
    this.sizes.set(expr, count)
    const entries = this.entriesOf(expr.step)
    if (entries) this.entries.set(expr, entries)
  }

  private loopLocals({ range, variable, variable2 }: Comprehension): (readonly [string, Local])[] {
    const entries = this.entriesOf(range)
    const isList = (entries?.kind ?? this.typeOf(range).kind) === 'list'
    const value: Local = { path: this.step(range, isList ? '@items' : '@values'), size: entries?.value }
    if (variable2 !== undefined) {
      const key: Local = { path: this.step(range, isList ? '@indices' : '@keys'), size: entries?.key }
      return [
        [variable, key],
        [variable2, value],
      ]
    }
    return [[variable, isList ? value : { path: this.step(range, '@keys'), size: entries?.key }]]
  }
}

function spanEntries(a: EntrySize | undefined, b: EntrySize | undefined): EntrySize | undefined {
  return a && b && { kind: a.kind, key: spanRanges(a.key, b.key), value: spanRanges(a.value, b.value) }
}

/** The size of what is written out. */
function writtenSize(expr: Expr): Range | undefined {
  if (expr.kind === 'list') return exactly(expr.elements.length)
  if (expr.kind === 'map') return exactly(expr.entries.length)
  if (expr.kind !== 'literal') return undefined
  if (typeof expr.value === 'string') return exactly(sizeOf(expr.value))
  return exactly(expr.value instanceof Uint8Array ? expr.value.length : 1)
}

const SCALARS = new Set(['bool', 'double', 'duration', 'int', 'timestamp', 'uint'])

const isScalar = (type: Type): boolean =>
  SCALARS.has(type.kind) || (isOptional(type) && isScalar(type.parameters[0] ?? DYN))

function logicalCost([left, right]: readonly Range[]): CallEstimate {
  const [first, second] = [left as Range, right as Range]
  return { cost: { min: first.min, max: addRanges(first, second).max } }
}

/** The cost of a call that no library knows better, without that of its arguments. */
function standardEstimate({ overload, target, args, sizeOf }: CallToEstimate): CallEstimate {
  const traverse = (size: Range) => scaleRange(size, COSTS.stringTraversal)
  const [first, second] = args
  switch (overload) {
    case 'string_format':
      return { cost: traverse(sizeOf(target as CostNode)) }
    case 'string_to_bytes': {
      const size = sizeOf(first as CostNode)
      return { cost: traverse(size), size: { min: size.min, max: Math.min(size.max * 4, UNBOUNDED) } }
    }
    case 'bytes_to_string': {
      const size = sizeOf(first as CostNode)
      return { cost: traverse(size), size: { min: Math.floor(size.min / 4), max: size.max } }
    }
    case 'strings_quote': {
      const size = sizeOf(first as CostNode)
      return { cost: traverse(size), size: { min: size.min + 2, max: Math.min(size.max * 2 + 2, UNBOUNDED) } }
    }
    case 'starts_with_string':
    case 'ends_with_string':
      return { cost: traverse(sizeOf(first as CostNode)) }
    case 'in_list':
      return { cost: sizeOf(second as CostNode) }
    case 'matches_string': {
      const text = traverse(addRanges(sizeOf(target as CostNode), exactly(1)))
      return { cost: multiplyRanges(text, scaleRange(sizeOf(first as CostNode), COSTS.regexLength)) }
    }
    case 'contains_string':
      return { cost: multiplyRanges(traverse(sizeOf(target as CostNode)), traverse(sizeOf(first as CostNode))) }
    case 'add_list':
      return { cost: exactly(COSTS.call), size: addRanges(sizeOf(first as CostNode), sizeOf(second as CostNode)) }
    case 'add_string':
    case 'add_bytes': {
      const size = addRanges(sizeOf(first as CostNode), sizeOf(second as CostNode))
      return { cost: traverse(size), size }
    }
    default:
      return { cost: comparesText(overload) ? comparisonCost(sizeOf, args) : exactly(COSTS.call) }
  }
}

/** Comparing ends with the shorter of the two. */
function comparisonCost(sizeOf: CallToEstimate['sizeOf'], [left, right]: readonly CostNode[]): Range {
  const max = Math.min(sizeOf(left as CostNode).max, sizeOf(right as CostNode).max)
  return scaleRange({ min: max > 0 ? 1 : 0, max }, COSTS.stringTraversal)
}
