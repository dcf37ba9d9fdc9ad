import type { IHorizontalPodAutoscaler as IHorizontalPodAutoscalerV1 } from 'kubernetes-models/autoscaling/v1/HorizontalPodAutoscaler'
import type { IMetricSpec } from 'kubernetes-models/autoscaling/v2/MetricSpec'
import type { KubeObject, Served } from '../../meta.ts'
import { cpuUtilization, type HorizontalPodAutoscaler } from './horizontal-pod-autoscaler.ts'
import { ANNOTATIONS, dropAnnotations } from './v1-annotations.ts'
import { readBehavior, writeBehavior } from './v1-behavior.ts'
import { isJson, parseJson } from './v1-json.ts'
import { readMetrics, readStatuses, writeMetrics, writeStatuses } from './v1-metrics.ts'

export type HorizontalPodAutoscalerV1 = Served<IHorizontalPodAutoscalerV1>

type Spec = HorizontalPodAutoscaler['spec']
type Status = HorizontalPodAutoscaler['status']
type StatusV1 = HorizontalPodAutoscalerV1['status']

/** An autoscaler as v1 shows it, which knows of CPU alone: the rest stands in annotations. */
export function toV1(stored: HorizontalPodAutoscaler): HorizontalPodAutoscalerV1 {
  const { metadata, spec, status } = stored
  const annotations = { ...dropAnnotations(metadata.annotations), ...annotationsOf(spec, status) }
  return {
    ...stored,
    apiVersion: 'autoscaling/v1',
    metadata: withAnnotations(metadata, annotations),
    ...(spec && { spec: specV1(spec) }),
    ...(status && { status: statusV1(status) }),
  }
}

function specV1({ scaleTargetRef, minReplicas, maxReplicas, metrics = [] }: Spec): HorizontalPodAutoscalerV1['spec'] {
  const cpu = metrics.find(isCpuUtilization)?.resource?.target.averageUtilization
  return {
    scaleTargetRef,
    ...(minReplicas !== undefined && { minReplicas }),
    maxReplicas,
    ...(cpu !== undefined && { targetCPUUtilizationPercentage: cpu }),
  }
}

function isCpuUtilization({ type, resource }: IMetricSpec): boolean {
  return type === 'Resource' && resource?.name === 'cpu' && resource.target?.averageUtilization !== undefined
}

function statusV1({ currentMetrics = [], conditions: _, ...counts }: Status): StatusV1 {
  const cpu = currentMetrics
    .filter(({ type, resource }) => type === 'Resource' && resource?.name === 'cpu')
    .findLast(({ resource }) => resource?.current?.averageUtilization !== undefined)
  const percent = cpu?.resource?.current.averageUtilization
  return { ...counts, ...(percent !== undefined && { currentCPUUtilizationPercentage: percent }) } as StatusV1
}

function annotationsOf(
  { metrics = [], behavior }: Partial<Spec> = {},
  { currentMetrics = [], conditions = [] }: Partial<Status> = {},
): Record<string, string> {
  const others = metrics.filter((metric) => !isCpuUtilization(metric))
  return {
    ...(others.length && { [ANNOTATIONS.metrics]: writeMetrics(others) }),
    // Also what v1 has a field for, which has no room for the amount.
    ...(currentMetrics.length && { [ANNOTATIONS.currentMetrics]: writeStatuses(currentMetrics) }),
    ...(behavior && { [ANNOTATIONS.behavior]: writeBehavior(behavior) }),
    ...(conditions.length && { [ANNOTATIONS.conditions]: JSON.stringify(conditions) }),
  }
}

/** An autoscaler of v1 as it is stored. An annotation that cannot be read says nothing. */
export function fromV1(object: HorizontalPodAutoscalerV1): HorizontalPodAutoscaler {
  const { metadata, spec, status } = object
  const { annotations = {} } = metadata
  const said = statusOf(status, annotations)
  return {
    ...object,
    apiVersion: 'autoscaling/v2',
    metadata: withAnnotations(metadata, dropAnnotations(annotations)),
    ...(spec && { spec: specOf(spec, annotations) }),
    ...(said && { status: said }),
  }
}

type Annotations = Readonly<Record<string, string>>

function specOf(
  { targetCPUUtilizationPercentage: percent, ...rest }: HorizontalPodAutoscalerV1['spec'],
  annotations: Annotations,
): Spec {
  const cpu = percent === undefined ? [] : [cpuUtilization(percent)]
  const metrics = [...(read(annotations, 'metrics', readMetrics) ?? []), ...cpu]
  const behavior = read(annotations, 'behavior', readBehavior)
  return { ...rest, ...(metrics.length && { metrics }), ...(behavior && { behavior }) }
}

function statusOf(status: StatusV1 | undefined, annotations: Annotations): Status | undefined {
  const { currentCPUUtilizationPercentage: percent, ...counts } = status ?? ({} as StatusV1)
  const current = { averageUtilization: percent }
  const cpu = percent === undefined ? undefined : [{ type: 'Resource', resource: { name: 'cpu', current } }]
  const currentMetrics = read(annotations, 'currentMetrics', readStatuses) ?? cpu
  const conditions = read(annotations, 'conditions', readConditions)
  if (!status && !currentMetrics && !conditions) return undefined
  return { ...counts, ...(currentMetrics && { currentMetrics }), ...(conditions && { conditions }) }
}

const CONDITION_FIELDS = ['type', 'status', 'lastTransitionTime', 'reason', 'message'] as const

function readConditions(text: string): Status['conditions'] {
  const parsed = parseJson(text)
  if (!Array.isArray(parsed)) return undefined
  const isCondition = (one: unknown) =>
    isJson(one) && CONDITION_FIELDS.every((name) => typeof (one[name] ?? '') === 'string')
  return parsed.every(isCondition) ? parsed : undefined
}

function read<T>(annotations: Annotations, name: keyof typeof ANNOTATIONS, parse: (text: string) => T): T | undefined {
  const text = annotations[ANNOTATIONS[name]]
  return text === undefined ? undefined : parse(text)
}

function withAnnotations({ annotations: _, ...rest }: KubeObject['metadata'], annotations: Annotations | undefined) {
  return Object.keys(annotations ?? {}).length ? { ...rest, annotations } : rest
}
