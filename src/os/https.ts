import { Agent, request } from 'node:https'
import type { IncomingMessage } from 'node:http'

/** A server, and how to prove to it who we are. `ca`, `cert` and `key` are PEM. */
export interface HttpsTarget {
  /** `https://host:port`, without a path. */
  server: string
  ca?: string
  cert?: string
  key?: string
}

export interface HttpsRequest {
  method: string
  url: string
  headers: Readonly<Record<string, string>>
  body?: string | Uint8Array
  signal?: AbortSignal
}

export interface HttpsResponse {
  status: number
  headers: Record<string, string>
  body: AsyncIterable<Uint8Array>
}

/** How long a connection may be silent before the kernel asks whether the peer still lives. */
const KEEP_ALIVE_PROBE_MS = 30_000

/** Sends requests to one server over connections that are kept. Rejects when no answer came; retries nothing. */
export function httpsClient({ server, ca, cert, key }: HttpsTarget): (request: HttpsRequest) => Promise<HttpsResponse> {
  const base = new URL(server)
  const agent = new Agent({ keepAlive: true, keepAliveMsecs: KEEP_ALIVE_PROBE_MS, scheduling: 'lifo', ca, cert, key })
  return ({ method, url, headers, body, signal }) =>
    new Promise((resolve, reject) => {
      const sent = request(
        {
          agent,
          host: base.hostname.replace(/^\[|\]$/g, ''),
          port: base.port || 443,
          method,
          path: url,
          // Node says it by itself, but not for DELETE.
          headers: body === undefined ? headers : { ...headers, 'content-length': Buffer.byteLength(body) },
          signal,
        },
        (answer) => resolve({ status: answer.statusCode ?? 0, headers: plainHeaders(answer), body: answer }),
      )
      sent.on('socket', (socket) => socket.setKeepAlive(true, KEEP_ALIVE_PROBE_MS))
      sent.on('error', reject)
      sent.end(body)
    })
}

function plainHeaders({ headers }: IncomingMessage): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : (value ?? '')]),
  )
}
