import type { Report } from '../../report.ts'
import { isSchema, type JsonSchema } from '../../structural/schema.ts'

const LIST_TYPES = ['atomic', 'set', 'map']
const TYPE = 'x-kubernetes-list-type'
const KEYS = 'x-kubernetes-list-map-keys'

/** Reports what is wrong with how a list is merged; `report` stands at its schema. */
export function listErrors(schema: JsonSchema, report: Report): void {
  const listType = schema[TYPE]
  const keys = schema[KEYS] ?? []
  if (listType) typeErrors(schema, listType, report)
  if (keys.length > 0) {
    const why = 'must be map if x-kubernetes-list-map-keys is non-empty'
    if (!listType) report.required(TYPE, why)
    else if (listType !== 'map') report.invalid(TYPE, listType, why)
  }
  if (listType === 'map') mapErrors(schema, keys, report)
  if (listType === 'set' || listType === 'map') itemErrors(schema, listType, keys, report)
}

function typeErrors({ type = '', items }: JsonSchema, listType: string, report: Report): void {
  const why = 'must be array if x-kubernetes-list-type is specified'
  if (type === '') report.required('type', why)
  else if (type !== 'array') report.invalid('type', type, why)
  else if (listType === 'set' && isSchema(items)) setErrors(items, report)
  if (!LIST_TYPES.includes(listType)) report.notSupported(TYPE, listType, LIST_TYPES)
}

/** Items of a set are compared as a whole, so nobody can own a part of one. */
function setErrors(items: JsonSchema, report: Report): void {
  const why = 'must be atomic as item of a list with x-kubernetes-list-type=set'
  const { type, [TYPE]: listType, 'x-kubernetes-map-type': mapType } = items
  if (type === 'array' && listType && listType !== 'atomic') report.invalid(`items.${TYPE}`, listType, why)
  if (type === 'object' && mapType !== 'atomic') report.invalid('items.x-kubernetes-map-type', listType ?? null, why)
}

function mapErrors({ items }: JsonSchema, keys: readonly string[], report: Report): void {
  if (keys.length === 0) report.required(KEYS, 'must not be empty if x-kubernetes-list-type is map')
  if (!items) return report.required('items', 'must have a schema if x-kubernetes-list-type is map')
  if (!isSchema(items)) {
    return report.invalid('items', items, 'must only have a single schema if x-kubernetes-list-type is map')
  }
  const { type = '', properties = {} } = items
  if (type !== 'object') {
    return report.invalid('items.type', type, "must be object if parent array's x-kubernetes-list-type is map")
  }
  for (const [i, key] of keys.entries()) {
    const property = Object.hasOwn(properties, key) ? properties[key] : undefined
    if (!property) report.invalid(KEYS, keys, 'entries must all be names of item properties')
    else if (property.type === 'array' || property.type === 'object') {
      const why = "must be a scalar type if parent array's x-kubernetes-list-type is map"
      report.invalid(`items.properties[${key}].type`, type, why)
    }
    if (keys.indexOf(key) < i) report.invalid(KEYS, keys, 'must not contain duplicate entries')
  }
}

/** Every item must have what it is told apart by. */
function itemErrors({ items }: JsonSchema, listType: string, keys: readonly string[], report: Report): void {
  if (!isSchema(items)) return
  if (items.nullable) {
    report.forbidden('items.nullable', `cannot be nullable when x-kubernetes-list-type is ${listType}`)
  }
  for (const key of listType === 'map' ? keys : []) {
    const property = items.properties?.[key]
    if (!property) continue
    const at = `items.properties[${key}]`
    if (!items.required?.includes(key) && (property.default ?? null) === null) {
      const why = 'this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property'
      report.required(`${at}.default`, why)
    }
    if (property.nullable) {
      report.forbidden(`${at}.nullable`, 'this property is in x-kubernetes-list-map-keys, so it cannot be nullable')
    }
  }
}
