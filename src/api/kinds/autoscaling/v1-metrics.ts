import type { IMetricSpec } from 'kubernetes-models/autoscaling/v2/MetricSpec'
import type { IMetricStatus } from 'kubernetes-models/autoscaling/v2/MetricStatus'
import { compareQuantities } from '../../quantity.ts'
import { isJson, isQuantity, type Json, parseJson } from './v1-json.ts'

/**
 * A field of a metric: its name in v1, where it stands in v2, what it holds, and whether v1 always has it, if only empty.
 * The order is that of Go's types, in which upstream writes them.
 */
type Field = readonly [
  name: string,
  path: readonly [string] | readonly [string, string],
  type: FieldType,
  held?: 'held',
]
type FieldType = 'text' | 'count' | 'quantity' | 'object'

const EMPTY = { text: '', count: 0, quantity: '0', object: {} } as const

const metricName: Field = ['metricName', ['metric', 'name'], 'text', 'held']
const selector: Field = ['selector', ['metric', 'selector'], 'object']
const externalSelector: Field = ['metricSelector', ['metric', 'selector'], 'object']
const described: Field = ['target', ['describedObject'], 'object', 'held']
const resourceName: Field = ['name', ['name'], 'text', 'held']
const container: Field = ['container', ['container'], 'text', 'held']

type Sources = Readonly<Record<string, readonly Field[]>>

const usage: readonly Field[] = [
  resourceName,
  ['targetAverageUtilization', ['target', 'averageUtilization'], 'count'],
  ['targetAverageValue', ['target', 'averageValue'], 'quantity'],
]

const SPEC: Sources = {
  object: [
    described,
    metricName,
    ['targetValue', ['target', 'value'], 'quantity', 'held'],
    selector,
    ['averageValue', ['target', 'averageValue'], 'quantity'],
  ],
  pods: [metricName, ['targetAverageValue', ['target', 'averageValue'], 'quantity', 'held'], selector],
  resource: usage,
  containerResource: [...usage, container],
  external: [
    metricName,
    externalSelector,
    ['targetValue', ['target', 'value'], 'quantity'],
    ['targetAverageValue', ['target', 'averageValue'], 'quantity'],
  ],
}

const currentUsage: readonly Field[] = [
  resourceName,
  ['currentAverageUtilization', ['current', 'averageUtilization'], 'count'],
  ['currentAverageValue', ['current', 'averageValue'], 'quantity', 'held'],
]

const STATUS: Sources = {
  object: [
    described,
    metricName,
    ['currentValue', ['current', 'value'], 'quantity', 'held'],
    selector,
    ['averageValue', ['current', 'averageValue'], 'quantity'],
  ],
  pods: [metricName, ['currentAverageValue', ['current', 'averageValue'], 'quantity', 'held'], selector],
  resource: currentUsage,
  containerResource: [...currentUsage, container],
  external: [
    metricName,
    externalSelector,
    ['currentValue', ['current', 'value'], 'quantity', 'held'],
    ['currentAverageValue', ['current', 'averageValue'], 'quantity'],
  ],
}

/** The metrics as v1 keeps them in an annotation. */
export const writeMetrics = (metrics: readonly IMetricSpec[]) => JSON.stringify(metrics.map((one) => toV1(one, SPEC)))

/** The state of the metrics as v1 keeps it in an annotation. */
export const writeStatuses = (statuses: readonly IMetricStatus[]) =>
  JSON.stringify(statuses.map((one) => toV1(one, STATUS)))

/** The metrics of an annotation; `undefined`: it is not one that v1 would have written. */
export function readMetrics(text: string): IMetricSpec[] | undefined {
  return readAll(text, SPEC, setTargetType) as IMetricSpec[] | undefined
}

/** The state of the metrics of an annotation; `undefined` as with `readMetrics`. */
export function readStatuses(text: string): IMetricStatus[] | undefined {
  return readAll(text, STATUS) as IMetricStatus[] | undefined
}

function toV1(metric: IMetricSpec | IMetricStatus, sources: Sources): Json {
  const out: Json = { type: metric.type }
  for (const [source, fields] of Object.entries(sources)) {
    const from = (metric as unknown as Json)[source]
    if (isJson(from)) out[source] = Object.fromEntries(fields.flatMap((field) => entryOf(from, field)))
  }
  return out
}

function entryOf(from: Json, [name, [first, second], type, held]: Field): [string, unknown][] {
  const outer = from[first]
  const value = second === undefined ? outer : isJson(outer) ? outer[second] : undefined
  if (value !== undefined) return [[name, value]]
  return held ? [[name, EMPTY[type]]] : []
}

function readAll(text: string, sources: Sources, complete?: (source: string, metric: Json) => void) {
  const parsed = parseJson(text)
  if (!Array.isArray(parsed)) return undefined
  const metrics = parsed.map((one) => (isJson(one) ? fromV1(one, sources, complete) : undefined))
  return metrics.every((one) => one !== undefined) ? metrics : undefined
}

function fromV1(metric: Json, sources: Sources, complete?: (source: string, metric: Json) => void): Json | undefined {
  const out: Json = { type: metric['type'] ?? '' }
  if (typeof out['type'] !== 'string') return undefined
  for (const [source, fields] of Object.entries(sources)) {
    const from = metric[source] ?? undefined
    if (from === undefined) continue
    const made = isJson(from) ? fromFields(from, fields) : undefined
    if (!made) return undefined
    complete?.(source, made)
    out[source] = made
  }
  return out
}

function fromFields(from: Json, fields: readonly Field[]): Json | undefined {
  const out: Json = {}
  for (const [name, [first, second], type, held] of fields) {
    const value = from[name] ?? (held ? EMPTY[type] : undefined)
    if (value === undefined) continue
    if (!isOfType(value, type)) return undefined
    if (second === undefined) out[first] = value
    else out[first] = { ...(out[first] as Json | undefined), [second]: value }
  }
  return out
}

function isOfType(value: unknown, type: FieldType): boolean {
  if (type === 'object') return isJson(value)
  if (type === 'text') return typeof value === 'string'
  if (type === 'count') return Number.isInteger(value)
  return isQuantity(value)
}

/** Says what is aimed at, which v1 leaves to be seen from what is there. */
function setTargetType(source: string, metric: Json): void {
  const { value, averageValue, averageUtilization } = { ...(metric['target'] as Partial<Target> | undefined) }
  const isPerPod = source === 'pods' || (source === 'object' ? averageValue !== undefined : value === undefined)
  const perPod = averageUtilization === undefined ? 'AverageValue' : 'Utilization'
  // Where an average is aimed at, the value that v1 cannot leave out says nothing.
  const counts = value !== undefined && !(isPerPod && compareQuantities(value, 0) === 0)
  metric['target'] = {
    type: isPerPod ? perPod : 'Value',
    ...(counts && { value }),
    ...(averageValue !== undefined && { averageValue }),
    ...(averageUtilization !== undefined && { averageUtilization }),
  }
}

interface Target {
  value: string
  averageValue: string
  averageUtilization: number
}
