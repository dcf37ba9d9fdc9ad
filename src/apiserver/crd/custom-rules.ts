import type { KindDefinition, ScalePaths } from '../../api/kind.ts'
import { type Report, report as newReport } from '../../api/report.ts'
import { Correlation } from '../../api/structural/correlation.ts'
import { embeddedErrors } from '../../api/structural/embedded.ts'
import { listErrors } from '../../api/structural/lists.ts'
import type { Rules } from '../../api/structural/rules.ts'
import type { JsonSchema } from '../../api/structural/schema.ts'
import { validateValue } from '../../api/structural/validate.ts'
import { reportViolations } from '../../api/structural/violations.ts'
import type { CustomObject } from './custom-object.ts'
import { scaleSpecErrors, scaleStatusErrors } from './scale-errors.ts'

/** What the objects of a custom kind have to meet. */
export interface Requirements {
  schema: JsonSchema
  scale?: ScalePaths
  /** x-kubernetes-validations. */
  rules?: Rules
}

/** After these the rest of an object cannot be trusted to be of the types that rules take it for. */
const BLOCKING = new Set([
  'FieldValueNotSupported',
  'FieldValueRequired',
  'FieldValueTooLong',
  'FieldValueTooMany',
  'FieldValueTypeInvalid',
])
const NOT_CHECKED =
  'some validation rules were not checked because the object was invalid; correct the existing errors to complete validation'

type Checks = Required<Pick<KindDefinition<CustomObject>, 'validateCreate' | 'validateUpdate' | 'validateStatusUpdate'>>

/** Validation by a schema. What an update leaves as it was is not held to rules that came later. */
export function customRules({ schema, scale, rules }: Requirements): Checks {
  const runRules = (object: CustomObject, old: CustomObject | undefined, report: Report) => {
    if (!rules) return
    if (report.causes.some(({ reason }) => BLOCKING.has(reason))) return report.invalid('<nil>', null, NOT_CHECKED)
    rules.check(object, old, report)
  }
  return {
    validateCreate(object, report) {
      reportViolations(validateValue(schema, object), report)
      if (scale) scaleSpecErrors(object, scale, report)
      if (scale) scaleStatusErrors(object, scale, report)
      embeddedErrors(object, schema, report)
      listErrors(object, schema, report)
      runRules(object, undefined, report)
    },
    validateUpdate(object, old, report) {
      reportViolations(validateValue(schema, object, new Correlation(object, old, schema)), report)
      if (scale) scaleSpecErrors(object, scale, report)
      if (scale) scaleStatusErrors(object, scale, report)
      embeddedErrors(object, schema, report)
      if (isFine(old, schema)) listErrors(object, schema, report)
      runRules(object, old, report)
    },
    validateStatusUpdate(object, old, report) {
      const status = schema.properties?.['status']
      if (status && object.status !== undefined) {
        const correlation = new Correlation(object, old, schema).field('status')
        reportViolations(validateValue(status, object.status, correlation), report, 'status')
      }
      if (scale) scaleStatusErrors(object, scale, report)
      if (isFine(old, schema)) listErrors(object, schema, report)
      runRules(object, old, report)
    },
  }
}

/** Whether the lists of an object were as they should be. */
function isFine(old: CustomObject, schema: JsonSchema): boolean {
  const found = newReport()
  listErrors(old, schema, found)
  return found.causes.length === 0
}
