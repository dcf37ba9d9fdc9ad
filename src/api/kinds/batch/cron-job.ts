import type { ICronJob } from 'kubernetes-models/batch/v1/CronJob'
import { age, defineKind } from '../../kind.ts'
import { formatLabelSelector } from '../../selector.ts'
import type { Served } from '../../meta.ts'
import type { Report } from '../../report.ts'
import { nonNegativeFields, requireOneOf } from '../check.ts'
import { containerImages, containerNames, since } from '../printing.ts'
import { defaultJobSpec, validateJobSpec } from './job-spec.ts'
import { isTimeZone, scheduleProblem } from './schedule.ts'
import { isChanged, warnOfName } from '../workload-warnings.ts'
import { warnOfJobSpec } from './job-warnings.ts'

export type CronJob = Served<ICronJob>

/** What is left of a name when the controller has put the time behind it: 63 characters less 11. */
const NAME_MAX_CHARS = 52
const NO_ZONE_IN_SCHEDULE =
  'cannot use TZ or CRON_TZ in spec.spec.schedule, use timeZone instead, see https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/ for more details'
const POLICIES = ['Allow', 'Forbid', 'Replace']
const TIME_ZONE_PART = /^[A-Za-z._0-9+][A-Za-z._0-9+-]{0,13}$/

export const CronJob = defineKind<CronJob>({
  group: 'batch',
  version: 'v1',
  kind: 'CronJob',
  plural: 'cronjobs',
  shortNames: ['cj'],
  categories: ['all'],
  scope: 'Namespaced',
  status: true,

  defaults(cronJob) {
    cronJob.spec ??= {} as CronJob['spec']
    const { spec } = cronJob
    spec.jobTemplate ??= {}
    spec.jobTemplate.metadata ??= {}
    spec.jobTemplate.spec ??= { template: {} }
    defaultJobSpec(spec.jobTemplate.spec)
    spec.concurrencyPolicy ??= 'Allow'
    spec.suspend ??= false
    spec.successfulJobsHistoryLimit ??= 3
    spec.failedJobsHistoryLimit ??= 1
  },

  validate({ spec }, report) {
    const at = report.at('spec')
    if (!spec.schedule) at.required('schedule')
    nonNegativeFields(at, spec, ['startingDeadlineSeconds', 'successfulJobsHistoryLimit', 'failedJobsHistoryLimit'])
    requireOneOf(at, 'concurrencyPolicy', spec.concurrencyPolicy, POLICIES)
    validateJobTemplate(spec.jobTemplate, at.at('jobTemplate', 'spec'))
  },

  validateCreate({ metadata: { name }, spec }, report) {
    validateSchedule(spec, false, report.at('spec'))
    validateTimeZone(spec.timeZone, report.at('spec'))
    if (name.length > NAME_MAX_CHARS) {
      report.invalid('metadata.name', name, `must be no more than ${NAME_MAX_CHARS} characters`)
    }
  },

  validateUpdate({ spec }, old, report) {
    validateSchedule(spec, (old.spec.schedule ?? '').includes('TZ'), report.at('spec'))
    if (spec.timeZone !== old.spec.timeZone) validateTimeZone(spec.timeZone, report.at('spec'))
  },

  warnings(cronJob, old, warn) {
    const { jobTemplate, schedule } = cronJob.spec
    if (!old) warnOfName(cronJob, warn)
    if (isChanged(cronJob, old) && jobTemplate.spec) {
      warnOfJobSpec(jobTemplate.spec, warn.at('spec', 'jobTemplate', 'spec'))
    }
    if (old && schedule.includes('TZ')) warn.say(NO_ZONE_IN_SCHEDULE)
  },

  columns: [
    ['Schedule', ({ spec }) => spec.schedule],
    ['Timezone', ({ spec }) => spec.timeZone ?? '<none>'],
    ['Suspend', ({ spec }) => (spec.suspend ? 'True' : 'False'), { type: 'boolean' }],
    ['Active', ({ status }) => status.active?.length ?? 0, { type: 'integer' }],
    ['Last Schedule', lastScheduleText],
    age,
    ['Containers', ({ spec }) => containerNames(podSpecOf(spec)?.containers), { priority: 1 }],
    ['Images', ({ spec }) => containerImages(podSpecOf(spec)?.containers), { priority: 1 }],
    ['Selector', ({ spec }) => formatLabelSelector(spec.jobTemplate.spec?.selector), { priority: 1 }],
  ],
})

function podSpecOf({ jobTemplate }: CronJob['spec']) {
  return jobTemplate.spec?.template.spec
}

function lastScheduleText({ status: { lastScheduleTime } }: CronJob, now: number): string {
  return lastScheduleTime ? since(lastScheduleTime, now) : '<none>'
}

/** The jobs get their selectors when they are made. */
function validateJobTemplate({ spec }: CronJob['spec']['jobTemplate'], report: Report): void {
  if (!spec) return
  validateJobSpec(spec, report)
  if (spec.selector) report.invalid('selector', spec.selector, '`selector` will be auto-generated')
  if (spec.manualSelector) report.notSupported('manualSelector', true, ['nil', 'false'])
}

/** A time zone within the schedule is what older versions let pass; where it stands it may stay. */
function validateSchedule({ schedule, timeZone }: CronJob['spec'], mayHoldZone: boolean, report: Report): void {
  if (!schedule) return
  const problem = scheduleProblem(schedule)
  if (problem) report.invalid('schedule', schedule, problem)
  if (!schedule.includes('TZ')) return
  if (!mayHoldZone) {
    report.invalid('schedule', schedule, 'cannot use TZ or CRON_TZ in schedule, use timeZone field instead')
  } else if (timeZone !== undefined) {
    report.invalid('schedule', schedule, 'cannot use both timeZone field and TZ or CRON_TZ in schedule')
  }
}

function validateTimeZone(timeZone: string | undefined, report: Report): void {
  if (timeZone === undefined) return
  const refuse = (why: string) => report.invalid('timeZone', timeZone, why)
  if (timeZone === '') return refuse('timeZone must be nil or non-empty string')
  const parts = timeZone.split('/')
  if (parts.some((part) => part === '.' || part === '..' || !TIME_ZONE_PART.test(part))) {
    return refuse(`unknown time zone ${timeZone}`)
  }
  if (timeZone.toLowerCase() === 'local') {
    refuse('timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones')
  } else if (!isTimeZone(timeZone)) refuse(`unknown time zone ${timeZone}`)
}
