import { badRequest } from './errors.ts'

/** How a quantity is written: `12M`, `12Mi` or `12e6`. */
export type QuantityFormat = 'DecimalSI' | 'BinarySI' | 'DecimalExponent'

/** An amount as Kubernetes counts it, exact to a billionth. */
export interface Quantity {
  readonly nanos: bigint
  readonly format: QuantityFormat
}

/** A quantity as objects hold it: text, or a number in what clients send. */
export type QuantityLike = string | number | Quantity

const FORMAT_MESSAGE = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"
const SUFFIX_MESSAGE = "unable to parse quantity's suffix"

const FORM = /^([+-]?)(\d*)(?:\.(\d*))?([eEinumkKMGTP]*[-+]?\d*)$/
const EXPONENT = /^[eE]([+-]?\d{1,4})$/

const DECIMAL_SUFFIXES = ['n', 'u', 'm', '', 'k', 'M', 'G', 'T', 'P', 'E']
const BINARY_SUFFIXES = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei']
const NANO_DIGITS = 9
const NANO = 10n ** 9n
const MICRO = 10n ** 6n

/** What a binary quantity is capped at: the largest 64-bit integer. */
const BINARY_MAX = (2n ** 63n - 1n) * NANO

/** Digits that upstream still counts in 64 bits, where it keeps the text as it was written. */
const SMALL_DIGITS = { decimal: 18, binary: 15 }

interface Parts {
  isNegative: boolean
  whole: string
  fraction: string
  format: QuantityFormat
  /** The power of ten, or of two for BinarySI. */
  exponent: number
}

/** An amount with what callers ask of it most, worked out once. */
interface Known extends Quantity {
  readonly text: string
  value: number
  milli: number
}

/** Quantities in a cluster are few and asked for all the time (scheduling); this bounds what odd ones can take. */
const CACHE_MAX = 10_000
const cache = new Map<string, Known>()

/** Reads a quantity. Throws ApiError 400 in upstream's words. */
export function parseQuantity(text: QuantityLike): Quantity {
  return typeof text === 'object' ? text : known(String(text))
}

/** The amount in whole units, rounded away from zero: bytes, cores, pieces. */
export function value(quantity: QuantityLike): number {
  return typeof quantity === 'object' ? scaled(quantity.nanos, NANO) : known(String(quantity)).value
}

/** The amount in thousandths, rounded away from zero: millicores. */
export function milliValue(quantity: QuantityLike): number {
  return typeof quantity === 'object' ? scaled(quantity.nanos, MICRO) : known(String(quantity)).milli
}

/** The quantity as the API server writes it back: `0.5` is `500m`, `1024Mi` is `1Gi`. Throws as `parseQuantity`. */
export function canonical(text: string | number): string {
  return known(String(text)).text
}

/** What is wrong with a quantity, in upstream's words; `undefined` when it is one. */
export function quantityProblem(text: string): string | undefined {
  const read = readParts(text)
  return typeof read === 'string' ? read : undefined
}

function known(text: string): Known {
  const found = cache.get(text)
  if (found) return found
  const parts = readParts(text)
  if (typeof parts === 'string') throw badRequest(parts)
  const quantity = amountOf(parts)
  const made: Known = {
    ...quantity,
    text: isKeptAsWritten(parts) ? text : formatQuantity(quantity),
    value: scaled(quantity.nanos, NANO),
    milli: scaled(quantity.nanos, MICRO),
  }
  if (cache.size >= CACHE_MAX) cache.clear()
  cache.set(text, made)
  return made
}

function readParts(text: string): Parts | string {
  const match = text === '' ? null : FORM.exec(text)
  if (!match) return FORMAT_MESSAGE
  const [, sign, whole = '', fraction = '', suffix = ''] = match
  const scale = readSuffix(suffix)
  return scale
    ? { isNegative: sign === '-', whole: whole.replace(/^0+/, '') || '0', fraction, ...scale }
    : SUFFIX_MESSAGE
}

function readSuffix(suffix: string): Pick<Parts, 'format' | 'exponent'> | undefined {
  const decimal = DECIMAL_SUFFIXES.indexOf(suffix)
  if (decimal >= 0) return { format: 'DecimalSI', exponent: decimal * 3 - NANO_DIGITS }
  const binary = BINARY_SUFFIXES.indexOf(suffix)
  if (binary > 0) return { format: 'BinarySI', exponent: binary * 10 }
  const exponent = EXPONENT.exec(suffix)?.[1]
  return exponent === undefined ? undefined : { format: 'DecimalExponent', exponent: Number(exponent) }
}

function amountOf({ isNegative, whole, fraction, format, exponent }: Parts): Quantity {
  const factor = (format === 'BinarySI' ? 2n : 10n) ** BigInt(Math.abs(exponent))
  const above = BigInt(whole + fraction) * NANO * (exponent > 0 ? factor : 1n)
  const below = 10n ** BigInt(fraction.length) * (exponent < 0 ? factor : 1n)
  const nanos = (above + below - 1n) / below
  const capped = format === 'BinarySI' && nanos > BINARY_MAX ? BINARY_MAX : nanos
  const isFraction = format === 'BinarySI' && capped > 0n && capped < NANO
  return { nanos: isNegative ? -capped : capped, format: isFraction ? 'DecimalSI' : format }
}

/** Upstream leaves a text alone when it sees at once that it is canonical, but for a plus, leading zeros or `E` for `e`. */
function isKeptAsWritten({ whole, fraction, format, exponent }: Parts): boolean {
  const digits = whole + fraction
  if (format === 'BinarySI') {
    const isSmall = SMALL_DIGITS.binary - whole.length - Math.trunc((exponent * 3) / 10) - 1 >= 0
    return isSmall && fraction === '' && Number(whole) % 8 !== 0
  }
  const scale = exponent - fraction.length
  const isSmall = digits.length <= SMALL_DIGITS.decimal && scale >= -NANO_DIGITS
  return isSmall && scale % 3 === 0 && !digits.endsWith('000') && !digits.startsWith('0')
}

/** The quantity in its canonical form. */
export function formatQuantity({ nanos, format }: Quantity): string {
  if (nanos === 0n) return '0'
  const size = nanos < 0n ? -nanos : nanos
  const isBinary = format === 'BinarySI' && size >= 1024n * NANO && size % NANO === 0n
  const text = isBinary ? printBinary(size / NANO) : printDecimal(size, format === 'DecimalExponent')
  return nanos < 0n ? `-${text}` : text
}

function printBinary(whole: bigint): string {
  let amount = whole
  let power = 0
  for (; amount % 1024n === 0n && power < BINARY_SUFFIXES.length - 1; power++) amount /= 1024n
  return `${amount}${BINARY_SUFFIXES[power]}`
}

function printDecimal(nanos: bigint, withExponent: boolean): string {
  let amount = nanos
  let power = 0
  const last = withExponent ? Number.POSITIVE_INFINITY : DECIMAL_SUFFIXES.length - 1
  for (; amount % 1000n === 0n && power < last; power++) amount /= 1000n
  if (!withExponent) return `${amount}${DECIMAL_SUFFIXES[power]}`
  const exponent = power * 3 - NANO_DIGITS
  return exponent === 0 ? `${amount}` : `${amount}e${exponent}`
}

function scaled(nanos: bigint, unit: bigint): number {
  const whole = nanos / unit
  const rest = nanos % unit
  return Number(rest === 0n ? whole : rest > 0n ? whole + 1n : whole - 1n)
}

/** Negative, zero or positive, as `a` is less than, equal to or greater than `b`. */
export function compareQuantities(a: QuantityLike, b: QuantityLike): number {
  const [left, right] = [parseQuantity(a).nanos, parseQuantity(b).nanos]
  return left < right ? -1 : left > right ? 1 : 0
}

/** The sum, written as `a` is; as `b` when `a` is zero. */
export function addQuantities(a: QuantityLike, b: QuantityLike): Quantity {
  const [left, right] = [parseQuantity(a), parseQuantity(b)]
  return { nanos: left.nanos + right.nanos, format: left.nanos === 0n ? right.format : left.format }
}

/** The difference, written as `a` is; as `b` when `a` is zero. */
export function subtractQuantities(a: QuantityLike, b: QuantityLike): Quantity {
  const [left, right] = [parseQuantity(a), parseQuantity(b)]
  return { nanos: left.nanos - right.nanos, format: left.nanos === 0n ? right.format : left.format }
}

/** A quantity of whole units. */
export function quantityOf(amount: number | bigint, format: QuantityFormat = 'DecimalSI'): Quantity {
  return { nanos: BigInt(amount) * NANO, format }
}

/** A quantity of thousandths. */
export function milliQuantityOf(amount: number | bigint, format: QuantityFormat = 'DecimalSI'): Quantity {
  return { nanos: BigInt(amount) * MICRO, format }
}
