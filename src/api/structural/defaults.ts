import { clone, setOwn } from '../equal.ts'
import { childOf, type Json, type JsonSchema } from './schema.ts'

const isNoNull = (schema: JsonSchema | undefined) => schema !== undefined && !schema.nullable

/** Removes, in place, nulls that the schema neither allows nor has a default for, as Go does when it reads into a struct. */
export function dropNulls(value: unknown, schema: JsonSchema | undefined): void {
  if (Array.isArray(value)) {
    for (const item of value) dropNulls(item, schema?.items)
  } else if (typeof value === 'object' && value !== null) {
    for (const [name, one] of Object.entries(value)) {
      const child = childOf(schema, name)
      if (one === null && isNoNull(child) && child?.default === undefined) delete (value as Json)[name]
      else dropNulls(one, child)
    }
  }
}

/** Fills in, in place, what the schema says of absent fields, and in place of nulls that it does not allow. */
export function applyDefaults(value: unknown, schema: JsonSchema | undefined): void {
  if (!schema) return
  if (Array.isArray(value)) defaultItems(value, schema.items)
  else if (typeof value === 'object' && value !== null) defaultFields(value as Json, schema)
}

function defaultItems(list: unknown[], items: JsonSchema | undefined): void {
  for (const [i, item] of list.entries()) {
    if (item === null && isNoNull(items)) list[i] = clone(items?.default ?? null)
    applyDefaults(list[i], items)
  }
}

function defaultFields(object: Json, schema: JsonSchema): void {
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    if (property.default === undefined || property.default === null) continue
    const found = Object.hasOwn(object, name) ? object[name] : undefined
    if (found === undefined || (found === null && !property.nullable)) setOwn(object, name, clone(property.default))
  }
  for (const name of Object.keys(object)) {
    const child = childOf(schema, name)
    if (object[name] === null && isNoNull(child) && child?.default !== undefined) {
      setOwn(object, name, clone(child.default))
    }
    applyDefaults(object[name], child)
  }
}
