import { goQuote } from '../strings.ts'

/** An IP address as Go's netip reads and writes it: 4 or 16 bytes. */
export interface Address {
  readonly bytes: readonly number[]
  readonly zone: string
}

/** What keeps a text from being an address, in Go's words. */
class Malformed extends Error {}

/** Reads an address; a text says what is wrong. */
export function parseAddress(text: string): Address | string {
  try {
    return readAddress(text)
  } catch (error) {
    if (error instanceof Malformed) return error.message
    throw error
  }
}

function fail(text: string, message: string, at?: string): never {
  const place = at === undefined || at === '' ? '' : ` (at ${goQuote(at)})`
  throw new Malformed(`ParseAddr(${goQuote(text)}): ${message}${place}`)
}

function readAddress(text: string): Address {
  const first = /[.:%]/.exec(text)?.[0]
  if (first === '.') return { bytes: readIpv4(text, text), zone: '' }
  if (first === ':') return readIpv6(text)
  return fail(text, first === '%' ? 'missing IPv6 address' : 'unable to parse IP')
}

function readIpv4(whole: string, text: string): number[] {
  const bytes: number[] = []
  let field = ''
  for (let i = 0; i < text.length; i++) {
    const character = text[i] as string
    if (/\d/.test(character)) {
      if (field === '0') fail(whole, 'IPv4 field has octet with leading zero')
      field += character
      if (Number(field) > 255) fail(whole, 'IPv4 field has value >255')
    } else if (character === '.') {
      if (field === '' || i === text.length - 1) fail(whole, 'IPv4 field must have at least one digit', text.slice(i))
      if (bytes.length === 3) fail(whole, 'IPv4 address too long')
      bytes.push(Number(field))
      field = ''
    } else fail(whole, 'unexpected character', text.slice(i))
  }
  if (bytes.length < 3) fail(whole, 'IPv4 address too short')
  return [...bytes, Number(field)]
}

function readIpv6(whole: string): Address {
  const percent = whole.indexOf('%')
  const zone = percent < 0 ? '' : whole.slice(percent + 1)
  if (percent >= 0 && zone === '') fail(whole, 'zone must be a non-empty string')
  let text = percent < 0 ? whole : whole.slice(0, percent)
  const bytes: number[] = []
  let gap = -1
  if (text.startsWith('::')) {
    gap = 0
    text = text.slice(2)
    if (text === '') return { bytes: new Array<number>(16).fill(0), zone }
  }
  while (bytes.length < 16) {
    const group = readGroup(whole, text)
    if (text[group.length] === '.') {
      bytes.push(...readEmbedded(whole, text, bytes.length, gap))
      text = ''
      break
    }
    const word = Number.parseInt(group, 16)
    bytes.push(word >> 8, word & 0xff)
    text = text.slice(group.length)
    if (text === '') break
    text = afterColon(whole, text)
    if (!text.startsWith(':')) continue
    if (gap >= 0) fail(whole, 'multiple :: in address', text)
    gap = bytes.length
    text = text.slice(1)
    if (text === '') break
  }
  if (text !== '') fail(whole, 'trailing garbage after address', text)
  return { bytes: fill(whole, bytes, gap), zone }
}

function readGroup(whole: string, text: string): string {
  const group = /^[0-9a-fA-F]*/.exec(text)?.[0] ?? ''
  if (group.length > 4) fail(whole, 'each group must have 4 or less digits', text)
  if (group === '') fail(whole, 'each colon-separated field must have at least one digit', text)
  return group
}

function readEmbedded(whole: string, text: string, at: number, gap: number): number[] {
  if (gap < 0 && at !== 12) {
    fail(whole, 'embedded IPv4 address must replace the final 2 fields of the address', text)
  }
  if (at > 12) fail(whole, 'too many hex fields to fit an embedded IPv4 at the end of the address', text)
  return readIpv4(whole, text)
}

function afterColon(whole: string, text: string): string {
  if (!text.startsWith(':')) fail(whole, 'unexpected character, want colon', text)
  if (text.length === 1) fail(whole, 'colon must be followed by more characters', text)
  return text.slice(1)
}

function fill(whole: string, bytes: number[], gap: number): number[] {
  if (bytes.length === 16) {
    return gap < 0 ? bytes : fail(whole, 'the :: must expand to at least one field of zeros')
  }
  if (gap < 0) fail(whole, 'address string too short')
  return [...bytes.slice(0, gap), ...new Array<number>(16 - bytes.length).fill(0), ...bytes.slice(gap)]
}

export const isIpv4In6 = ({ bytes }: Address) =>
  bytes.length === 16 && bytes.slice(0, 10).every((byte) => byte === 0) && bytes[10] === 0xff && bytes[11] === 0xff

/** The canonical form: lower case, the longest run of zeros as `::`. */
export function formatAddress({ bytes }: Address): string {
  if (bytes.length === 4) return bytes.join('.')
  const words = Array.from({ length: 8 }, (_, i) => ((bytes[i * 2] as number) << 8) | (bytes[i * 2 + 1] as number))
  const { start, length } = longestZeros(words)
  const hex = (part: readonly number[]) => part.map((word) => word.toString(16)).join(':')
  return length < 2 ? hex(words) : `${hex(words.slice(0, start))}::${hex(words.slice(start + length))}`
}

function longestZeros(words: readonly number[]): { start: number; length: number } {
  let best = { start: 0, length: 0 }
  for (let start = 0; start < words.length; start++) {
    let end = start
    while (words[end] === 0) end++
    if (end - start > best.length) best = { start, length: end - start }
  }
  return best
}

/** An address and how many of its bits tell the network. */
export interface Prefix {
  readonly address: Address
  readonly bits: number
}

/** Reads a prefix, `10.0.0.0/8`; a text says what is wrong. */
export function parsePrefix(text: string): Prefix | string {
  const problem = (message: string) => `netip.ParsePrefix(${goQuote(text)}): ${message}`
  const slash = text.lastIndexOf('/')
  if (slash < 0) return problem("no '/'")
  const address = parseAddress(text.slice(0, slash))
  if (typeof address === 'string') return problem(address)
  if (address.zone) return problem('IPv6 zones cannot be present in a prefix')
  const length = text.slice(slash + 1)
  if (!/^(?:\d|[1-9]\d{1,8})$/.test(length)) return problem(`bad bits after slash: ${goQuote(length)}`)
  if (Number(length) > address.bytes.length * 8) return problem('prefix length out of range')
  return { address, bits: Number(length) }
}

/** The address with all but its first bits set to zero. */
export function maskAddress({ bytes, zone }: Address, bits: number): Address {
  const mask = (i: number) => (0xff00 >> Math.min(8, Math.max(0, bits - i * 8))) & 0xff
  return { bytes: bytes.map((byte, i) => byte & mask(i)), zone }
}
