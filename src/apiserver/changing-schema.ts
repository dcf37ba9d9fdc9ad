import { type Definitions, loadSchema, type Schema, type SchemaTable } from '../api/schema.ts'
import { assert } from '../std/assert.ts'

/** A table of types to which others come and from which they go. */
export interface ChangingSchema extends SchemaTable {
  /** Replaces what was added before. A type whose definition is the same value keeps all that was derived from it. */
  replace(definitions: Definitions): void
}

/** The types of `base`, and those that are added at run time. */
export function changingSchema(base: SchemaTable): ChangingSchema {
  let added = new Map<string, SchemaTable>()
  const tableOf = (type: string) => added.get(type) ?? base
  const resolve = (schema: Schema) => {
    if (schema.$ref === undefined) return schema
    const found = tableOf(schema.$ref).schemaOf(schema.$ref)
    assert(found, `no schema is known for ${schema.$ref}`)
    return found
  }
  return {
    get types() {
      return [...base.types, ...added.keys()]
    },
    schemaOf: (type) => tableOf(type).schemaOf(type),
    resolve,
    child: (schema, name) => base.child(resolve(schema), name),
    patchSchemaOf: (type) => tableOf(type).patchSchemaOf(type),
    replace(definitions) {
      const entries = Object.entries(definitions).map(([type, definition]) => {
        const before = added.get(type)
        const same = before?.schemaOf(type) === definition
        return [type, before && same ? before : loadSchema({ [type]: definition }, base)] as const
      })
      added = new Map(entries)
    },
  }
}
