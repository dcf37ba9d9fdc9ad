import { fieldElement, type PathElement, printElement, SchemaMismatch, type FieldsV1 } from './field-path.ts'
import { built, type FieldSet, insert } from './field-set.ts'
import { printGo } from './go-print.ts'
import { asList, asMap, elementsOf, fieldSchema, isEmptyMap, isMap, shapeOf } from './place.ts'
import type { JsonObject, PatchSchema } from './schema.ts'

/** All fields that an object holds, as a set: what its applier comes to own. */
export function fieldsOf(object: JsonObject, schema: PatchSchema | undefined): FieldSet {
  const set: FieldsV1 = {}
  addFields(set, [], object, schema)
  return built(set)
}

function addFields(set: FieldsV1, path: PathElement[], value: unknown, schema: PatchSchema | undefined): void {
  const shape = shapeOf(value, schema)
  if (shape === 'map') addMap(set, path, asMap(value) ?? {}, schema)
  else if (shape === 'list' && schema) addList(set, path, asList(value) ?? [], schema)
  else insert(set, path)
}

function addMap(set: FieldsV1, path: PathElement[], map: JsonObject, schema: PatchSchema | undefined): void {
  const isDeclared = (name: string) => !schema?.isOpenMap && fieldSchema(schema, name) !== undefined
  for (const name in map) {
    const value = map[name]
    if (value === undefined) continue
    path.push(fieldElement(name))
    addFields(set, path, value, fieldSchema(schema, name))
    if (value === null || (isMap(value) && isEmptyMap(value)) || !isDeclared(name)) insert(set, path)
    path.pop()
  }
}

function addList(set: FieldsV1, path: PathElement[], list: readonly unknown[], schema: PatchSchema): void {
  const elements = elementsOf(list, schema)
  const seen = new Set<PathElement>()
  const duplicates = new Set(elements.filter((element) => seen.size === seen.add(element).size))
  list.forEach((item, index) => {
    const element = elements[index] as PathElement
    path.push(element)
    // A duplicate is owned as a whole, as nothing below it could be told apart.
    if (!duplicates.has(element)) addFields(set, path, item, schema.items)
    insert(set, path)
    path.pop()
  })
}

/** All that does not fit the schema, as upstream words it; empty when the object is fine. Duplicates in lists do not fit. */
export function mismatches(object: JsonObject, schema: PatchSchema | undefined): string[] {
  const found: string[] = []
  check(found, '', object, schema)
  return found
}

/** The one message that several mismatches make. */
export function joinMismatches(found: readonly string[]): string {
  return found.length === 1 ? (found[0] as string) : ['errors:', ...found.map((line) => `  ${line}`)].join('\n')
}

function check(found: string[], path: string, value: unknown, schema: PatchSchema | undefined): void {
  if (!schema || schema.type === 'any' || value === null || value === undefined) return
  const say = (message: string) => found.push(path ? `${path}: ${message}` : message)
  if (schema.type === 'map') {
    if (isMap(value)) checkMap(found, path, value, schema)
    else say(`expected map, got &{${printGo(value)}}`)
  } else if (schema.type === 'list') {
    if (Array.isArray(value)) checkList(found, path, value, schema)
    else say(`expected list, got &{${printGo(value)}}`)
  } else {
    const problem = scalarProblem(value, schema)
    if (problem) say(problem)
  }
}

function checkMap(found: string[], path: string, map: JsonObject, schema: PatchSchema): void {
  for (const name in map) {
    const below = fieldSchema(schema, name)
    if (below || schema.preservesUnknown) check(found, `${path}.${name}`, map[name], below)
    // Upstream stops at the first unknown field of a map.
    else if (found.push(`${path}.${name}: field not declared in schema`)) return
  }
}

function checkList(found: string[], path: string, list: readonly unknown[], schema: PatchSchema): void {
  if (schema.listType === 'atomic') {
    list.forEach((item, index) => {
      check(found, `${path}[${index}]`, item, schema.items)
    })
    return
  }
  const seen = new Set<PathElement>()
  const elements = elementsOrMessage(list, schema)
  if (typeof elements === 'string') {
    found.push(`${path}: ${elements}`)
    return
  }
  elements.forEach((element, index) => {
    const printed = printElement(element)
    if (seen.has(element)) found.push(`${path}: duplicate entries for key ${printed}`)
    seen.add(element)
    check(found, path + printed, list[index], schema.items)
  })
}

function elementsOrMessage(list: readonly unknown[], schema: PatchSchema): PathElement[] | string {
  try {
    return elementsOf(list, schema)
  } catch (error) {
    if (error instanceof SchemaMismatch) return error.message
    throw error
  }
}

const GO_TYPES: Readonly<Record<string, string>> = { string: 'string', boolean: 'bool', number: 'int64' }

function goType(value: unknown): string {
  if (Array.isArray(value)) return '[]interface {}'
  return GO_TYPES[typeof value] ?? 'map[string]interface {}'
}

function scalarProblem(value: unknown, schema: PatchSchema): string | undefined {
  const type = typeof value
  if (schema.scalarType === 'numeric' && type !== 'number')
    return `expected numeric (int or float), got ${goType(value)}`
  if (schema.scalarType === 'string' && type !== 'string')
    return `expected string, got &value.valueUnstructured{Value:${printGo(value, true)}}`
  if (schema.scalarType === 'boolean' && type !== 'boolean') return `expected boolean, got &{${printGo(value)}}`
  return type === 'object' ? `expected any scalar, got &{${printGo(value)}}` : undefined
}
