import type { Clock, Timer } from '../src/std/clock.ts'
import type { Transport } from '../src/client/api.ts'

/** A clock that moves only when it is told to. */
export interface VirtualClock extends Clock {
  /** How many timers wait. */
  readonly pending: number
  /** Moves on by milliseconds or a duration as Go writes it (`5m`, `1h30m`): timers fire in order, and all settles between two of them. */
  advance(by: number | string): Promise<void>
  /** Resolves when nothing moves any more; what retries at once (within a quarter of a second) is waited for. */
  settled(): Promise<void>
  /** Says that something moved: whoever works in turns of the event loop calls it, so that `settled` goes on waiting. */
  touch(): void
  /** The same transport, whose traffic counts as movement. */
  observe(transport: Transport): Transport
}

/** As many turns of the event loop without movement mean that all stands still. */
const QUIET_TURNS = 20

/** A timer this short is a retry, and so belongs to what is going on. */
const SHORT_MS = 250
/** `settled` gives up on who retries for longer than this: it is time itself that he waits for. */
const SETTLE_MAX_MS = 10_000

/** So much movement without time passing is no movement any more: something goes round in circles. */
const MOVEMENTS_MAX = 1_000_000

interface Scheduled {
  at: number
  /** Timers of the same moment fire in the order in which they were set. */
  order: number
  run: () => void
}

/** Starts at `start` (milliseconds, or a time as `Date.parse` reads it); its monotonic time starts at 0. */
export function virtualClock({ start = '2026-01-01T00:00:00Z' }: { start?: number | string } = {}): VirtualClock {
  const startMs = typeof start === 'number' ? start : Date.parse(start)
  const timers = new Set<Scheduled>()
  let elapsedMs = 0
  let order = 0
  let movements = 0
  /** Movements up to the last moment at which time passed. */
  let before = 0

  const touch = () => {
    if (++movements - before > MOVEMENTS_MAX) throw new Error('something goes round in circles without time passing')
  }
  const after = (ms: number, run: () => void): Timer => {
    const timer = { at: elapsedMs + Math.max(0, ms), order: order++, run }
    timers.add(timer)
    touch()
    return { cancel: () => void timers.delete(timer) }
  }
  const passTo = (ms: number) => {
    if (ms > elapsedMs) before = movements
    elapsedMs = ms
  }
  const nextDue = (until: number): Scheduled | undefined => {
    let next: Scheduled | undefined
    for (const timer of timers) if (timer.at <= until && (!next || isBefore(timer, next))) next = timer
    return next
  }
  const quiet = async () => {
    for (let turns = 0, seen = movements; turns < QUIET_TURNS; turns++) {
      await new Promise((resolve) => setImmediate(resolve))
      if (seen !== movements) turns = -1
      seen = movements
    }
  }
  /** Fires what is due up to `until`, one by one. */
  const fire = async (until: number) => {
    await quiet()
    for (let timer = nextDue(until); timer; timer = nextDue(until)) {
      timers.delete(timer)
      passTo(timer.at)
      timer.run()
      await quiet()
    }
    passTo(until)
  }

  const settled = async () => {
    const last = elapsedMs + SETTLE_MAX_MS
    await quiet()
    for (let timer = nextDue(elapsedMs + SHORT_MS); timer && timer.at <= last; timer = nextDue(elapsedMs + SHORT_MS)) {
      await fire(timer.at)
    }
  }

  return {
    now: () => startMs + elapsedMs,
    monotonic: () => elapsedMs,
    after,
    touch,
    get pending() {
      return timers.size
    },
    advance: async (by) => fire(elapsedMs + durationMs(by)),
    settled,
    observe: (transport) => observed(transport, touch),
  }
}

function isBefore(a: Scheduled, b: Scheduled): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order)
}

function observed(transport: Transport, touch: () => void): Transport {
  async function* counted(body: AsyncIterable<string | Uint8Array>) {
    for await (const chunk of body) {
      touch()
      yield chunk
    }
  }
  return async (request) => {
    touch()
    const response = await transport(request)
    touch()
    const { body } = response
    return typeof body === 'string' || body instanceof Uint8Array ? response : { ...response, body: counted(body) }
  }
}

const UNITS_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }

function durationMs(by: number | string): number {
  if (typeof by === 'number') return by
  const parts = [...by.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)]
  if (parts.map(([part]) => part).join('') !== by || by === '') throw new Error(`not a duration: ${by}`)
  return parts.reduce((sum, [, count, unit]) => sum + Number(count) * (UNITS_MS[unit as string] as number), 0)
}
