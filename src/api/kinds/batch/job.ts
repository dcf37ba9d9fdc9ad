import type { IJob } from 'kubernetes-models/batch/v1/Job'
import { age, defineKind, humanDuration } from '../../kind.ts'
import { formatLabelSelector } from '../../selector.ts'
import type { Served } from '../../meta.ts'
import { containerImages, containerNames } from '../printing.ts'
import {
  generateSelector,
  validateGeneratedSelector,
  validateIndexedNames,
  validateJobSelector,
} from './job-selector.ts'
import { defaultJobSpec, validateJobSpec } from './job-spec.ts'
import { isConditionTrue, validateJobStatus } from './job-status.ts'
import { validateJobUpdate } from './job-update.ts'
import { isChanged, warnOfName } from '../workload-warnings.ts'
import { warnOfJobSpec } from './job-warnings.ts'

export type Job = Served<IJob>

const BACKOFF_LIMIT = 6
const INT32_MAX = 2 ** 31 - 1

export const Job = defineKind<Job>({
  group: 'batch',
  version: 'v1',
  kind: 'Job',
  plural: 'jobs',
  categories: ['all'],
  scope: 'Namespaced',
  status: true,
  // For compatibility: jobs used to leave their pods behind.
  defaultPropagation: 'Orphan',

  defaults(job) {
    job.spec ??= {} as Job['spec']
    const { spec } = job
    defaultJobSpec(spec)
    inheritLabels(job)
    spec.completionMode ??= 'NonIndexed'
    if (spec.completions === undefined && spec.parallelism === undefined) spec.completions = 1
    spec.parallelism ??= 1
    spec.backoffLimit ??= spec.backoffLimitPerIndex === undefined ? BACKOFF_LIMIT : INT32_MAX
    spec.suspend ??= false
    spec.podReplacementPolicy ??= spec.podFailurePolicy ? 'Failed' : 'TerminatingOrFailed'
    spec.manualSelector ??= false
  },

  prepareCreate(job) {
    if (!job.spec.manualSelector) generateSelector(job)
  },

  validate(job, report) {
    validateGeneratedSelector(job, report)
    validateJobSpec(job.spec, report.at('spec'))
    validateJobSelector(job.spec, report.at('spec'))
    validateIndexedNames(job, report)
  },

  validateUpdate: validateJobUpdate,
  validateStatusUpdate: validateJobStatus,

  warnings(job, old, warn) {
    if (!old) warnOfName(job, warn)
    if (isChanged(job, old)) warnOfJobSpec(job.spec, warn.at('spec'))
  },

  columns: [
    ['Status', statusText],
    ['Completions', completionsText],
    ['Duration', durationText],
    age,
    ['Containers', ({ spec }) => containerNames(spec.template.spec?.containers), { priority: 1 }],
    ['Images', ({ spec }) => containerImages(spec.template.spec?.containers), { priority: 1 }],
    ['Selector', ({ spec }) => formatLabelSelector(spec.selector), { priority: 1 }],
  ],

  fieldSelectors: { 'status.successful': ({ status }) => String(status?.succeeded ?? 0) },
})

/** A job without labels gets those of its pods. */
function inheritLabels({ metadata, spec: { template } }: Job): void {
  const labels = template.metadata?.labels
  if (labels && Object.keys(metadata.labels ?? {}).length === 0) metadata.labels = { ...labels }
}

function statusText(job: Job): string {
  const end = (['Complete', 'Failed'] as const).find((type) => isConditionTrue(job, type))
  if (end) return end
  if (job.metadata.deletionTimestamp) return 'Terminating'
  if (isConditionTrue(job, 'Suspended')) return 'Suspended'
  const ending = (['FailureTarget', 'SuccessCriteriaMet'] as const).find((type) => isConditionTrue(job, type))
  return ending ?? 'Running'
}

function completionsText({ spec: { completions, parallelism = 0 }, status: { succeeded = 0 } }: Job): string {
  if (completions !== undefined) return `${succeeded}/${completions}`
  return parallelism > 1 ? `${succeeded}/1 of ${parallelism}` : `${succeeded}/1`
}

function durationText({ status: { startTime, completionTime } }: Job, now: number): string {
  if (!startTime) return ''
  return humanDuration((completionTime ? Date.parse(completionTime) : now) - Date.parse(startTime))
}
