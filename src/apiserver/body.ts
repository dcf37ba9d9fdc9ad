import { tooLarge } from '../api/errors.ts'
import type { Call } from './call.ts'

/** The largest body that is read: upstream's 3 MiB. */
const BODY_MAX_BYTES = 3 * 1024 * 1024

/** The whole body as text; throws 413 as soon as it is larger than the server takes. */
export async function readBody(call: Call): Promise<string> {
  return (await readBytes(call)).toString('utf8')
}

/** The whole body; throws 413 as `readBody` does. */
export async function readBytes({ request: { body } }: Call): Promise<Buffer> {
  if (body === undefined) return Buffer.alloc(0)
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of isWhole(body) ? [body] : body) {
    const buffer =
      typeof chunk === 'string' ? Buffer.from(chunk) : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
    bytes += buffer.byteLength
    if (bytes > BODY_MAX_BYTES) throw tooLarge(`Request entity too large: limit is ${BODY_MAX_BYTES}`)
    chunks.push(buffer)
  }
  return Buffer.concat(chunks)
}

function isWhole(body: NonNullable<Call['request']['body']>): body is string | Uint8Array {
  return typeof body === 'string' || body instanceof Uint8Array
}
