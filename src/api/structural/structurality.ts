import { deepEqual } from '../equal.ts'
import type { Report } from '../report.ts'
import { completenessErrors } from './completeness.ts'
import { type Level, valueValidationErrors } from './junctors.ts'
import { isSchema, type JsonSchema, valuesOf } from './schema.ts'

/** Where the type has to be said, as messages put it. */
const PLACES: Readonly<Record<Level, string>> = {
  root: 'at the root',
  item: 'for specified array items',
  field: 'for specified object fields',
}

/** Keywords that a structural schema cannot have at all. */
const UNSUPPORTED = ['id', '$schema', '$ref', 'patternProperties', 'dependencies', 'definitions'] as const

/** Why the schema cannot even be looked at as a structural one, in the words of upstream's `NewStructural`. */
export function unsupportedKeyword(schema: JsonSchema): string | undefined {
  const keyword = UNSUPPORTED.find((name) => !isEmpty(schema[name]))
  if (keyword) return `OpenAPIV3Schema '${keyword.replace('$schema', 'schema')}' is not supported`
  if (schema.additionalItems !== undefined) return "OpenAPIV3Schema 'additionalItems' is not supported"
  if (Array.isArray(schema.items)) return "OpenAPIV3Schema 'items' must be a schema, but is an array"
  if (schema['x-kubernetes-preserve-unknown-fields'] === false) {
    return "internal error: 'x-kubernetes-preserve-unknown-fields' must be true or undefined"
  }
  const { items, not, properties = {}, allOf = [], anyOf = [], oneOf = [] } = schema
  const parts = [...allOf, ...anyOf, ...oneOf, not, items, ...Object.values(properties), valuesOf(schema)]
  for (const part of parts) {
    const found = part && unsupportedKeyword(part)
    if (found) return found
  }
  return undefined
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === '' || (isSchema(value) && Object.keys(value).length === 0)
}

/** Reports why a schema without unsupported keywords is not structural; `report` stands at the schema, whose whole path is `base`. */
export function structuralErrors(schema: JsonSchema, base: string, report: Report): void {
  invariantErrors(schema, 'root', report)
  completenessErrors(schema, base, report)
}

function invariantErrors(schema: JsonSchema, level: Level, report: Report): void {
  const { type = '', items, properties = {}, additionalProperties } = schema
  if (type === 'array' && !items) report.required('items', 'must be specified')
  if (items) invariantErrors(items, 'item', report.at('items'))
  for (const [name, property] of Object.entries(properties)) {
    invariantErrors(property, 'field', report.at(`properties[${name}]`))
  }
  const values = valuesOf(schema)
  if (additionalProperties !== undefined && level === 'root') {
    report.forbidden('additionalProperties', 'must not be used at the root')
  }
  if (values) invariantErrors(values, 'field', report.at('additionalProperties'))
  extensionErrors(schema, report)
  valueValidationErrors(schema, intOrStringException(schema), level, report)
  typeErrors(schema, type, level, report)
  metadataErrors(schema, level, report)
}

function extensionErrors(schema: JsonSchema, report: Report): void {
  if (!schema['x-kubernetes-int-or-string']) return
  for (const name of ['x-kubernetes-preserve-unknown-fields', 'x-kubernetes-embedded-resource'] as const) {
    if (schema[name]) report.invalid(name, true, 'must be false if x-kubernetes-int-or-string is true')
  }
}

function typeErrors(schema: JsonSchema, type: string, level: Level, report: Report): void {
  const embedded = schema['x-kubernetes-embedded-resource'] ?? false
  const untyped = schema['x-kubernetes-int-or-string'] || schema['x-kubernetes-preserve-unknown-fields']
  if (embedded && type !== 'object') {
    const why = 'must be object if x-kubernetes-embedded-resource is true'
    if (type === '') report.required('type', why)
    else report.invalid('type', type, why)
  } else if (type === '' && !untyped) {
    report.required('type', `must not be empty ${PLACES[level]}`)
  }
  if (embedded && schema.additionalProperties !== undefined) {
    report.forbidden('additionalProperties', 'must not be used if x-kubernetes-embedded-resource is set')
  }
  if (level === 'root' && type !== '' && type !== 'object') report.invalid('type', type, 'must be object at the root')
}

/** What a schema may say of the parts that every object has. */
function metadataErrors(schema: JsonSchema, level: Level, report: Report): void {
  const { properties = {} } = schema
  const embedded = schema['x-kubernetes-embedded-resource'] ?? false
  const isObject = level === 'root' || embedded
  for (const name of isObject ? ['kind', 'apiVersion'] : []) {
    const property = properties[name]
    if (property && property.type !== 'string') {
      report.invalid(`properties[${name}].type`, property.type ?? '', 'must be string')
    }
  }
  const { metadata } = properties
  if (metadata && isObject && metadata.type !== 'object') {
    report.invalid('properties[metadata].type', metadata.type ?? '', 'must be object')
  }
  if (metadata && level === 'root' && !restrictsNamesOnly(metadata)) {
    const why = 'must not specify anything other than name and generateName, but metadata is implicitly specified'
    report.forbidden('properties[metadata]', why)
  }
  if (embedded && !schema['x-kubernetes-preserve-unknown-fields'] && Object.keys(properties).length === 0) {
    const why =
      'must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields'
    report.required('properties', why)
  }
}

function restrictsNamesOnly({ type: _type, default: _default, properties, ...rest }: JsonSchema): boolean {
  const names = Object.keys(properties ?? {})
  const isNamed = names.every((name) => name === 'name' || name === 'generateName')
  return isNamed && Object.values(rest).every((value) => value === false || isEmpty(value))
}

const INT_OR_STRING = [{ type: 'integer' }, { type: 'string' }]

/** Where types may be said within anyOf after all: the two ways in which an integer or a string has always been written. */
function intOrStringException({ anyOf, allOf }: JsonSchema): 'anyOf' | 'first allOf' | undefined {
  if (deepEqual(anyOf, INT_OR_STRING)) return 'anyOf'
  return deepEqual(allOf?.[0]?.anyOf, INT_OR_STRING) ? 'first allOf' : undefined
}
