import type { IHorizontalPodAutoscaler } from 'kubernetes-models/autoscaling/v2/HorizontalPodAutoscaler'
import type { IMetricSpec } from 'kubernetes-models/autoscaling/v2/MetricSpec'
import { age, defineKind } from '../../kind.ts'
import type { Served } from '../../meta.ts'
import type { Report } from '../../report.ts'
import { nonNegativeFields } from '../check.ts'
import { firstFew } from '../printing.ts'
import { defaultScaleDown, defaultScaleUp, validateScalingRules } from './behavior.ts'
import { completeMetric, metricTexts, validateMetric } from './metrics.ts'
import { validateTarget } from './target.ts'
import { dropAnnotations } from './v1-annotations.ts'

export type HorizontalPodAutoscaler = Served<IHorizontalPodAutoscaler>
type Spec = HorizontalPodAutoscaler['spec']

const CPU_UTILIZATION_PERCENT = 80
/** How many metrics the table shows. */
const SHOWN_MAX = 2

export const HorizontalPodAutoscaler = defineKind<HorizontalPodAutoscaler>({
  group: 'autoscaling',
  version: 'v2',
  kind: 'HorizontalPodAutoscaler',
  plural: 'horizontalpodautoscalers',
  shortNames: ['hpa'],
  categories: ['all'],
  scope: 'Namespaced',
  status: true,
  generation: false,

  defaults(autoscaler) {
    const annotations = dropAnnotations(autoscaler.metadata.annotations)
    if (annotations) autoscaler.metadata.annotations = annotations
    else delete autoscaler.metadata.annotations
    autoscaler.spec ??= {} as Spec
    const { spec } = autoscaler
    spec.scaleTargetRef ??= {} as Spec['scaleTargetRef']
    spec.maxReplicas ??= 0
    spec.minReplicas ??= 1
    if (!spec.metrics?.length) spec.metrics = [cpuUtilization(CPU_UTILIZATION_PERCENT)]
    for (const metric of spec.metrics) completeMetric(metric)
    if (!spec.behavior) return
    spec.behavior.scaleUp = defaultScaleUp(spec.behavior.scaleUp)
    spec.behavior.scaleDown = defaultScaleDown(spec.behavior.scaleDown)
  },

  prepareCreate(autoscaler) {
    autoscaler.status = { currentReplicas: 0, desiredReplicas: 0 }
  },

  validate({ spec }, report) {
    const at = report.at('spec')
    validateReplicas(spec, at)
    // The one scalable kind of the core group has no group to name.
    const needsGroup = spec.scaleTargetRef.kind !== 'ReplicationController'
    validateTarget(spec.scaleTargetRef, needsGroup, at.at('scaleTargetRef'))
    for (const [i, metric] of (spec.metrics ?? []).entries()) validateMetric(metric, at.at('metrics', i))
    validateScalingRules(spec.behavior?.scaleUp, at.at('behavior', 'scaleUp'))
    validateScalingRules(spec.behavior?.scaleDown, at.at('behavior', 'scaleDown'))
  },

  validateStatusUpdate({ status }, _old, report) {
    nonNegativeFields(report.at('status'), status, ['currentReplicas', 'desiredReplicas'])
  },

  columns: [
    ['Reference', ({ spec: { scaleTargetRef } }) => `${scaleTargetRef.kind}/${scaleTargetRef.name}`],
    ['Targets', targetsText],
    ['MinPods', ({ spec }) => String(spec.minReplicas ?? '<unset>')],
    ['MaxPods', ({ spec }) => spec.maxReplicas],
    ['Replicas', ({ status }) => status.currentReplicas ?? 0],
    age,
  ],
})

/** The metric that keeps to a share of the CPU that pods request. */
export function cpuUtilization(averageUtilization: number): IMetricSpec {
  return { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization } } }
}

function targetsText({ spec, status }: HorizontalPodAutoscaler): string {
  if (!spec.metrics?.length) return '<none>'
  return firstFew(metricTexts(spec.metrics, status.currentMetrics), SHOWN_MAX, ', ')
}

/** Down to none only goes with the feature HPAScaleToZero, which is off, as it is upstream. */
function validateReplicas({ minReplicas, maxReplicas }: Spec, report: Report): void {
  if (minReplicas !== undefined && minReplicas < 1) {
    report.invalid('minReplicas', minReplicas, 'must be greater than or equal to 1')
  }
  if (!maxReplicas) report.required('maxReplicas', 'must be set and greater than 0')
  else if (maxReplicas < 0) report.invalid('maxReplicas', maxReplicas, 'must be greater than or equal to 1')
  if (minReplicas !== undefined && maxReplicas < minReplicas) {
    report.invalid('maxReplicas', maxReplicas, 'must be greater than or equal to `minReplicas`')
  }
}
