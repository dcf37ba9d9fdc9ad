import type { IEvent } from 'kubernetes-models/events.k8s.io/v1/Event'
import type { Served } from '../../meta.ts'
import { deepEqual } from '../../equal.ts'
import { qualifiedName } from '../../names.ts'
import { IMMUTABLE } from '../../object-meta.ts'
import type { Report } from '../../report.ts'
import { invalidEach } from '../check.ts'

type Event = Served<IEvent>

const NAME_MAX_CHARS = 128
const NOTE_MAX_CHARS = 1024
/** Where events about what stands in no namespace may be. */
const CLUSTER_EVENT_NAMESPACES = ['default', 'kube-system']

/** What is wrong with an event in the newer shape. Messages name its fields as the older shape does, since upstream's do. */
export function validateEvent(event: Event, report: Report): void {
  const { metadata, regarding, eventTime, reportingController = '', note = '' } = event
  const about = regarding?.namespace ?? ''
  if (!eventTime) return validateOldNamespace(metadata.namespace ?? '', about, report)
  if (about === '' && !CLUSTER_EVENT_NAMESPACES.includes(metadata.namespace ?? '')) {
    report.invalid('involvedObject.namespace', about, 'does not match event.namespace')
  }
  if (reportingController === '') report.required('reportingController')
  invalidEach(report, 'reportingController', reportingController, qualifiedName(reportingController))
  for (const field of ['reportingInstance', 'action', 'reason'] as const) {
    const { length } = event[field] ?? ''
    if (length === 0) report.required(field)
    if (length > NAME_MAX_CHARS) report.invalid(field, '', `can have at most ${NAME_MAX_CHARS} characters`)
  }
  if (note.length > NOTE_MAX_CHARS) report.invalid('message', '', `can have at most ${NOTE_MAX_CHARS} characters`)
}

/** Events without a time of their own are held to the older rules. */
function validateOldNamespace(namespace: string, about: string, report: Report): void {
  if (about === namespace || (about === '' && namespace === 'default')) return
  report.invalid('involvedObject.namespace', about, 'does not match event.namespace')
}

/** What a new event may not say: it has a time and a type, and leaves the older fields alone. */
export function validateNewEvent(event: Event, report: Report): void {
  validateSeries(event.series, report)
  if (!event.eventTime) report.required('eventTime')
  const { type = '', deprecatedSource } = event
  if (type !== 'Normal' && type !== 'Warning') report.invalid('type', '', `has invalid value: ${type}`)
  const old = {
    firstTimestamp: event.deprecatedFirstTimestamp,
    lastTimestamp: event.deprecatedLastTimestamp,
    count: event.deprecatedCount,
    source: deprecatedSource?.component || deprecatedSource?.host,
  }
  for (const [field, value] of Object.entries(old)) if (value) report.invalid(field, '', 'needs to be unset')
}

function validateSeries(series: Event['series'], report: Report): void {
  if (!series) return
  if ((series.count ?? 0) < 2) report.invalid('series.count', '', 'should be at least 2')
  if (!series.lastObservedTime) report.required('series.lastObservedTime')
}

/** All but the series is as it was, under the names that messages use. */
const FIXED = {
  regarding: 'involvedObject',
  reason: 'reason',
  note: 'message',
  deprecatedSource: 'source',
  deprecatedFirstTimestamp: 'firstTimestamp',
  deprecatedLastTimestamp: 'lastTimestamp',
  deprecatedCount: 'count',
  type: 'type',
  eventTime: 'eventTime',
  action: 'action',
  related: 'related',
  reportingController: 'reportingController',
  reportingInstance: 'reportingInstance',
} as const

export function validateEventUpdate(next: Event, old: Event, report: Report): void {
  if (!deepEqual(next.series, old.series)) validateSeries(next.series, report)
  for (const [field, shown] of Object.entries(FIXED) as [keyof typeof FIXED, string][]) {
    if (!deepEqual(next[field], old[field])) report.invalid(shown, next[field], IMMUTABLE)
  }
}
