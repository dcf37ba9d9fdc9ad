import type { Report } from '../../report.ts'
import { readFieldPath } from '../../structural/field-path.ts'
import type { JsonSchema, ValidationRule } from '../../structural/schema.ts'
import { unsupportedKeyword } from '../../structural/structurality.ts'

const REASONS = ['FieldValueDuplicate', 'FieldValueForbidden', 'FieldValueInvalid', 'FieldValueRequired']
const BREAK = /[\n\r]/
const NOT_EMPTY = 'must be non-empty if specified'
const NO_BREAKS = 'must not contain line breaks'

/** Reports what is wrong with rules before their expressions are looked at; `report` stands at the schema. */
export function ruleTextErrors(schema: JsonSchema, report: Report): void {
  for (const [i, rule] of (schema['x-kubernetes-validations'] ?? []).entries()) {
    const at = report.at('x-kubernetes-validations', i)
    messageErrors(rule, at)
    const { reason, fieldPath = '' } = rule
    if (reason && !REASONS.includes(reason)) at.notSupported('reason', reason, REASONS)
    if (fieldPath === '') continue
    if (fieldPath.trim() === '') at.invalid('fieldPath', fieldPath, NOT_EMPTY)
    if (BREAK.test(fieldPath)) at.invalid('fieldPath', fieldPath, NO_BREAKS)
    const isReadable = unsupportedKeyword(schema) === undefined
    if (isReadable && 'error' in readFieldPath(fieldPath, schema)) {
      at.invalid('fieldPath', fieldPath, 'must be a valid path')
    }
  }
}

function messageErrors({ rule = '', message = '', messageExpression = '' }: Partial<ValidationRule>, report: Report) {
  const [text, said] = [rule.trim(), message.trim()]
  if (text === '') report.required('rule', 'rule is not specified')
  else if (message !== '' && said === '') report.invalid('message', message, NOT_EMPTY)
  else if (BREAK.test(said)) report.invalid('message', message, NO_BREAKS)
  else if (BREAK.test(text) && said === '') {
    report.required('message', 'message must be specified if rule contains line breaks')
  }
  if (messageExpression !== '' && messageExpression.trim() === '') {
    report.required('messageExpression', 'messageExpression must be non-empty if specified')
  }
}
