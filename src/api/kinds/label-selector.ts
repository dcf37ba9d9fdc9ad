import type { ILabelSelector } from '@kubernetes-models/apimachinery/apis/meta/v1/LabelSelector'
import { qualifiedName, validLabelValue } from '../names.ts'
import { validateLabels } from '../object-meta.ts'
import type { Report } from '../report.ts'
import { invalidEach } from './check.ts'

type Requirement = NonNullable<ILabelSelector['matchExpressions']>[number]

/** What is wrong with a label selector; `report` stands at it. */
export function validateLabelSelector(selector: ILabelSelector | undefined, report: Report): void {
  if (!selector) return
  validateLabels(selector.matchLabels, 'matchLabels', report)
  for (const [i, requirement] of (selector.matchExpressions ?? []).entries()) {
    validateRequirement(requirement, report.at('matchExpressions', i))
  }
}

function validateRequirement({ key = '', operator, values = [] }: Requirement, report: Report): void {
  switch (operator) {
    case 'In':
    case 'NotIn':
      if (values.length === 0) report.required('values', "must be specified when `operator` is 'In' or 'NotIn'")
      break
    case 'Exists':
    case 'DoesNotExist':
      if (values.length > 0) {
        report.forbidden('values', "may not be specified when `operator` is 'Exists' or 'DoesNotExist'")
      }
      break
    default:
      report.invalid('operator', operator ?? '', 'not a valid selector operator')
  }
  invalidEach(report, 'key', key, qualifiedName(key))
  for (const [i, value] of values.entries()) invalidEach(report.at('values', i), '', value, validLabelValue(value))
}
