import type { PatchSchema } from './schema.ts'

/**
 * A step of a field path as FieldsV1 writes it: `f:name` a field, `k:{"name":"a"}` the list item with these keys, `v:"x"` the item
 * that is this value, `i:0` the item at this index.
 */
export type PathElement = string

/** A set of fields as metav1.FieldsV1 writes it: `f:name`, `k:{"name":"a"}`, `v:"x"`, `i:0`, and `.` for the place itself. */
export interface FieldsV1 {
  [key: string]: FieldsV1
}

/** An object that does not have the shape that its schema says. */
export class SchemaMismatch extends Error {}

export function fieldElement(name: string): PathElement {
  return `f:${name}`
}

/** The element that stands for an item of a `set` or `map` list. Throws SchemaMismatch when the item cannot be told apart. */
export function itemElement(item: unknown, schema: PatchSchema): PathElement {
  return schema.listType === 'map' ? keyElement(item, schema) : valueElement(item)
}

function keyElement(item: unknown, schema: PatchSchema): PathElement {
  if (item === null || item === undefined)
    throw new SchemaMismatch('associative list with keys may not have a null element')
  if (typeof item !== 'object' || Array.isArray(item))
    throw new SchemaMismatch('associative list with keys may not have non-map elements')
  const keys: Record<string, unknown> = {}
  for (const name of schema.mapKeys.toSorted()) {
    const value = (item as Record<string, unknown>)[name] ?? schema.items?.field(name)?.default
    if (value !== undefined) keys[name] = value
  }
  if (Object.keys(keys).length > 0) return `k:${goJson(keys)}`
  const names = schema.mapKeys.map((name) => JSON.stringify(name)).join(' ')
  throw new SchemaMismatch(
    `associative list with keys has an element that omits all key fields [${names}] (and doesn't have default values for any key fields)`,
  )
}

function valueElement(item: unknown): PathElement {
  if (item === null || item === undefined)
    throw new SchemaMismatch("associative list without keys has an element that's an explicit null")
  if (Array.isArray(item)) throw new SchemaMismatch('not supported: associative list with lists as elements')
  if (typeof item === 'object')
    throw new SchemaMismatch("associative list without keys has an element that's a map type")
  return `v:${goJson(item)}`
}

/** JSON as Go writes it, with what could close an HTML tag escaped. */
function goJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[<>&\u2028\u2029]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

/** The element in the one form that equal elements have; undefined when its kind is not known. Throws when it is malformed. */
export function canonicalElement(text: string): PathElement | undefined {
  if (text.length < 2) throw new SchemaMismatch('key must be 2 characters long:')
  if (text[1] !== ':') throw new SchemaMismatch(`missing colon: ${text}`)
  const rest = text.slice(2)
  if (text[0] === 'f') return text
  if (text[0] === 'i') return `i:${Number.parseInt(rest, 10)}`
  if (text[0] === 'v') return `v:${goJson(parsed(rest))}`
  if (text[0] !== 'k') return undefined
  const keys = Object.entries(parsed(rest) as Record<string, unknown>)
  return `k:${goJson(Object.fromEntries(keys.sort(([a], [b]) => (a < b ? -1 : 1))))}`
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new SchemaMismatch(`not JSON: ${text}`)
  }
}

/** The element as messages show it: `.spec`, `[name="a"]`, `[="x"]`, `[0]`. */
export function printElement(element: PathElement): string {
  const rest = element.slice(2)
  if (element.startsWith('f:')) return `.${rest}`
  if (element.startsWith('i:')) return `[${rest}]`
  if (element.startsWith('v:')) return `[=${printScalar(JSON.parse(rest))}]`
  const keys = Object.entries(JSON.parse(rest) as Record<string, unknown>)
  return `[${keys.map(([name, value]) => `${name}=${printScalar(value)}`).join(',')}]`
}

const printScalar = (value: unknown) => JSON.stringify(value)

const KIND_ORDER = 'fkvi'

/** Orders elements as upstream stores them: fields, keyed items, values, indexes. */
export function compareElements(a: PathElement, b: PathElement): number {
  const kind = a.charAt(0)
  if (kind !== b.charAt(0)) return KIND_ORDER.indexOf(kind) - KIND_ORDER.indexOf(b.charAt(0))
  if (kind === 'f') return compareText(a, b)
  if (kind === 'k') return compareKeys(a, b)
  return compareScalars(JSON.parse(a.slice(2)), JSON.parse(b.slice(2)))
}

const compareText = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)

function compareKeys(a: PathElement, b: PathElement): number {
  const left = Object.entries(JSON.parse(a.slice(2)) as Record<string, unknown>)
  const right = Object.entries(JSON.parse(b.slice(2)) as Record<string, unknown>)
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    const [name, value] = left[i] as [string, unknown]
    const [otherName, otherValue] = right[i] as [string, unknown]
    const order = compareText(name, otherName) || compareScalars(value, otherValue)
    if (order) return order
  }
  return left.length - right.length
}

const TYPE_ORDER = ['number', 'string', 'boolean']

function compareScalars(a: unknown, b: unknown): number {
  const byType = TYPE_ORDER.indexOf(typeof a) - TYPE_ORDER.indexOf(typeof b)
  if (byType) return byType
  if (typeof a === 'string') return compareText(a, b as string)
  return Number(a) - Number(b)
}
