import type { Duplex } from 'node:stream'

/**
 * Joins two connections byte by byte, both ways, until both are done. Each direction ends by itself, and is only read as fast
 * as the other side takes it; when one side breaks, the other is broken off too.
 */
export function joinStreams(a: Duplex, b: Duplex): void {
  a.pipe(b)
  b.pipe(a)
  for (const [side, other] of [
    [a, b],
    [b, a],
  ] as const) {
    side.on('error', () => other.destroy())
    side.on('close', () => {
      // When both have said all, what is still on its way may arrive; else there is nobody left to talk to.
      if (!side.readableEnded || !other.readableEnded) other.destroy()
    })
  }
}
