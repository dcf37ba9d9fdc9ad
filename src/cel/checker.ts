import { type Call, type Comprehension, type Expr, qualifiedName, type Select, type StructExpr } from './ast.ts'
import type { FunctionDeclaration, Overload } from './declarations.ts'
import { candidates, type Environment } from './environment.ts'
import type { Issue } from './issues.ts'
import {
  BOOL,
  BYTES,
  DOUBLE,
  DYN,
  ERROR,
  formatType,
  INT,
  isDyn,
  isDynOrError,
  isOptional,
  listOf,
  mapOf,
  NULL,
  optionalOf,
  paramOf,
  STRING,
  structOf,
  type Type,
  typeOf,
  UINT,
  withoutOptional,
} from './types.ts'
import { assign, type Bindings, mostGeneral, substitute } from './unify.ts'
import { Double, isInt, Uint, type Value } from './values.ts'

/** What a name in an expression turned out to mean. */
export type Reference =
  | { kind: 'variable'; name: string }
  | { kind: 'type'; type: Type }
  | { kind: 'struct'; name: string }
  | {
      kind: 'function'
      declaration: FunctionDeclaration
      /** Those that may be meant; one when the types of the arguments tell. */
      overloads: readonly Overload[]
      /** Whether what looks like the target is part of the name: `math.abs(x)`. */
      isNamespaced: boolean
    }

/** An expression with what its parts are. */
export interface Checked {
  readonly expr: Expr
  readonly types: ReadonlyMap<Expr, Type>
  readonly references: ReadonlyMap<Expr, Reference>
}

/** Finds the type of each part of an expression. With issues the result is not to be used. */
export function check(expr: Expr, environment: Environment): { checked: Checked; issues: Issue[] } {
  const checker = new Checker(environment)
  checker.check(expr)
  return { checked: checker.finish(expr), issues: checker.issues }
}

interface Scope {
  names: ReadonlyMap<string, Type>
  outer?: Scope
}

type FunctionReference = Extract<Reference, { kind: 'function' }>

class Checker {
  readonly issues: Issue[] = []
  private readonly environment: Environment
  private readonly types = new Map<Expr, Type>()
  private readonly references = new Map<Expr, Reference>()
  private bindings: Bindings = new Map()
  private freeCount = 0
  private scope: Scope | undefined

  constructor(environment: Environment) {
    this.environment = environment
  }

  finish(expr: Expr): Checked {
    for (const [node, type] of this.types) this.types.set(node, substitute(this.bindings, type, true))
    return { expr, types: this.types, references: this.references }
  }

  check(expr: Expr): Type {
    const type = this.typeOf(expr)
    this.types.set(expr, type)
    return type
  }

  private typeOf(expr: Expr): Type {
    switch (expr.kind) {
      case 'literal':
        return literalType(expr.value)
      case 'ident':
        return this.lookup(expr, expr.name) ?? this.undeclared(expr.name, expr.offset)
      case 'select':
        return this.select(expr)
      case 'call':
        return this.call(expr)
      case 'list':
        return listOf(this.joinAll(expr.elements.map((element, i) => [element, expr.optional.has(i)] as const)))
      case 'map':
        return this.map(expr)
      case 'struct':
        return this.struct(expr)
      case 'comprehension':
        return this.comprehension(expr)
    }
  }

  private issue(message: string, offset: number): void {
    this.issues.push({ message, offset })
  }

  private mismatch(offset: number, expected: Type, actual: Type): void {
    this.issue(`expected type '${formatType(expected)}' but found '${formatType(actual)}'`, offset)
  }

  private undeclared(name: string, offset: number): Type {
    this.issue(`undeclared reference to '${name}' (in container '${this.environment.container}')`, offset)
    return ERROR
  }

  private fits(from: Type, to: Type): boolean {
    const bindings = assign(this.bindings, [from], [to])
    if (bindings) this.bindings = bindings
    return bindings !== undefined
  }

  private free(): Type {
    return paramOf(`_var${this.freeCount++}`)
  }

  /** What a name stands for; its type, and a reference noted for the node. */
  private lookup(expr: Expr, name: string): Type | undefined {
    const { variables, types, provider, container } = this.environment
    for (const candidate of candidates(container, name)) {
      const variable = this.local(candidate) ?? variables.get(candidate)
      if (variable) {
        this.references.set(expr, { kind: 'variable', name: candidate })
        return variable
      }
      const type = types.get(candidate) ?? (provider?.hasStruct(candidate) ? structOf(candidate) : undefined)
      if (type) {
        this.references.set(expr, { kind: 'type', type })
        return typeOf(type)
      }
    }
    return undefined
  }

  private local(name: string): Type | undefined {
    for (let scope = this.scope; scope; scope = scope.outer) {
      const type = scope.names.get(name)
      if (type) return type
    }
    return undefined
  }

  private select(expr: Select): Type {
    const name = expr.isTest ? undefined : qualifiedName(expr)
    const found = name === undefined ? undefined : this.lookup(expr, name)
    if (found) return found
    const type = this.field(expr.operand, expr.field, expr.offset)
    return expr.isTest ? BOOL : substitute(this.bindings, type)
  }

  /** The type of a field of an operand; of an optional, an optional of it. */
  private field(operand: Expr, field: string, offset: number, makesOptional = false): Type {
    const operandType = substitute(this.bindings, this.check(operand))
    const target = withoutOptional(operandType)
    const type = this.fieldOf(target, field, offset)
    return makesOptional || isOptional(operandType) ? optionalOf(type) : type
  }

  private fieldOf(target: Type, field: string, offset: number): Type {
    switch (target.kind) {
      case 'map':
        return target.parameters[1] ?? DYN
      case 'struct':
        return this.structField(target.name, field, offset) ?? ERROR
      case 'param':
        this.fits(DYN, target)
        return DYN
      default:
        if (!isDynOrError(target)) {
          this.issue(`type '${formatType(target)}' does not support field selection`, offset)
        }
        return DYN
    }
  }

  private structField(struct: string, field: string, offset: number): Type | undefined {
    const { provider } = this.environment
    if (!provider?.hasStruct(struct)) {
      this.issue(`unexpected failed resolution of '${struct}'`, offset)
      return undefined
    }
    const type = provider.fieldType(struct, field)
    if (!type) this.issue(`undefined field '${field}'`, offset)
    return type
  }

  private call(expr: Call): Type {
    if (expr.function === '_?._') return this.optionalSelect(expr)
    for (const arg of expr.args) this.check(arg)
    const { target } = expr
    if (!target) return this.resolve(expr, this.function(expr.function), false)
    const prefix = qualifiedName(target)
    const namespaced = prefix === undefined ? undefined : this.function(`${prefix}.${expr.function}`)
    if (namespaced) return this.resolve(expr, namespaced, true)
    this.check(target)
    return this.resolve(expr, this.function(expr.function), false)
  }

  private function(name: string): FunctionDeclaration | undefined {
    for (const candidate of candidates(this.environment.container, name)) {
      const found = this.environment.functions.get(candidate)
      if (found) return found
    }
    return undefined
  }

  private optionalSelect(expr: Call): Type {
    const [operand, field] = expr.args
    const declaration = this.environment.functions.get('_?._')
    if (!declaration || operand === undefined || field?.kind !== 'literal') {
      return this.undeclared(expr.function, expr.offset)
    }
    const type = this.field(operand, String(field.value), expr.offset, true)
    this.references.set(expr, {
      kind: 'function',
      declaration,
      overloads: declaration.overloads.slice(0, 1),
      isNamespaced: false,
    })
    return substitute(this.bindings, type)
  }

  /** Finds the overloads that a call may mean, and the type of what it yields. */
  private resolve(expr: Call, declaration: FunctionDeclaration | undefined, isNamespaced: boolean): Type {
    if (!declaration) return this.undeclared(expr.function, expr.offset)
    const target = isNamespaced ? undefined : expr.target
    const args = (target ? [target, ...expr.args] : expr.args).map((arg) => this.types.get(arg) as Type)
    const note = (overloads: readonly Overload[]) => {
      const reference: FunctionReference = { kind: 'function', declaration, overloads, isNamespaced }
      this.references.set(expr, reference)
    }
    if (declaration.name === '_&&_' || declaration.name === '_||_') {
      note(declaration.overloads)
      return this.logical(expr, args)
    }
    let result: Type | undefined
    const overloads: Overload[] = []
    for (const overload of declaration.overloads) {
      if (overload.isMember !== (target !== undefined)) continue
      const type = this.tryOverload(overload, args)
      if (!type) continue
      overloads.push(overload)
      if (!result) result = type
      else if (!isDyn(result) && formatType(type) !== formatType(result)) result = DYN
    }
    if (!result) return this.noOverload(expr, declaration.name, args, target !== undefined)
    note(overloads)
    return result
  }

  private logical(expr: Call, args: readonly Type[]): Type {
    const wrong = args.findIndex((type) => !this.fits(type, BOOL))
    if (wrong < 0) return BOOL
    for (const [i, type] of args.entries()) {
      if (!this.fits(type, BOOL)) this.mismatch((expr.args[i] as Expr).offset, BOOL, type)
    }
    return ERROR
  }

  /** What an overload yields for arguments of these types; nothing when it does not take them. */
  private tryOverload({ parameters, args, result }: Overload, given: readonly Type[]): Type | undefined {
    const fresh: Bindings = new Map(parameters.map((name) => [name, this.free()]))
    const wanted = parameters.length ? args.map((type) => substitute(fresh, type)) : args
    const bindings = assign(this.bindings, given, wanted)
    if (!bindings) return undefined
    this.bindings = bindings
    return substitute(bindings, parameters.length ? substitute(fresh, result) : result)
  }

  private noOverload(expr: Call, name: string, args: readonly Type[], isMember: boolean): Type {
    const shown = args.map((type) => formatType(substitute(this.bindings, type, true)))
    const receiver = isMember ? `${shown.shift()}.` : ''
    this.issue(`found no matching overload for '${name}' applied to '${receiver}(${shown.join(', ')})'`, expr.offset)
    return ERROR
  }

  /** The type that fits all of some expressions; a free one when there are none. */
  private joinAll(exprs: readonly (readonly [Expr, boolean])[]): Type {
    let joined: Type | undefined
    for (const [expr, isOptionalEntry] of exprs) joined = this.join(joined, expr, isOptionalEntry)
    return joined ?? this.free()
  }

  private join(previous: Type | undefined, expr: Expr, isOptionalEntry: boolean): Type {
    const type = this.entryType(expr, isOptionalEntry)
    if (!previous) return type
    return this.fits(previous, type) ? mostGeneral(previous, type) : DYN
  }

  /** The type of an element; of one that is written `?x`, what the optional holds. */
  private entryType(expr: Expr, isOptionalEntry: boolean): Type {
    const type = this.check(expr)
    if (!isOptionalEntry || isDyn(type)) return type
    if (!isOptional(type)) this.mismatch(expr.offset, optionalOf(type), type)
    return withoutOptional(type)
  }

  private map(expr: Extract<Expr, { kind: 'map' }>): Type {
    let keyType: Type | undefined
    let valueType: Type | undefined
    for (const { key, value, isOptional: isOptionalEntry } of expr.entries) {
      keyType = this.join(keyType, key, false)
      valueType = this.join(valueType, value, isOptionalEntry)
    }
    return mapOf(keyType ?? this.free(), valueType ?? this.free())
  }

  private struct(expr: StructExpr): Type {
    const identType = this.lookup(expr, expr.typeName)
    if (!identType) return this.undeclared(expr.typeName, expr.offset)
    const type = identType.kind === 'type' ? identType.parameters[0] : undefined
    if (!type) this.issue(`'${formatType(identType)}' is not a type`, expr.offset)
    else if (type.kind === 'struct') this.references.set(expr, { kind: 'struct', name: type.name })
    else this.issue(`'${type.name}' is not a message type`, expr.offset)
    for (const { name, value, offset, isOptional: isOptionalEntry } of expr.fields) {
      const given = this.entryType(value, isOptionalEntry)
      const wanted = type?.kind === 'struct' ? (this.structField(type.name, name, offset) ?? ERROR) : ERROR
      if (this.fits(wanted, given)) continue
      const message = `expected type of field '${name}' is '${formatType(wanted)}' but provided type is '${formatType(given)}'`
      this.issue(message, offset)
    }
    return type?.kind === 'struct' ? type : ERROR
  }

  private comprehension(expr: Comprehension): Type {
    this.check(expr.range)
    const accumulatorType = this.check(expr.init)
    const range = substitute(this.bindings, this.types.get(expr.range) as Type)
    const [first, second] = this.loopTypes(expr, range)
    const outer = this.scope
    const withAccumulator: Scope = { names: new Map([[expr.accumulator, accumulatorType]]), outer }
    const names = new Map([[expr.variable, first]])
    if (expr.variable2 !== undefined) names.set(expr.variable2, second)
    this.scope = { names, outer: withAccumulator }
    this.demand(expr.condition, BOOL)
    this.demand(expr.step, accumulatorType)
    this.scope = withAccumulator
    const result = this.check(expr.result)
    this.scope = outer
    return substitute(this.bindings, result)
  }

  private demand(expr: Expr, wanted: Type): void {
    const type = this.check(expr)
    if (!this.fits(wanted, type)) this.mismatch(expr.offset, wanted, type)
  }

  /** The types of the one or two variables of a loop over a range. */
  private loopTypes(expr: Comprehension, range: Type): [Type, Type] {
    const [first = DYN, second = DYN] = range.parameters
    switch (range.kind) {
      case 'list':
        return expr.variable2 === undefined ? [first, first] : [INT, first]
      case 'map':
        return [first, second]
      case 'dyn':
      case 'any':
      case 'error':
      case 'param':
        this.fits(DYN, range)
        return [DYN, DYN]
      default: {
        const shown = formatType(range)
        const message = `expression of type '${shown}' cannot be range of a comprehension (must be list, map, or dynamic)`
        this.issue(message, expr.range.offset)
        return [ERROR, ERROR]
      }
    }
  }
}

function literalType(value: Value): Type {
  if (isInt(value)) return INT
  if (typeof value === 'string') return STRING
  if (typeof value === 'boolean') return BOOL
  if (value instanceof Uint) return UINT
  if (value instanceof Double) return DOUBLE
  return value === null ? NULL : BYTES
}
