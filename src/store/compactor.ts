import type { Env } from '../std/env.ts'
import type { Driver } from './driver.ts'

/** How long history is kept at least, and how often it is cut: kube-apiserver's --etcd-compaction-interval. */
const COMPACTION_INTERVAL_MS = 5 * 60_000

/** Every five minutes compacts to what was the newest revision five minutes before. Returns how to stop. */
export function compactRegularly(driver: Driver, { clock, log }: Env, newest: () => number): () => void {
  let before = newest()
  let stopped = false
  const compact = async () => {
    const now = newest()
    try {
      await driver.compact(before)
      before = now
    } catch (error) {
      // Nothing is lost: the next round cuts what this one could not.
      if (!stopped) log.warn('cannot compact the store', { revision: before, error: String(error) })
    }
    if (!stopped) timer = clock.after(COMPACTION_INTERVAL_MS, compact)
  }
  let timer = clock.after(COMPACTION_INTERVAL_MS, compact)
  return () => {
    stopped = true
    timer.cancel()
  }
}
