import type { IEvent } from 'kubernetes-models/events.k8s.io/v1/Event'
import type { Served } from '../../meta.ts'
import type { Event as CoreEvent } from '../core/event.ts'

type Event = Served<IEvent>

/** The fields that are called otherwise in the two shapes; all others are the same. */
const NAMES = [
  ['regarding', 'involvedObject'],
  ['note', 'message'],
  ['reportingController', 'reportingComponent'],
  ['deprecatedSource', 'source'],
  ['deprecatedFirstTimestamp', 'firstTimestamp'],
  ['deprecatedLastTimestamp', 'lastTimestamp'],
  ['deprecatedCount', 'count'],
] as const

const TO_CORE = new Map<string, string>(NAMES)
const FROM_CORE = new Map<string, string>(NAMES.map(([name, coreName]) => [coreName, name]))

/** An event of events.k8s.io as core/v1 shows it. */
export function toCoreEvent(event: Event): CoreEvent {
  const renamed = rename(event, TO_CORE) as unknown as CoreEvent
  return { ...renamed, apiVersion: 'v1', involvedObject: renamed.involvedObject ?? {} }
}

/** An event of core/v1 as events.k8s.io shows it. */
export function fromCoreEvent(event: CoreEvent): Event {
  return { ...(rename(event, FROM_CORE) as unknown as Event), apiVersion: 'events.k8s.io/v1' }
}

function rename(event: object, names: ReadonlyMap<string, string>): object {
  return Object.fromEntries(Object.entries(event).map(([name, value]) => [names.get(name) ?? name, value]))
}
