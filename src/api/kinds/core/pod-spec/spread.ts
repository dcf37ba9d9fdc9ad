import type { ITopologySpreadConstraint } from 'kubernetes-models/v1/TopologySpreadConstraint'
import type { Report } from '../../../report.ts'
import { optionalOneOf, positive } from '../../check.ts'
import { validateLabelSelector } from '../../label-selector.ts'
import { validateMatchLabelKeys } from './match-label-keys.ts'

type Constraint = ITopologySpreadConstraint

const POLICIES = ['Honor', 'Ignore']

/** What is wrong with how a pod is to be spread; `report` stands at the list. */
export function validateSpread(constraints: readonly Constraint[], report: Report): void {
  for (const [i, constraint] of constraints.entries()) {
    validateConstraint(constraint, constraints.slice(i + 1), report.at(i))
  }
}

function validateConstraint(constraint: Constraint, rest: readonly Constraint[], report: Report): void {
  const { maxSkew = 0, topologyKey = '', whenUnsatisfiable = '', minDomains } = constraint as Partial<Constraint>
  positive(report, 'maxSkew', maxSkew)
  if (!topologyKey) report.required('topologyKey', 'can not be empty')
  optionalOneOf(report, 'whenUnsatisfiable', whenUnsatisfiable, ['DoNotSchedule', 'ScheduleAnyway'])
  if (rest.some((other) => other.topologyKey === topologyKey && other.whenUnsatisfiable === whenUnsatisfiable)) {
    report.duplicate('{topologyKey, whenUnsatisfiable}', `{${topologyKey}, ${whenUnsatisfiable}}`)
  }
  if (minDomains !== undefined) {
    positive(report, 'minDomains', minDomains)
    if (whenUnsatisfiable !== 'DoNotSchedule') {
      const why = `can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ${whenUnsatisfiable}`
      report.invalid('minDomains', minDomains, why)
    }
  }
  optionalOneOf(report, 'nodeAffinityPolicy', constraint.nodeAffinityPolicy, POLICIES)
  optionalOneOf(report, 'nodeTaintsPolicy', constraint.nodeTaintsPolicy, POLICIES)
  validateMatchLabelKeys(constraint, report)
  validateLabelSelector(constraint.labelSelector, report.at('labelSelector'))
}
