import type { IReplicationController } from 'kubernetes-models/v1/ReplicationController'
import { age, defineKind } from '../../kind.ts'
import type { Served } from '../../meta.ts'
import type { Report } from '../../report.ts'
import { hasLabels } from '../../selector.ts'
import { nonNegative, nonNegativeFields } from '../check.ts'
import { validateReplicaCounts } from '../counts.ts'
import { defaultPodTemplateSpec } from './pod-spec/defaults.ts'
import { validatePodTemplateSpec } from './pod-spec/validate.ts'
import { containerImages, containerNames, formatLabels } from '../printing.ts'
import { warnOfWorkload } from '../workload-warnings.ts'

export type ReplicationController = Served<IReplicationController>

export const ReplicationController = defineKind<ReplicationController>({
  group: '',
  version: 'v1',
  kind: 'ReplicationController',
  plural: 'replicationcontrollers',
  shortNames: ['rc'],
  categories: ['all'],
  scope: 'Namespaced',
  status: true,
  subresources: [
    {
      name: 'scale',
      speaks: { group: 'autoscaling', version: 'v1', kind: 'Scale' },
      verbs: ['get', 'patch', 'update'],
    },
  ],
  defaultPropagation: 'Orphan',
  columns: [
    ['Desired', ({ spec }) => spec.replicas ?? 0, { type: 'integer', description: 'How many pods are wanted.' }],
    ['Current', ({ status }) => status?.replicas ?? 0, { type: 'integer', description: 'How many pods there are.' }],
    ['Ready', ({ status }) => status?.readyReplicas ?? 0, { type: 'integer', description: 'How many are ready.' }],
    age,
    ['Containers', ({ spec }) => containerNames(spec.template?.spec?.containers), { priority: 1 }],
    ['Images', ({ spec }) => containerImages(spec.template?.spec?.containers), { priority: 1 }],
    ['Selector', ({ spec }) => formatLabels(spec.selector), { priority: 1 }],
  ],
  defaults(controller) {
    controller.spec ??= {}
    const { spec, metadata } = controller
    const labels = spec.template?.metadata?.labels
    if (labels) {
      if (isEmpty(spec.selector)) spec.selector = { ...labels }
      if (isEmpty(metadata.labels)) metadata.labels = { ...labels }
    }
    spec.replicas ??= 1
    defaultPodTemplateSpec(spec.template)
  },

  warnings: warnOfWorkload,

  validate({ spec }, report) {
    validateSpec(spec, report.at('spec'))
  },

  validateStatusUpdate({ status }, _old, report) {
    validateStatus(status, report.at('status'))
  },

  fieldSelectors: { 'status.replicas': ({ status }) => String(status?.replicas ?? 0) },
})

const isEmpty = (labels: object | undefined) => Object.keys(labels ?? {}).length === 0

function validateSpec(
  { minReadySeconds, selector, replicas, template }: ReplicationController['spec'],
  report: Report,
) {
  nonNegative(report, 'minReadySeconds', minReadySeconds)
  if (isEmpty(selector)) report.required('selector')
  if (replicas === undefined) report.required('replicas')
  nonNegative(report, 'replicas', replicas)
  if (!template) return report.required('template')
  const labels = template.metadata?.labels ?? {}
  if (!isEmpty(selector) && !hasLabels(labels, selector)) {
    report.invalid('template.metadata.labels', labels, '`selector` does not match template `labels`')
  }
  validatePodTemplateSpec(template, report.at('template'))
  const { restartPolicy = '', activeDeadlineSeconds } = template.spec ?? {}
  if (restartPolicy !== 'Always') report.notSupported('template.spec.restartPolicy', restartPolicy, ['Always'])
  if (activeDeadlineSeconds !== undefined) {
    const why = 'activeDeadlineSeconds in ReplicationController is not Supported'
    report.forbidden('template.spec.activeDeadlineSeconds', why)
  }
}

const PARTS = ['fullyLabeledReplicas', 'readyReplicas', 'availableReplicas'] as const

function validateStatus(status: ReplicationController['status'], report: Report): void {
  nonNegativeFields(report, status, ['replicas', ...PARTS, 'observedGeneration'])
  validateReplicaCounts(status, PARTS, report)
}
