import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { httpsServer, type IncomingRequest, type OutgoingAnswer } from '../os/https-server.ts'
import type { ApiServer } from './server.ts'

export interface ListenOptions {
  address: string
  /** 0: any that is free. */
  port: number
  /** All PEM; `clientCa` signs the certificates by which clients are known. */
  tls: { key: string; cert: string; clientCa: string }
}

export interface Listener {
  port: number
  /** Takes no new requests, ends long ones, and resolves when the last is answered (or cut, after `graceMs`). */
  close(graceMs?: number): Promise<void>
}

/** Answers below this are sent as they are: packing them costs more than it saves. */
const GZIP_MIN_BYTES = 128 * 1024
/** The fastest level; upstream's choice too. */
const GZIP_LEVEL = 1

const pack = promisify(gzip)

/** Serves the API over TLS: HTTP/2 and HTTP/1.1 on one port, upgrades for exec and its like. Rejects when the port cannot be had. */
export function listen(server: ApiServer, options: ListenOptions): Promise<Listener> {
  return httpsServer(options, async ({ peer, ...request }) => {
    const { certificate, invalidCertificate, remoteAddress } = peer
    const answer = await server.handle(request, {
      ...(certificate && { clientCertificate: certificate }),
      ...(invalidCertificate && { invalidCertificate }),
      ...(remoteAddress && { remoteAddress }),
    })
    return packed(request, answer)
  })
}

/** The answer, made smaller where the client takes that and it is worth it. */
async function packed(
  { method, headers }: Pick<IncomingRequest, 'method' | 'headers'>,
  answer: OutgoingAnswer,
): Promise<OutgoingAnswer> {
  const { body, status } = answer
  const whole = typeof body === 'string' || body instanceof Uint8Array
  if (!whole || method !== 'GET' || status !== 200 || Buffer.byteLength(body) < GZIP_MIN_BYTES) return answer
  if (!/\bgzip\b/.test(headers['accept-encoding'] ?? '') || answer.headers['content-encoding']) return answer
  const packedHeaders = { ...answer.headers, 'content-encoding': 'gzip', vary: 'Accept-Encoding' }
  return { ...answer, headers: packedHeaders, body: await pack(body, { level: GZIP_LEVEL }) }
}
