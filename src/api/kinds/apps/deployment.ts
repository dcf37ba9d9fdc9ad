import type { IDeployment } from 'kubernetes-models/apps/v1/Deployment'
import type { IDeploymentSpec } from 'kubernetes-models/apps/v1/DeploymentSpec'
import { deepEqual } from '../../equal.ts'
import { age, defineKind } from '../../kind.ts'
import type { Served } from '../../meta.ts'
import type { Report } from '../../report.ts'
import { formatLabelSelector } from '../../selector.ts'
import { nonNegativeFields } from '../check.ts'
import { defaultPodTemplateSpec } from '../core/pod-spec/defaults.ts'
import { validatePodTemplateSpec } from '../core/pod-spec/validate.ts'
import { containerImages, containerNames } from '../printing.ts'
import { validateNotDecremented, validateReplicaCounts } from '../counts.ts'
import { isZero, validateMaximumOf100Percent, validatePositiveIntOrPercent } from '../int-or-percent.ts'
import { validateAlwaysRestarted, validateSelectorOfTemplate } from './workload-template.ts'
import { scaleSubresource } from './scale.ts'
import { warnOfWorkload } from '../workload-warnings.ts'

export type Deployment = Served<IDeployment>

const DEFAULT_MAX = '25%'
const DEFAULT_REVISION_HISTORY = 10
const DEFAULT_PROGRESS_DEADLINE_SECONDS = 600

export const Deployment = defineKind<Deployment>({
  group: 'apps',
  version: 'v1',
  kind: 'Deployment',
  plural: 'deployments',
  shortNames: ['deploy'],
  categories: ['all'],
  scope: 'Namespaced',
  status: true,
  subresources: [scaleSubresource],
  immutable: ['spec.selector'],

  defaults(deployment) {
    deployment.spec ??= {} as Deployment['spec']
    const { spec } = deployment
    spec.template ??= {}
    spec.replicas ??= 1
    spec.strategy ??= {}
    spec.strategy.type ??= 'RollingUpdate'
    if (spec.strategy.type === 'RollingUpdate') {
      spec.strategy.rollingUpdate ??= {}
      spec.strategy.rollingUpdate.maxUnavailable ??= DEFAULT_MAX
      spec.strategy.rollingUpdate.maxSurge ??= DEFAULT_MAX
    }
    spec.revisionHistoryLimit ??= DEFAULT_REVISION_HISTORY
    spec.progressDeadlineSeconds ??= DEFAULT_PROGRESS_DEADLINE_SECONDS
    defaultPodTemplateSpec(spec.template)
  },

  // Annotations count as a change too, because they are copied to the replica sets.
  prepareUpdate(next, old) {
    const same =
      deepEqual(next.spec, old.spec) && deepEqual(next.metadata.annotations ?? {}, old.metadata.annotations ?? {})
    if (!same) next.metadata.generation = (old.metadata.generation ?? 0) + 1
  },

  prepareStatusUpdate(next, old) {
    if (old.metadata.labels) next.metadata.labels = old.metadata.labels
    else delete next.metadata.labels
  },

  validate({ spec }, report) {
    const at = report.at('spec')
    const { template = {} } = spec
    nonNegativeFields(at, spec, ['replicas'])
    if (!spec.selector) at.required('selector')
    validateSelectorOfTemplate({ ...spec, template }, 'deployment', at)
    validatePodTemplateSpec(template, at.at('template'))
    validateAlwaysRestarted(template, 'ReplicaSet', at.at('template'))
    validateStrategy(spec.strategy, at)
    nonNegativeFields(at, spec, ['minReadySeconds', 'revisionHistoryLimit', 'progressDeadlineSeconds'])
    const { progressDeadlineSeconds, minReadySeconds = 0 } = spec
    if (progressDeadlineSeconds !== undefined && progressDeadlineSeconds <= minReadySeconds) {
      at.invalid('progressDeadlineSeconds', progressDeadlineSeconds, 'must be greater than minReadySeconds')
    }
  },

  validateStatusUpdate({ status }, old, report) {
    validateStatus(status, old.status, report.at('status'))
  },

  warnings: warnOfWorkload,

  columns: [
    ['Ready', ({ spec, status }) => `${status.readyReplicas ?? 0}/${spec.replicas ?? 0}`],
    ['Up-to-date', ({ status }) => status.updatedReplicas ?? 0],
    ['Available', ({ status }) => status.availableReplicas ?? 0],
    age,
    ['Containers', ({ spec }) => containerNames(spec.template?.spec?.containers), { priority: 1 }],
    ['Images', ({ spec }) => containerImages(spec.template?.spec?.containers), { priority: 1 }],
    ['Selector', ({ spec }) => formatLabelSelector(spec.selector), { priority: 1 }],
  ],
})

function validateStrategy(strategy: IDeploymentSpec['strategy'], report: Report): void {
  const { type, rollingUpdate } = strategy ?? {}
  if (type === 'Recreate') {
    if (rollingUpdate) {
      report.forbidden('strategy.rollingUpdate', "may not be specified when strategy `type` is 'Recreate'")
    }
    return
  }
  if (type !== 'RollingUpdate') return report.notSupported('strategy', strategy, ['Recreate', 'RollingUpdate'])
  validateRollingUpdate(rollingUpdate ?? {}, report.at('strategy', 'rollingUpdate'))
}

type RollingUpdate = NonNullable<NonNullable<IDeploymentSpec['strategy']>['rollingUpdate']>

function validateRollingUpdate({ maxUnavailable = 0, maxSurge = 0 }: RollingUpdate, report: Report): void {
  validatePositiveIntOrPercent('maxUnavailable', maxUnavailable, report)
  validatePositiveIntOrPercent('maxSurge', maxSurge, report)
  if (isZero(maxUnavailable) && isZero(maxSurge)) {
    report.invalid('maxUnavailable', maxUnavailable, 'may not be 0 when `maxSurge` is 0')
  }
  validateMaximumOf100Percent('maxUnavailable', maxUnavailable, report)
}

function validateStatus(status: Deployment['status'], old: Deployment['status'], report: Report): void {
  nonNegativeFields(report, status, [
    'observedGeneration',
    'replicas',
    'updatedReplicas',
    'readyReplicas',
    'availableReplicas',
    'unavailableReplicas',
    'terminatingReplicas',
    'collisionCount',
  ])
  validateReplicaCounts(status, ['updatedReplicas', 'readyReplicas', 'availableReplicas'], report)
  validateNotDecremented('collisionCount', status.collisionCount, old?.collisionCount, report)
}
