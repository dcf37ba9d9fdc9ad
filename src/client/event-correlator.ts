import type { Event } from '../api/kinds/core/event.ts'
import { LRUCache } from 'lru-cache'

/** What a recorder is to do with an event. */
export type Correlated =
  /** The same source has said too much about this object. */
  | { what: 'drop' }
  | { what: 'create'; event: Event }
  /** It has been said before: only count, last time and message change. */
  | { what: 'patch'; event: Event; patch: { count: number; lastTimestamp: string; message: string } }

/** An event before it has been sent: what the server fills in is not there. */
export type NewEvent = Event

/** So many entries at most. Said as `max` their room would be set aside at once, in each of a dozen recorders. */
const CACHE_LIMIT = { maxSize: 4096, sizeCalculation: () => 1 }
const AGGREGATE_AFTER = 10
const AGGREGATE_WITHIN_MS = 600_000
const SPAM_BURST = 25
const SPAM_REFILL_MS = 300_000

interface Similar {
  messages: Set<string>
  lastMs: number
}

interface Tokens {
  left: number
  atMs: number
}

/** Keeps events few, as client-go's correlator does: filters spam, merges similar ones, counts repeated ones. */
export class EventCorrelator {
  private readonly tokens = new LRUCache<string, Tokens>(CACHE_LIMIT)
  private readonly similar = new LRUCache<string, Similar>(CACHE_LIMIT)
  private readonly sent = new LRUCache<string, Event>(CACHE_LIMIT)

  correlate(event: NewEvent, nowMs: number): Correlated {
    const { key, event: merged } = this.aggregate(event, nowMs)
    const { result, observed } = count(merged, this.sent.get(key))
    this.sent.set(key, observed)
    return this.takeToken(spamKey(event), nowMs) ? result : { what: 'drop' }
  }

  /** What the server made of an event, so that the next one like it patches that. */
  remember(event: NewEvent, stored: Event): void {
    for (const key of [exactKey(event), aggregateKey(event)]) {
      if (this.sent.get(key)?.metadata.name === event.metadata.name) this.sent.set(key, stored)
    }
  }

  /** From the tenth different message about the same thing within ten minutes on, they are one event. */
  private aggregate(event: NewEvent, nowMs: number): { key: string; event: NewEvent } {
    const group = aggregateKey(event)
    const before = this.similar.get(group)
    const fresh = before && nowMs - before.lastMs <= AGGREGATE_WITHIN_MS
    const messages = fresh ? before.messages : new Set<string>()
    messages.add(event.message ?? '')
    this.similar.set(group, { messages, lastMs: nowMs })
    if (messages.size < AGGREGATE_AFTER) return { key: exactKey(event), event }
    // Keep the set at the threshold, so that it does not grow with every new message.
    for (const first of messages) {
      messages.delete(first)
      break
    }
    return { key: group, event: { ...event, message: `(combined from similar events): ${event.message}` } }
  }

  private takeToken(key: string, nowMs: number): boolean {
    const { left, atMs } = this.tokens.get(key) ?? { left: SPAM_BURST, atMs: nowMs }
    const now = Math.min(SPAM_BURST, left + (nowMs - atMs) / SPAM_REFILL_MS)
    this.tokens.set(key, { left: now >= 1 ? now - 1 : now, atMs: nowMs })
    return now >= 1
  }
}

function count(event: NewEvent, before: Event | undefined): { result: Correlated; observed: Event } {
  if (!before) return { result: { what: 'create', event }, observed: event }
  const observed: Event = {
    ...event,
    metadata: { ...event.metadata, name: before.metadata.name, resourceVersion: before.metadata.resourceVersion },
    firstTimestamp: before.firstTimestamp,
    count: (before.count ?? 1) + 1,
  }
  const { count = 1, lastTimestamp = '', message = '' } = observed
  return { result: { what: 'patch', event: observed, patch: { count, lastTimestamp, message } }, observed }
}

function sourceKey({ source, involvedObject }: NewEvent): string[] {
  const { kind, namespace, name, uid, apiVersion } = involvedObject
  return [source?.component, source?.host, kind, namespace, name, uid, apiVersion].map((part) => part ?? '')
}

const spamKey = (event: NewEvent) => sourceKey(event).join('\0')

function aggregateKey(event: NewEvent): string {
  const { type, reason, involvedObject, reportingComponent, reportingInstance } = event
  const more = [type, reason, involvedObject.fieldPath, reportingComponent, reportingInstance]
  return [...sourceKey(event), ...more].join('\0')
}

const exactKey = (event: NewEvent) => `${aggregateKey(event)}\0${event.message}`
