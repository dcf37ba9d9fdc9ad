import { type IpBytes, parseIp } from '../../api/ip.ts'

export type IpFamily = 'IPv4' | 'IPv6'

/** The addresses of a network that services can have: those of IPv4 without the network's own and the broadcast address. */
export interface IpRange {
  cidr: string
  family: IpFamily
  /** How many there are. */
  size: number
  /** The address with this number, from 0. */
  at(offset: number): string
  /** The number of an address; `undefined` when it is none, or not of the range. */
  offsetOf(ip: string): number | undefined
}

/** Ranges beyond this are used up to here only: no cluster has so many services. */
const SIZE_MAX = 2 ** 20

/** The range of a CIDR. Throws for text that is none. */
export function ipRange(cidr: string): IpRange {
  const [address = '', bits = ''] = cidr.split('/')
  const bytes = parseIp(address)
  if (!bytes || !/^\d{1,3}$/.test(bits) || Number(bits) > bytes.length * 8) throw new Error(`${cidr} is no CIDR`)
  const hostBits = BigInt(bytes.length * 8 - Number(bits))
  const network = (numberOf(bytes) >> hostBits) << hostBits
  const isIpv4 = bytes.length === 4
  const usable = 2n ** hostBits - (isIpv4 ? 2n : 1n)
  const size = usable < BigInt(SIZE_MAX) ? Math.max(0, Number(usable)) : SIZE_MAX
  return {
    cidr,
    family: isIpv4 ? 'IPv4' : 'IPv6',
    size,
    at: (offset) => formatIp(network + 1n + BigInt(offset), bytes.length),
    offsetOf(ip) {
      const parsed = parseIp(ip)
      if (parsed?.length !== bytes.length) return undefined
      const offset = Number(numberOf(parsed) - network - 1n)
      return offset >= 0 && offset < size ? offset : undefined
    },
  }
}

function numberOf(bytes: IpBytes): bigint {
  return bytes.reduce((number, byte) => (number << 8n) | BigInt(byte), 0n)
}

function formatIp(number: bigint, length: number): string {
  const bytes = Array.from({ length }, (_, i) => Number((number >> BigInt(8 * (length - 1 - i))) & 0xffn))
  if (length === 4) return bytes.join('.')
  const groups = Array.from({ length: 8 }, (_, i) =>
    (((bytes[2 * i] ?? 0) << 8) | (bytes[2 * i + 1] ?? 0)).toString(16),
  )
  // URLs write IPv6 addresses in their canonical, shortest form.
  return new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1)
}
