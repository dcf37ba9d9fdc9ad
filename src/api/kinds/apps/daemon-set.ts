import type { IDaemonSet } from 'kubernetes-models/apps/v1/DaemonSet'
import { deepEqual } from '../../equal.ts'
import { age, defineKind } from '../../kind.ts'
import { formatLabelSelector } from '../../selector.ts'
import type { Served } from '../../meta.ts'
import type { Report } from '../../report.ts'
import { nonNegativeFields } from '../check.ts'
import { defaultPodTemplateSpec } from '../core/pod-spec/defaults.ts'
import { validatePodTemplateSpec } from '../core/pod-spec/validate.ts'
import { containerImages, containerNames, formatLabels } from '../printing.ts'
import { validateNotDecremented } from '../counts.ts'
import { isZero, validateMaximumOf100Percent, validatePositiveIntOrPercent } from '../int-or-percent.ts'
import { validateAlwaysRestarted, validateSelectorOfTemplate } from './workload-template.ts'
import { warnOfPod } from '../core/pod-spec/warnings.ts'

export type DaemonSet = Served<IDaemonSet>
type UpdateStrategy = NonNullable<DaemonSet['spec']['updateStrategy']>

/** How often the template changed: what v1 keeps of a field that older versions had. */
export const TEMPLATE_GENERATION_ANNOTATION = 'deprecated.daemonset.template.generation'

const REVISION_HISTORY = 10

export const DaemonSet = defineKind<DaemonSet>({
  group: 'apps',
  version: 'v1',
  kind: 'DaemonSet',
  plural: 'daemonsets',
  shortNames: ['ds'],
  categories: ['all'],
  scope: 'Namespaced',
  status: true,
  immutable: ['spec.selector'],

  defaults(set) {
    set.spec ??= {} as DaemonSet['spec']
    const { spec } = set
    spec.template ??= {}
    defaultPodTemplateSpec(spec.template)
    spec.updateStrategy ??= {}
    const strategy = spec.updateStrategy
    strategy.type ??= 'RollingUpdate'
    if (strategy.type === 'RollingUpdate') {
      strategy.rollingUpdate ??= {}
      strategy.rollingUpdate.maxUnavailable ??= 1
      strategy.rollingUpdate.maxSurge ??= 0
    }
    spec.revisionHistoryLimit ??= REVISION_HISTORY
  },

  prepareCreate(set) {
    set.status = { currentNumberScheduled: 0, desiredNumberScheduled: 0, numberMisscheduled: 0, numberReady: 0 }
    setTemplateGeneration(set, Math.max(1, templateGeneration(set)))
  },

  prepareUpdate(next, old) {
    const changed = deepEqual(next.spec.template, old.spec.template) ? 0 : 1
    setTemplateGeneration(next, templateGeneration(old) + changed)
  },

  validate({ spec }, report) {
    const at = report.at('spec')
    validateSelectorOfTemplate(spec, 'daemonset', at)
    validatePodTemplateSpec(spec.template, at.at('template'))
    validateAlwaysRestarted(spec.template, 'DaemonSet', at.at('template'))
    nonNegativeFields(at, spec, ['minReadySeconds', 'revisionHistoryLimit'])
    validateStrategy(spec.updateStrategy ?? {}, at)
  },

  validateStatusUpdate({ status }, old, report) {
    const at = report.at('status')
    nonNegativeFields(at, status, COUNTS)
    validateNotDecremented('collisionCount', status.collisionCount, old.status?.collisionCount, at)
  },

  warnings({ spec: { template = {} } }, old, warn) {
    if (!old || !deepEqual(template, old.spec.template)) warnOfPod(template, warn.at('spec', 'template'))
  },

  columns: [
    ['Desired', ({ status }) => status.desiredNumberScheduled ?? 0, { type: 'integer' }],
    ['Current', ({ status }) => status.currentNumberScheduled ?? 0, { type: 'integer' }],
    ['Ready', ({ status }) => status.numberReady ?? 0, { type: 'integer' }],
    ['Up-to-date', ({ status }) => status.updatedNumberScheduled ?? 0, { type: 'integer' }],
    ['Available', ({ status }) => status.numberAvailable ?? 0, { type: 'integer' }],
    ['Node Selector', ({ spec }) => formatLabels(spec.template.spec?.nodeSelector)],
    age,
    ['Containers', ({ spec }) => containerNames(spec.template.spec?.containers), { priority: 1 }],
    ['Images', ({ spec }) => containerImages(spec.template.spec?.containers), { priority: 1 }],
    ['Selector', ({ spec }) => formatLabelSelector(spec.selector), { priority: 1 }],
  ],
})

const COUNTS = [
  'currentNumberScheduled',
  'numberMisscheduled',
  'desiredNumberScheduled',
  'numberReady',
  'observedGeneration',
  'updatedNumberScheduled',
  'numberAvailable',
  'numberUnavailable',
  'collisionCount',
] as const

function templateGeneration({ metadata }: DaemonSet): number {
  const generation = Number(metadata.annotations?.[TEMPLATE_GENERATION_ANNOTATION] ?? 0)
  return Number.isInteger(generation) ? generation : 0
}

function setTemplateGeneration({ metadata }: DaemonSet, generation: number): void {
  metadata.annotations = { ...metadata.annotations, [TEMPLATE_GENERATION_ANNOTATION]: String(generation) }
}

function validateStrategy(strategy: UpdateStrategy, report: Report): void {
  const { type, rollingUpdate } = strategy
  if (type === 'OnDelete') return
  if (type !== 'RollingUpdate') return report.notSupported('updateStrategy', strategy, ['RollingUpdate', 'OnDelete'])
  if (!rollingUpdate) return report.required('updateStrategy.rollingUpdate')
  const at = report.at('updateStrategy', 'rollingUpdate')
  const { maxUnavailable = 0, maxSurge = 0 } = rollingUpdate
  validatePositiveIntOrPercent('maxUnavailable', maxUnavailable, at)
  validatePositiveIntOrPercent('maxSurge', maxSurge, at)
  validateMaximumOf100Percent('maxUnavailable', maxUnavailable, at)
  validateMaximumOf100Percent('maxSurge', maxSurge, at)
  if (!isZero(maxUnavailable) && !isZero(maxSurge)) {
    at.invalid('maxSurge', maxSurge, 'may not be set when maxUnavailable is non-zero')
  } else if (isZero(maxUnavailable) && isZero(maxSurge)) {
    at.required('maxUnavailable', 'cannot be 0 when maxSurge is 0')
  }
}
