import type { IJob } from 'kubernetes-models/batch/v1/Job'
import type { Served } from '../../meta.ts'
import { matchesLabels } from '../../selector.ts'
import { dns1123Label } from '../../names.ts'
import type { Report } from '../../report.ts'
import { validateTemplateLabels } from '../apps/workload-template.ts'
import { validateLabelSelector } from '../label-selector.ts'

type Job = Served<IJob>

const CONTROLLER_UID_LABEL = 'batch.kubernetes.io/controller-uid'

/** The labels by which a job's pods are known: in use since the beginning, and the same with the project's prefix. */
function generatedLabels({ metadata: { name, uid } }: Job): Record<string, string> {
  return {
    'controller-uid': uid,
    'job-name': name,
    [CONTROLLER_UID_LABEL]: uid,
    'batch.kubernetes.io/job-name': name,
  }
}

/** Gives the template the labels of this job, and the selector the one that is enough to find its pods, in place. */
export function generateSelector(job: Job): void {
  const { spec, metadata } = job
  spec.template.metadata ??= {}
  // What the user has set already stays; the validation tells of what contradicts.
  spec.template.metadata.labels = { ...generatedLabels(job), ...spec.template.metadata.labels }
  spec.selector ??= {}
  spec.selector.matchLabels = { [CONTROLLER_UID_LABEL]: metadata.uid, ...spec.selector.matchLabels }
}

/** Unless the user selects by hand, the template has the labels that were generated, and the selector fits them. */
export function validateGeneratedSelector(job: Job, report: Report): void {
  const { selector, manualSelector, template } = job.spec
  if (manualSelector || !selector) return
  if (!job.metadata.uid) report.required('metadata.uid')
  const labels = template.metadata?.labels ?? {}
  for (const [key, value] of Object.entries(generatedLabels(job))) {
    const path = `spec.template.metadata.labels[${key}]`
    if (labels[key] === undefined) report.required(path, `must be '${value}'`)
    else if (labels[key] !== value) report.invalid(path, labels, `must be '${value}'`)
  }
  if (!matchesLabels(selector, generatedLabels(job))) {
    report.invalid('spec.selector', selector, '`selector` not auto-generated')
  }
}

/** The selector must be there and select the job's pods. `report` stands at the spec. */
export function validateJobSelector(spec: Job['spec'], report: Report): void {
  if (!spec.selector) report.required('selector')
  validateLabelSelector(spec.selector, report.at('selector'))
  validateTemplateLabels(spec, report)
}

/** The pods of an indexed job are named after it, so the longest of these names must do as a hostname. */
export function validateIndexedNames({ metadata: { name }, spec }: Job, report: Report): void {
  if (spec.completionMode !== 'Indexed' || !spec.completions || spec.completions <= 0) return
  const last = `${name}-${spec.completions - 1}`
  if (dns1123Label(last).length === 0) return
  report.invalid('metadata.name', name, `will not able to create pod with invalid DNS label: ${last}`)
}
