const GO_DURATION = /^[+-]?(?:0|(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+)$/

/** Units as they may be written beyond Go's: each a name, or how the name begins. */
const UNITS: readonly { whole: readonly string[]; start: string }[] = [
  { whole: ['ns'], start: 'nano' },
  { whole: ['us', 'µs'], start: 'micro' },
  { whole: ['ms'], start: 'milli' },
  { whole: ['s'], start: 'sec' },
  { whole: ['m'], start: 'min' },
  { whole: ['h', 'hr'], start: 'hour' },
  { whole: ['d'], start: 'day' },
  { whole: ['w', 'wk'], start: 'week' },
]

/** A duration as Go writes it (`1h30m`), or as Scala does (`22 ns`, `3 days`). */
export function isDuration(text: string): boolean {
  if (GO_DURATION.test(text)) return true
  const units = [...text.matchAll(/\d+\s*([A-Za-zµ]+)/g)].map(([, unit = '']) => unit.toLowerCase())
  return units.some((unit) => UNITS.some(({ whole, start }) => whole.includes(unit) || unit.startsWith(start)))
}
