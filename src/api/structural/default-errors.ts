import { clone, deepEqual } from '../equal.ts'
import { report as newReport, type Report } from '../report.ts'
import { embeddedErrors, readEmbedded } from './embedded.ts'
import { prune } from './prune.ts'
import { type JsonSchema, META_FIELDS } from './schema.ts'
import { validateValue } from './validate.ts'
import { reportViolations } from './violations.ts'

/** What a default stands in: makes a whole object of it, as far as defaults of metadata need one to be judged. */
type Surround = (value: unknown) => unknown

const asObject: Surround = (value) => ({ apiVersion: 'validation/v1', kind: 'Validation', ...(value as object) })

interface Place {
  report: Report
  /** The resource that the schema is within: the root, or an embedded one. */
  resource: JsonSchema
  surround: Surround
  insideMetadata: boolean
  requirePruned: boolean
}

/** Reports defaults that are not what their schema asks for; `report` stands at the schema of a whole resource. */
export function defaultErrors(schema: JsonSchema, report: Report, requirePruned: boolean): void {
  const root = { ...schema, 'x-kubernetes-embedded-resource': true }
  walk(root, { report, resource: root, surround: asObject, insideMetadata: false, requirePruned })
}

function walk(schema: JsonSchema, outer: Place): void {
  const embedded = schema['x-kubernetes-embedded-resource'] ?? false
  const place = embedded ? { ...outer, insideMetadata: false, surround: asObject, resource: schema } : outer
  if (schema.default !== undefined && schema.default !== null) {
    if (place.insideMetadata) checkInMetadata(schema, place)
    else check(schema, place)
  }
  const { surround, insideMetadata, report } = place
  if (schema.items) {
    walk(schema.items, { ...place, report: report.at('items'), surround: (value) => surround([value]) })
  }
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    walk(property, {
      ...place,
      report: report.at(`properties[${name}]`),
      surround: (value) => surround({ [name]: value }),
      insideMetadata: insideMetadata || (embedded && META_FIELDS.includes(name)),
    })
  }
}

function checkInMetadata(schema: JsonSchema, { report, resource, surround }: Place): void {
  const root = { ...resource, 'x-kubernetes-embedded-resource': true }
  const object = surround(clone(schema.default))
  const { error } = readEmbedded(object, root)
  const found = newReport()
  if (!error) embeddedErrors(object, root, found)
  const why = error
    ? `${error.field}: ${error.why}`
    : found.causes.map((cause) => `${cause.field}: ${cause.message}`)[0]
  if (why !== undefined) return report.invalid('default', schema.default, `must result in valid metadata: ${why}`)
  reportViolations(validateValue(schema, schema.default), report, 'default')
}

function check(schema: JsonSchema, { report, requirePruned }: Place): void {
  const value = clone(schema.default)
  const pruned = clone(schema.default)
  prune(pruned, schema, schema['x-kubernetes-embedded-resource'] ?? false)
  if (requirePruned && !deepEqual(pruned, value)) report.invalid('default', value, 'must not have unknown fields')
  const { error } = readEmbedded(value, schema)
  if (error) return report.invalid(error.field ? `default.${error.field}` : 'default', error.value, error.why)
  const before = report.causes.length
  embeddedErrors(value, schema, report.at('default'))
  if (report.causes.length === before) reportViolations(validateValue(schema, value), report, 'default')
}
