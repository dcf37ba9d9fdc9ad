import {
  type IpBytes,
  isLinkLocalMulticast,
  isLinkLocalUnicast,
  isLoopback,
  isUnspecified,
  parseIp,
  validCidr,
  validIp,
} from '../ip.ts'
import type { Messages } from '../names.ts'

/** An address in its one canonical spelling, as fields take it that are younger than core/v1's. */
export function strictIp(value: string): Messages {
  const messages = validIp(value)
  const bytes = parseIp(value)
  if (messages.length > 0 || !bytes) return messages
  return canonical(value, formatIp(bytes))
}

/** A subnet in its one canonical spelling. */
export function strictCidr(value: string): Messages {
  const messages = validCidr(value)
  const [address = '', bits] = value.split('/')
  const bytes = parseIp(address)
  if (messages.length > 0 || !bytes) return messages
  return canonical(value, `${formatIp(bytes)}/${bits}`)
}

function canonical(value: string, wanted: string): Messages {
  return value === wanted ? [] : [`must be in canonical form ("${wanted}")`]
}

/** An address as RFC 5952 spells it. */
export function formatIp(bytes: IpBytes): string {
  if (bytes.length === 4) return bytes.join('.')
  const words = Array.from({ length: 8 }, (_, i) => ((bytes[2 * i] ?? 0) << 8) | (bytes[2 * i + 1] ?? 0))
  const { start, length } = longestZeros(words)
  const hex = (part: readonly number[]) => part.map((word) => word.toString(16)).join(':')
  return length < 2 ? hex(words) : `${hex(words.slice(0, start))}::${hex(words.slice(start + length))}`
}

/** The first of the longest runs of zeros. */
function longestZeros(words: readonly number[]): { start: number; length: number } {
  let best = { start: 0, length: 0 }
  for (const [start, word] of words.entries()) {
    if (word !== 0) continue
    const end = words.findIndex((other, i) => i > start && other !== 0)
    const length = (end < 0 ? words.length : end) - start
    if (length > best.length) best = { start, length }
  }
  return best
}

/** Why an address can not be where traffic to a service goes. */
export function endpointIp(value: string): Messages {
  const ip = parseIp(value)
  if (!ip) return ['must be a valid IP address']
  const messages: Messages = []
  if (isUnspecified(ip)) messages.push(`may not be unspecified (${value})`)
  if (isLoopback(ip)) messages.push('may not be in the loopback range (127.0.0.0/8, ::1/128)')
  if (isLinkLocalUnicast(ip)) messages.push('may not be in the link-local range (169.254.0.0/16, fe80::/10)')
  if (isLinkLocalMulticast(ip)) messages.push('may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)')
  return messages
}
