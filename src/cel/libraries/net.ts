import { fn, free, type Library, member } from '../declarations.ts'
import { goQuote } from '../strings.ts'
import { opaqueOf } from '../types.ts'
import { CelError, noSuchOverload, Opaque, type Value } from '../values.ts'
import { type Address, formatAddress, isIpv4In6, maskAddress, type Prefix, parseAddress, parsePrefix } from './go-ip.ts'

const IP_TYPE = opaqueOf('net.IP')
const CIDR_TYPE = opaqueOf('net.CIDR')
const OWN = { 'net.IP': IP_TYPE, 'net.CIDR': CIDR_TYPE }

class Ip extends Opaque {
  readonly typeName = 'net.IP'
  readonly address: Address

  constructor(address: Address) {
    super()
    this.address = address
  }

  override get costSize(): number {
    return this.address.bytes.length
  }

  equals(other: Value): boolean {
    return other instanceof Ip && formatAddress(this.address) === formatAddress(other.address)
  }

  override toString(): string {
    return formatAddress(this.address)
  }
}

class Cidr extends Opaque {
  readonly typeName = 'net.CIDR'
  readonly prefix: Prefix

  constructor(prefix: Prefix) {
    super()
    this.prefix = prefix
  }

  override get costSize(): number {
    return Math.ceil(this.prefix.bits / 8)
  }

  equals(other: Value): boolean {
    return other instanceof Cidr && String(this) === String(other)
  }

  override toString(): string {
    return `${formatAddress(this.prefix.address)}/${this.prefix.bits}`
  }

  contains({ address }: Ip): boolean {
    const { bits, address: own } = this.prefix
    if (own.bytes.length !== address.bytes.length) return false
    return formatAddress(maskAddress(address, bits)) === formatAddress(maskAddress(own, bits))
  }
}

function toIp(text: string): Ip | CelError {
  const address = parseAddress(text)
  const shown = goQuote(text)
  if (typeof address === 'string') {
    return new CelError(`IP Address ${shown} parse error during conversion from string: ${address}`)
  }
  if (address.zone) return new CelError(`IP address ${shown} with zone value is not allowed`)
  return isIpv4In6(address) ? new CelError(`IPv4-mapped IPv6 address ${shown} is not allowed`) : new Ip(address)
}

const CIDR_PROBLEM = 'network address parse error during conversion from string: '

function toCidr(text: string): Cidr | CelError {
  const prefix = parsePrefix(text)
  if (typeof prefix === 'string') return new CelError(`${CIDR_PROBLEM}${CIDR_PROBLEM}${prefix}`)
  if (!isIpv4In6(prefix.address)) return new Cidr(prefix)
  return new CelError(`${CIDR_PROBLEM}IPv4-mapped IPv6 address ${goQuote(text)} is not allowed`)
}

const isCanonical = (text: string): Value => {
  const ip = toIp(text)
  return ip instanceof CelError ? ip : String(ip) === text
}

const everyByte = ({ bytes }: Address, last: number) =>
  bytes.every((byte, i) => byte === (i === bytes.length - 1 ? last : 0))

const isLoopback = ({ address }: Ip) => (address.bytes.length === 4 ? address.bytes[0] === 127 : everyByte(address, 1))

const isUnspecified = ({ address }: Ip) => everyByte(address, 0)

const isMulticast = ({ bytes }: Address) =>
  bytes.length === 4 ? ((bytes[0] as number) & 0xf0) === 0xe0 : bytes[0] === 0xff

const isLinkLocalMulticast = ({ address: { bytes } }: Ip) =>
  bytes.length === 4
    ? bytes[0] === 224 && bytes[1] === 0 && bytes[2] === 0
    : bytes[0] === 0xff && ((bytes[1] as number) & 0x0f) === 2

const isLinkLocalUnicast = ({ address: { bytes } }: Ip) =>
  bytes.length === 4
    ? bytes[0] === 169 && bytes[1] === 254
    : bytes[0] === 0xfe && ((bytes[1] as number) & 0xc0) === 0x80

const isGlobalUnicast = (ip: Ip) =>
  String(ip) !== '255.255.255.255' &&
  !isUnspecified(ip) &&
  !isLoopback(ip) &&
  !isMulticast(ip.address) &&
  !isLinkLocalUnicast(ip)

const containsCidr = (outer: Cidr, inner: Cidr) =>
  outer.prefix.bits <= inner.prefix.bits && outer.contains(new Ip(inner.prefix.address))

/** A text that is no address is, to upstream, a wrong type. */
const toIpOrNothing = (text: string) => {
  const ip = toIp(text)
  return ip instanceof CelError ? noSuchOverload() : ip
}

/** A function of one of the other library types, given as a text or as itself. */
const orFails = <T>(value: T | CelError, run: (value: T) => Value): Value =>
  value instanceof CelError ? value : run(value)

/** IP addresses. */
export const IP: Library = {
  types: [IP_TYPE],
  functions: [
    fn('ip', free('string_to_ip', 'string -> net.IP', toIp, OWN)),
    fn(
      'family',
      member('ip_family', 'net.IP -> int', (ip: Ip) => (ip.address.bytes.length === 4 ? 4 : 6), OWN),
    ),
    fn('ip.isCanonical', free('ip_is_canonical', 'string -> bool', isCanonical)),
    fn('isUnspecified', member('ip_is_unspecified', 'net.IP -> bool', isUnspecified, OWN)),
    fn('isLoopback', member('ip_is_loopback', 'net.IP -> bool', isLoopback, OWN)),
    fn('isLinkLocalMulticast', member('ip_is_link_local_multicast', 'net.IP -> bool', isLinkLocalMulticast, OWN)),
    fn('isLinkLocalUnicast', member('ip_is_link_local_unicast', 'net.IP -> bool', isLinkLocalUnicast, OWN)),
    fn('isGlobalUnicast', member('ip_is_global_unicast', 'net.IP -> bool', isGlobalUnicast, OWN)),
    fn(
      'isIP',
      free('is_ip', 'string -> bool', (text: string) => toIp(text) instanceof Ip),
    ),
    fn('string', free('ip_to_string', 'net.IP -> string', String, OWN)),
  ],
}

/** Blocks of IP addresses. */
export const CIDR: Library = {
  types: [CIDR_TYPE],
  functions: [
    fn('cidr', free('string_to_cidr', 'string -> net.CIDR', toCidr, OWN)),
    fn(
      'containsIP',
      member(
        'cidr_contains_ip_string',
        'net.CIDR, string -> bool',
        (cidr: Cidr, text: string) => orFails(toIpOrNothing(text), (ip) => cidr.contains(ip)),
        OWN,
      ),
      member('cidr_contains_ip_ip', 'net.CIDR, net.IP -> bool', (cidr: Cidr, ip: Ip) => cidr.contains(ip), OWN),
    ),
    fn(
      'containsCIDR',
      member(
        'cidr_contains_cidr_string',
        'net.CIDR, string -> bool',
        (cidr: Cidr, text: string) => orFails(toCidr(text), (inner) => containsCidr(cidr, inner)),
        OWN,
      ),
      member('cidr_contains_cidr', 'net.CIDR, net.CIDR -> bool', containsCidr, OWN),
    ),
    fn(
      'ip',
      member('cidr_ip', 'net.CIDR -> net.IP', ({ prefix }: Cidr) => new Ip(prefix.address), OWN),
    ),
    fn(
      'prefixLength',
      member('cidr_prefix_length', 'net.CIDR -> int', ({ prefix }: Cidr) => prefix.bits, OWN),
    ),
    fn(
      'masked',
      member(
        'cidr_masked',
        'net.CIDR -> net.CIDR',
        ({ prefix: { address, bits } }: Cidr) => new Cidr({ address: maskAddress(address, bits), bits }),
        OWN,
      ),
    ),
    fn(
      'isCIDR',
      free('is_cidr', 'string -> bool', (text: string) => toCidr(text) instanceof Cidr),
    ),
    fn('string', free('cidr_to_string', 'net.CIDR -> string', String, OWN)),
  ],
}
