interface Bounds {
  min: number
  max: number
  names?: readonly string[]
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']

/** Minute, hour, day of month, month, day of week. */
const FIELDS: readonly Bounds[] = [
  { min: 0, max: 59 },
  { min: 0, max: 23 },
  { min: 1, max: 31 },
  { min: 1, max: 12, names: MONTHS },
  { min: 0, max: 6, names: DAYS },
]

const DESCRIPTORS = ['@yearly', '@annually', '@monthly', '@weekly', '@daily', '@midnight', '@hourly']
const EVERY = '@every '
const DURATION = /^[+-]?(?:0|(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+)$/

/** Why a cron schedule can not be read, in the words of the parser that upstream uses; nothing when it can. */
export function scheduleProblem(schedule: string): string | undefined {
  const zoned = /^(?:CRON_)?TZ=(\S*)(\s?)(.*)$/s.exec(schedule)
  if (!zoned) return plainProblem(schedule)
  const [, zone = '', space, rest = ''] = zoned
  if (!space) return 'invalid schedule format: runtime error: slice bounds out of range [:-1]'
  if (!isTimeZone(zone)) return `provided bad location ${zone}: unknown time zone ${zone}`
  return plainProblem(rest.trim())
}

function plainProblem(schedule: string): string | undefined {
  if (schedule.startsWith('@')) return descriptorProblem(schedule)
  const fields = schedule.split(/\s+/).filter(Boolean)
  if (fields.length !== FIELDS.length) {
    return `expected exactly ${FIELDS.length} fields, found ${fields.length}: [${fields.join(' ')}]`
  }
  for (const [i, bounds] of FIELDS.entries()) {
    const ranges = (fields[i] ?? '').split(',').filter(Boolean)
    const problem = ranges.map((range) => rangeProblem(range, bounds)).find((one) => one !== undefined)
    if (problem) return problem
  }
  return undefined
}

function descriptorProblem(schedule: string): string | undefined {
  if (DESCRIPTORS.includes(schedule)) return undefined
  if (!schedule.startsWith(EVERY)) return `unrecognized descriptor: ${schedule}`
  const duration = schedule.slice(EVERY.length)
  if (DURATION.test(duration)) return undefined
  return `failed to parse duration ${schedule}: time: invalid duration ${JSON.stringify(duration)}`
}

/** `5`, `1-5`, `*`, `mon-fri` and each with `/2`. */
function rangeProblem(expression: string, bounds: Bounds): string | undefined {
  const [range = '', ...steps] = expression.split('/')
  const [low = '', ...highs] = range.split('-')
  const limits = low === '*' || low === '?' ? bounds : readLimits(low, highs, bounds, expression)
  if (typeof limits === 'string') return limits
  if (steps.length > 1) return `too many slashes: ${expression}`
  const step = steps[0] === undefined ? 1 : readNumber(steps[0])
  if (typeof step === 'string') return step
  const max = steps.length === 1 && highs.length === 0 ? bounds.max : limits.max
  return limitProblem(limits.min, max, bounds, expression) ?? stepProblem(step, expression)
}

function readLimits(low: string, highs: readonly string[], bounds: Bounds, expression: string) {
  const min = readNumberOrName(low, bounds)
  if (typeof min === 'string') return min
  if (highs.length > 1) return `too many hyphens: ${expression}`
  const max = highs[0] === undefined ? min : readNumberOrName(highs[0], bounds)
  return typeof max === 'string' ? max : { min, max }
}

function limitProblem(start: number, end: number, { min, max }: Bounds, expression: string): string | undefined {
  if (start < min) return `beginning of range (${start}) below minimum (${min}): ${expression}`
  if (end > max) return `end of range (${end}) above maximum (${max}): ${expression}`
  return start > end ? `beginning of range (${start}) beyond end of range (${end}): ${expression}` : undefined
}

function stepProblem(step: number, expression: string): string | undefined {
  return step === 0 ? `step of range should be a positive number: ${expression}` : undefined
}

function readNumberOrName(text: string, { min, names = [] }: Bounds): number | string {
  const index = names.indexOf(text.toLowerCase())
  return index < 0 ? readNumber(text) : index + min
}

/** The number, or what is wrong with it. */
function readNumber(text: string): number | string {
  if (!/^[+-]?\d+$/.test(text)) {
    return `failed to parse int from ${text}: strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`
  }
  const number = Number(text)
  return number < 0 ? `negative number (${number}) not allowed: ${text}` : number
}

/** Whether a name stands in the IANA time zone database. */
export function isTimeZone(name: string): boolean {
  if (/^[+-]?\d/.test(name)) return false // An offset, which is no name.
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== ''
  } catch {
    return false // That is how Intl says no.
  }
}
