import type { Status } from '../api/errors.ts'
import type { Kind } from '../api/kind.ts'
import type { KubeObject } from '../api/meta.ts'
import type { StoreEvent } from '../store/watch.ts'
import type { Served } from './context.ts'
import type { MediaType } from './representation/negotiate.ts'
import { partialText } from './representation/partial.ts'
import { type IncludeObject, tableText } from './representation/table.ts'

/** What one watch writes its events as. Watches that write the same share the text. */
export interface EventWriter {
  /** An event of the store, as the line that all watches of this form are sent; `undefined`: it does not concern this one. */
  ofStore(event: StoreEvent, matches: Matches | undefined, headers: boolean): string | undefined
  /** An object that was there when the watch began. */
  initial(served: Served, headers: boolean): string
  bookmark(revision: number, initialEventsEnd: boolean): string
}

/** Whether a watch is about an object; absent when it is about all. */
type Matches = (object: KubeObject) => boolean

type Sent = 'ADDED' | 'MODIFIED' | 'DELETED'

/** Lines already made, by the object they are about (an object of the store stands for one revision of one key). */
const lines = new WeakMap<Served, Map<string, string>>()

export function eventWriter(kind: Kind, media: MediaType, include: IncludeObject, now: () => number): EventWriter {
  const { as, version } = media
  const write = (served: Served, headers: boolean): string => {
    if (as === 'PartialObjectMetadata') return partialText(served.object, version)
    if (as !== 'Table') return served.text
    return tableText(kind, [served], versionOf(served), { include, version, now: now() }, headers)
  }
  const form = (type: Sent, headers: boolean) =>
    as === 'Table' ? `${type} ${as} ${version} ${include} ${headers}` : `${type} ${as} ${version}`
  return {
    ofStore(event, matches, headers) {
      const type = typeSeen(event, matches)
      return type && once(event.stored, form(type, headers), () => line(type, write(lastSeen(event, type), headers)))
    },
    initial: (served, headers) => line('ADDED', write(served, headers)),
    bookmark(revision, end) {
      const { object, text } = bookmarkObject(kind, revision, end)
      if (as === 'Table') return line('BOOKMARK', markTable(kind, partialText(object, version), revision, version))
      return line('BOOKMARK', as === 'PartialObjectMetadata' ? partialText(object, version) : text)
    },
  }
}

function line(type: string, object: string): string {
  return `{"type":"${type}","object":${object}}\n`
}

/** The text that `make` makes, made once for each object and form. */
function once(stored: Served, form: string, make: () => string): string {
  const known = lines.get(stored) ?? new Map<string, string>()
  lines.set(stored, known)
  const text = known.get(form) ?? make()
  known.set(form, text)
  return text
}

/** What an event is to those who see only what matches: objects come and go as they begin and cease to match. */
function typeSeen({ type, stored, previous }: StoreEvent, matches: Matches | undefined): Sent | undefined {
  if (!matches) return type
  const now = type !== 'DELETED' && matches(stored.object)
  const before = previous !== undefined && matches(previous.object)
  if (now) return before ? 'MODIFIED' : 'ADDED'
  return before ? 'DELETED' : undefined
}

/** Of an object that ceased to match, its state while it did, at the revision that ended it. */
function lastSeen({ type, stored, previous }: StoreEvent, seen: Sent): Served {
  return seen === 'DELETED' && type !== 'DELETED' && previous ? previous.deletedAt(stored.revision) : stored
}

function versionOf({ object: { metadata } }: Served): string {
  return JSON.stringify({ resourceVersion: metadata.resourceVersion })
}

function bookmarkObject(kind: Kind, revision: number, initialEventsEnd: boolean): Served {
  const annotations = initialEventsEnd ? { annotations: { 'k8s.io/initial-events-end': 'true' } } : {}
  const metadata = { resourceVersion: String(revision), creationTimestamp: null, ...annotations }
  const object = { kind: kind.kind, apiVersion: kind.apiVersion, metadata } as unknown as KubeObject
  return { object, text: JSON.stringify(object) }
}

/** A bookmark as a table: one row about nothing, whose object carries the marks. */
function markTable(kind: Kind, object: string, revision: number, version: string): string {
  const cells = JSON.stringify(kind.columns.map(() => ''))
  const head = `"kind":"Table","apiVersion":"meta.k8s.io/${version}","metadata":{"resourceVersion":"${revision}"}`
  return `{${head},"columnDefinitions":null,"rows":[{"cells":${cells},"object":${object}}]}`
}

/** The last line of a watch that cannot go on. */
export function errorLine(status: Status): string {
  return line('ERROR', JSON.stringify(status))
}
