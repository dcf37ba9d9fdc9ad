import type { ICustomResourceColumnDefinition } from 'kubernetes-models/apiextensions.k8s.io/v1/CustomResourceColumnDefinition'
import type { ICustomResourceSubresourceScale } from 'kubernetes-models/apiextensions.k8s.io/v1/CustomResourceSubresourceScale'
import type { Report } from '../../report.ts'
import { readFieldPath } from '../../structural/field-path.ts'
import type { JsonSchema } from '../../structural/schema.ts'

const COLUMN_TYPES = 'boolean,date,integer,number,string'
const COLUMN_FORMATS = 'byte,date,date-time,double,float,int32,int64,password'
const SELECTABLE_FIELDS_MAX = 8
const SELECTABLE_TYPES = ['string', 'boolean', 'integer']

/** Reports what is wrong with a printer column; `report` stands at it. */
export function columnErrors(column: Partial<ICustomResourceColumnDefinition>, report: Report): void {
  const { name, type, format, jsonPath } = column
  if (!name) report.required('name')
  if (!type) report.required('type', `must be one of ${COLUMN_TYPES}`)
  else if (!COLUMN_TYPES.split(',').includes(type)) report.invalid('type', type, `must be one of ${COLUMN_TYPES}`)
  if (format && !COLUMN_FORMATS.split(',').includes(format)) {
    report.invalid('format', format, `must be one of ${COLUMN_FORMATS}`)
  }
  if (!jsonPath) report.required('JSONPath')
  else isSimplePath(jsonPath, 'JSONPath', report)
}

/** Whether a path begins as one; if not, that is reported. */
function isSimplePath(path: string, at: string, report: Report): boolean {
  if (!path.startsWith('.')) report.invalid(at, path, 'must be a simple json path starting with .')
  return path.startsWith('.')
}

/** Reports what is wrong with where a scale is found; `report` stands at the subresources. */
export function scaleErrors(scale: Partial<ICustomResourceSubresourceScale>, report: Report): void {
  const { specReplicasPath, statusReplicasPath, labelSelectorPath } = scale
  const paths = [
    ['scale.specReplicasPath', specReplicasPath, '.spec.', '.spec'],
    ['scale.statusReplicasPath', statusReplicasPath, '.status.', '.status'],
  ] as const
  for (const [at, path, prefix, place] of paths) {
    if (!path) report.required(at)
    else if (isSimplePath(path, at, report) && !path.startsWith(prefix)) {
      report.invalid(at, path, `should be a json path under ${place}`)
    }
  }
  const at = 'scale.labelSelectorPath'
  if (!labelSelectorPath || !isSimplePath(labelSelectorPath, at, report)) return
  if (!/^\.(spec|status)\./.test(labelSelectorPath)) {
    report.invalid(at, labelSelectorPath, 'should be a json path under either .spec or .status')
  }
}

/** Reports what is wrong with the fields that objects can be selected by; `report` stands at their list. */
export function selectableFieldErrors(
  fields: readonly { jsonPath?: string }[],
  schema: JsonSchema | undefined,
  report: Report,
): void {
  if (!schema) return report.invalid('', '', 'may only be set when `version.schema.openAPIV3Schema` is not included')
  const seen = new Set<string>()
  for (const [i, { jsonPath = '' }] of fields.entries()) {
    const at = `[${i}].jsonPath`
    const fail = (why: string) => report.invalid(at, jsonPath, why)
    if (jsonPath === '') {
      report.required(at)
      continue
    }
    const read = readFieldPath(jsonPath, schema, false)
    if ('error' in read) {
      fail(`is an invalid path: ${read.error}`)
      continue
    }
    if (read.names[0] === 'metadata') fail('must not point to fields in metadata')
    if (!SELECTABLE_TYPES.includes(read.schema.type ?? '')) {
      fail(
        'must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed.',
      )
    }
    if (seen.has(read.text)) report.duplicate(at, jsonPath)
    seen.add(read.text)
  }
  if (seen.size > SELECTABLE_FIELDS_MAX) report.tooMany('', seen.size, SELECTABLE_FIELDS_MAX)
}
