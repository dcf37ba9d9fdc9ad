import { doubleText, toText } from '../convert.ts'
import { runtimeType } from '../runtime-types.ts'
import { compareTexts, goQuote } from '../strings.ts'
import { formatDuration, formatTimestamp } from '../time.ts'
import { Type } from '../types.ts'
import {
  CelError,
  type CelMap,
  Double,
  Duration,
  elements,
  isError,
  isInt,
  isList,
  isMap,
  type JsonObject,
  type List,
  listAt,
  listSize,
  mapFind,
  mapKeys,
  Timestamp,
  Uint,
  type Value,
} from '../values.ts'

/** One clause of a format: its letter and the number of digits, if told. */
export interface Clause {
  letter: string
  precision?: number
}

/** What cannot be formatted, in upstream's words. */
export class FormatProblem extends Error {}

const DEFAULT_PRECISION = 6

/**
 * Goes through a format, handing each clause to `render` with its place among the arguments. Throws FormatProblem. It is
 * version 2 of cel-go's string library, as Kubernetes has it: numbers of `%f` and `%e` come in American English.
 */
export function renderFormat(
  format: string,
  argCount: number,
  render: (clause: Clause, index: number) => string,
): string {
  let text = ''
  let index = 0
  for (let at = 0; at < format.length; ) {
    if (format[at] !== '%') text += format[at++]
    else if (format[at + 1] === '%') {
      text += '%'
      at += 2
    } else {
      if (index >= argCount) throw new FormatProblem(`index ${index} out of range`)
      if (at + 1 >= format.length) throw new FormatProblem('unexpected end of string')
      const { clause, length } = readClause(format.slice(at + 1))
      text += render(clause, index++)
      at += 1 + length
    }
  }
  return text
}

function readClause(text: string): { clause: Clause; length: number } {
  const fail = (why: string): never => {
    throw new FormatProblem(`could not parse formatting clause: ${why}`)
  }
  const digits = /^\.([0-9]*)/.exec(text)
  const length = digits?.[0].length ?? 0
  const letter = [...text.slice(length)][0]
  if (letter === undefined) return fail('error while parsing precision: could not find end of precision specifier')
  if (digits && (digits[1] === '' || (digits[1] ?? '').length > 18)) {
    const why = digits[1] === '' ? 'invalid syntax' : 'value out of range'
    return fail(
      `error while parsing precision: error while converting precision to integer: strconv.Atoi: parsing "${digits[1]}": ${why}`,
    )
  }
  if (!'sdfebxXo'.includes(letter)) return fail(`unrecognized formatting clause "${letter}"`)
  return { clause: { letter, ...(digits && { precision: Number(digits[1]) }) }, length: length + letter.length }
}

/** Says that a clause does not take a value of a type. */
export function refusal(letter: string, typeName: string): string {
  return `error during formatting: ${REFUSALS[letter.toLowerCase()]}, was given ${typeName}`
}

const REFUSALS: Readonly<Record<string, string>> = {
  s: 'string clause can only be used on strings, bools, bytes, ints, doubles, maps, lists, types, durations, and timestamps',
  d: 'decimal clause can only be used on integers',
  f: 'fixed-point clause can only be used on doubles',
  e: 'scientific clause can only be used on doubles',
  b: 'only integers and bools can be formatted as binary',
  x: 'only integers, byte buffers, and strings can be formatted as hex',
  o: 'octal clause can only be used on integers',
}

/** `format.format(args)`. */
export function formatText(format: string, args: readonly unknown[] | List): Value {
  try {
    return renderFormat(format, listSize(args), (clause, i) => renderClause(clause, listAt(args, i)))
  } catch (error) {
    if (error instanceof FormatProblem) return new CelError(error.message)
    throw error
  }
}

function renderClause({ letter, precision = DEFAULT_PRECISION }: Clause, value: Value): string {
  const text = letter === 's' ? inText(value) : renderNumber(letter, precision, value)
  if (text !== undefined) return text
  throw new FormatProblem(refusal(letter, runtimeType(value).name))
}

function renderNumber(letter: string, precision: number, value: Value): string | undefined {
  const whole = isInt(value) ? BigInt(value) : value instanceof Uint ? value.value : undefined
  switch (letter) {
    case 'd':
      return whole?.toString()
    case 'f':
    case 'e':
      return renderDouble(letter, precision, value)
    case 'b':
      return typeof value === 'boolean' ? String(Number(value)) : whole?.toString(2)
    case 'o':
      return whole?.toString(8)
    default:
      return renderHex(letter, whole, value)
  }
}

function renderHex(letter: string, whole: bigint | undefined, value: Value): string | undefined {
  const bytes = typeof value === 'string' ? new TextEncoder().encode(value) : value
  const text = bytes instanceof Uint8Array ? bytes.toHex() : whole?.toString(16)
  return letter === 'X' ? text?.toUpperCase() : text
}

const SPECIAL_TEXTS: Readonly<Record<string, number>> = { NaN: Number.NaN, Infinity: Infinity, '-Infinity': -Infinity }

function renderDouble(letter: 'f' | 'e', precision: number, value: Value): string | undefined {
  const number = value instanceof Double ? value.value : SPECIAL_TEXTS[value as string]
  if (number === undefined) return undefined
  if (!Number.isFinite(number)) {
    const text = Number.isNaN(number) ? 'NaN' : number > 0 ? '∞' : '-∞'
    return letter === 'f' ? text : text.padStart(6)
  }
  return letter === 'f' ? withCommas(fixed(number, precision)) : scientific(number, precision)
}

/** Exact digits, as many as wanted: JavaScript's own `toFixed` gives at most 100, and only to small numbers. */
function fixed(number: number, wanted: number): string {
  const [whole, fraction] = exactDecimal(Math.abs(number))
  // Behind the last digit of a double come zeros, however many are asked for.
  const precision = Math.min(wanted, fraction.length + 1)
  const sign = number < 0 || Object.is(number, -0) ? '-' : ''
  const scale = 10n ** BigInt(fraction.length)
  const units = BigInt(whole + fraction) * 10n ** BigInt(precision)
  const [quotient, rest] = [units / scale, units % scale]
  const isUp = rest * 2n > scale || (rest * 2n === scale && quotient % 2n === 1n)
  const digits = String(isUp ? quotient + 1n : quotient).padStart(precision + 1, '0')
  const cut = digits.length - precision
  return `${sign}${digits.slice(0, cut)}${precision ? `.${digits.slice(cut).padEnd(wanted, '0')}` : ''}`
}

/** All the digits of a double, before and behind the point. */
function exactDecimal(number: number): [string, string] {
  let scaled = number
  let shifts = 0
  while (!Number.isInteger(scaled)) {
    scaled *= 2
    shifts++
  }
  const digits = String(BigInt(scaled) * 5n ** BigInt(shifts)).padStart(shifts + 1, '0')
  return [digits.slice(0, digits.length - shifts), digits.slice(digits.length - shifts)]
}

function withCommas(text: string): string {
  const [whole = '', fraction] = text.split('.')
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',')
  return fraction === undefined ? grouped : `${grouped}.${fraction}`
}

const SUPERSCRIPTS = [...'⁰¹²³⁴⁵⁶⁷⁸⁹']

function scientific(number: number, precision: number): string {
  const [mantissa = '', exponent = '0'] = number.toExponential(Math.min(precision, 100)).split('e')
  const power = String(Math.abs(Number(exponent))).padStart(2, '0')
  const raised = [...power].map((digit) => SUPERSCRIPTS[Number(digit)]).join('')
  const digits = precision > 100 ? mantissa + '0'.repeat(precision - 100) : mantissa
  return `${digits}×10${Number(exponent) < 0 ? '⁻' : '⁺'}${raised}`
}

/** A value of its own in a text. */
function inText(value: Value): string | undefined {
  if (value === null) return 'null'
  if (isList(value) || isMap(value)) return inAggregate(value)
  if (!isSimple(value)) return undefined
  const text = toText(value)
  if (isError(text))
    throw new FormatProblem(`error during formatting: could not convert argument "${text.message}" to string`)
  return text as string
}

const isSimple = (value: Value) =>
  typeof value !== 'object' ||
  value instanceof Uint ||
  value instanceof Double ||
  value instanceof Uint8Array ||
  value instanceof Timestamp ||
  value instanceof Duration ||
  value instanceof Type

/** A value within a list or map, as an expression would write it. */
function inAggregate(value: Value): string {
  if (isList(value)) return `[${[...elements(value)].map(inAggregate).join(', ')}]`
  if (isMap(value)) return mapText(value)
  if (value instanceof Timestamp) return `timestamp(${goQuote(formatTimestamp(value))})`
  if (value instanceof Duration) return `duration(${goQuote(formatDuration(value))})`
  if (value instanceof Double)
    return Number.isFinite(value.value) ? fixed(value.value, 6) : goQuote(doubleText(value.value))
  const text = inText(value)
  if (text === undefined) {
    throw new FormatProblem(`error during formatting: no formatting function for ${runtimeType(value).name}`)
  }
  if (value instanceof Uint8Array) return `b${goQuote(text)}`
  return typeof value === 'string' ? goQuote(text) : text
}

function mapText(map: JsonObject | CelMap): string {
  const entries = [...mapKeys(map)].map((key) => {
    if (!(typeof key === 'string' || typeof key === 'boolean' || isInt(key) || key instanceof Uint)) {
      const why = `no formatting function for map key of type ${runtimeType(key).name}`
      throw new FormatProblem(`error during formatting: ${why}`)
    }
    return [inAggregate(key), inAggregate(mapFind(map, key) ?? null)] as const
  })
  entries.sort(([a], [b]) => compareTexts(a, b))
  return `{${entries.map(([key, value]) => `${key}:${value}`).join(', ')}}`
}
