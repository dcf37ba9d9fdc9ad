import { COSTS } from './cost.ts'
import { goTypeName, runtimeType } from './runtime-types.ts'
import { type Attribute, charge, type Evaluate, type Qualifier, type Run, type Step } from './step.ts'
import {
  CelError,
  Double,
  isError,
  isInt,
  isList,
  isMap,
  listAt,
  listSize,
  mapFind,
  NONE,
  noSuchOverload,
  Optional,
  Uint,
  type Value,
} from './values.ts'

/** The step that comes to the value of an attribute. */
export function attributeStep(attribute: Attribute): Step {
  const cost = attribute.kind === 'choice' ? 0 : COSTS.select
  return {
    attribute,
    evaluate(run) {
      const value = resolve(attribute, run)
      charge(run, cost)
      return value
    },
  }
}

/** The step for a presence test: it costs nothing beyond the way there. */
export function testStep(attribute: Attribute): Step {
  return {
    attribute,
    evaluate(run) {
      const value = resolve(attribute, run)
      return value instanceof Optional ? value.value !== undefined : value
    },
  }
}

/** The attribute that a step is, or that starts with its value. */
export const attributeOf = (step: Step): Attribute =>
  step.attribute ?? { kind: 'plain', root: step.evaluate, qualifiers: [] }

/** The attribute one key further on. */
export function qualify(attribute: Attribute, qualifier: Qualifier): Attribute {
  if (attribute.kind === 'plain') return { ...attribute, qualifiers: [...attribute.qualifiers, qualifier] }
  const { yes, no } = attribute
  return { ...attribute, yes: qualify(yes, qualifier), no: qualify(no, qualifier) }
}

/** The key that an index step stands for. */
export function keyOf(step: Step): Qualifier['key'] {
  if (step.constant) return { value: step.constant.value }
  const { attribute } = step
  // An attribute within brackets is charged for its keys only.
  return { evaluate: attribute ? (run) => resolve(attribute, run) : step.evaluate }
}

/** The value of an attribute, without the cost of looking at it. */
export function resolve(attribute: Attribute, run: Run): Value {
  if (attribute.kind === 'choice') {
    const condition = attribute.condition(run)
    if (condition === true) return resolve(attribute.yes, run)
    if (condition === false) return resolve(attribute.no, run)
    return isError(condition) ? condition : noSuchOverload()
  }
  const root = attribute.root(run)
  return attribute.qualifiers.length === 0 || isError(root) ? root : follow(root, attribute.qualifiers, run)
}

function follow(root: Value, qualifiers: readonly Qualifier[], run: Run): Value {
  let value = root
  let isOptional = root instanceof Optional
  if (root instanceof Optional) {
    if (root.value === undefined) return root
    value = root.value
  }
  for (const qualifier of qualifiers) {
    isOptional ||= qualifier.isOptional
    const key = 'value' in qualifier.key ? qualifier.key.value : qualifier.key.evaluate(run)
    if (isError(key)) return failed(run, key)
    const found = find(value, key, isOptional || qualifier.isTest)
    if (qualifier.isTest) return tested(run, found)
    // What is not there costs nothing to look at.
    if (found === undefined) return NONE
    charge(run, COSTS.select)
    if (isError(found)) return found
    value = found
  }
  return isOptional ? new Optional(value) : value
}

function failed(run: Run, error: CelError): CelError {
  charge(run, COSTS.select)
  return error
}

function tested(run: Run, found: Value | undefined): Value {
  charge(run, COSTS.select)
  return isError(found) ? found : found !== undefined
}

/** Says that a value is nothing to select by. */
export const invalidKey = (key: Value) => `invalid qualifier type: ${goTypeName(key)}`

export const isKey = (key: Value) =>
  typeof key === 'string' || typeof key === 'boolean' || isInt(key) || key instanceof Uint || key instanceof Double

/** What stands at a key of a map, list or object; for what is missing an error, or nothing when it is merely asked for. */
export function find(value: Value, key: Value, isAsked = false): Value | undefined {
  if (!isKey(key)) return new CelError(invalidKey(key))
  if (isMap(value)) {
    const found = mapFind(value, key)
    return found === undefined && !isAsked ? noSuchKey(key) : found
  }
  if (isList(value)) return findInList(value, key, isAsked)
  return isAsked ? undefined : noSuchKey(key)
}

const shown = (key: Value): string => (key instanceof Uint || key instanceof Double ? String(key.value) : String(key))

const noSuchKey = (key: Value) => new CelError(`no such key: ${shown(key)}`)

function findInList(list: Parameters<typeof listSize>[0], key: Value, isAsked: boolean): Value | undefined {
  const index = indexOf(key)
  if (isError(index)) return index
  if (index >= 0 && index < listSize(list)) return listAt(list, index)
  return isAsked ? undefined : new CelError(`index out of bounds: ${shown(key)}`)
}

/** The index that a value stands for: any number that is whole. */
export function indexOf(key: Value): number | CelError {
  if (isInt(key)) return Number(key)
  if (key instanceof Uint) return Number(key.value)
  if (!(key instanceof Double)) return new CelError(`unsupported index type '${runtimeType(key).name}' in list`)
  return Number.isInteger(key.value) ? key.value : new CelError(`unsupported index value ${key.value} in list`)
}

/** The step for `condition ? yes : no`. */
export function choiceStep(condition: Evaluate, yes: Step, no: Step): Step {
  return attributeStep({ kind: 'choice', condition, yes: attributeOf(yes), no: attributeOf(no) })
}
