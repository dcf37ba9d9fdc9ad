import type { IncomingMessage, RequestOptions } from 'node:http'
import { Agent, type AgentOptions, request as httpsRequest } from 'node:https'
import { type Duplex, Readable } from 'node:stream'
import { httpRequest } from './node-http.ts'
import { joinStreams } from './tunnel.ts'

/** How to prove to a server who we are, and how to know it. All PEM. */
export interface ProxyIdentity {
  ca?: string
  cert?: string
  key?: string
}

export interface ProxyTarget {
  scheme: 'http' | 'https'
  host: string
  port: number
  /** Do not ask who the server is. */
  insecure?: boolean
}

export interface ProxyRequest {
  method: string
  /** Path and query. */
  path: string
  headers: Readonly<Record<string, string>>
  body?: string | Uint8Array | AsyncIterable<string | Uint8Array>
  signal?: AbortSignal
}

export interface ProxyAnswer {
  status: number
  headers: Record<string, string>
  body: AsyncIterable<Uint8Array>
  /** The server changed protocols: joins the connection to the client's. */
  tunnel?: (client: Duplex) => void
}

/** Passes requests on to a server, upgrades included. Rejects when no answer came. */
export type Proxy = (target: ProxyTarget, request: ProxyRequest) => Promise<ProxyAnswer>

/** A proxy over http and https; to https servers it shows `identity`. */
export function httpsProxy(identity: ProxyIdentity): Proxy {
  const agent = new Agent({ keepAlive: true, ...identity })
  // An answer's connection must not be kept when the protocol changes, nor shared with requests that know the server.
  const fresh = (insecure: boolean) =>
    new Agent({ ...identity, rejectUnauthorized: !insecure, allowHalfOpen: true } as AgentOptions)
  return (target, { method, path, headers, body, signal }) =>
    new Promise((resolve, reject) => {
      const { scheme, host, port, insecure = false } = target
      const upgrade = 'upgrade' in headers
      const options: RequestOptions = { host, port, method, path, headers, ...(signal && { signal }) }
      const sent =
        scheme === 'http'
          ? httpRequest(options)
          : httpsRequest({ ...options, agent: upgrade || insecure ? fresh(insecure) : agent })
      sent.on('response', (answer) => resolve({ ...headOf(answer), body: answer }))
      sent.on('upgrade', (answer, server, head) => resolve(upgraded(answer, server, head)))
      sent.on('error', reject)
      if (body === undefined || typeof body === 'string' || body instanceof Uint8Array) sent.end(body)
      else Readable.from(body, { objectMode: false }).on('error', reject).pipe(sent)
    })
}

function upgraded(answer: IncomingMessage, server: Duplex, head: Buffer): ProxyAnswer {
  if (head.length) server.unshift(head)
  // Until it is joined nobody listens: an error then would end the process.
  server.on('error', () => server.destroy())
  return { ...headOf(answer), body: answer, tunnel: (client) => joinStreams(client, server) }
}

function headOf({ statusCode, headers }: IncomingMessage): Pick<ProxyAnswer, 'status' | 'headers'> {
  const plain = Object.entries(headers).map(([name, value]) => [
    name,
    Array.isArray(value) ? value.join(', ') : (value ?? ''),
  ])
  return { status: statusCode ?? 0, headers: Object.fromEntries(plain) }
}
