/** A timer that can be called off; cancelling one that has fired does nothing. */
export interface Timer {
  cancel(): void
}

/** Where time comes from. The real one stands below; tests hold one that moves when told to. */
export interface Clock {
  /** Wall time in milliseconds since 1970. It may jump. */
  now(): number
  /** Milliseconds since some fixed moment. It never goes back; measure durations with it. */
  monotonic(): number
  /** Runs `run` once, `ms` milliseconds from now (0 or more), never before the caller has returned. */
  after(ms: number, run: () => void): Timer
}

/** The longest delay that a Node timer takes; a longer one fires at once. */
const TIMER_MAX_MS = 2 ** 31 - 1

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(ms, run) {
    let timer: NodeJS.Timeout
    const arm = (left: number) => {
      timer = left > TIMER_MAX_MS ? setTimeout(() => arm(left - TIMER_MAX_MS), TIMER_MAX_MS) : setTimeout(run, left)
    }
    arm(Math.max(0, ms))
    return { cancel: () => clearTimeout(timer) }
  },
}

/** Resolves after `ms`; rejects with the signal's reason as soon as that is aborted. */
export function sleep(clock: Clock, ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason)
    const onAbort = () => {
      timer.cancel()
      reject(signal?.reason)
    }
    const timer = clock.after(ms, () => {
      signal?.removeEventListener('abort', onAbort)
      resolve()
    })
    signal?.addEventListener('abort', onAbort, { once: true })
  })
}

/** Kubernetes' metav1.Time: RFC 3339 in UTC, whole seconds. */
export function timestamp(ms: number): string {
  return `${new Date(Math.floor(ms / 1000) * 1000).toISOString().slice(0, 19)}Z`
}

/** Kubernetes' metav1.MicroTime: RFC 3339 in UTC with six digits of a second. */
export function microTimestamp(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 23)}000Z`
}
