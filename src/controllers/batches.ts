/**
 * Runs `run` for each item, first for `first` of them at once, then for twice as many, and so on. After a batch in
 * which something failed it stops and rejects with the first failure; the others of that batch have been tried.
 */
export async function inGrowingBatches<T>(
  items: readonly T[],
  first: number,
  run: (item: T) => Promise<unknown>,
): Promise<void> {
  for (let start = 0, size = first; start < items.length; start += size, size *= 2) {
    await allTried(items.slice(start, start + size), run)
  }
}

/** Runs `run` for all items at once, and when all are through rejects with the first failure, if there was one. */
export async function allTried<T>(items: readonly T[], run: (item: T) => Promise<unknown>): Promise<void> {
  const results = await Promise.allSettled(items.map(run))
  const failed = results.find((result) => result.status === 'rejected')
  if (failed) throw failed.reason
}
