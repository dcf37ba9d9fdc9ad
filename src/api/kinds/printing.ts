import { humanDuration } from '../kind.ts'

/** How long ago `timestamp` was, as printers write it; `<unknown>` when there is none. */
export function since(timestamp: string | undefined, now: number): string {
  return timestamp ? humanDuration(now - Date.parse(timestamp)) : '<unknown>'
}

/** Labels as `a=1,b=2` in the order of their keys; `<none>` when there are none. */
export function formatLabels(labels: Readonly<Record<string, string>> | undefined): string {
  const pairs = Object.entries(labels ?? {}).map(([key, value]) => `${key}=${value}`)
  return pairs.sort().join(',') || '<none>'
}

/** The names of containers, joined with commas. */
export function containerNames(containers: readonly { name: string }[] | undefined): string {
  return (containers ?? []).map(({ name }) => name).join(',')
}

/** The images of containers, joined with commas. */
export function containerImages(containers: readonly { image?: string }[] | undefined): string {
  return (containers ?? []).map(({ image }) => image ?? '').join(',')
}

/** `value`, or `<none>` when it is empty. */
export function orNone(value: string | undefined): string {
  return value || '<none>'
}

/** The first few of a list and how many more there are: `a,b,c + 2 more...`; `<unset>` when it is empty. */
export function firstFew(all: readonly string[], shownMax: number, separator = ','): string {
  const shown = all.slice(0, shownMax).join(separator)
  if (all.length > shownMax) return `${shown} + ${all.length - shownMax} more...`
  return shown || '<unset>'
}
