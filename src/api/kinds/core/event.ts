import type { IEvent } from 'kubernetes-models/v1/Event'
import { defineKind, nameColumn } from '../../kind.ts'
import type { Served } from '../../meta.ts'
import { since } from '../printing.ts'
import { validateEvent } from './event-rules.ts'

export type Event = Served<IEvent>

export const Event = defineKind<Event>({
  group: '',
  version: 'v1',
  kind: 'Event',
  plural: 'events',
  shortNames: ['ev'],
  scope: 'Namespaced',
  createOnUpdate: true,

  defaults(event) {
    event.involvedObject ??= {}
  },

  columns: [
    ['Last Seen', lastSeen, { description: 'When it was last seen.' }],
    ['Type', ({ type }) => type ?? '', { description: 'Normal or Warning.' }],
    ['Reason', ({ reason }) => reason ?? '', { description: 'Why, in one word for machines.' }],
    ['Object', target, { description: 'What the event is about.' }],
    ['Subobject', ({ involvedObject }) => involvedObject.fieldPath ?? '', { priority: 1 }],
    ['Source', sourceText, { priority: 1, description: 'Who reports it.' }],
    ['Message', ({ message = '' }) => message.trim(), { description: 'What happened, for people.' }],
    ['First Seen', firstSeen, { priority: 1, description: 'When it was first seen.' }],
    [
      'Count',
      ({ series, count }) => series?.count ?? (count || 1),
      { priority: 1, description: 'How often it was seen.' },
    ],
    { ...nameColumn, priority: 1 },
  ],
  fieldSelectors: {
    'involvedObject.kind': ({ involvedObject }) => involvedObject.kind ?? '',
    'involvedObject.namespace': ({ involvedObject }) => involvedObject.namespace ?? '',
    'involvedObject.name': ({ involvedObject }) => involvedObject.name ?? '',
    'involvedObject.uid': ({ involvedObject }) => involvedObject.uid ?? '',
    'involvedObject.apiVersion': ({ involvedObject }) => involvedObject.apiVersion ?? '',
    'involvedObject.resourceVersion': ({ involvedObject }) => involvedObject.resourceVersion ?? '',
    'involvedObject.fieldPath': ({ involvedObject }) => involvedObject.fieldPath ?? '',
    reason: ({ reason }) => reason ?? '',
    reportingComponent: ({ reportingComponent }) => reportingComponent ?? '',
    source: ({ source, reportingComponent }) => source?.component || reportingComponent || '',
    type: ({ type }) => type ?? '',
  },

  validate: (event, report) => validateEvent(event as unknown as IEvent, report),
})

function firstSeen({ firstTimestamp, eventTime }: Event, now: number): string {
  return since(firstTimestamp || eventTime, now)
}

function lastSeen(event: Event, now: number): string {
  if (event.series) return since(event.series.lastObservedTime, now)
  return event.lastTimestamp ? since(event.lastTimestamp, now) : firstSeen(event, now)
}

function target({ involvedObject: { kind = '', name } }: Event): string {
  return name ? `${kind.toLowerCase()}/${name}` : kind.toLowerCase()
}

function sourceText({ source, reportingComponent, reportingInstance }: Event): string {
  const component = source?.component || reportingComponent || ''
  const instance = source?.host || reportingInstance
  return instance ? `${component}, ${instance}` : component
}
