import { fn, free, type Library } from '../declarations.ts'
import { CelError, type Value } from '../values.ts'

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}(?:==)?|[A-Za-z0-9+/]{3}=?)?$/

function decode(text: string): Value {
  const packed = text.replaceAll(/[\r\n]/g, '')
  if (BASE64.test(packed)) return new Uint8Array(Buffer.from(packed, 'base64'))
  const wrong = /[^A-Za-z0-9+/]/.exec(packed)
  return new CelError(`illegal base64 data at input byte ${wrong?.index ?? packed.length}`)
}

/** Bytes as base64 text. */
export const ENCODERS: Library = {
  functions: [
    fn('base64.decode', free('base64_decode_string', 'string -> bytes', decode)),
    fn(
      'base64.encode',
      free('base64_encode_bytes', 'bytes -> string', (bytes: Uint8Array) => Buffer.from(bytes).toString('base64')),
    ),
  ],
}
