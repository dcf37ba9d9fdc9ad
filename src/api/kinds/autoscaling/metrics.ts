import type { IMetricSpec } from 'kubernetes-models/autoscaling/v2/MetricSpec'
import type { IMetricStatus } from 'kubernetes-models/autoscaling/v2/MetricStatus'
import type { IMetricTarget } from 'kubernetes-models/autoscaling/v2/MetricTarget'
import { dns1123Label, pathSegment } from '../../names.ts'
import { compareQuantities } from '../../quantity.ts'
import type { Report } from '../../report.ts'
import { invalidEach } from '../check.ts'
import { validateContainerResourceName } from '../core/resource-names.ts'
import { validateTarget } from './target.ts'

const METRIC_TYPES = ['ContainerResource', 'External', 'Object', 'Pods', 'Resource']
/** The field that goes with each type, in the order in which upstream looks at them. */
const SOURCES = {
  object: 'Object',
  external: 'External',
  pods: 'Pods',
  resource: 'Resource',
  containerResource: 'ContainerResource',
} as const
const TARGET_TYPES = ['Utilization', 'Value', 'AverageValue']

type Source = keyof typeof SOURCES
const sourceNames = Object.keys(SOURCES) as Source[]

/** Gives a metric the parts that every one has, though they may say nothing: the validation tells what is missing. */
export function completeMetric(metric: IMetricSpec): void {
  const { object, external, pods, resource, containerResource } = metric
  for (const source of [object, external, pods, resource, containerResource]) {
    if (source) source.target ??= { type: '' }
  }
  for (const source of [object, external, pods]) if (source) source.metric ??= { name: '' }
  if (object) object.describedObject ??= { kind: '', name: '' }
}

/** What is wrong with a metric that scales; `report` stands at it. */
export function validateMetric(metric: IMetricSpec, report: Report): void {
  const { type = '' } = metric
  if (type === '') report.required('type', 'must specify a metric source type')
  if (!METRIC_TYPES.includes(type)) report.notSupported('type', type, METRIC_TYPES)
  const present = sourceNames.filter((name) => metric[name] !== undefined)
  const [first] = present
  if (first) validateSource(first, metric, report.at(first))
  const expected = sourceNames.find((name) => SOURCES[name] === type)
  if (expected && !metric[expected]) {
    report.required(expected, 'must populate information for the given metric source')
  }
  if (present.length === 1) return
  for (const name of present.filter((one) => one !== expected)) {
    report.forbidden(name, 'must populate the given metric source only')
  }
}

function validateSource(source: Source, metric: IMetricSpec, report: Report): void {
  const { object, external, pods, resource, containerResource } = metric
  if (source === 'object' && object) {
    validateTarget(object.describedObject, false, report.at('describedObject'))
    validateNamed(object, report)
    requireValue(object.target, 'must set either a target value or averageValue', report)
  } else if (source === 'external' && external) {
    validateNamed(external, report)
    const { value, averageValue } = external.target
    requireValue(external.target, 'must set either a target value for metric or a per-pod target', report)
    if (value !== undefined && averageValue !== undefined) {
      report.forbidden('target.value', 'may not set both a target value for metric and a per-pod target')
    }
  } else if (source === 'pods' && pods) {
    validateNamed(pods, report)
    if (pods.target.averageValue === undefined) {
      report.required('target.averageValue', 'must specify a positive target averageValue')
    }
  } else if (resource && source === 'resource') {
    if (!resource.name) report.required('name', 'must specify a resource name')
    validateUsage(resource.target, report)
  } else if (containerResource) {
    validateContainerResource(containerResource, report)
  }
}

interface Named {
  metric: { name: string }
  target: IMetricTarget
}

function validateNamed({ metric, target }: Named, report: Report): void {
  if (!metric.name) report.required('metric.name', 'must specify a metric name')
  else invalidEach(report, 'metric.name', metric.name, pathSegment(metric.name, false))
  validateMetricTarget(target, report.at('target'))
}

function requireValue({ value, averageValue }: IMetricTarget, why: string, report: Report): void {
  if (value === undefined && averageValue === undefined) report.required('target.averageValue', why)
}

type ContainerResource = NonNullable<IMetricSpec['containerResource']>

function validateContainerResource({ name, container, target }: ContainerResource, report: Report): void {
  if (!name) report.required('name', 'must specify a resource name')
  else validateContainerResourceName(report, 'name', name)
  if (!container) report.required('container', 'must specify a container')
  else invalidEach(report, 'container', container, dns1123Label(container))
  validateUsage(target, report)
}

/** How much of a resource pods use is measured in amounts, or as a share of what they request. */
function validateUsage(target: IMetricTarget, report: Report): void {
  validateMetricTarget(target, report.at('target'))
  const { averageUtilization, averageValue } = target
  if (averageUtilization === undefined && averageValue === undefined) {
    report.required('target.averageUtilization', 'must set either a target raw value or a target utilization')
  }
  if (averageUtilization !== undefined && averageValue !== undefined) {
    report.forbidden('target.averageValue', 'may not set both a target raw value and a target utilization')
  }
}

function validateMetricTarget(target: IMetricTarget, report: Report): void {
  const { type = '', averageUtilization } = target
  if (type === '') report.required('type', 'must specify a metric target type')
  if (!TARGET_TYPES.includes(type)) report.invalid('type', type, 'must be either Utilization, Value, or AverageValue')
  for (const field of ['value', 'averageValue'] as const) {
    const amount = target[field]
    if (amount !== undefined && compareQuantities(amount, 0) <= 0) report.invalid(field, amount, 'must be positive')
  }
  if (averageUtilization !== undefined && averageUtilization < 1) {
    report.invalid('averageUtilization', averageUtilization, 'must be greater than 0')
  }
}

/** How far each metric is from its target: `cpu: 12%/80%`, `300m/500m (avg)`. */
export function metricTexts(metrics: readonly IMetricSpec[], statuses: readonly IMetricStatus[] = []): string[] {
  return metrics.map((metric, i) => metricText(metric, statuses[i]))
}

const UNKNOWN = '<unknown>'

function metricText(metric: IMetricSpec, status: IMetricStatus | undefined): string {
  const { object, external, pods, resource, containerResource } = metric
  switch (metric.type) {
    case 'External':
      return external ? totalText(external.target, status?.external?.current) : UNKNOWN
    case 'Object':
      return object ? totalText(object.target, status?.object?.current) : UNKNOWN
    case 'Pods':
      return `${status?.pods?.current.averageValue ?? UNKNOWN}/${pods?.target.averageValue}`
    case 'Resource':
      return resource ? usageText(resource, status?.resource?.current) : UNKNOWN
    case 'ContainerResource':
      return containerResource ? usageText(containerResource, status?.containerResource?.current) : UNKNOWN
    default:
      return '<unknown type>'
  }
}

type Current = NonNullable<IMetricStatus['resource']>['current']

function totalText({ value, averageValue }: IMetricTarget, current: Current | undefined): string {
  if (averageValue !== undefined) return `${current?.averageValue ?? UNKNOWN}/${averageValue} (avg)`
  return `${current?.value ?? UNKNOWN}/${value}`
}

function usageText({ name, target }: { name: string; target: IMetricTarget }, current: Current | undefined): string {
  const { averageValue, averageUtilization } = target
  if (averageValue !== undefined) return `${name}: ${current?.averageValue ?? UNKNOWN}/${averageValue}`
  const percent = (value: number | undefined, none: string) => (value === undefined ? none : `${value}%`)
  return `${name}: ${percent(current?.averageUtilization, UNKNOWN)}/${percent(averageUtilization, '<auto>')}`
}
