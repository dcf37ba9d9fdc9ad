import type { Report } from '../../../report.ts'
import { optionalOneOf } from '../../check.ts'
import type { AnyContainer } from './types.ts'

const RULES_MAX = 20
const EXIT_CODES_MAX = 255

/** What is wrong with when a container starts again by its own rules; `report` stands at it. */
export function validateRestartRules(
  { restartPolicy, restartPolicyRules: rules = [] }: AnyContainer,
  report: Report,
): void {
  if (restartPolicy === undefined && rules.length > 0) {
    report.required('restartPolicy', 'must specify restartPolicy when restart rules are used')
  }
  optionalOneOf(report, 'restartPolicy', restartPolicy, ['Always', 'Never', 'OnFailure'])
  if (rules.length > RULES_MAX) report.tooMany('restartPolicyRules', rules.length, RULES_MAX)
  for (const [i, { action = '', exitCodes }] of rules.entries()) {
    const at = report.at('restartPolicyRules', i)
    optionalOneOf(at, 'action', action, ['Restart', 'RestartAllContainers'])
    if (!exitCodes) {
      at.required('exitCodes', 'must be specified')
      continue
    }
    optionalOneOf(at, 'exitCodes.operator', exitCodes.operator ?? '', ['In', 'NotIn'])
    const count = exitCodes.values?.length ?? 0
    if (count > EXIT_CODES_MAX) at.tooMany('exitCodes.values', count, EXIT_CODES_MAX)
  }
}
