import type { IEvent } from 'kubernetes-models/events.k8s.io/v1/Event'
import { defineKind } from '../../kind.ts'
import type { Served } from '../../meta.ts'
import { Event as CoreEvent } from '../core/event.ts'
import { toCoreEvent } from './conversion.ts'
import { validateEvent, validateEventUpdate, validateNewEvent } from './validation.ts'

export type Event = Served<IEvent>

/** The newer shape of an event; both shapes are served of the same events. */
export const Event = defineKind<Event>({
  group: 'events.k8s.io',
  version: 'v1',
  kind: 'Event',
  plural: 'events',
  shortNames: ['ev'],
  scope: 'Namespaced',
  createOnUpdate: true,

  validate: validateEvent,
  validateCreate: validateNewEvent,
  validateUpdate: validateEventUpdate,

  columns: CoreEvent.columns.map((column) => ({
    ...column,
    cell: (event: Event, now: number) => column.cell(toCoreEvent(event), now),
  })),

  fieldSelectors: {
    'regarding.kind': ({ regarding }) => regarding?.kind ?? '',
    'regarding.namespace': ({ regarding }) => regarding?.namespace ?? '',
    'regarding.name': ({ regarding }) => regarding?.name ?? '',
    'regarding.uid': ({ regarding }) => regarding?.uid ?? '',
    'regarding.apiVersion': ({ regarding }) => regarding?.apiVersion ?? '',
    'regarding.resourceVersion': ({ regarding }) => regarding?.resourceVersion ?? '',
    'regarding.fieldPath': ({ regarding }) => regarding?.fieldPath ?? '',
    reason: ({ reason }) => reason ?? '',
    reportingController: ({ reportingController }) => reportingController ?? '',
    type: ({ type }) => type ?? '',
  },
})
