/** A range of IPv4 addresses: its first one as a number, and how many bits are fixed. */
export interface Range {
  first: number
  bits: number
}

const ADDRESS_BITS = 32

/** Reads `10.244.0.0/16`. Throws for anything else. */
export function parseRange(text: string): Range {
  const [address = '', bits = ''] = text.split('/')
  const octets = address.split('.').map(Number)
  const whole = octets.length === 4 && octets.every((octet) => Number.isInteger(octet) && octet >= 0 && octet <= 255)
  if (!whole || !/^\d+$/.test(bits) || Number(bits) > ADDRESS_BITS)
    throw new Error(`not a range of IPv4 addresses: ${text}`)
  const number = octets.reduce((value, octet) => value * 256 + octet, 0)
  const size = 2 ** (ADDRESS_BITS - Number(bits))
  return { first: Math.floor(number / size) * size, bits: Number(bits) }
}

/** The first range of `bits` fixed bits within `cluster` that is not used; `undefined` when all are. */
export function nextRange(cluster: Range, bits: number, used: ReadonlySet<string>): string | undefined {
  const size = 2 ** (ADDRESS_BITS - bits)
  const end = cluster.first + 2 ** (ADDRESS_BITS - cluster.bits)
  for (let first = cluster.first; first + size <= end; first += size) {
    const text = `${address(first)}/${bits}`
    if (!used.has(text)) return text
  }
  return undefined
}

function address(number: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256).join('.')
}
