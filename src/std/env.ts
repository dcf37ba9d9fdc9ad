import type { Clock } from './clock.ts'
import type { Log } from './log.ts'
import type { Random } from './random.ts'

/** Time, chance and the log: what a component may not take from anywhere else. */
export interface Env {
  clock: Clock
  random: Random
  log: Log
}
