import type { IJob } from 'kubernetes-models/batch/v1/Job'
import type { Served } from '../../meta.ts'
import { deepEqual } from '../../equal.ts'
import { IMMUTABLE } from '../../object-meta.ts'
import { OMIT_VALUE, type Report } from '../../report.ts'
import { nonNegativeFields } from '../check.ts'
import { countIndexes, firstCommonIndex, IndexesError } from './indexes.ts'

type Job = Served<IJob>

type ConditionType = 'Complete' | 'Failed' | 'FailureTarget' | 'SuccessCriteriaMet' | 'Suspended'

/** Whether the job says of itself that it is complete, failed … */
export function isConditionTrue({ status }: Job, wanted: ConditionType): boolean {
  return (status?.conditions ?? []).some(({ type, status: value }) => type === wanted && value === 'True')
}

const isFinished = (job: Job) => isConditionTrue(job, 'Complete') || isConditionTrue(job, 'Failed')

/** What changed from one status to the next: only that is held against the rules. */
type Changes = ReturnType<typeof changesOf>

function changesOf(next: Job, old: Job) {
  const condition = (type: ConditionType) => isConditionTrue(next, type) !== isConditionTrue(old, type)
  const field = (name: keyof Job['status']) => !deepEqual(next.status[name] ?? null, old.status?.[name] ?? null)
  return { condition, field, finished: isFinished(next) !== isFinished(old) }
}

/** What is wrong with a new status of a job, in itself and after the old one. */
export function validateJobStatus(next: Job, old: Job, report: Report): void {
  const at = report.at('status')
  const changes = changesOf(next, old)
  nonNegativeFields(at, next.status, ['active', 'succeeded', 'failed', 'ready', 'terminating'])
  validateUncounted(next.status.uncountedTerminatedPods, at.at('uncountedTerminatedPods'))
  validateConditions(next, changes, at)
  validateTimes(next, changes, at)
  if (isFinished(next)) validateFinished(next, changes, at)
  validateIndexes(next, changes, at)
  const { ready = 0, active = 0 } = next.status
  if ((changes.field('ready') || changes.field('active')) && ready > active) {
    at.invalid('ready', ready, 'cannot set more ready pods than active')
  }
  validateTransition(next, old, at)
}

function validateUncounted(uncounted: Job['status']['uncountedTerminatedPods'], report: Report): void {
  const seen = new Set<string>()
  for (const list of ['succeeded', 'failed'] as const) {
    for (const [i, uid] of (uncounted?.[list] ?? []).entries()) {
      if (uid === '') report.invalid(`${list}[${i}]`, uid, 'must not be empty')
      else if (seen.has(uid)) report.duplicate(`${list}[${i}]`, uid)
      seen.add(uid)
    }
  }
}

/** Pairs of which the second may not come without, or may not come with, the first. */
function validateConditions(job: Job, { condition, field }: Changes, report: Report): void {
  const is = (type: ConditionType) => isConditionTrue(job, type)
  const refuse = (why: string) => report.invalid('conditions', OMIT_VALUE, why)
  if ((condition('Complete') || condition('Failed')) && is('Complete') && is('Failed')) {
    refuse('cannot set Complete=True and Failed=true conditions')
  }
  if ((condition('Complete') || condition('FailureTarget')) && is('Complete') && is('FailureTarget')) {
    refuse('cannot set Complete=True and FailureTarget=true conditions')
  }
  if ((condition('Failed') || field('failedIndexes')) && is('Failed') && !is('FailureTarget')) {
    refuse('cannot set Failed=True condition without the FailureTarget=true condition')
  }
  if ((condition('Complete') || condition('SuccessCriteriaMet')) && is('Complete') && !is('SuccessCriteriaMet')) {
    refuse('cannot set Complete=True condition without the SuccessCriteriaMet=true condition')
  }
  if (is('SuccessCriteriaMet') && is('Failed')) refuse('cannot set SuccessCriteriaMet=True and Failed=true conditions')
  if (is('SuccessCriteriaMet') && is('FailureTarget')) {
    refuse('cannot set SuccessCriteriaMet=True and FailureTarget=true conditions')
  }
  if (job.spec.successPolicy && is('Complete') && !is('SuccessCriteriaMet')) {
    refuse('cannot set Complete=True for Job with SuccessPolicy unless SuccessCriteriaMet=True')
  }
}

function validateTimes(job: Job, { condition, field }: Changes, report: Report): void {
  const { startTime, completionTime } = job.status
  const isComplete = isConditionTrue(job, 'Complete')
  if (condition('Complete') || field('completionTime')) {
    if (completionTime && !isComplete) {
      const why = 'cannot set completionTime when there is no Complete=True condition'
      report.invalid('completionTime', completionTime, why)
    }
    if (!completionTime && isComplete) {
      report.required('completionTime', 'completionTime is required for Complete jobs')
    }
  }
  if (!field('startTime') && !field('completionTime')) return
  if (startTime && completionTime && Date.parse(completionTime) < Date.parse(startTime)) {
    report.invalid('completionTime', completionTime, 'must be equal to or after `startTime`')
  }
}

function validateFinished({ spec, status }: Job, { field, finished }: Changes, report: Report): void {
  const { active = 0, terminating = 0, startTime, uncountedTerminatedPods: uncounted } = status
  if ((finished || field('active')) && active > 0) {
    report.invalid('active', active, 'active>0 is invalid for finished job')
  }
  const neverStarts = spec.suspend === true && spec.completions === 0
  if ((finished || field('startTime')) && !startTime && !neverStarts) {
    report.required('startTime', 'startTime is required for finished job')
  }
  const uncountedPods = [...(uncounted?.failed ?? []), ...(uncounted?.succeeded ?? [])]
  if ((finished || field('uncountedTerminatedPods')) && uncountedPods.length > 0) {
    report.invalid('uncountedTerminatedPods', uncounted, 'must be empty for finished job')
  }
  if ((finished || field('terminating')) && terminating > 0) {
    report.invalid('terminating', terminating, 'terminating>0 is invalid for finished job')
  }
}

function validateIndexes({ spec, status }: Job, { field }: Changes, report: Report): void {
  const { completions } = spec
  const { completedIndexes = '', failedIndexes } = status
  if (field('completedIndexes')) {
    if (completions !== undefined) validateFormat('completedIndexes', completedIndexes, completions, report)
    if (completedIndexes !== '' && spec.completionMode !== 'Indexed') {
      const why = 'cannot set non-empty completedIndexes when non-indexed completion mode'
      report.invalid('completedIndexes', completedIndexes, why)
    }
  }
  if (failedIndexes === undefined) return
  if (field('failedIndexes')) {
    if (spec.backoffLimitPerIndex === undefined) {
      const why = 'cannot set non-null failedIndexes when backoffLimitPerIndex is null'
      report.invalid('failedIndexes', failedIndexes, why)
    } else if (completions !== undefined) validateFormat('failedIndexes', failedIndexes, completions, report)
  }
  if (completions === undefined || !(field('failedIndexes') || field('completedIndexes'))) return
  const common = firstCommonIndex(completedIndexes, failedIndexes, completions)
  if (common === undefined) return
  report.invalid('failedIndexes', failedIndexes, `failedIndexes and completedIndexes overlap at index: ${common}`)
}

function validateFormat(path: string, indexes: string, completions: number, report: Report): void {
  try {
    countIndexes(indexes, completions)
  } catch (error) {
    if (!(error instanceof IndexesError)) throw error
    report.invalid(path, indexes, `error parsing ${path}: ${error.message}`)
  }
}

/** A job that has ended stays ended, and what was counted is not taken back. */
function validateTransition(next: Job, old: Job, report: Report): void {
  const refuse = (why: string) => report.invalid('conditions', OMIT_VALUE, why)
  for (const type of ['Failed', 'Complete', 'FailureTarget'] as const) {
    if (isConditionTrue(old, type) && !isConditionTrue(next, type)) {
      refuse(`cannot disable the terminal ${type}=True condition`)
    }
  }
  validateCounters(next, old, report)
  const { startTime, completionTime } = next.status
  const before = old.status ?? {}
  if (completionTime && before.completionTime && completionTime !== before.completionTime) {
    report.invalid('completionTime', completionTime, IMMUTABLE)
  }
  if (before.startTime && startTime !== before.startTime && !next.spec.suspend && !isResuming(next, old)) {
    report.invalid('startTime', startTime, 'field is immutable for unsuspended job once set')
  }
  const [wasMet, isMet] = [old, next].map((job) => isConditionTrue(job, 'SuccessCriteriaMet'))
  if (wasMet && !isMet) refuse('cannot disable the SuccessCriteriaMet=True condition')
  if (isConditionTrue(old, 'Complete') && !wasMet && isMet) {
    refuse('cannot set SuccessCriteriaMet=True for Job already has Complete=true conditions')
  }
}

function validateCounters({ spec, status }: Job, old: Job, report: Report): void {
  const { failed = 0, succeeded = 0 } = status
  if (failed < (old.status?.failed ?? 0)) report.invalid('failed', failed, 'cannot decrease the failed counter')
  // An indexed job can be scaled down when it is as wide as it is long.
  if (spec.completionMode === 'Indexed' && spec.completions === spec.parallelism) return
  if (succeeded < (old.status?.succeeded ?? 0)) {
    report.invalid('succeeded', succeeded, 'cannot decrease the succeeded counter')
  }
}

/** Whether the controller is just taking the suspension back. */
function isResuming({ status }: Job, old: Job): boolean {
  const says = (status?.conditions ?? []).some((one) => one.type === 'Suspended' && one.status === 'False')
  return says && isConditionTrue(old, 'Suspended')
}
