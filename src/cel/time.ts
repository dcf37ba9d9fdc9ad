import { CelError, Duration, noSuchOverload, Timestamp, type Value } from './values.ts'

const NANOS_PER_SECOND = 10n ** 9n
const NANOS_PER_MS = 10n ** 6n
const MIN_SECONDS = -62_135_596_800n
const MAX_SECONDS = 253_402_300_799n
const INT64_MIN = -(2n ** 63n)
const INT64_MAX = 2n ** 63n - 1n

/** The quotient, rounded down. */
const floorDiv = (a: bigint, b: bigint): bigint => (a - (((a % b) + b) % b)) / b

/** A duration; an error when it does not fit in 64 bits of nanoseconds. */
export function durationOf(nanos: bigint): Value {
  return nanos >= INT64_MIN && nanos <= INT64_MAX ? new Duration(nanos) : new CelError('duration overflow')
}

/** A timestamp; an error when it is outside of the years 1 to 9999. */
export function timestampOf(nanos: bigint, offsetSeconds = 0): Timestamp | CelError {
  const seconds = floorDiv(nanos, NANOS_PER_SECOND)
  if (seconds < MIN_SECONDS || seconds > MAX_SECONDS) return new CelError('timestamp overflow')
  return new Timestamp(nanos, offsetSeconds)
}

export const secondsOf = (time: Timestamp): bigint => floorDiv(time.nanos, NANOS_PER_SECOND)

/** `a + b` where `a` is a time or a duration. */
export function addTime(a: Duration | Timestamp, b: Value): Value {
  if (!(b instanceof Duration) && !(a instanceof Duration && b instanceof Timestamp)) return noSuchOverload()
  const sum = a.nanos + b.nanos
  if (a instanceof Timestamp) return timestampOf(sum, a.offsetSeconds)
  return b instanceof Timestamp ? timestampOf(sum, b.offsetSeconds) : durationOf(sum)
}

/** `a - b` where `a` is a time or a duration. */
export function subtractTime(a: Duration | Timestamp, b: Value): Value {
  if (a instanceof Timestamp && b instanceof Timestamp) {
    const difference = durationOf(a.nanos - b.nanos)
    return difference instanceof CelError ? new CelError('integer overflow') : difference
  }
  if (!(b instanceof Duration)) return noSuchOverload()
  const difference = a.nanos - b.nanos
  return a instanceof Duration ? durationOf(difference) : timestampOf(difference, a.offsetSeconds)
}

const UNITS: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1000n,
  µs: 1000n,
  μs: 1000n,
  ms: NANOS_PER_MS,
  s: NANOS_PER_SECOND,
  m: 60n * NANOS_PER_SECOND,
  h: 3600n * NANOS_PER_SECOND,
}

/** Nanoseconds of a duration as Go writes it, `1h30m0.5s`; nothing when it is none or does not fit. */
export function parseGoDuration(text: string): bigint | undefined {
  const match = /^([+-]?)((?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+|0)$/.exec(text)
  if (!match) return undefined
  let nanos = 0n
  for (const [, whole = '', fraction = '', unit = ''] of text.matchAll(/(\d*)\.?(\d*)(ns|us|µs|μs|ms|s|m|h)/g)) {
    const scale = UNITS[unit] as bigint
    nanos += BigInt(whole || '0') * scale
    if (fraction) nanos += (BigInt(fraction) * scale) / 10n ** BigInt(fraction.length)
  }
  const signed = match[1] === '-' ? -nanos : nanos
  return signed >= INT64_MIN && signed <= INT64_MAX ? signed : undefined
}

const RFC3339 = /^(\d{4})-(\d\d)-(\d\d)T(\d{1,2}):(\d\d):(\d\d)(?:[.,](\d+))?(?:Z|([+-])(\d\d):(\d\d))$/

/** A timestamp from RFC 3339 text; nothing when it is none. */
export function parseTimestamp(text: string): Timestamp | CelError | undefined {
  const match = RFC3339.exec(text)
  if (!match) return undefined
  const [, year, month, day, hour, minute, second, fraction = '', sign, offsetHour = '0', offsetMinute = '0'] = match
  const numbers = [year, month, day, hour, minute, second].map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ]
  const ms = utcMs(...numbers)
  const offset = Number(offsetHour) * 60 + Number(offsetMinute)
  if (ms === undefined || Number(offsetHour) > 24 || Number(offsetMinute) > 59) return undefined
  const offsetSeconds = offset * (sign === '-' ? -60 : 60)
  const nanos = BigInt(ms) * NANOS_PER_MS + BigInt(fraction.slice(0, 9).padEnd(9, '0'))
  return timestampOf(nanos - BigInt(offsetSeconds) * NANOS_PER_SECOND, offsetSeconds)
}

/** Milliseconds since 1970 of a date and time in UTC; nothing when a part is out of range. */
function utcMs(y: number, mo: number, d: number, h: number, mi: number, s: number): number | undefined {
  if (mo < 1 || mo > 12 || d < 1 || h > 23 || mi > 59 || s > 59) return undefined
  const date = new Date(0)
  date.setUTCFullYear(y, mo - 1, d)
  date.setUTCHours(h, mi, s, 0)
  return date.getUTCMonth() === mo - 1 && date.getUTCDate() === d ? date.getTime() : undefined
}

const pad = (value: number, width = 2) => String(value).padStart(width, '0')

/** A timestamp as RFC 3339 text, with the offset it was written with and as many digits of a second as it needs. */
export function formatTimestamp(time: Timestamp): string {
  const seconds = secondsOf(time)
  const date = new Date((Number(seconds) + time.offsetSeconds) * 1000)
  const rest = String(time.nanos - seconds * NANOS_PER_SECOND).padStart(9, '0')
  const fraction = rest.replace(/0+$/, '')
  const day = `${pad(date.getUTCFullYear(), 4)}-${pad(date.getUTCMonth() + 1)}-${pad(date.getUTCDate())}`
  const clock = [date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds()].map((part) => pad(part)).join(':')
  return `${day}T${clock}${fraction ? `.${fraction}` : ''}${formatOffset(time.offsetSeconds)}`
}

function formatOffset(seconds: number): string {
  if (seconds === 0) return 'Z'
  const minutes = Math.abs(seconds) / 60
  return `${seconds < 0 ? '-' : '+'}${pad(Math.floor(minutes / 60))}:${pad(minutes % 60)}`
}

/** A duration in seconds, `90.5s`: as precise as upstream's floating point. */
export function formatDuration({ nanos }: Duration): string {
  const seconds = Number(nanos / NANOS_PER_SECOND) + Number(nanos % NANOS_PER_SECOND) / 1e9
  return `${decimalText(seconds)}s`
}

/** A number without an exponent, in as few digits as tell it apart. */
export function decimalText(value: number): string {
  const text = String(value)
  const match = /^(-?)(\d)(?:\.(\d+))?e([+-]\d+)$/.exec(text)
  if (!match) return text
  const [, sign = '', first = '', fraction = '', exponent = '0'] = match
  const digits = first + fraction
  const power = Number(exponent)
  if (power < 0) return `${sign}0.${'0'.repeat(-power - 1)}${digits}`
  return `${sign}${digits.padEnd(power + 1, '0')}`
}

/** The parts of a time that the `get…` functions tell. */
export type TimePart =
  | 'FullYear'
  | 'Month'
  | 'DayOfYear'
  | 'DayOfMonth'
  | 'Date'
  | 'DayOfWeek'
  | 'Hours'
  | 'Minutes'
  | 'Seconds'
  | 'Milliseconds'

/** A part of a time in a zone: a name such as `Europe/Berlin` or an offset such as `-02:00`. */
export function timePart(time: Timestamp, part: TimePart, zone = 'UTC'): Value {
  const offsetMs = zone === 'UTC' || zone === '' ? 0 : zoneOffsetMs(time, zone)
  if (offsetMs instanceof CelError) return offsetMs
  const ms = Number(floorDiv(time.nanos, NANOS_PER_MS)) + offsetMs
  const date = new Date(ms)
  switch (part) {
    case 'FullYear':
      return date.getUTCFullYear()
    case 'Month':
      return date.getUTCMonth()
    case 'DayOfYear':
      return dayOfYear(date)
    case 'DayOfMonth':
      return date.getUTCDate() - 1
    case 'Date':
      return date.getUTCDate()
    case 'DayOfWeek':
      return date.getUTCDay()
    case 'Hours':
      return date.getUTCHours()
    case 'Minutes':
      return date.getUTCMinutes()
    case 'Seconds':
      return date.getUTCSeconds()
    case 'Milliseconds':
      return date.getUTCMilliseconds()
  }
}

function dayOfYear(date: Date): number {
  const start = new Date(0)
  start.setUTCFullYear(date.getUTCFullYear(), 0, 1)
  return Math.floor((date.getTime() - start.getTime()) / 86_400_000)
}

function zoneOffsetMs(time: Timestamp, zone: string): number | CelError {
  const colon = zone.indexOf(':')
  if (colon < 0) return namedOffsetMs(time, zone)
  const [hours, minutes] = [goInt(zone.slice(0, colon)), goInt(zone.slice(colon + 1))]
  if (typeof hours === 'string') return new CelError(hours)
  if (typeof minutes === 'string') return new CelError(minutes)
  return (hours * 60 + (zone.startsWith('-') ? -minutes : minutes)) * 60_000
}

const goInt = (text: string): number | string =>
  /^[+-]?\d{1,9}$/.test(text) ? Number(text) : `strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`

function namedOffsetMs(time: Timestamp, zone: string): number | CelError {
  const ms = Number(secondsOf(time)) * 1000
  try {
    const parts = zoneFormat(zone).formatToParts(new Date(ms))
    const of = (type: string) => Number(parts.find((each) => each.type === type)?.value)
    const isBefore1 = parts.some(({ type, value }) => type === 'era' && value === 'BC')
    const year = isBefore1 ? 1 - of('year') : of('year')
    const local = new Date(0)
    local.setUTCFullYear(year, of('month') - 1, of('day'))
    local.setUTCHours(of('hour') % 24, of('minute'), of('second'))
    return local.getTime() - ms
  } catch (error) {
    // The one thing Intl throws here for is a zone that it does not know.
    if (error instanceof RangeError) return new CelError(`unknown time zone ${zone}`)
    throw error
  }
}

const zoneFormats = new Map<string, Intl.DateTimeFormat>()
const ZONES_MAX = 500

function zoneFormat(zone: string): Intl.DateTimeFormat {
  const found = zoneFormats.get(zone)
  if (found) return found
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    calendar: 'gregory',
    era: 'short',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
    hourCycle: 'h23',
  })
  if (zoneFormats.size >= ZONES_MAX) zoneFormats.clear()
  zoneFormats.set(zone, format)
  return format
}

/** Whole units of a duration. */
export const wholeUnits = ({ nanos }: Duration, unit: 'h' | 'm' | 's' | 'ms'): number =>
  Number(nanos / (UNITS[unit] as bigint))
