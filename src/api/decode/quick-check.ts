import { isFreeForm, type Schema, type SchemaTable } from '../schema.ts'
import { isBase64 } from './base64.ts'
import { isInt32, objectOf, specialType } from './special.ts'

/** Whether a value is already just what decoding would make of it. A `false` may be wrong: then the slow walk decides. */
export type QuickCheck = (value: unknown) => boolean

const known = new WeakMap<SchemaTable, Map<string, QuickCheck>>()

/** The quick check of a type, compiled when it is first asked for. */
export function quickCheck(table: SchemaTable, type: string): QuickCheck {
  let ofTable = known.get(table)
  if (!ofTable) {
    ofTable = new Map()
    known.set(table, ofTable)
  }
  return compileType({ table, ofTable }, type)
}

interface Compiler {
  table: SchemaTable
  ofTable: Map<string, QuickCheck>
}

function compileType(compiler: Compiler, type: string): QuickCheck {
  const found = compiler.ofTable.get(type)
  if (found) return found
  // Types contain themselves, so the check is there before it is compiled.
  let compiled: QuickCheck | undefined
  const check: QuickCheck = (value) => {
    compiled ??= specialType(type)?.isCanonical ?? compileWhole(compiler, type)
    return compiled(value)
  }
  compiler.ofTable.set(type, check)
  return check
}

function compileWhole(compiler: Compiler, type: string): QuickCheck {
  const alternative = objectOf(type)
  if (alternative === undefined) return compile(compiler, compiler.table.resolve({ $ref: type }))
  const check = compileType(compiler, alternative)
  return (value) => (isObject(value) ? check(value) : typeof value === 'boolean')
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function compile(compiler: Compiler, schema: Schema): QuickCheck {
  if (schema.$ref !== undefined) return compileType(compiler, schema.$ref)
  if (isFreeForm(schema)) return () => true
  switch (schema.type) {
    case 'string':
      return schema.format === 'byte'
        ? (value) => typeof value === 'string' && isBase64(value)
        : (value) => typeof value === 'string'
    case 'integer':
      return schema.format === 'int32' ? isInt32 : Number.isInteger
    case 'number':
      return (value) => typeof value === 'number'
    case 'boolean':
      return (value) => typeof value === 'boolean'
    case 'array':
      return compileArray(compile(compiler, schema.items ?? {}))
    case 'object':
      return schema.properties ? compileStruct(compiler, schema) : compileMap(compiler, schema)
    default:
      return () => false
  }
}

function compileArray(item: QuickCheck): QuickCheck {
  return (value) => {
    if (!Array.isArray(value)) return false
    for (const one of value) if (!item(one)) return false
    return true
  }
}

function compileMap(compiler: Compiler, { additionalProperties }: Schema): QuickCheck {
  const check = typeof additionalProperties === 'object' ? compile(compiler, additionalProperties) : () => true
  return (value) => {
    if (!isObject(value)) return false
    for (const key in value) {
      const one = value[key]
      if (one === null || !check(one)) return false
    }
    return true
  }
}

function compileStruct(compiler: Compiler, schema: Schema): QuickCheck {
  const fields = new Map<string, QuickCheck>()
  for (const [name, field] of Object.entries(schema.properties ?? {})) {
    const check = compile(compiler, field)
    const droppedWhenEmpty = isDroppedWhenEmpty(schema, name, compiler.table.resolve(field))
    fields.set(name, droppedWhenEmpty ? (value) => !isEmpty(value) && check(value) : check)
  }
  return (value) => {
    if (!isObject(value)) return false
    for (const key in value) {
      const one = value[key]
      if (one === null) return false
      const check = fields.get(key)
      if (check === undefined || !check(one)) return false
    }
    return true
  }
}

/** Go leaves out empty lists and maps (`omitempty`), save where the field is required. */
export function isDroppedWhenEmpty(owner: Schema, name: string, field: Schema): boolean {
  if (field.type !== 'array' && field.additionalProperties === undefined) return false
  return !owner.required?.includes(name)
}

/** An empty list or object. */
export function isEmpty(value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0
  if (typeof value !== 'object') return false
  for (const _ in value) return false
  return true
}
