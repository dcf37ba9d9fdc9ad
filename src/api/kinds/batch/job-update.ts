import type { IJob } from 'kubernetes-models/batch/v1/Job'
import type { Served } from '../../meta.ts'
import { clone, deepEqual } from '../../equal.ts'
import { IMMUTABLE } from '../../object-meta.ts'
import type { Report } from '../../report.ts'
import type { PodSpec, PodTemplateSpec } from '../core/pod-spec/types.ts'
import { isConditionTrue } from './job-status.ts'

type Job = Served<IJob>

type Spec = Job['spec']

const FIXED = [
  'selector',
  'completionMode',
  'podFailurePolicy',
  'backoffLimitPerIndex',
  'managedBy',
  'successPolicy',
] as const

/** What an update of a job may not do: change what pods that ran already were counted by. */
export function validateJobUpdate(next: Job, old: Job, report: Report): void {
  const at = report.at('spec')
  validateCompletions(next.spec, old.spec, at)
  for (const field of FIXED) requireSame(field, next.spec[field], old.spec[field], at)
  validateTemplate(next, old, at)
}

function requireSame(path: string, next: unknown, old: unknown, report: Report): void {
  if (!deepEqual(next, old)) report.invalid(path, next, IMMUTABLE)
}

/** An indexed job may grow and shrink, together with its parallelism. */
function validateCompletions(next: Spec, old: Spec, report: Report): void {
  if (next.completionMode !== 'Indexed') return requireSame('completions', next.completions, old.completions, report)
  if (next.completions === undefined || next.completions === old.completions) return
  if (next.completions !== next.parallelism) {
    report.invalid('completions', next.completions, 'can only be modified in tandem with spec.parallelism')
  }
}

/** The template is fixed, but for where and with what the pods run as long as the job is suspended and none of them does. */
function validateTemplate(next: Job, old: Job, report: Report): void {
  if (!isAtRest(old)) return requireSame('template', next.spec.template, old.spec.template, report)
  const allowed = withScheduling(clone(old.spec.template), next.spec.template)
  if (!allowed.spec || !next.spec.template.spec) return
  takeResources(allowed.spec, next.spec.template.spec)
  requireSame('template.spec', next.spec.template.spec, allowed.spec, report)
}

function isAtRest(job: Job): boolean {
  const { startTime, active = 0 } = job.status ?? {}
  return job.spec.suspend === true && (!startTime || isConditionTrue(job, 'Suspended')) && active === 0
}

/** The old template with what the new one says about scheduling. */
function withScheduling(old: PodTemplateSpec, next: PodTemplateSpec): PodTemplateSpec {
  if (!old.spec || !next.spec) return old
  for (const field of ['nodeSelector', 'tolerations', 'schedulingGates'] as const) {
    Object.assign(old.spec, { [field]: next.spec[field] })
  }
  const nodeAffinity = next.spec.affinity?.nodeAffinity
  const affinity = { ...old.spec.affinity, nodeAffinity }
  const isEmpty = Object.values(affinity).every((value) => value === undefined)
  old.spec.affinity = isEmpty && !next.spec.affinity ? undefined : affinity
  return old
}

/** Gives the containers of `old` the resources of those of `next`, where these are the same containers. */
function takeResources(old: PodSpec, next: PodSpec): void {
  for (const list of ['containers', 'initContainers'] as const) {
    const after = next[list] ?? []
    if (after.length !== old[list]?.length) continue
    for (const [i, container] of (old[list] ?? []).entries()) {
      if (container.name === after[i]?.name) container.resources = after[i].resources
    }
  }
}
