import type { ILabelSelector } from '@kubernetes-models/apimachinery/apis/meta/v1/LabelSelector'
import type { Report } from '../../report.ts'
import { matchesLabels } from '../../selector.ts'
import type { PodTemplateSpec } from '../core/pod-spec/types.ts'
import { validateLabelSelector } from '../label-selector.ts'

interface Templated {
  selector?: ILabelSelector
  template: PodTemplateSpec
}

/** The selector must be well-formed, not empty, and select the template's own labels. `report` stands at the spec. */
export function validateSelectorOfTemplate({ selector, template }: Templated, workload: string, report: Report): void {
  validateLabelSelector(selector, report.at('selector'))
  if (selector && isEmptySelector(selector)) {
    report.invalid('selector', selector, `empty selector is invalid for ${workload}`)
  }
  validateTemplateLabels({ selector, template }, report)
}

/** The template's labels must be those that the selector asks for. */
export function validateTemplateLabels({ selector, template }: Templated, report: Report): void {
  if (matchesLabels(selector, template.metadata?.labels)) return
  const labels = template.metadata?.labels ?? {}
  report.invalid('template.metadata.labels', labels, '`selector` does not match template `labels`')
}

export function isEmptySelector({ matchLabels = {}, matchExpressions = [] }: ILabelSelector): boolean {
  return Object.keys(matchLabels).length + matchExpressions.length === 0
}

/** Pods of a workload that runs for ever are always restarted. `report` stands at the template. */
export function validateAlwaysRestarted({ spec }: PodTemplateSpec, workload: string, report: Report): void {
  const at = report.at('spec')
  if (spec?.restartPolicy !== 'Always') at.notSupported('restartPolicy', spec?.restartPolicy ?? '', ['Always'])
  if (spec?.activeDeadlineSeconds !== undefined) {
    at.forbidden('activeDeadlineSeconds', `activeDeadlineSeconds in ${workload} is not Supported`)
  }
}
