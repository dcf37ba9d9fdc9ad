import type { INodeSelector } from 'kubernetes-models/v1/NodeSelector'
import type { INodeSelectorRequirement } from 'kubernetes-models/v1/NodeSelectorRequirement'
import type { INodeSelectorTerm } from 'kubernetes-models/v1/NodeSelectorTerm'
import { nameIsDns1123Subdomain, qualifiedName, validLabelValue } from '../../../names.ts'
import type { Report } from '../../../report.ts'
import { invalidEach } from '../../check.ts'

const BAD_OPERATOR = 'not a valid selector operator'

/** What is wrong with a selector of nodes; `strict` also checks the values that labels are compared with. */
export function validateNodeSelector({ nodeSelectorTerms }: INodeSelector, strict: boolean, report: Report): void {
  if (!nodeSelectorTerms?.length) {
    return report.required('nodeSelectorTerms', 'must have at least one node selector term')
  }
  for (const [i, term] of nodeSelectorTerms.entries()) {
    validateNodeSelectorTerm(term, strict, report.at('nodeSelectorTerms', i))
  }
}

/** What is wrong with one term of such a selector. */
export function validateNodeSelectorTerm(term: INodeSelectorTerm, strict: boolean, report: Report): void {
  for (const [i, requirement] of (term.matchExpressions ?? []).entries()) {
    validateExpression(requirement, strict, report.at('matchExpressions', i))
  }
  for (const [i, requirement] of (term.matchFields ?? []).entries()) {
    validateField(requirement, report.at('matchFields', i))
  }
}

function validateExpression(requirement: INodeSelectorRequirement, strict: boolean, report: Report): void {
  const { key = '', operator, values = [] } = requirement
  validateOperator(operator, values.length, report)
  invalidEach(report, 'key', key, qualifiedName(key))
  if (!strict) return
  for (const [i, value] of values.entries()) invalidEach(report.at('values', i), '', value, validLabelValue(value))
}

function validateOperator(operator: string | undefined, count: number, report: Report): void {
  switch (operator) {
    case 'In':
    case 'NotIn':
      if (count === 0) report.required('values', "must be specified when `operator` is 'In' or 'NotIn'")
      return
    case 'Exists':
    case 'DoesNotExist':
      if (count > 0) report.forbidden('values', "may not be specified when `operator` is 'Exists' or 'DoesNotExist'")
      return
    case 'Gt':
    case 'Lt':
      if (count !== 1) report.required('values', "must be specified single value when `operator` is 'Lt' or 'Gt'")
      return
    default:
      report.invalid('operator', operator ?? '', BAD_OPERATOR)
  }
}

/** Of a node's fields only its name can be selected by. */
function validateField({ key = '', operator, values = [] }: INodeSelectorRequirement, report: Report): void {
  if (operator !== 'In' && operator !== 'NotIn') report.invalid('operator', operator ?? '', BAD_OPERATOR)
  else if (values.length !== 1) {
    report.required('values', "must be only one value when `operator` is 'In' or 'NotIn' for node field selector")
  }
  if (key !== 'metadata.name') return report.invalid('key', key, 'not a valid field selector key')
  for (const [i, value] of values.entries()) {
    invalidEach(report.at('values', i), '', value, nameIsDns1123Subdomain(value, false))
  }
}
