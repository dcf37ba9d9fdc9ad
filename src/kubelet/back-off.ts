import type { SeenContainer } from './runtime-pod.ts'

const INITIAL_MS = 10_000
const MAX_MS = 5 * 60_000
/** A container that ran for this long starts again at the beginning of the row. */
const RESET_AFTER_MS = 2 * MAX_MS

const ranLongEnough = ({ createdAtMs, finishedAtMs }: SeenContainer) => finishedAtMs - createdAtMs > RESET_AFTER_MS

/** When the container may be made again after it ended: at once the first time, then after 10 s, 20 s … 5 min. */
export function restartAtMs(ended: SeenContainer): number {
  return ended.finishedAtMs + (ranLongEnough(ended) ? 0 : ended.backOffMs)
}

/** The back-off that the container's successor carries, for its own end. */
export function nextBackOffMs(ended: SeenContainer | undefined): number {
  if (!ended) return 0
  if (ended.backOffMs === 0 || ranLongEnough(ended)) return INITIAL_MS
  return Math.min(ended.backOffMs * 2, MAX_MS)
}

/** A back-off as Go prints durations: `10s`, `1m20s`, `5m0s`. */
export function formatBackOff(ms: number): string {
  const seconds = Math.round(ms / 1000)
  return seconds < 60 ? `${seconds}s` : `${Math.floor(seconds / 60)}m${seconds % 60}s`
}
