import { isApiError, errorFromStatus, type Status } from '../api/errors.ts'
import type { KubeObject, ObjectList } from '../api/meta.ts'
import type { WatchEvent } from './api.ts'

/** Where an informer stands: it has to list, or it follows from a resourceVersion. */
export type InformerState =
  | { phase: 'list'; failures: number }
  /** `heard`: this watch has brought something, so it works. */
  | { phase: 'watch'; resourceVersion: string; failures: number; heard: boolean }

export type Happening<T> =
  | { what: 'listed'; list: ObjectList<T> }
  | { what: 'event'; event: WatchEvent<T> }
  | { what: 'ended' }
  | { what: 'failed'; error: unknown }

/** What becomes of the cache. */
export type CacheChange<T> = { replace: readonly T[] } | { put: T } | { remove: T }

export interface InformerStep<T> {
  next: InformerState
  change?: CacheChange<T>
  /** The request that was going on is over; a new one is due. */
  restart?: boolean
}

export const START: InformerState = { phase: 'list', failures: 0 }

/** What to do about what happened. Touches nothing. */
export function step<T extends KubeObject>(state: InformerState, happening: Happening<T>): InformerStep<T> {
  switch (happening.what) {
    case 'listed':
      return {
        next: { ...following(happening.list.metadata.resourceVersion, state.failures), heard: false },
        change: { replace: happening.list.items },
        restart: true,
      }
    case 'event':
      return onEvent(state, happening.event)
    case 'ended':
      return { next: again(state), restart: true }
    case 'failed':
      return { next: isExpired(happening.error) ? relist(state) : again(state), restart: true }
  }
}

function onEvent<T extends KubeObject>(state: InformerState, { type, object }: WatchEvent<T>): InformerStep<T> {
  if (type === 'ERROR') return step(state, { what: 'failed', error: errorFromStatus(object as unknown as Status) })
  const next = following(object.metadata.resourceVersion)
  switch (type) {
    case 'BOOKMARK':
      return { next }
    case 'DELETED':
      return { next, change: { remove: object } }
    case 'ADDED':
    case 'MODIFIED':
      return { next, change: { put: object } }
  }
}

function following(resourceVersion: string, failures = 0): InformerState & { phase: 'watch' } {
  return { phase: 'watch', resourceVersion, failures, heard: true }
}

/** The same once more; one that brought nothing counts as a failure, so a server that hangs up at once is not hammered. */
function again(state: InformerState): InformerState {
  if (state.phase === 'list') return { phase: 'list', failures: state.failures + 1 }
  return { ...state, failures: state.heard ? 0 : state.failures + 1, heard: false }
}

/** The history after our resourceVersion is gone: start over. */
function relist(state: InformerState): InformerState {
  const worked = state.phase === 'watch' && state.heard
  return { phase: 'list', failures: worked ? 0 : state.failures + 1 }
}

/** Whether the server no longer has (or does not know) the history that was asked for. */
function isExpired(error: unknown): boolean {
  return isApiError(error) && (error.code === 410 || error.reason === 'Expired' || error.reason === 'Gone')
}

const BACKOFF_BASE_MS = 800
const BACKOFF_MAX_MS = 30_000

/** How long to wait after so many failures in a row; `chance` in [0, 1) spreads the clients. */
export function backoffMs(failures: number, chance: number): number {
  if (failures === 0) return 0
  return Math.min(BACKOFF_MAX_MS, BACKOFF_BASE_MS * 2 ** (failures - 1) * (1 + chance))
}
