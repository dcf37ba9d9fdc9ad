import type { Report } from '../report.ts'
import { patternError } from './pattern.ts'
import type { JsonSchema } from './schema.ts'

/** Where a schema stands. */
export type Level = 'root' | 'item' | 'field'

/** Where types may be said after all, as an integer or a string needs it. */
type Exception = 'anyOf' | 'first allOf' | undefined

/** Keywords that say of what shape a value is, and so have no place in allOf, anyOf, oneOf or not. */
const SHAPES: readonly [keyword: keyof JsonSchema, rule: string][] = [
  ['type', 'must be empty to be structural'],
  ['additionalProperties', 'must be undefined to be structural'],
  ['default', 'must be undefined to be structural'],
  ['title', 'must be empty to be structural'],
  ['description', 'must be empty to be structural'],
  ['nullable', 'must be false to be structural'],
  ['x-kubernetes-preserve-unknown-fields', 'must be false to be structural'],
  ['x-kubernetes-embedded-resource', 'must be false to be structural'],
  ['x-kubernetes-int-or-string', 'must be false to be structural'],
  ['x-kubernetes-list-map-keys', 'must be empty to be structural'],
  ['x-kubernetes-list-type', 'must be undefined to be structural'],
  ['x-kubernetes-map-type', 'must be undefined to be structural'],
  ['x-kubernetes-validations', 'must be empty to be structural'],
]

/** Reports what value validation (allOf, anyOf, oneOf, not, pattern) says that only structure may say. */
export function valueValidationErrors(schema: JsonSchema, exception: Exception, level: Level, report: Report): void {
  const { anyOf = [], allOf = [], oneOf = [], not, pattern } = schema
  if (exception !== 'anyOf') anyOf.forEach((one, i) => nestedErrors(one, undefined, level, report.at('anyOf', i)))
  for (const [i, one] of allOf.entries()) {
    nestedErrors(one, exception === 'first allOf' && i === 0 ? 'anyOf' : undefined, level, report.at('allOf', i))
  }
  oneOf.forEach((one, i) => nestedErrors(one, undefined, level, report.at('oneOf', i)))
  if (not) nestedErrors(not, undefined, level, report.at('not'))
  const error = pattern ? patternError(pattern) : undefined
  if (error) report.invalid('pattern', pattern, `must be a valid regular expression, but isn't: ${error}`)
}

function nestedErrors(schema: JsonSchema, exception: Exception, level: Level, report: Report): void {
  valueValidationErrors(schema, exception, level, report)
  if (schema.items) nestedErrors(schema.items, undefined, level, report.at('items'))
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    nestedErrors(property, undefined, 'field', report.at(`properties[${name}]`))
  }
  for (const [keyword, rule] of SHAPES) if (isSaid(schema[keyword])) report.forbidden(keyword, rule)
  if (schema.properties && Object.hasOwn(schema.properties, 'metadata')) {
    report.forbidden('properties[metadata]', 'must not be specified in a nested context')
  }
}

function isSaid(value: unknown): boolean {
  if (value === undefined || value === false || value === '') return false
  return !Array.isArray(value) || value.length > 0
}
