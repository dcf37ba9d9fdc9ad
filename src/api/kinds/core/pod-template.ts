import type { IPodTemplate } from 'kubernetes-models/v1/PodTemplate'
import { defineKind } from '../../kind.ts'
import type { Served } from '../../meta.ts'
import { defaultPodTemplateSpec } from './pod-spec/defaults.ts'
import { validatePodTemplateSpec } from './pod-spec/validate.ts'
import { containerImages, containerNames, formatLabels } from '../printing.ts'
import { warnOfPod } from './pod-spec/warnings.ts'
import { isChanged } from '../workload-warnings.ts'

export type PodTemplate = Served<IPodTemplate>

export const PodTemplate = defineKind<PodTemplate>({
  group: '',
  version: 'v1',
  kind: 'PodTemplate',
  plural: 'podtemplates',
  scope: 'Namespaced',
  returnDeletedObject: true,
  generation: true,
  columns: [
    ['Containers', ({ template }) => containerNames(template?.spec?.containers), { description: 'Their names.' }],
    ['Images', ({ template }) => containerImages(template?.spec?.containers), { description: 'Their images.' }],
    ['Pod Labels', ({ template }) => formatLabels(template?.metadata?.labels), { description: 'What its pods carry.' }],
  ],

  defaults(podTemplate) {
    podTemplate.template ??= {}
    defaultPodTemplateSpec(podTemplate.template)
  },

  warnings(object, old, warn) {
    if (isChanged(object, old)) warnOfPod(object.template ?? {}, warn.at('template'))
  },

  validate({ template = {} }, report) {
    validatePodTemplateSpec(template, report.at('template'))
  },
})
