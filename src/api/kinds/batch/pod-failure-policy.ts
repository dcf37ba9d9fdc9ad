import type { IJobSpec } from 'kubernetes-models/batch/v1/JobSpec'
import type { IPodFailurePolicy } from 'kubernetes-models/batch/v1/PodFailurePolicy'
import type { IPodFailurePolicyRule } from 'kubernetes-models/batch/v1/PodFailurePolicyRule'
import { qualifiedName } from '../../names.ts'
import { OMIT_VALUE, type Report } from '../../report.ts'
import { invalidEach } from '../check.ts'
import { rejectDuplicates } from '../duplicates.ts'

const RULES_MAX = 20
const CONDITIONS_MAX = 20
const EXIT_CODES_MAX = 255
const ACTIONS = ['Count', 'FailIndex', 'FailJob', 'Ignore']
const OPERATORS = ['In', 'NotIn']
const STATUSES = ['False', 'True', 'Unknown']

type ExitCodes = NonNullable<IPodFailurePolicyRule['onExitCodes']>
type Patterns = NonNullable<IPodFailurePolicyRule['onPodConditions']>

export function defaultPodFailurePolicy(policy: IPodFailurePolicy | undefined): void {
  for (const { onPodConditions = [] } of policy?.rules ?? []) {
    for (const pattern of onPodConditions) pattern.status ||= 'True'
  }
}

/** What is wrong with a job's policy for failed pods; `report` stands at it. */
export function validatePodFailurePolicy(spec: IJobSpec, report: Report): void {
  const { rules = [] } = spec.podFailurePolicy ?? {}
  if (rules.length > RULES_MAX) report.tooMany('rules', rules.length, RULES_MAX)
  for (const [i, rule] of rules.entries()) validateRule(rule, spec, report.at('rules', i))
}

function validateRule(rule: IPodFailurePolicyRule, spec: IJobSpec, report: Report): void {
  const { action, onExitCodes, onPodConditions = [] } = rule
  if (action === 'FailIndex') {
    if (spec.backoffLimitPerIndex === undefined) {
      report.invalid('action', action, 'requires the backoffLimitPerIndex to be set')
    }
  } else requireListed('action', action, ACTIONS, report)
  if (onExitCodes) validateExitCodes(onExitCodes, spec, report.at('onExitCodes'))
  if (onPodConditions.length > 0) validatePatterns(onPodConditions, report.at('onPodConditions'))
  if (onExitCodes && onPodConditions.length > 0) {
    report.invalid('', OMIT_VALUE, 'specifying both OnExitCodes and OnPodConditions is not supported')
  }
  if (!onExitCodes && onPodConditions.length === 0) {
    report.invalid('', OMIT_VALUE, 'specifying one of OnExitCodes and OnPodConditions is required')
  }
}

/** Says what there is to choose from, also when nothing was chosen. */
function requireListed(path: string, value: string | undefined, supported: readonly string[], report: Report): void {
  const listed = supported.map((one) => JSON.stringify(one)).join(' ')
  if (!value) report.required(path, `valid values: [${listed}]`)
  else if (!supported.includes(value)) report.notSupported(path, value, supported)
}

function validatePatterns(patterns: Patterns, report: Report): void {
  if (patterns.length > CONDITIONS_MAX) report.tooMany('', patterns.length, CONDITIONS_MAX)
  for (const [i, { type = '', status }] of patterns.entries()) {
    invalidEach(report, `[${i}].type`, type, qualifiedName(type))
    requireListed(`[${i}].status`, status, STATUSES, report)
  }
}

function validateExitCodes(onExitCodes: ExitCodes, spec: IJobSpec, report: Report): void {
  const { operator, containerName, values = [] } = onExitCodes
  requireListed('operator', operator, OPERATORS, report)
  if (containerName !== undefined && !containersOf(spec).includes(containerName)) {
    const why = 'must be one of the container or initContainer names in the pod template'
    report.invalid('containerName', containerName, why)
  }
  if (values.length === 0) report.invalid('values', values, 'at least one value is required')
  else if (values.length > EXIT_CODES_MAX) report.tooMany('values', values.length, EXIT_CODES_MAX)
  if (operator === 'In' && values.includes(0)) {
    report.invalid(`values[${values.indexOf(0)}]`, 0, 'must not be 0 for the In operator')
  }
  rejectDuplicates(report, values, (i) => `values[${i}]`)
  if (values.some((value, i) => (values[i - 1] ?? value) > value)) report.invalid('values', values, 'must be ordered')
}

function containersOf({ template: { spec } }: IJobSpec): string[] {
  return [...(spec?.containers ?? []), ...(spec?.initContainers ?? [])].map(({ name }) => name)
}
