import { isApiError } from '../api/errors.ts'
import { Event } from '../api/kinds/core/event.ts'
import type { KubeObject } from '../api/meta.ts'
import { microTimestamp, sleep, timestamp } from '../std/clock.ts'
import type { Env } from '../std/env.ts'
import type { Api } from './api.ts'
import { type Correlated, EventCorrelator, type NewEvent } from './event-correlator.ts'

/** What an event can be about: an object, or as much of one as is known. */
export interface EventSubject {
  apiVersion: string
  kind: string
  metadata: Pick<KubeObject['metadata'], 'name'> &
    Partial<Pick<KubeObject['metadata'], 'namespace' | 'uid' | 'resourceVersion'>>
}

export interface EventExtras {
  /** What was done or tried: `Binding`. */
  action?: string
  /** The part of the object that it is about: `spec.containers{web}`. */
  fieldPath?: string
  annotations?: Record<string, string>
}

export interface EventRecorder {
  /** Tells the user what happened to an object. Returns at once; an event that cannot be written is dropped with a log line. */
  record(about: EventSubject, type: 'Normal' | 'Warning', reason: string, message: string, extras?: EventExtras): void
  /** Resolves when all that was recorded so far is written or dropped. */
  flushed(): Promise<void>
}

export interface EventSource {
  /** `kubelet`, `replicaset-controller`. */
  component: string
  host?: string
}

const MAX_TRIES = 12
const RETRY_MS = 10_000
const MAX_QUEUED = 1000

/** Records core/v1 Events in the background, one after the other; drops what is not written when the signal is aborted. */
export function createEventRecorder(api: Api, env: Env, source: EventSource, signal?: AbortSignal): EventRecorder {
  const correlator = new EventCorrelator()
  const nameAt = uniqueNanos(env)
  let queued = 0
  let last = Promise.resolve()

  const write = async (event: NewEvent) => {
    const plan = correlator.correlate(event, env.clock.now())
    if (plan.what === 'drop') return
    const stored = await withRetries(env, () => send(api, plan), signal)
    if (stored) correlator.remember(plan.event, stored)
  }

  return {
    flushed: () => last,
    record(about, type, reason, message, extras = {}) {
      if (queued >= MAX_QUEUED) return env.log.warn('too many events wait; dropped one', { reason, message })
      queued++
      const event = newEvent({ about, type, reason, message, extras, source, now: env.clock.now(), suffix: nameAt() })
      last = last
        .then(() => write(event))
        .catch((error: unknown) => {
          const level = signal?.aborted || isPointless(error) ? 'debug' : 'warn'
          env.log[level]('an event was dropped', { reason, message, error: String(error) })
        })
        .finally(() => queued--)
    },
  }
}

interface EventFacts {
  about: EventSubject
  type: 'Normal' | 'Warning'
  reason: string
  message: string
  extras: EventExtras
  source: EventSource
  now: number
  suffix: string
}

function newEvent({ about, type, reason, message, extras, source, now, suffix }: EventFacts): NewEvent {
  const { name, namespace, uid, resourceVersion } = about.metadata
  const { fieldPath, action, annotations } = extras
  const at = timestamp(now)
  const metadata = { name: `${name}.${suffix}`, namespace: namespace || 'default', ...(annotations && { annotations }) }
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: metadata as NewEvent['metadata'], // The server fills in the rest.
    involvedObject: {
      apiVersion: about.apiVersion,
      kind: about.kind,
      name,
      namespace,
      uid,
      resourceVersion,
      fieldPath,
    },
    reason,
    message,
    type,
    count: 1,
    firstTimestamp: at,
    lastTimestamp: at,
    ...(action && { action, eventTime: microTimestamp(now) }),
    source: { ...source },
    reportingComponent: source.component,
    // An event that has an eventTime must say which instance reports it.
    reportingInstance: source.host ?? (action ? source.component : ''),
  }
}

async function send(api: Api, plan: Exclude<Correlated, { what: 'drop' }>): Promise<Event> {
  const { event } = plan
  if (plan.what === 'patch') {
    try {
      return await api(Event).patch(event.metadata, plan.patch, { type: 'strategic' })
    } catch (error) {
      // It has expired on the server: say it anew.
      if (!isApiError(error, 'NotFound')) throw error
    }
  }
  return api(Event).create(event)
}

/** Whether there is nobody left to tell: the namespace is going or gone. */
function isPointless(error: unknown): boolean {
  if (!isApiError(error)) return false
  const causes = error.status.details?.causes ?? []
  return error.reason === 'NotFound' || causes.some(({ reason }) => reason === 'NamespaceTerminating')
}

/** Tries again while no answer comes; what the server answers stands. */
async function withRetries<R>(env: Env, run: () => Promise<R>, signal?: AbortSignal): Promise<R> {
  for (let tries = 1; ; tries++) {
    try {
      return await run()
    } catch (error) {
      if (isApiError(error) || tries >= MAX_TRIES) throw error
      // The first wait is random, so that the components do not all come back at once.
      await sleep(env.clock, tries === 1 ? RETRY_MS * env.random.next() : RETRY_MS, signal)
    }
  }
}

const NANOS_PER_MS = 1_000_000

/**
 * Nanoseconds in hexadecimal, as names of events end; no two are the same, even if the clock stands. What the clock
 * does not tell is left to chance: another component may say something about the same object in the same millisecond.
 */
function uniqueNanos({ clock, random }: Env): () => string {
  let last = 0n
  return () => {
    const nanos = Math.floor(random.next() * NANOS_PER_MS)
    const now = BigInt(Math.floor(clock.now())) * BigInt(NANOS_PER_MS) + BigInt(nanos)
    last = now > last ? now : last + 1n
    return last.toString(16)
  }
}
