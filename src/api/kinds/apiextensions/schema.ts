import { isEmpty } from '../../decode/quick-check.ts'
import type { Report } from '../../report.ts'
import { defaultErrors } from '../../structural/default-errors.ts'
import type { JsonSchema } from '../../structural/schema.ts'
import { structuralErrors, unsupportedKeyword } from '../../structural/structurality.ts'
import { keywordErrors } from './schema-keywords.ts'

/** What the root may say when the schema of `status` is used alone: nothing that would be lost then. */
const ROOT_KEYWORDS: Readonly<Record<string, string>> = {
  description: 'Description',
  type: 'Type',
  format: 'Format',
  title: 'Title',
  maximum: 'Maximum',
  exclusiveMaximum: 'ExclusiveMaximum',
  minimum: 'Minimum',
  exclusiveMinimum: 'ExclusiveMinimum',
  maxLength: 'MaxLength',
  minLength: 'MinLength',
  pattern: 'Pattern',
  maxItems: 'MaxItems',
  minItems: 'MinItems',
  uniqueItems: 'UniqueItems',
  multipleOf: 'MultipleOf',
  required: 'Required',
  items: 'Items',
  properties: 'Properties',
  externalDocs: 'ExternalDocs',
  example: 'Example',
  'x-kubernetes-preserve-unknown-fields': 'XPreserveUnknownFields',
  'x-kubernetes-validations': 'XValidations',
}

/** Reports what is wrong with the schema of a version; `report` stands at `path`, which holds it as `openAPIV3Schema`. */
export function schemaErrors(schema: JsonSchema, hasStatus: boolean, path: string, report: Report): void {
  const at = report.at('openAPIV3Schema')
  const before = report.causes.length
  if (hasStatus) rootErrors(schema, at)
  if (schema.nullable) at.forbidden('nullable', 'nullable cannot be true at the root')
  const unsupported = unsupportedKeyword(schema)
  const structuralBefore = report.causes.length
  if (!unsupported) structuralErrors(schema, `${path}.openAPIV3Schema`, at)
  if (!unsupported && report.causes.length === structuralBefore) defaultErrors(schema, at, true)
  keywordErrors(schema, at)
  // It overlaps with what was said just now, and is only told when nothing was.
  if (unsupported && report.causes.length === before) at.invalid('', '', unsupported)
}

function rootErrors(schema: JsonSchema, report: Report): void {
  const isSaid = (value: unknown) => value !== undefined && value !== false && value !== '' && !isEmpty(value)
  if (schema.type && schema.type !== 'object') {
    const why = 'only "object" is allowed as the type at the root of the schema if the status subresource is enabled'
    return report.invalid('type', schema.type, why)
  }
  const others = Object.entries(schema).filter(([keyword, value]) => isSaid(value) && !(keyword in ROOT_KEYWORDS))
  if (others.length === 0) return
  const allowed = Object.values(ROOT_KEYWORDS).join(' ')
  const why = `only [${allowed}] fields are allowed at the root of the schema if the status subresource is enabled`
  report.invalid('', schema, why)
}
