/** The bytes are no protocol buffer message. */
export class WireError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'WireError'
  }
}

/** One field of a message, as it is on the wire: a number, or the bytes of a text or of a message. */
export interface WireField {
  number: number
  value: bigint | Uint8Array
}

const VARINT = 0
const FIXED64 = 1
const BYTES = 2
const FIXED32 = 5
const VARINT_MAX_BYTES = 10

/** The fields of a message, in their order. Throws WireError. */
export function* fieldsOf(bytes: Uint8Array): Generator<WireField, void> {
  const reader = new Reader(bytes)
  while (!reader.isAtEnd) {
    const tag = Number(reader.varint())
    const number = Math.floor(tag / 8)
    if (number === 0) throw new WireError('illegal tag 0')
    yield { number, value: reader.value(tag % 8) }
  }
}

class Reader {
  readonly #bytes: Uint8Array
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#bytes.length
  }

  varint(): bigint {
    let number = 0n
    for (let i = 0; i < VARINT_MAX_BYTES; i++) {
      const byte = this.#bytes[this.#at++]
      if (byte === undefined) throw new WireError('unexpected EOF')
      number |= BigInt(byte & 0x7f) << BigInt(7 * i)
      if (byte < 0x80) return BigInt.asUintN(64, number)
    }
    throw new WireError('integer overflow')
  }

  value(wireType: number): bigint | Uint8Array {
    switch (wireType) {
      case VARINT:
        return this.varint()
      case FIXED64:
        return this.#take(8)
      case BYTES:
        return this.#take(Number(this.varint()))
      case FIXED32:
        return this.#take(4)
      default:
        throw new WireError(`illegal wireType ${wireType}`)
    }
  }

  #take(length: number): Uint8Array {
    const end = this.#at + length
    if (end > this.#bytes.length) throw new WireError('unexpected EOF')
    const taken = this.#bytes.subarray(this.#at, end)
    this.#at = end
    return taken
  }
}
