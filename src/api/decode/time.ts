import type { Unreadable } from './unreadable.ts'

const TIME_LAYOUT = '2006-01-02T15:04:05Z07:00'
const MICRO_TIME_LAYOUT = '2006-01-02T15:04:05.000000Z07:00'

/** A metav1.Time as the API server writes it back: in UTC, whole seconds. */
export function canonicalTime(text: string): string | Unreadable {
  const read = parse(text, TIME_LAYOUT)
  return 'error' in read ? read : `${utc(read)}Z`
}

/** A metav1.MicroTime as the API server writes it back: in UTC, six digits of a second. */
export function canonicalMicroTime(text: string): string | Unreadable {
  const read = parse(text, MICRO_TIME_LAYOUT)
  return 'error' in read ? read : `${utc(read)}.${read.fraction.padEnd(6, '0').slice(0, 6)}Z`
}

interface Reading {
  /** Year, month, day, hour, minute, second as they stand in the text. */
  parts: readonly number[]
  fraction: string
  offsetMinutes: number
}

function utc({ parts: [year = 0, month = 1, day, hour, minute, second], offsetMinutes }: Reading): string {
  const date = new Date(0)
  date.setUTCFullYear(year, month - 1, day)
  date.setUTCHours(hour ?? 0, (minute ?? 0) - offsetMinutes, second)
  return date.toISOString().slice(0, 19)
}

/** The pieces of both layouts: how Go names a piece, its digits, what stands before it, and its range. */
const PIECES: readonly [name: string, form: RegExp, before: string, range: string, max: number][] = [
  ['2006', /^\d{4}/, '', 'year', 9999],
  ['01', /^\d{2}/, '-', 'month', 12],
  ['02', /^\d{2}/, '-', 'day', 31],
  ['15', /^\d{2}/, 'T', 'hour', 23],
  ['04', /^\d{2}/, ':', 'minute', 59],
  ['05', /^\d{2}/, ':', 'second', 59],
]

/** Reads a time as Go's `time.Parse` does, with its messages. */
function parse(text: string, layout: string): Reading | Unreadable {
  const cannot = (rest: string, piece: string) => ({
    error: `parsing time ${JSON.stringify(text)} as ${JSON.stringify(layout)}: cannot parse ${JSON.stringify(rest)} as ${JSON.stringify(piece)}`,
  })
  const wrong = (what: string) => ({ error: `parsing time ${JSON.stringify(text)}: ${what}` })
  let rest = text
  const parts: number[] = []
  for (const [name, form, before, range, max] of PIECES) {
    if (!rest.startsWith(before)) return cannot(rest, before)
    rest = rest.slice(before.length)
    const digits = form.exec(rest)?.[0]
    if (!digits) return cannot(rest, name)
    const value = Number(digits)
    if (value > max || (value === 0 && range === 'month')) return wrong(`${range} out of range`)
    parts.push(value)
    rest = rest.slice(digits.length)
  }
  const fraction = /^[.,](\d+)/.exec(rest)?.[1] ?? ''
  if (layout === MICRO_TIME_LAYOUT && !/^[.,]\d{6}/.test(rest)) return cannot(rest, '.000000')
  if (fraction) rest = rest.slice(fraction.length + 1)
  const zone = /^(?:Z|([+-])(\d{2}):(\d{2}))/.exec(rest)
  if (!zone) return cannot(rest, 'Z07:00')
  const [whole, sign, hours = '0', minutes = '0'] = zone
  if (rest !== whole) return wrong(`extra text: ${JSON.stringify(rest.slice(whole.length))}`)
  if (!isDay(parts)) return wrong('day out of range')
  return { parts, fraction, offsetMinutes: (Number(hours) * 60 + Number(minutes)) * (sign === '-' ? -1 : 1) }
}

function isDay([year = 0, month = 1, day = 0]: readonly number[]): boolean {
  const lastDay = new Date(0)
  lastDay.setUTCFullYear(year, month, 0)
  return day >= 1 && day <= lastDay.getUTCDate()
}
