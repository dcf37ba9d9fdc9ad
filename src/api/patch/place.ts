import { itemElement, type PathElement, SchemaMismatch } from './field-path.ts'
import type { JsonObject, PatchSchema } from './schema.ts'

/** How a value is handled: as one leaf, or member by member. */
export type Shape = 'leaf' | 'map' | 'list'

/** What a schema makes of a value; without a schema the value decides, and a null counts as a map that is not there. */
export function shapeOf(value: unknown, schema: PatchSchema | undefined): Shape {
  if (schema === undefined || schema.type === 'any') {
    if (schema?.mapType === 'atomic') return 'leaf'
    return value === null || isMap(value) ? 'map' : 'leaf'
  }
  if (schema.type === 'map') return schema.mapType === 'atomic' ? 'leaf' : 'map'
  if (schema.type === 'list') return schema.listType === 'atomic' ? 'leaf' : 'list'
  return 'leaf'
}

/** Whether this is a JSON object (not null, not an array). */
export function isMap(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function isEmptyMap(value: JsonObject): boolean {
  for (const _ in value) return false
  return true
}

/** The map that `value` is, or nothing. */
export const asMap = (value: unknown): JsonObject | undefined => (isMap(value) ? value : undefined)

/** The list that `value` is, or nothing. */
export const asList = (value: unknown): unknown[] | undefined => (Array.isArray(value) ? value : undefined)

/** The schema of a field's value; undefined where the schema says nothing of it. */
export function fieldSchema(schema: PatchSchema | undefined, name: string): PatchSchema | undefined {
  return schema?.field(name)
}

/** Fields that upstream's types hold by value, so that for it they are always there, if only empty. */
const HELD_BY_VALUE = new Set(['metadata', 'spec', 'status', 'template', 'jobTemplate', 'strategy', 'updateStrategy'])

/** Whether the field counts as there even when it is absent, so that nobody adds or removes it as a whole. */
export function isAlwaysThere(name: string, schema: PatchSchema | undefined): boolean {
  return schema?.type === 'map' && schema.typeName !== '' && HELD_BY_VALUE.has(name)
}

/** The elements of a list's items in order. Throws SchemaMismatch for an item that has none. */
export function elementsOf(list: readonly unknown[], schema: PatchSchema): PathElement[] {
  return list.map((item, index) => {
    try {
      return itemElement(item, schema)
    } catch (error) {
      if (!(error instanceof SchemaMismatch)) throw error
      throw new SchemaMismatch(`element ${index}: ${error.message}`)
    }
  })
}
