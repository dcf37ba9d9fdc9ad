import type { Random } from '../../std/random.ts'
import { ipRange } from './ip-range.ts'
import { pool, reservedOf } from './pool.ts'

/** The addresses of services. */
export interface ClusterIps {
  family: 'IPv4' | 'IPv6'
  /** The first address: the `kubernetes` service's. */
  first: string
  /** Takes an address; answers why not, in upstream's words, when it cannot be had. */
  take(ip: string): string | undefined
  /** Takes any; `undefined` when the range is full. */
  takeAny(): string | undefined
  release(ip: string): void
}

const RESERVED_MIN = 16
const RESERVED_MAX = 256
const RESERVED_STEP = 16

export function clusterIps(cidr: string, random: Random): ClusterIps {
  const range = ipRange(cidr)
  const free = pool(range.size, reservedOf(range.size, RESERVED_MIN, RESERVED_MAX, RESERVED_STEP), random)
  return {
    family: range.family,
    first: range.at(0),
    take(ip) {
      const offset = range.offsetOf(ip)
      if (offset === undefined) {
        return `the provided IP (${ip}) is not in the valid range. The range of valid IPs is ${cidr}`
      }
      return free.take(offset) ? undefined : 'provided IP is already allocated'
    },
    takeAny() {
      const offset = free.takeAny()
      return offset === undefined ? undefined : range.at(offset)
    },
    release(ip) {
      const offset = range.offsetOf(ip)
      if (offset !== undefined) free.release(offset)
    },
  }
}
