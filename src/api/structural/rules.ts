import { OMIT_VALUE, type Report } from '../report.ts'
import { Correlation } from './correlation.ts'
import { readFieldPath } from './field-path.ts'
import { isObject, type JsonSchema, someSchema, type ValidationRule, valuesOf } from './schema.ts'

/** What became of an expression. */
export interface RuleOutcome {
  value?: unknown
  /** Why it has no value, in CEL's words. */
  error?: string
  cost: number
}

/** An expression, ready to be evaluated. */
export interface RuleProgram {
  /** Why it does not compile, in upstream's words; it is not evaluated then. */
  error?: string
  usesOldSelf: boolean
  /** An upper estimate of what evaluating it once costs. */
  maxCost: number
  /** `oldSelf` is absent when there was nothing before. A cost above `limit` ends it with an error. */
  evaluate(self: unknown, oldSelf: unknown, limit: number): RuleOutcome
}

/** Compiles the expressions of schemas. `result` is what the expression has to yield. */
export interface RuleCompiler {
  compile(expression: string, result: 'bool' | 'string', scope: RuleScope): RuleProgram
}

/** What an expression can speak of: `self` is of this schema, and `oldSelf` too, or an optional of it. */
export interface RuleScope {
  schema: JsonSchema
  /** Whether the schema is that of a whole object, which has a name and a type besides. */
  isResource: boolean
  isOldSelfOptional: boolean
}

/** What all rules of one object may cost together, and one evaluation alone. */
const TOTAL_COST_MAX = 10_000_000
const CALL_COST_MAX = 1_000_000
const MESSAGE_MAX_BYTES = 5 * 1024

/** The rules of a schema and of all within it; made once, run for each object. */
export interface Rules {
  /** Reports the rules that `value` breaks. As a change from `old`, when there is something, what has not changed may break them. */
  check(value: unknown, old: unknown, report: Report): void
}

/** The rules of a whole object's schema; `undefined` when it has none. */
export function compileRules(schema: JsonSchema, compiler: RuleCompiler): Rules | undefined {
  if (!someSchema(schema, (one) => (one['x-kubernetes-validations']?.length ?? 0) > 0)) return undefined
  const root = compileNode(schema, true, compiler)
  return {
    check(value, old, report) {
      const current = old === undefined ? undefined : new Correlation(value, old, schema)
      runNode(root, { value, old, path: '', current, nearest: undefined }, { report, budget: TOTAL_COST_MAX })
    },
  }
}

interface CompiledRule {
  rule: ValidationRule
  program: RuleProgram
  message?: RuleProgram
  /** Where the cause points to, below the value. */
  fieldPath: string
}

interface Node {
  schema: JsonSchema
  rules: CompiledRule[]
  items?: Node
  values?: Node
  fields: Map<string, Node>
}

function compileNode(schema: JsonSchema, isResource: boolean, compiler: RuleCompiler): Node {
  const below = (child: JsonSchema) => compileNode(child, child['x-kubernetes-embedded-resource'] ?? false, compiler)
  const values = valuesOf(schema)
  return {
    schema,
    rules: (schema['x-kubernetes-validations'] ?? []).map((rule) => compileRule(rule, schema, isResource, compiler)),
    ...(schema.items && { items: below(schema.items) }),
    ...(values && { values: below(values) }),
    fields: new Map(Object.entries(schema.properties ?? {}).map(([name, child]) => [name, below(child)])),
  }
}

function compileRule(
  rule: ValidationRule,
  schema: JsonSchema,
  isResource: boolean,
  compiler: RuleCompiler,
): CompiledRule {
  const scope = { schema, isResource, isOldSelfOptional: rule.optionalOldSelf ?? false }
  const path = rule.fieldPath ? readFieldPath(rule.fieldPath, schema) : undefined
  return {
    rule,
    program: compiler.compile(rule.rule, 'bool', scope),
    ...(rule.messageExpression && { message: compiler.compile(rule.messageExpression, 'string', scope) }),
    fieldPath: path && 'text' in path ? path.text : '',
  }
}

interface Run {
  report: Report
  /** What is left to spend; below zero nothing more is run. */
  budget: number
}

interface Place {
  value: unknown
  old: unknown
  path: string
  /** What the value was before, for letting pass what has not changed; and the same of what surrounds it. */
  current: Correlation | undefined
  nearest: Correlation | undefined
}

function runNode(node: Node, place: Place, run: Run): void {
  const { value, old, path, current } = place
  if (value === null || value === undefined || run.budget < 0) return
  for (const compiled of node.rules) if (run.budget >= 0) runRule(compiled, node.schema, place, run)
  const nearest = current ?? place.nearest
  if (Array.isArray(value) && node.items) {
    const before = new Correlation(value, old, node.schema)
    for (const [i, item] of value.entries()) {
      const at = { value: item, old: before.oldOf(item), path: `${path}[${i}]`, current: current?.item(i), nearest }
      runNode(node.items, at, run)
    }
  } else if (isObject(value)) {
    for (const [name, one] of Object.entries(value)) {
      const child = node.fields.get(name) ?? node.values
      const isField = node.fields.has(name)
      const below = isField ? [path, name].filter(Boolean).join('.') : `${path}[${name}]`
      const before = isObject(old) ? old[name] : undefined
      const isTypeMeta = path === '' && (name === 'apiVersion' || name === 'kind')
      const same = isTypeMeta ? {} : { current: current?.field(name), nearest }
      const at = { current: undefined, nearest: undefined, ...same, value: one, old: before, path: below }
      if (child) runNode(child, at, run)
    }
  }
}

const OUT_OF_BUDGET = 'validation failed due to running out of cost budget, no further validation rules will be run'

function runRule(compiled: CompiledRule, schema: JsonSchema, place: Place, run: Run): void {
  const { rule, program } = compiled
  const { value, old, path } = place
  const type = schema.type ?? ''
  const fail = (why: string) => run.report.invalid(path || NOWHERE, type, why)
  if (program.error !== undefined) return fail(`rule compile error: ${program.error}`)
  if (program.usesOldSelf && (old === undefined || old === null) && !rule.optionalOldSelf) return
  const outcome = program.evaluate(value, old ?? undefined, CALL_COST_MAX)
  if (outcome.cost > run.budget) {
    run.budget = -1
    return fail(OUT_OF_BUDGET)
  }
  run.budget -= outcome.cost
  if (outcome.error !== undefined) return failEvaluation(outcome.error, rule, fail, run)
  if (outcome.value !== true) refuse(compiled, schema, place, run)
}

/** How a nil path prints. */
const NOWHERE = '<nil>'

function failEvaluation(error: string, rule: ValidationRule, fail: (why: string) => void, run: Run): void {
  const text = (rule.message ?? rule.rule).trim()
  if (error.startsWith('no such overload')) {
    fail(`'${error}': call arguments did not match a supported operator, function or macro signature for rule: ${text}`)
  } else if (error.startsWith('operation cancelled: actual cost limit exceeded')) {
    fail(`'${error}': no further validation rules will be run due to call cost exceeds limit for rule: ${text}`)
    run.budget = -1
  } else {
    fail(`${error} evaluating rule: ${text}`)
  }
}

/** Tells that a rule is broken, unless nothing has changed that it speaks of. */
function refuse(compiled: CompiledRule, schema: JsonSchema, place: Place, run: Run): void {
  const { rule, program, fieldPath } = compiled
  const at = [place.path, fieldPath].filter(Boolean).join('.') || NOWHERE
  const detail = messageOf(compiled, place, run)
  if (!program.usesOldSelf && (place.current ?? place.nearest)?.isUnchanged) return
  const hidesValue = schema.type === 'object' || schema.type === 'array'
  const value = hidesValue ? OMIT_VALUE : place.value
  switch (rule.reason) {
    case 'FieldValueForbidden':
      return run.report.forbidden(at, detail)
    case 'FieldValueRequired':
      return run.report.required(at, detail)
    case 'FieldValueDuplicate':
      return run.report.duplicate(at, place.value)
    default:
      return run.report.invalid(at, value, detail)
  }
}

function messageOf({ rule, message }: CompiledRule, { value, old }: Place, run: Run): string {
  const written = rule.message ? rule.message.trim() : `failed rule: ${rule.rule.trim()}`
  if (!message || message.error !== undefined) return written
  const outcome = message.evaluate(value, old ?? undefined, CALL_COST_MAX)
  run.budget -= outcome.cost
  const text = typeof outcome.value === 'string' ? outcome.value.trim() : ''
  const isFine = text !== '' && !text.includes('\n') && Buffer.byteLength(text) <= MESSAGE_MAX_BYTES
  return isFine ? text : written
}
