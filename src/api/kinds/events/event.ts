import type { IEvent } from 'kubernetes-models/events.k8s.io/v1/Event'
import type { Served } from '../../meta.ts'
import { defineView } from '../../view.ts'
import { Event as CoreEvent } from '../core/event.ts'
import { fromCoreEvent, toCoreEvent } from './conversion.ts'
import { validateEvent, validateEventUpdate, validateNewEvent } from './validation.ts'

export type Event = Served<IEvent>

/** The newer shape of an event, with rules of its own. */
export const Event = defineView<Event, CoreEvent>(CoreEvent, {
  group: 'events.k8s.io',
  to: fromCoreEvent,
  from: toCoreEvent,

  validate: validateEvent,
  validateCreate: validateNewEvent,
  validateUpdate: validateEventUpdate,

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
