/** Lets at most `count` tasks run at once; the others wait in the order in which they came. */
export function semaphore(count: number): <T>(task: () => Promise<T>, signal?: AbortSignal) => Promise<T> {
  let free = count
  const waiting: (() => void)[] = []
  return async (task, signal) => {
    if (free > 0) free--
    else await new Promise<void>((resolve) => waiting.push(resolve))
    try {
      signal?.throwIfAborted()
      return await task()
    } finally {
      const next = waiting.shift()
      if (next) next()
      else free++
    }
  }
}
