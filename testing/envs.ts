import type { Clock } from '../src/std/clock.ts'
import type { Env } from '../src/std/env.ts'
import { type LogLevel, logTo } from '../src/std/log.ts'
import { seededRandom } from '../src/std/random.ts'

/** A warning or an error that a component logged. */
export interface LogLine {
  level: LogLevel
  component: string
  message: string
  [field: string]: unknown
}

/** Makes the Env of each component: one clock and one log for all, chance of its own for each. */
export function envs(clock: Clock, seed: number): { envOf(component: string): Env; log: LogLine[] } {
  const log: LogLine[] = []
  const envOf = (component: string): Env => ({
    clock,
    random: seededRandom(seed ^ hash(component)),
    log: logTo((level, message, fields) => {
      if (level === 'warn' || level === 'error') log.push({ level, component, message, ...fields })
    }),
  })
  return { envOf, log }
}

/** FNV-1a: what one component draws does not depend on how often another one did. */
function hash(text: string): number {
  let value = 0x811c9dc5
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193)
  return value >>> 0
}
