/** Thrown for a list of indexes that can not be read; its message is upstream's. */
export class IndexesError extends Error {}

/** How many indexes a list such as `1,3-5,7` holds, all below `completions`. Throws IndexesError when it is not well-formed. */
export function countIndexes(text: string, completions: number): number {
  return parseIndexes(text, completions).reduce((sum, [first, last]) => sum + last - first + 1, 0)
}

type Interval = readonly [first: number, last: number]

function parseIndexes(text: string, completions: number): Interval[] {
  if (text === '') return []
  const intervals = text.split(',').map((part) => parseInterval(part, completions))
  for (const [i, [first]] of intervals.entries()) {
    const previous = intervals[i - 1]?.[1]
    if (previous !== undefined && previous >= first) throw notIncreasing(previous, first)
  }
  return intervals
}

function parseInterval(text: string, completions: number): Interval {
  const limits = text.split('-')
  if (limits.length > 2) {
    throw new IndexesError(
      `the fragment ${JSON.stringify(text)} violates the requirement that an index interval can have at most two parts separated by '-'`,
    )
  }
  const [first = 0, last] = limits.map((limit) => parseIndex(limit, completions))
  if (last === undefined) return [first, first]
  if (first >= last) throw notIncreasing(first, last)
  return [first, last]
}

function parseIndex(text: string, completions: number): number {
  if (!/^\+?\d+$/.test(text)) {
    throw new IndexesError(`cannot convert string to integer for index: ${JSON.stringify(text)}`)
  }
  if (Number(text) >= completions) throw new IndexesError(`too large index: ${JSON.stringify(text)}`)
  return Number(text)
}

const notIncreasing = (previous: number, current: number) =>
  new IndexesError(`non-increasing order, previous: ${previous}, current: ${current}`)

/** The first index that stands in both lists. What can not be read in either is passed over: its own check tells of it. */
export function firstCommonIndex(one: string, other: string, completions: number): number | undefined {
  const others = readableIntervals(other, completions)
  const common = readableIntervals(one, completions).flatMap(([first, last]) => {
    const hit = others.find((interval) => interval[0] <= last && first <= interval[1])
    return hit ? [Math.max(first, hit[0])] : []
  })
  return common[0]
}

function readableIntervals(text: string, completions: number): Interval[] {
  if (text === '') return []
  return text.split(',').flatMap((part) => {
    try {
      return [parseInterval(part, completions)]
    } catch (error) {
      if (error instanceof IndexesError) return []
      throw error
    }
  })
}
