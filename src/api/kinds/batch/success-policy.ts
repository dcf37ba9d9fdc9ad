import type { IJobSpec } from 'kubernetes-models/batch/v1/JobSpec'
import type { ISuccessPolicyRule } from 'kubernetes-models/batch/v1/SuccessPolicyRule'
import type { Report } from '../../report.ts'
import { nonNegative } from '../check.ts'
import { countIndexes, IndexesError } from './indexes.ts'

const RULES_MAX = 20
const INDEXES_MAX_BYTES = 64 * 1024

/** What is wrong with the rules by which an indexed job has succeeded; `report` stands at the policy. */
export function validateSuccessPolicy(spec: IJobSpec, report: Report): void {
  if (spec.completionMode !== 'Indexed') {
    return report.invalid('', spec.successPolicy, 'requires indexed completion mode')
  }
  const { rules = [] } = spec.successPolicy ?? {}
  if (rules.length === 0) {
    report.required('rules', 'at least one rules must be specified when the successPolicy is specified')
  }
  if (rules.length > RULES_MAX) report.tooMany('rules', rules.length, RULES_MAX)
  for (const [i, rule] of rules.entries()) validateRule(rule, spec.completions ?? 0, report.at('rules', i))
}

function validateRule(rule: ISuccessPolicyRule, completions: number, report: Report): void {
  const { succeededCount, succeededIndexes } = rule
  if (succeededCount === undefined && succeededIndexes === undefined) {
    report.required('', 'at least one of succeededCount or succeededIndexes must be specified')
  }
  const listed = succeededIndexes === undefined ? undefined : validateIndexes(succeededIndexes, completions, report)
  if (succeededCount === undefined) return
  nonNegative(report, 'succeededCount', succeededCount)
  if (succeededCount > completions) {
    const why = `must be less than or equal to ${completions} (the number of specified completions)`
    report.invalid('succeededCount', succeededCount, why)
  }
  if (listed !== undefined && succeededCount > listed) {
    const why = `must be less than or equal to ${listed} (the number of indexes in the specified succeededIndexes field)`
    report.invalid('succeededCount', succeededCount, why)
  }
}

/** How many indexes are listed; none when the list can not be read. */
function validateIndexes(indexes: string, completions: number, report: Report): number {
  if (indexes.length > INDEXES_MAX_BYTES) report.tooLong('succeededIndexes', INDEXES_MAX_BYTES)
  try {
    return countIndexes(indexes, completions)
  } catch (error) {
    if (!(error instanceof IndexesError)) throw error
    report.invalid('succeededIndexes', indexes, `error parsing succeededIndexes: ${error.message}`)
    return 0
  }
}
