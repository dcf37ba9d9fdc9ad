import { joinPath } from '../report.ts'
import { childOf, isObject, type Json, type JsonSchema, META_FIELDS } from './schema.ts'

/**
 * Removes, in place, the fields of an object that its schema does not have, and returns their paths. What every object has
 * (apiVersion, kind, metadata) stays at the root when `isResource`, and in embedded resources.
 */
export function prune(object: unknown, schema: JsonSchema | undefined, isResource: boolean): string[] {
  const removed: string[] = []
  const root = isResource ? { ...schema, 'x-kubernetes-embedded-resource': true } : schema
  pruneValue(object, root, { path: '', keeps: false, removed })
  return removed.sort()
}

interface Place {
  path: string
  /** Whether fields that the schema does not have are kept here. */
  keeps: boolean
  removed: string[]
}

function pruneValue(value: unknown, schema: JsonSchema | undefined, place: Place): void {
  const keeps = place.keeps || (schema?.['x-kubernetes-preserve-unknown-fields'] ?? false)
  if (keeps && !schema) return
  const { path } = place
  if (Array.isArray(value)) {
    value.forEach((item, i) => pruneValue(item, schema?.items, { ...place, keeps, path: `${path}[${i}]` }))
  } else if (isObject(value)) {
    pruneObject(value, schema, { ...place, keeps })
  }
}

function pruneObject(object: Json, schema: JsonSchema | undefined, { path, keeps, removed }: Place): void {
  for (const name of Object.keys(object)) {
    if (schema?.['x-kubernetes-embedded-resource'] && META_FIELDS.includes(name)) continue
    const child = childOf(schema, name)
    const below = joinPath(path, name)
    if (child || schema?.additionalProperties !== undefined) {
      pruneValue(object[name], child, { path: below, keeps: false, removed })
    } else if (!keeps) {
      removed.push(below)
      delete object[name]
    }
  }
}
