import { type IpBytes, parseIp, validIp } from '../ip.ts'
import type { Warnings } from '../warnings.ts'
import { formatIp } from './strict-ip.ts'

/** Warns of an address that the older fields let pass, though it is not spelled as it should be. */
export function warnOfIp(path: string, value: string, warn: Warnings): void {
  const bytes = parseIp(value)
  if (!bytes) return
  const { ip } = unmapped(bytes)
  const wanted = formatIp(ip)
  if (validIp(value).length) warn.add(path, `non-standard IP address "${value}" is invalid: use "${wanted}"`)
  else if (value !== wanted) {
    warn.add(path, `IPv6 address "${value}" should be in RFC 5952 canonical format ("${wanted}")`)
  }
}

/** Warns of a subnet as `warnOfIp` does of an address, and of one that has bits beyond its prefix. */
export function warnOfCidr(path: string, value: string, warn: Warnings): void {
  const [address = '', length = ''] = value.split('/')
  const bytes = parseIp(address)
  if (!bytes || !/^[0-9]+$/.test(length) || Number(length) > bytes.length * 8) return
  const { ip, cut } = unmapped(bytes)
  const bits = Number(length) - cut
  const network = ip.map((byte, i) => byte & ~(0xff >> Math.min(8, Math.max(0, bits - i * 8))))
  const wanted = `${formatIp(network)}/${bits}`
  const isAmbiguous = network.some((byte, i) => byte !== ip[i])
  if (isAmbiguous) {
    const single = `${formatIp(ip)}/${bytes.length * 8}`
    warn.add(path, `CIDR value "${value}" is ambiguous in this context (should be "${wanted}" or "${single}"?)`)
  }
  const isOdd = validIp(address).length > 0 || /^0[0-9]/.test(length)
  if (isOdd) warn.add(path, `non-standard CIDR value "${value}" is invalid: use "${wanted}"`)
  if (!isOdd && !isAmbiguous && value !== wanted) {
    warn.add(path, `IPv6 CIDR value "${value}" should be in RFC 5952 canonical format ("${wanted}")`)
  }
}

/** An IPv4 address out of the IPv6 one that it may stand in, and how many bits that cut off. */
function unmapped(bytes: IpBytes): { ip: IpBytes; cut: number } {
  const isMapped = bytes.length === 16 && bytes.slice(0, 12).every((byte, i) => byte === (i < 10 ? 0 : 0xff))
  return isMapped ? { ip: bytes.slice(12), cut: 96 } : { ip: bytes, cut: 0 }
}

/** Warns of the addresses that a load balancer has; `warn` stands at the status. */
export function warnOfLoadBalancer(
  status: { loadBalancer?: { ingress?: readonly { ip?: string }[] } } | undefined,
  warn: Warnings,
): void {
  for (const [i, { ip }] of (status?.loadBalancer?.ingress ?? []).entries()) {
    if (ip) warnOfIp(`loadBalancer.ingress[${i}]`, ip, warn)
  }
}
