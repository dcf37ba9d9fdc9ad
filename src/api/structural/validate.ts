import { deepEqual } from '../equal.ts'
import type { Correlation } from './correlation.ts'
import { supportedFormat, formatMatches } from './formats.ts'
import { checkNumber } from './numbers.ts'
import { patternMatches } from './pattern.ts'
import { type Json, isObject, type JsonSchema, valuesOf } from './schema.ts'
import { Result, type Violation } from './violations.ts'

/**
 * Everything in which a value is not as its schema wants it. With a correlation, what is as it was before is let pass.
 * `value` itself stands at '', so its fields at `name`.
 */
export function validateValue(schema: JsonSchema, value: unknown, correlation?: Correlation): Violation[] {
  const { violations } = check(schema, value, '', correlation)
  return correlation?.isUnchanged ? [] : violations
}

function check(schema: JsonSchema, value: unknown, path: string, correlation: Correlation | undefined): Result {
  const result = new Result()
  checkType(schema, value, path, result)
  if (value === null || value === undefined) {
    checkEnum(schema, value, path, result)
    return result
  }
  result.merge(checkJunctors(schema, value, path, correlation)).matches++
  if (typeof value === 'string') checkString(schema, value, path, result)
  else if (typeof value === 'number') result.merge(checkNumber(schema, value, path)).matches++
  else if (Array.isArray(value)) result.merge(checkArray(schema, value, path, correlation)).matches++
  checkEnum(schema, value, path, result)
  result.matches++
  if (isObject(value)) result.merge(checkObject(schema, value, path, correlation)).matches++
  result.matches++
  return result
}

/** The types that a schema allows; an integer or a string is both. */
function typesOf(schema: JsonSchema): readonly string[] {
  if (schema['x-kubernetes-int-or-string']) return ['integer', 'string']
  return schema.type ? [schema.type] : []
}

/** A value's type and format, as they are told. */
function typeOf(value: unknown): [type: string, format: string] {
  if (Array.isArray(value)) return ['array', '']
  if (typeof value === 'number') return Number.isInteger(value) ? ['integer', 'int64'] : ['number', 'float64']
  return [typeof value === 'object' ? 'object' : typeof value, '']
}

function checkType(schema: JsonSchema, value: unknown, path: string, result: Result): void {
  const types = typesOf(schema)
  const format = supportedFormat(schema)
  if (types.length === 0 && !format) return
  const wanted = types.join(',')
  if (value === null || value === undefined) {
    if (types.length > 0 && !schema.nullable) result.add(wrongType(path, wanted, 'null'))
    return
  }
  const [found, foundFormat] = typeOf(value)
  const fits = types.includes(found) || (found === 'integer' && types.includes('number'))
  const isText = found === 'string' || found === 'array'
  result.matches++
  if (format && !isText && !fits && foundFormat !== format) result.add(wrongType(path, format, foundFormat))
  else if (!fits && !(format && isText && !isNumeric(types))) result.add(wrongType(path, wanted, found))
  else result.matches++
}

const isNumeric = (types: readonly string[]) => types.includes('number') || types.includes('integer')

function wrongType(path: string, wanted: string, found: string): Violation {
  return {
    kind: 'type',
    path,
    value: found,
    message: `${path} in body must be of type ${wanted}: ${JSON.stringify(found)}`,
  }
}

function checkEnum({ enum: allowed = [] }: JsonSchema, value: unknown, path: string, result: Result): void {
  if (allowed.length === 0 || (value !== null && allowed.some((one) => deepEqual(one, value)))) return
  const list = allowed.map((one) => (typeof one === 'string' ? one : JSON.stringify(one))).join(' ')
  result.add({ kind: 'enum', path, value, allowed, message: `${path} in body should be one of [${list}]` })
}

function checkString(schema: JsonSchema, value: string, path: string, result: Result): void {
  const { maxLength, minLength, pattern } = schema
  const length = maxLength === undefined && minLength === undefined ? 0 : [...value].length
  const fail = (message: string, rest: Partial<Violation> = {}) =>
    result.add({ kind: 'other', path, value, message: `${path} in body ${message}`, ...rest })
  // Upstream tells of the first of these.
  if (maxLength !== undefined && length > maxLength) {
    fail(`should be at most ${maxLength} chars long`, { kind: 'tooLong', max: maxLength })
  } else if (minLength !== undefined && length < minLength) fail(`should be at least ${minLength} chars long`)
  else if (pattern && !patternMatches(pattern, value)) fail(`should match '${pattern}'`)
  result.matches++
  const format = supportedFormat(schema)
  if (!format) return
  const message = `must be of type ${format}: ${JSON.stringify(value)}`
  if (!formatMatches(format, value)) fail(message, { kind: 'type' })
  result.matches++
}

function checkArray(
  { items, minItems, maxItems, uniqueItems }: JsonSchema,
  value: readonly unknown[],
  path: string,
  correlation: Correlation | undefined,
): Result {
  const result = new Result()
  const fail = (message: string, rest: Partial<Violation>) =>
    result.add({ kind: 'other', path, message: `${path} in body ${message}`, ...rest })
  if (items) {
    value.forEach((item, i) => result.merge(checkChild(items, item, `${path}[${i}]`, correlation?.item(i))))
  }
  const { length } = value
  if (minItems !== undefined && length < minItems) fail(`should have at least ${minItems} items`, { value: length })
  if (maxItems !== undefined && length > maxItems) {
    fail(`should have at most ${maxItems} items`, { kind: 'tooMany', value: length, max: maxItems })
  }
  if (uniqueItems && value.some((item, i) => value.findIndex((other) => deepEqual(other, item)) !== i)) {
    fail("shouldn't contain duplicates", {})
  }
  result.matches++
  return result
}

function checkObject(schema: JsonSchema, value: Json, path: string, correlation: Correlation | undefined): Result {
  const { properties = {}, required = [], minProperties, maxProperties, additionalProperties } = schema
  const result = new Result()
  const count = Object.keys(value).length
  const fail = (message: string, rest: Partial<Violation>) =>
    result.add({ kind: 'other', path, message, value: count, ...rest })
  if (minProperties !== undefined && count < minProperties) {
    fail(`${path} in body should have at least ${minProperties} properties`, {})
  }
  if (maxProperties !== undefined && count > maxProperties) {
    fail(`${path} in body should have at most ${maxProperties} properties`, { kind: 'tooMany', max: maxProperties })
  }
  const others = Object.keys(value).filter((name) => !Object.hasOwn(properties, name))
  const values = valuesOf(schema)
  for (const name of others) {
    if (additionalProperties === false) fail(`${path}.${name} in body is a forbidden property`, { value: name })
    else if (values) result.merge(checkChild(values, value[name], `${path}.${name}`, correlation?.field(name)))
  }
  for (const [name, property] of Object.entries(properties)) {
    if (!Object.hasOwn(value, name)) continue
    // The type of the whole is not what it was before: both have been converted.
    const isTypeMeta = path === '' && (name === 'kind' || name === 'apiVersion')
    const old = isTypeMeta ? undefined : correlation?.field(name)
    result.merge(checkChild(property, value[name], path ? `${path}.${name}` : name, old))
  }
  for (const name of required) {
    if (Object.hasOwn(value, name)) continue
    result.add({ kind: 'required', path: `${path}.${name}`, message: `${path}.${name} in body is required` })
  }
  return result
}

/** What has not changed is let pass, for all that is wrong within it. */
function checkChild(schema: JsonSchema, value: unknown, path: string, correlation: Correlation | undefined): Result {
  const result = check(schema, value, path, correlation)
  if (!result.isValid && correlation?.isUnchanged) result.violations.length = 0
  return result
}

function checkJunctors(
  { anyOf = [], oneOf = [], allOf = [], not }: JsonSchema,
  value: unknown,
  path: string,
  correlation: Correlation | undefined,
): Result {
  const result = new Result()
  const where = JSON.stringify(path)
  const fail = (message: string) => result.add({ kind: 'other', path: '', message: `${where} must ${message}` })
  const attempt = (one: JsonSchema) => check(one, value, path, correlation)
  if (anyOf.length > 0) {
    const results = anyOf.map(attempt)
    const success = results.find(({ isValid }) => isValid)
    if (!success) fail('validate at least one schema (anyOf)')
    result.merge(success ?? closest(results))
  }
  if (oneOf.length > 0) {
    const results = oneOf.map(attempt)
    const valid = results.filter(({ isValid }) => isValid)
    if (valid.length === 0) fail('validate one and only one schema (oneOf). Found none valid')
    if (valid.length > 1) fail(`validate one and only one schema (oneOf). Found ${valid.length} valid alternatives`)
    if (valid.length < 2) result.merge(valid[0] ?? closest(results))
  }
  if (allOf.length > 0) {
    const results = allOf.map(attempt)
    for (const one of results) result.merge(one)
    const valid = results.filter(({ isValid }) => isValid).length
    if (valid < allOf.length) fail(`validate all the schemas (allOf)${valid === 0 ? '. None validated' : ''}`)
  }
  if (not && attempt(not).isValid) fail('not validate the schema (not)')
  result.matches++
  return result
}

/** Of alternatives that all fail, the one of which most was right. */
function closest(results: readonly Result[]): Result {
  return results.reduce((best, one) => (one.matches > best.matches ? one : best))
}
