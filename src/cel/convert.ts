import { intOverflow, uintOverflow } from './arithmetic.ts'
import {
  decimalText,
  formatDuration,
  formatTimestamp,
  parseGoDuration,
  parseTimestamp,
  secondsOf,
  timestampOf,
} from './time.ts'
import { Type } from './types.ts'
import { CelError, Double, Duration, intOf, isInt, Timestamp, Uint, uintOf, type Value } from './values.ts'

const failed = (from: string, to: string) => new CelError(`type conversion error from '${from}' to '${to}'`)

/** `int(x)`. */
export function toInt(value: Value): Value {
  if (isInt(value)) return value
  if (value instanceof Uint) return intOf(value.value) ?? intOverflow()
  if (value instanceof Double) return doubleToInt(value.value)
  if (value instanceof Timestamp) return intOf(secondsOf(value)) ?? intOverflow()
  if (value instanceof Duration) return intOf(value.nanos) ?? intOverflow()
  if (typeof value === 'string' && /^[+-]?\d+$/.test(value)) {
    return intOf(BigInt(value.replace('+', ''))) ?? failed('string', 'int')
  }
  return failed('string', 'int')
}

function doubleToInt(value: number): Value {
  if (!(value > -(2 ** 63) && value < 2 ** 63)) return intOverflow()
  return intOf(BigInt(Math.trunc(value))) ?? intOverflow()
}

/** `uint(x)`. */
export function toUint(value: Value): Value {
  if (value instanceof Uint) return value
  if (isInt(value)) return uintOf(BigInt(value)) ?? uintOverflow()
  if (value instanceof Double) {
    return value.value >= 0 && value.value < 2 ** 64 ? new Uint(BigInt(Math.trunc(value.value))) : uintOverflow()
  }
  if (typeof value === 'string' && /^\d+$/.test(value)) return uintOf(BigInt(value)) ?? failed('string', 'uint')
  return failed('string', 'uint')
}

const GO_FLOAT = /^[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|inf|infinity|nan)$/i

/** `double(x)`. */
export function toDouble(value: Value): Value {
  if (value instanceof Double) return value
  if (isInt(value)) return new Double(Number(value))
  if (value instanceof Uint) return new Double(Number(value.value))
  if (typeof value !== 'string' || !GO_FLOAT.test(value)) return failed('string', 'double')
  if (/nan/i.test(value)) return new Double(Number.NaN)
  if (/inf/i.test(value)) return new Double(value.startsWith('-') ? -Infinity : Infinity)
  const number = Number(value)
  return Number.isFinite(number) ? new Double(number) : failed('string', 'double')
}

const TRUE = new Set(['1', 't', 'T', 'TRUE', 'true', 'True'])
const FALSE = new Set(['0', 'f', 'F', 'FALSE', 'false', 'False'])

/** `bool(x)`. */
export function toBool(value: Value): Value {
  if (typeof value === 'boolean') return value
  if (TRUE.has(value as string)) return true
  return FALSE.has(value as string) ? false : failed('string', 'bool')
}

/** `bytes(x)`. */
export const toBytes = (value: Value): Value =>
  value instanceof Uint8Array ? value : new TextEncoder().encode(value as string)

/** `string(x)`. */
export function toText(value: Value): Value {
  if (typeof value === 'string') return value
  if (isInt(value) || typeof value === 'boolean') return String(value)
  if (value instanceof Uint) return String(value.value)
  if (value instanceof Double) return doubleText(value.value)
  if (value instanceof Timestamp) return formatTimestamp(value)
  if (value instanceof Duration) return formatDuration(value)
  if (value instanceof Uint8Array)
    return utf8(value) ?? new CelError('invalid UTF-8 in bytes, cannot convert to string')
  if (value instanceof Type) return value.name
  return String(value)
}

function utf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch (error) {
    // The decoder throws TypeError for what is no UTF-8, and for nothing else.
    if (error instanceof TypeError) return undefined
    throw error
  }
}

/** The decimal power from which on Go writes doubles with an exponent. */
const EXPONENT_FROM = 6

/** A double as Go's `%g` writes it. */
export function doubleText(value: number): string {
  if (Number.isNaN(value)) return 'NaN'
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf'
  if (Object.is(value, -0)) return '-0'
  const [mantissa = '', exponent = '0'] = value.toExponential().split('e')
  const power = Number(exponent)
  if (power >= -4 && power < EXPONENT_FROM) return decimalText(value)
  return `${mantissa}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`
}

/** `duration(x)`. */
export function toDuration(value: Value): Value {
  if (value instanceof Duration) return value
  if (isInt(value)) return new Duration(BigInt(value))
  const nanos = parseGoDuration(value as string)
  return nanos === undefined ? failed('string', 'google.protobuf.Duration') : new Duration(nanos)
}

/** `timestamp(x)`. */
export function toTimestamp(value: Value): Value {
  if (value instanceof Timestamp) return value
  if (isInt(value)) return timestampOf(BigInt(value) * 10n ** 9n)
  return parseTimestamp(value as string) ?? failed('string', 'google.protobuf.Timestamp')
}
