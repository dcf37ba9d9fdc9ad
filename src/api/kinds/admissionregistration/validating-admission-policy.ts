import type { IAuditAnnotation } from 'kubernetes-models/admissionregistration.k8s.io/v1/AuditAnnotation'
import type { IValidatingAdmissionPolicy } from 'kubernetes-models/admissionregistration.k8s.io/v1/ValidatingAdmissionPolicy'
import type { IValidation } from 'kubernetes-models/admissionregistration.k8s.io/v1/Validation'
import { age, defineKind } from '../../kind.ts'
import type { Served } from '../../meta.ts'
import { qualifiedName } from '../../names.ts'
import type { Report } from '../../report.ts'
import { invalidEach, optionalOneOf } from '../check.ts'
import { validateConditions } from '../conditions.ts'
import { rejectDuplicates } from '../duplicates.ts'
import { keepMetadata } from '../keep-metadata.ts'
import { defaultPolicy, paramKindText, validatePolicy } from './policy.ts'
import { warnOfStaticName } from './static-name.ts'

export type ValidatingAdmissionPolicy = Served<IValidatingAdmissionPolicy>

const ANNOTATIONS_MAX = 20
const EXPRESSION_MAX_CHARS = 5 * 1024
const REASONS = ['Forbidden', 'Invalid', 'RequestEntityTooLarge']
const AT_LEAST_ONE = 'validations or auditAnnotations must contain at least one item'

export const ValidatingAdmissionPolicy = defineKind<ValidatingAdmissionPolicy>({
  group: 'admissionregistration.k8s.io',
  version: 'v1',
  kind: 'ValidatingAdmissionPolicy',
  plural: 'validatingadmissionpolicies',
  categories: ['api-extensions'],
  scope: 'Cluster',
  status: true,
  allowUnconditionalUpdate: false,

  defaults(policy) {
    policy.spec ??= {}
    defaultPolicy(policy.spec)
  },

  prepareStatusUpdate: keepMetadata,

  warnings: warnOfStaticName,

  validate({ metadata, spec }, report) {
    const { validations = [], auditAnnotations = [] } = spec
    const at = report.at('spec')
    validatePolicy(spec, at)
    if (validations.length + auditAnnotations.length === 0) {
      at.required('validations', AT_LEAST_ONE)
      at.required('auditAnnotations', AT_LEAST_ONE)
    }
    for (const [i, validation] of validations.entries()) validateValidation(validation, at.at('validations', i))
    validateAnnotations(auditAnnotations, metadata.name, at)
  },

  validateStatusUpdate({ status: { typeChecking, conditions } }, _old, report) {
    const at = report.at('status')
    for (const [i, { warning, fieldRef = '' }] of (typeChecking?.expressionWarnings ?? []).entries()) {
      if (!warning) at.required(`typeChecking.expressionWarnings[${i}].warning`)
      if (fieldRef.trim() === '') at.required(`typeChecking.expressionWarnings[${i}].fieldRef`)
    }
    validateConditions(conditions, at.at('conditions'))
  },

  columns: [
    ['Validations', ({ spec }) => spec.validations?.length ?? 0, { type: 'integer' }],
    ['ParamKind', ({ spec }) => paramKindText(spec)],
    age,
  ],
})

function validateValidation(validation: IValidation, report: Report): void {
  const { expression = '', message = '', messageExpression = '', reason } = validation
  if (expression.trim() === '') report.required('expression', 'expression is not specified')
  if (messageExpression !== '' && messageExpression.trim() === '') {
    report.invalid('messageExpression', messageExpression, 'must be non-empty if specified')
  }
  if (message !== '' && message.trim() === '') report.invalid('message', message, 'must be non-empty if specified')
  else if (/[\n\r]/.test(message.trim())) report.invalid('message', message, 'must not contain line breaks')
  optionalOneOf(report, 'reason', reason, REASONS)
}

function validateAnnotations(annotations: readonly IAuditAnnotation[], policyName: string, report: Report): void {
  if (annotations.length > ANNOTATIONS_MAX) {
    const why = `must not have more than ${ANNOTATIONS_MAX} auditAnnotations`
    report.invalid('auditAnnotations', annotations, why)
  }
  for (const [i, { key = '', valueExpression = '' }] of annotations.entries()) {
    const at = report.at('auditAnnotations', i)
    const whole = `${policyName}/${key}`
    invalidEach(at, 'key', whole, qualifiedName(whole))
    const { length } = valueExpression.trim()
    if (length === 0) at.required('valueExpression', 'valueExpression is not specified')
    if (length > EXPRESSION_MAX_CHARS) {
      at.required('valueExpression', `must not exceed ${EXPRESSION_MAX_CHARS} bytes in length`)
    }
  }
  rejectDuplicates(
    report,
    annotations.map(({ key }) => key),
    (i) => `auditAnnotations[${i}].key`,
  )
}
