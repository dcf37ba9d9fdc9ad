import type { Random } from '../../std/random.ts'
import { pool, reservedOf } from './pool.ts'

/** The ports that services have on every node. */
export interface NodePorts {
  /** Takes a port; answers why not, in upstream's words, when it cannot be had. */
  take(port: number): string | undefined
  /** Takes any; `undefined` when the range is full. */
  takeAny(): number | undefined
  release(port: number): void
}

const FIRST = 30000
const LAST = 32767
const RESERVED_MIN = 16
const RESERVED_MAX = 128
const RESERVED_STEP = 32

export function nodePorts(random: Random): NodePorts {
  const size = LAST - FIRST + 1
  const free = pool(size, reservedOf(size, RESERVED_MIN, RESERVED_MAX, RESERVED_STEP), random)
  return {
    take(port) {
      if (port < FIRST || port > LAST) {
        return `provided port is not in the valid range. The range of valid ports is ${FIRST}-${LAST}`
      }
      return free.take(port - FIRST) ? undefined : 'provided port is already allocated'
    },
    takeAny() {
      const offset = free.takeAny()
      return offset === undefined ? undefined : FIRST + offset
    },
    release: (port) => free.release(port - FIRST),
  }
}
