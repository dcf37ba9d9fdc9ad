import type { Report } from '../../report.ts'
import { isSchema, type JsonSchema, META_FIELDS } from '../../structural/schema.ts'
import { listErrors } from './list-keywords.ts'
import { ruleTextErrors } from './rule-texts.ts'

const TYPES = ['array', 'boolean', 'integer', 'number', 'object', 'string']
const MAP_TYPES = ['atomic', 'granular']

/** Keywords of JSON schema that Kubernetes does not have. */
const UNSUPPORTED = ['id', 'additionalItems', 'patternProperties', 'definitions', 'dependencies', '$ref'] as const

/** What depends on where a schema stands. */
interface Place {
  /** Why nothing can be defaulted here. */
  noDefaults?: string
  /** Within apiVersion, kind or metadata, of the object or of an embedded one. */
  insideMetadata: boolean
}

/** Reports keywords that cannot be used, or not so; `report` stands at the schema of a whole object. */
export function keywordErrors(schema: JsonSchema, report: Report): void {
  visit(schema, { insideMetadata: false }, true, report)
}

function visit(schema: JsonSchema, place: Place, isRoot: boolean, report: Report): void {
  standardErrors(schema, place, report)
  if (schema.uniqueItems) {
    const why = 'uniqueItems cannot be set to true since the runtime complexity becomes quadratic'
    report.forbidden('uniqueItems', why)
  }
  visitMap(schema, place, isRoot, report)
  for (const [name, parts] of Object.entries({ allOf: schema.allOf, anyOf: schema.anyOf, oneOf: schema.oneOf })) {
    parts?.forEach((part, i) => visit(part, place, false, report.at(name, i)))
  }
  if (schema.not) visit(schema.not, place, false, report.at('not'))
  if (isSchema(schema.items)) visit(schema.items, place, false, report.at('items'))
  if (schema['x-kubernetes-preserve-unknown-fields'] === false) {
    report.invalid('x-kubernetes-preserve-unknown-fields', false, 'must be true or undefined')
  }
  mapTypeErrors(schema, report)
  listErrors(schema, report)
  ruleTextErrors(schema, report)
}

function visitMap(schema: JsonSchema, place: Place, isRoot: boolean, report: Report): void {
  const { properties = {}, additionalProperties } = schema
  if (additionalProperties !== undefined && additionalProperties !== true && Object.keys(properties).length > 0) {
    report.forbidden('additionalProperties', 'additionalProperties and properties are mutual exclusive')
  }
  if (isSchema(additionalProperties)) {
    const noDefaults = 'inside additionalProperties applying to object metadata'
    const below = place.insideMetadata ? { ...place, noDefaults } : place
    visit(additionalProperties, below, false, report.at('additionalProperties'))
  }
  for (const [name, property] of Object.entries(properties)) {
    const isMetadata = (isRoot || schema['x-kubernetes-embedded-resource']) && META_FIELDS.includes(name)
    const inside = isMetadata ? { ...place, insideMetadata: true } : place
    const below = isMetadata && isRoot ? { ...inside, noDefaults: `in top-level ${name}` } : inside
    visit(property, below, false, report.at(`properties[${name}]`))
  }
}

function standardErrors(schema: JsonSchema, { noDefaults, insideMetadata }: Place, report: Report): void {
  const { type } = schema
  if (type && !TYPES.includes(type)) report.notSupported('type', type, TYPES)
  if (schema.default !== undefined && schema.default !== null && noDefaults) {
    report.forbidden('default', `must not be set ${noDefaults}`)
  }
  for (const keyword of UNSUPPORTED) {
    if (isUsed(schema[keyword])) report.forbidden(keyword, `${keyword} is not supported`)
  }
  if (type === 'null') report.forbidden('type', 'type cannot be set to null, use nullable as an alternative')
  if (Array.isArray(schema.items)) report.forbidden('items', 'items must be a schema object and not an array')
  if (insideMetadata && schema['x-kubernetes-embedded-resource']) {
    report.forbidden('x-kubernetes-embedded-resource', 'must not be used inside of resource meta')
  }
}

function isUsed(value: unknown): boolean {
  return value !== undefined && value !== '' && !(isSchema(value) && Object.keys(value).length === 0)
}

function mapTypeErrors({ type = '', 'x-kubernetes-map-type': mapType }: JsonSchema, report: Report): void {
  if (!mapType) return
  const why = 'must be object if x-kubernetes-map-type is specified'
  if (type === '') report.required('type', why)
  else if (type !== 'object') report.invalid('type', type, why)
  if (!MAP_TYPES.includes(mapType)) report.notSupported('x-kubernetes-map-type', mapType, MAP_TYPES)
}
