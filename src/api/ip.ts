import type { Messages } from './names.ts'

/** An IP address: 4 or 16 bytes. */
export type IpBytes = readonly number[]

const BAD_IP = 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)'
const BAD_CIDR = 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)'

/** The bytes of an address, or nothing when it is none. Leading zeros are let pass; the strict rules tell of them. */
export function parseIp(value: string): IpBytes | undefined {
  return value.includes(':') ? parseIpv6(value) : parseIpv4(value)
}

function parseIpv4(value: string): number[] | undefined {
  const parts = value.split('.')
  if (parts.length !== 4 || !parts.every((part) => /^[0-9]+$/.test(part) && Number(part) <= 255)) return undefined
  return parts.map(Number)
}

function parseIpv6(value: string): number[] | undefined {
  const halves = value.split('::')
  if (halves.length > 2) return undefined
  const [head, tail] = halves.map((half, i) => parseGroups(half, i === halves.length - 1))
  if (!head || (halves.length === 2 && !tail)) return undefined
  const missing = 16 - head.length - (tail?.length ?? 0)
  if (halves.length === 1) return missing === 0 ? head : undefined
  return missing >= 2 ? [...head, ...new Array<number>(missing).fill(0), ...(tail ?? [])] : undefined
}

/** The bytes of `a:b:c`, where at the end of an address the last group may be an IPv4 address. */
function parseGroups(text: string, atEnd: boolean): number[] | undefined {
  if (text === '') return []
  const groups = text.split(':')
  const bytes = groups.map((group, i) => {
    if (/^[0-9a-fA-F]{1,4}$/.test(group)) {
      const word = Number.parseInt(group, 16)
      return [word >> 8, word & 0xff]
    }
    return atEnd && i === groups.length - 1 ? parseIpv4(group) : undefined
  })
  return bytes.includes(undefined) ? undefined : (bytes as number[][]).flat()
}

/** `IPv4` or `IPv6`, or nothing when the value is no address. */
export function ipFamily(value: string): 'IPv4' | 'IPv6' | undefined {
  const bytes = parseIp(value)
  if (!bytes) return undefined
  return bytes.length === 4 || isMapped(bytes) ? 'IPv4' : 'IPv6'
}

/** `::ffff:1.2.3.4`, an IPv4 address in an IPv6 one. */
function isMapped(bytes: IpBytes): boolean {
  return bytes.length === 16 && bytes.slice(0, 10).every((b) => b === 0) && bytes[10] === 0xff && bytes[11] === 0xff
}

export const isLoopback = (ip: IpBytes) =>
  ip.length === 4 ? ip[0] === 127 : ip.every((byte, i) => byte === (i === 15 ? 1 : 0))

export const isUnspecified = (ip: IpBytes) => ip.every((byte) => byte === 0)

export const isLinkLocalUnicast = (ip: IpBytes) =>
  ip.length === 4 ? ip[0] === 169 && ip[1] === 254 : ip[0] === 0xfe && ((ip[1] ?? 0) & 0xc0) === 0x80

export const isLinkLocalMulticast = (ip: IpBytes) =>
  ip.length === 4 ? ip[0] === 224 && ip[1] === 0 && ip[2] === 0 : ip[0] === 0xff && ((ip[1] ?? 0) & 0x0f) === 2

/** An address as core/v1's older fields take it: any spelling, but no leading zeros and no IPv4 within IPv6. */
export function validIp(value: string): Messages {
  const bytes = parseIp(value)
  if (!bytes) return [BAD_IP]
  if (hasLeadingZeros(value)) return ['must not have leading 0s']
  return isMapped(bytes) ? ['must not be an IPv4-mapped IPv6 address'] : []
}

/** Only decimal parts are ambiguous: some read them as octal. */
function hasLeadingZeros(value: string): boolean {
  return (value.split(':').at(-1) ?? '').split('.').length === 4 && /(^|[.:])0[0-9]+(\.|$)/.test(value)
}

/** A subnet, `10.9.8.0/24`: no bits beyond its prefix. */
export function validCidr(value: string): Messages {
  const match = /^([^/]*)\/([0-9]+)$/.exec(value)
  const bytes = match && parseIp(match[1] ?? '')
  const bits = Number(match?.[2])
  if (!match || !bytes || bits > bytes.length * 8) return [BAD_CIDR]
  if (hasLeadingZeros(match[1] ?? '') || /^0[0-9]/.test(match[2] ?? '')) {
    return ['must not have leading 0s in IP or prefix length']
  }
  if (isMapped(bytes)) return ['must not have an IPv4-mapped IPv6 address']
  return hasHostBits(bytes, bits) ? ['must not have bits set beyond the prefix length'] : []
}

function hasHostBits(bytes: IpBytes, prefixBits: number): boolean {
  return bytes.some((byte, i) => (byte & (0xff >> Math.min(8, Math.max(0, prefixBits - i * 8)))) !== 0)
}
