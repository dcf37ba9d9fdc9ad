import { joinPath, type Report } from '../report.ts'
import { childOf, isObject, type Json, type JsonSchema } from './schema.ts'

/** Reports items that stand twice in sets, and keys that do in lists that are maps. */
export function listErrors(value: unknown, schema: JsonSchema | undefined, report: Report, path = ''): void {
  if (!schema) return
  if (Array.isArray(value)) {
    itemErrors(value, schema, report, path)
    value.forEach((item, i) => listErrors(item, schema.items, report, `${path}[${i}]`))
  } else if (isObject(value)) {
    for (const [name, one] of Object.entries(value)) {
      const isField = schema.properties && Object.hasOwn(schema.properties, name)
      listErrors(one, childOf(schema, name), report, isField ? joinPath(path, name) : `${path}[${name}]`)
    }
  }
}

function itemErrors(list: readonly unknown[], schema: JsonSchema, report: Report, path: string): void {
  const type = schema['x-kubernetes-list-type']
  if (type === 'set') repeated(list).forEach((i) => report.duplicate(`${path}[${i}]`, list[i]))
  if (type !== 'map') return
  const wrong = list.findIndex((item) => item !== null && !isObject(item))
  if (wrong >= 0) {
    return report.invalid(`${path}[${wrong}]`, list[wrong], 'must be an object for an array of list-type map')
  }
  const keys = list.map((item) => keysOf(item as Json | null, schema['x-kubernetes-list-map-keys'] ?? []))
  for (const i of repeated(keys)) report.duplicate(`${path}[${i}]`, keys[i])
}

/** The fields by which an item of a map list is told apart, as far as it has them. */
export function keysOf(item: Json | null, names: readonly string[]): Json {
  return Object.fromEntries(
    names.filter((name) => item && Object.hasOwn(item, name)).map((name) => [name, item?.[name]]),
  )
}

/** Where each value that is there several times stands the second time. */
function repeated(values: readonly unknown[]): number[] {
  const seen = new Map<string, number>()
  return values.flatMap((value, i) => {
    const text = canonical(value)
    const times = (seen.get(text) ?? 0) + 1
    seen.set(text, times)
    return times === 2 ? [i] : []
  })
}

/** JSON with the fields of objects in order. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, one: unknown) =>
    isObject(one) ? Object.fromEntries(Object.entries(one).sort(([a], [b]) => (a < b ? -1 : 1))) : one,
  )
}
