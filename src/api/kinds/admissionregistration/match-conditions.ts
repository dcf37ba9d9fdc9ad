import type { IMatchCondition } from 'kubernetes-models/admissionregistration.k8s.io/v1/MatchCondition'
import { qualifiedName } from '../../names.ts'
import type { Report } from '../../report.ts'
import { invalidEach } from '../check.ts'

const CONDITIONS_MAX = 64

/** What is wrong with the conditions for calling a webhook or a policy, but for their expressions; `report` stands at the list. */
export function validateMatchConditions(conditions: readonly IMatchCondition[] = [], report: Report): void {
  if (conditions.length > CONDITIONS_MAX) report.tooMany('', conditions.length, CONDITIONS_MAX)
  const names = new Set<string>()
  for (const [i, { name = '', expression = '' }] of conditions.entries()) {
    const at = report.at(i)
    if (expression.trim() === '') at.required('expression')
    if (name === '') {
      at.required('name')
      continue
    }
    invalidEach(at, 'name', name, qualifiedName(name))
    if (names.has(name)) at.duplicate('name', name)
    names.add(name)
  }
}
