import type { IJobSpec } from 'kubernetes-models/batch/v1/JobSpec'
import { domainPrefixedPath } from '../../names.ts'
import type { Report } from '../../report.ts'
import { invalidEach, nonNegativeFields, optionalOneOf } from '../check.ts'
import { defaultPodTemplateSpec } from '../core/pod-spec/defaults.ts'
import { validatePodTemplateSpec } from '../core/pod-spec/validate.ts'
import { defaultPodFailurePolicy, validatePodFailurePolicy } from './pod-failure-policy.ts'
import { validateSuccessPolicy } from './success-policy.ts'

const INDEXED_PARALLELISM_MAX = 100_000
const FAILED_INDEXES_MAX = 100_000
/** Above this many indexes, a back-off per index is only possible within limits. */
const MANY_COMPLETIONS = 100_000
const MANY_PARALLELISM_MAX = 10_000
const MANY_FAILED_INDEXES_MAX = 10_000
const MANAGED_BY_MAX_BYTES = 63
const RESTART_POLICIES = ['OnFailure', 'Never']

/** What the spec of a job gets, in a job and in the template of a cron job. */
export function defaultJobSpec(spec: IJobSpec): void {
  spec.template ??= {}
  defaultPodTemplateSpec(spec.template)
  defaultPodFailurePolicy(spec.podFailurePolicy)
}

/** What is wrong with the spec of a job, but for its selector; `report` stands at it. */
export function validateJobSpec(spec: IJobSpec, report: Report): void {
  nonNegativeFields(report, spec, COUNTS)
  if (spec.maxFailedIndexes !== undefined && spec.backoffLimitPerIndex === undefined) {
    report.required('backoffLimitPerIndex', 'when maxFailedIndexes is specified')
  }
  if (spec.managedBy !== undefined) validateManagedBy(spec.managedBy, report)
  optionalOneOf(report, 'completionMode', spec.completionMode, ['NonIndexed', 'Indexed'])
  if (spec.completionMode === 'Indexed') validateIndexed(spec, report)
  else if (spec.completionMode === undefined || spec.completionMode === 'NonIndexed') validateNonIndexed(spec, report)
  if (spec.podFailurePolicy) validatePodFailurePolicy(spec, report.at('podFailurePolicy'))
  if (spec.successPolicy) validateSuccessPolicy(spec, report.at('successPolicy'))
  const replacements = spec.podFailurePolicy ? ['Failed'] : ['Failed', 'TerminatingOrFailed']
  optionalOneOf(report, 'podReplacementPolicy', spec.podReplacementPolicy, replacements)
  validatePodTemplateSpec(spec.template, report.at('template'))
  validateRestartPolicy(spec, report)
}

const COUNTS = [
  'parallelism',
  'completions',
  'activeDeadlineSeconds',
  'backoffLimit',
  'ttlSecondsAfterFinished',
  'backoffLimitPerIndex',
  'maxFailedIndexes',
] as const

function validateManagedBy(managedBy: string, report: Report): void {
  if (managedBy === '') report.required('managedBy')
  else invalidEach(report, 'managedBy', managedBy, domainPrefixedPath(managedBy))
  if (managedBy.length > MANAGED_BY_MAX_BYTES) report.tooLong('managedBy', MANAGED_BY_MAX_BYTES)
}

function validateIndexed(spec: IJobSpec, report: Report): void {
  const { completions, parallelism = 0, maxFailedIndexes } = spec
  if (completions === undefined) report.required('completions', 'when completion mode is Indexed')
  if (parallelism > INDEXED_PARALLELISM_MAX) {
    const why = `must be less than or equal to ${INDEXED_PARALLELISM_MAX} when completion mode is Indexed`
    report.invalid('parallelism', parallelism, why)
  }
  if (maxFailedIndexes !== undefined) {
    if (completions !== undefined && maxFailedIndexes > completions) {
      report.invalid('maxFailedIndexes', maxFailedIndexes, 'must be less than or equal to completions')
    }
    if (maxFailedIndexes > FAILED_INDEXES_MAX) {
      report.invalid('maxFailedIndexes', maxFailedIndexes, `must be less than or equal to ${FAILED_INDEXES_MAX}`)
    }
  }
  if ((completions ?? 0) > MANY_COMPLETIONS && spec.backoffLimitPerIndex !== undefined) validateMany(spec, report)
}

function validateMany({ parallelism = 0, maxFailedIndexes }: IJobSpec, report: Report): void {
  const atMost = (max: number) =>
    `must be less than or equal to ${max} when completions are above ${MANY_COMPLETIONS} and used with backoff limit per index`
  if (maxFailedIndexes === undefined) {
    report.required('maxFailedIndexes', `must be specified when completions is above ${MANY_COMPLETIONS}`)
  }
  if (parallelism > MANY_PARALLELISM_MAX) report.invalid('parallelism', parallelism, atMost(MANY_PARALLELISM_MAX))
  if ((maxFailedIndexes ?? 0) > MANY_FAILED_INDEXES_MAX) {
    report.invalid('maxFailedIndexes', maxFailedIndexes, atMost(MANY_FAILED_INDEXES_MAX))
  }
}

function validateNonIndexed(spec: IJobSpec, report: Report): void {
  for (const field of ['backoffLimitPerIndex', 'maxFailedIndexes'] as const) {
    if (spec[field] !== undefined) report.invalid(field, spec[field], 'requires indexed completion mode')
  }
}

/** A job ends, so its pods can not be restarted whatever happens. */
function validateRestartPolicy({ template, podFailurePolicy }: IJobSpec, report: Report): void {
  const policy = template.spec?.restartPolicy
  const path = 'template.spec.restartPolicy'
  if (!policy || policy === 'Always') report.required(path, 'valid values: "OnFailure", "Never"')
  else if (!RESTART_POLICIES.includes(policy)) report.notSupported(path, policy, RESTART_POLICIES)
  else if (podFailurePolicy && policy !== 'Never') {
    report.invalid(path, policy, 'only "Never" is supported when podFailurePolicy is specified')
  }
}
