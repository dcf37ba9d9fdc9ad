import { joinPath, type Report } from '../report.ts'
import { isSchema, type JsonSchema } from './schema.ts'

/**
 * Reports what value validation speaks of without that it is there structurally; `report` stands at the schema, whose whole path
 * is `base`.
 */
export function completenessErrors(schema: JsonSchema, base: string, report: Report): void {
  junctorErrors(schema, schema, '', base, report)
}

/** `structure` is the schema that stands at `at` outside of all junctors; `path` is where `nested` was written. */
function junctorErrors(nested: JsonSchema, structure: JsonSchema, at: string, path: string, report: Report): void {
  const { not, allOf = [], anyOf = [], oneOf = [] } = nested
  if (not) nestedErrors(not, structure, at, joinPath(path, 'not'), report)
  for (const [name, list] of Object.entries({ allOf, anyOf, oneOf })) {
    list.forEach((one, i) => nestedErrors(one, structure, at, joinPath(path, `${name}[${i}]`), report))
  }
}

function nestedErrors(
  nested: JsonSchema,
  structure: JsonSchema | undefined,
  at: string,
  path: string,
  report: Report,
): void {
  if (!structure) return report.required(at, `because it is defined in ${path}`)
  junctorErrors(nested, structure, at, path, report)
  const { items, properties = {} } = nested
  if (items) nestedErrors(items, structure.items, joinPath(at, 'items'), joinPath(path, 'items'), report)
  for (const [name, property] of Object.entries(properties)) {
    const step = `properties[${name}]`
    const own = structure.properties?.[name]
    nestedErrors(property, isSchema(own) ? own : undefined, joinPath(at, step), joinPath(path, step), report)
  }
}
