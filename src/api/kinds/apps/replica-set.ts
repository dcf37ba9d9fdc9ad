import type { IReplicaSet } from 'kubernetes-models/apps/v1/ReplicaSet'
import { age, defineKind } from '../../kind.ts'
import type { Served } from '../../meta.ts'
import type { Report } from '../../report.ts'
import { formatLabelSelector } from '../../selector.ts'
import { nonNegativeFields } from '../check.ts'
import { validateAlwaysRestarted, validateSelectorOfTemplate } from './workload-template.ts'
import { scaleSubresource } from './scale.ts'
import { defaultPodTemplateSpec } from '../core/pod-spec/defaults.ts'
import { validatePodTemplateSpec } from '../core/pod-spec/validate.ts'
import { containerImages, containerNames } from '../printing.ts'
import { validateReplicaCounts } from '../counts.ts'
import { warnOfWorkload } from '../workload-warnings.ts'

export type ReplicaSet = Served<IReplicaSet>

export const ReplicaSet = defineKind<ReplicaSet>({
  group: 'apps',
  version: 'v1',
  kind: 'ReplicaSet',
  plural: 'replicasets',
  shortNames: ['rs'],
  categories: ['all'],
  scope: 'Namespaced',
  status: true,
  subresources: [scaleSubresource],
  immutable: ['spec.selector'],

  defaults(set) {
    set.spec ??= {} as ReplicaSet['spec']
    const { spec } = set
    spec.template ??= {}
    spec.replicas ??= 1
    defaultPodTemplateSpec(spec.template)
  },

  validate({ spec }, report) {
    const at = report.at('spec')
    const { template = {} } = spec
    nonNegativeFields(at, spec, ['replicas', 'minReadySeconds'])
    if (!spec.selector) at.required('selector')
    validateSelectorOfTemplate({ ...spec, template }, 'deployment', at)
    validatePodTemplateSpec(template, at.at('template'))
    validateAlwaysRestarted(template, 'ReplicaSet', at.at('template'))
  },

  validateStatusUpdate({ status }, _old, report) {
    validateStatus(status, report.at('status'))
  },

  warnings: warnOfWorkload,

  columns: [
    ['Desired', ({ spec }) => spec.replicas ?? 0, { type: 'integer' }],
    ['Current', ({ status }) => status.replicas ?? 0, { type: 'integer' }],
    ['Ready', ({ status }) => status.readyReplicas ?? 0, { type: 'integer' }],
    age,
    ['Containers', ({ spec }) => containerNames(spec.template?.spec?.containers), { priority: 1 }],
    ['Images', ({ spec }) => containerImages(spec.template?.spec?.containers), { priority: 1 }],
    ['Selector', ({ spec }) => formatLabelSelector(spec.selector), { priority: 1 }],
  ],

  fieldSelectors: { 'status.replicas': ({ status }) => String(status?.replicas ?? 0) },
})

function validateStatus(status: ReplicaSet['status'], report: Report): void {
  nonNegativeFields(report, status, [
    'replicas',
    'fullyLabeledReplicas',
    'readyReplicas',
    'availableReplicas',
    'observedGeneration',
    'terminatingReplicas',
  ])
  validateReplicaCounts(status, ['fullyLabeledReplicas', 'readyReplicas', 'availableReplicas'], report)
}
