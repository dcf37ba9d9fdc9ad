import type { TypeProvider } from './environment.ts'
import { equal } from './equality.ts'
import { goQuote } from './strings.ts'
import { toJson } from './to-json.ts'
import { DYN, STRING } from './types.ts'
import { CelError, CelMap, isError, isList, isMap, mapFind, mapKeys, NONE, toArray, type Value } from './values.ts'

/** What the expressions of mutating policies make: `Object{…}`, with types that are named after the way to a field. */
class MutationObject extends CelMap {
  override readonly typeName: string
  private readonly fields: ReadonlyMap<string, Value>

  constructor(typeName: string, fields: ReadonlyMap<string, Value>) {
    super()
    this.typeName = typeName
    this.fields = fields
  }

  get size(): number {
    return this.fields.size
  }

  find(key: Value): Value | undefined {
    return this.fields.get(key as string)
  }

  keys(): Iterable<Value> {
    return this.fields.keys()
  }

  override equals(other: Value): boolean {
    if (!(other instanceof MutationObject) || other.typeName !== this.typeName || other.size !== this.size) return false
    return [...this.fields].every(([name, value]) => {
      const theirs = other.find(name)
      return theirs !== undefined && equal(value, theirs)
    })
  }
}

const PATCH = 'JSONPatch'
const OBJECT = 'Object'
const PATCH_TEXTS = ['op', 'path', 'from']

const isObjectType = (name: string) => name === OBJECT || name.startsWith(`${OBJECT}.`)

/** The types `Object`, `Object.spec` … and `JSONPatch`. Fields of objects are of any name and type. */
export const MUTATION_TYPES: TypeProvider = {
  hasStruct: (name) => name === PATCH || isObjectType(name),
  fieldType(struct, field) {
    if (struct !== PATCH) return DYN
    if (PATCH_TEXTS.includes(field)) return STRING
    return field === 'value' ? DYN : undefined
  },
  create(struct, fields) {
    const wrong = struct === PATCH ? PATCH_TEXTS.find((name) => !isText(fields.get(name))) : undefined
    return wrong === undefined
      ? new MutationObject(struct, fields)
      : new CelError(`unexpected type for JSONPatchType '${wrong}' field`)
  },
}

const isText = (value: Value | undefined) => value === undefined || typeof value === 'string'

/** One operation of a JSON patch that an expression made. */
export interface PatchOperation {
  op: string
  path: string
  from?: string
  value?: unknown
}

/** The operations that an expression came to; an error when it came to something else. */
export function patchOperations(value: Value): PatchOperation[] | CelError {
  if (!isList(value)) return new CelError('type mismatch: JSONPatchType.expression should evaluate to array')
  const operations: PatchOperation[] = []
  for (const item of toArray(value)) {
    const operation = patchOperation(item)
    if (isError(operation)) return operation
    operations.push(operation)
  }
  return operations
}

function patchOperation(item: Value): PatchOperation | CelError {
  if (!(item instanceof MutationObject) || item.typeName !== PATCH) {
    return new CelError('type mismatch: JSONPatchType.expression should evaluate to array of JSONPatch')
  }
  const text = (name: string) => (item.find(name) as string | undefined) ?? ''
  const given = item.find('value')
  const problem = given instanceof MutationObject ? typeProblem(given, given.typeName) : undefined
  if (problem !== undefined) return new CelError(`type mismatch: ${problem}`)
  const value = given === undefined ? undefined : toJson(given)
  if (isError(value)) {
    return new CelError(`JSONPath valueExpression evaluated to a type that could not marshal to JSON: ${value.message}`)
  }
  return {
    op: text('op'),
    path: text('path'),
    ...(text('from') && { from: text('from') }),
    ...(given !== undefined && { value }),
  }
}

/** The object, as JSON, that an expression for an apply configuration came to; an error when it came to something else. */
export function appliedObject(value: Value): Readonly<Record<string, unknown>> | CelError {
  if (!(value instanceof MutationObject) || !isObjectType(value.typeName)) {
    return new CelError('unsupported return type from ApplyConfiguration expression')
  }
  const problem = typeProblem(value, OBJECT)
  if (problem !== undefined) return new CelError(`type mismatch: ${problem}`)
  return toJson(value) as Readonly<Record<string, unknown>> | CelError
}

/** Says where an object's type is not that of the field which it stands in. */
function typeProblem(value: Value, path: string): string | undefined {
  if (value === NONE) return undefined
  if (isList(value)) return firstProblem(toArray(value).map((item) => [item, path]))
  if (!isMap(value)) return undefined
  const isObject = value instanceof MutationObject
  if (isObject && value.typeName !== path) {
    const [found, wanted] = [goQuote(value.typeName), goQuote(path)]
    return `unexpected type name ${found}, expected ${wanted}, which matches field name path from root Object type`
  }
  const entries = [...mapKeys(value)].map(
    (key) => [mapFind(value, key) ?? null, isObject ? `${path}.${key}` : path] as const,
  )
  return firstProblem(entries)
}

function firstProblem(values: readonly (readonly [Value, string])[]): string | undefined {
  for (const [value, path] of values) {
    const problem = typeProblem(value, path)
    if (problem !== undefined) return problem
  }
  return undefined
}
