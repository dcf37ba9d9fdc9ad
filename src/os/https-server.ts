import type { IncomingMessage, Server as Http1Server } from 'node:http'
import {
  createSecureServer,
  type Http2SecureServer,
  type Http2ServerRequest,
  type Http2ServerResponse,
  type ServerHttp2Session,
} from 'node:http2'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import type { PeerCertificate, TLSSocket } from 'node:tls'
import { ServerResponse } from './node-http.ts'

/** What a client showed of itself. */
export interface Peer {
  /** The subject of its certificate and the hash of it (hexadecimal), when `clientCa` vouches for that. */
  certificate?: { commonName: string; organizations: readonly string[]; sha256: string }
  /** It showed a certificate that `clientCa` does not vouch for. */
  invalidCertificate?: boolean
  remoteAddress?: string
}

export interface IncomingRequest {
  method: string
  url: string
  /** Names in lower case; several of one name joined by commas. */
  headers: Readonly<Record<string, string>>
  body: AsyncIterable<Uint8Array>
  /** Aborted when the client goes away, or the server is about to stop. */
  signal: AbortSignal
  peer: Peer
}

export interface OutgoingAnswer {
  status: number
  headers: Readonly<Record<string, string>>
  body: string | Uint8Array | AsyncIterable<string | Uint8Array>
  /** Takes over the connection once the head is sent: for a status of 101. */
  tunnel?: (client: Duplex) => void
  /** Takes over the connection and writes the head itself: for handshakes that a library answers. */
  takeOver?: (client: Duplex) => void
}

export interface HttpsServerOptions {
  address: string
  /** 0: any that is free. */
  port: number
  /** All PEM. `clientCa`: ask clients for a certificate. */
  tls: { key: string; cert: string; clientCa?: string }
}

export interface HttpsServer {
  port: number
  /** Takes nothing new, tells long answers to end, and cuts what still runs after `graceMs`. */
  close(graceMs?: number): Promise<void>
}

/** Idle connections are kept for longer than clients keep them, so that it is never the server that closes under a request. */
const IDLE_MS = 180_000
/** How long a connection may be silent before the kernel asks whether the peer still lives. */
const PROBE_MS = 30_000
const DEFAULT_GRACE_MS = 2000

/** Headers that are about one connection; HTTP/2 has none of them. */
const HOP_BY_HOP = new Set(['connection', 'keep-alive', 'transfer-encoding', 'upgrade', 'proxy-connection'])

type AnyRequest = IncomingMessage | Http2ServerRequest
type AnyResponse = ServerResponse | Http2ServerResponse

/** Serves HTTP/2 and HTTP/1.1 on one TLS port. Rejects when the port cannot be had. */
export async function httpsServer(
  { address, port, tls }: HttpsServerOptions,
  handle: (request: IncomingRequest) => Promise<OutgoingAnswer>,
): Promise<HttpsServer> {
  const state: State = { handle, stopping: false, sockets: new Set(), asked: new Set(), sessions: new Set() }
  const options = {
    key: tls.key,
    cert: tls.cert,
    ...(tls.clientCa && { ca: tls.clientCa, requestCert: true, rejectUnauthorized: false }),
    allowHTTP1: true,
    allowHalfOpen: true,
  }
  const server = createSecureServer(options)
  keepIdle(server)
  server.on('connection', (socket: Duplex) => {
    state.sockets.add(socket)
    socket.on('close', () => state.sockets.delete(socket))
  })
  // A handshake that fails leaves half a connection, which nobody would end.
  server.on('tlsClientError', (_error, socket: Duplex) => socket.destroy())
  server.on('secureConnection', (socket: TLSSocket) => {
    socket.setNoDelay(true)
    socket.setKeepAlive(true, PROBE_MS)
    // Only what is upgraded lives on half; an HTTP/2 client that has said all is gone.
    if (socket.alpnProtocol === 'h2') socket.allowHalfOpen = false
    // A client that goes away without a word is its own affair.
    socket.on('error', () => socket.destroy())
  })
  server.on('session', (session) => {
    state.sessions.add(session)
    session.on('error', () => session.destroy())
    session.on('close', () => state.sessions.delete(session))
  })
  server.on('request', (request, response) => void serve(request, response, state))
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    if (head.length) socket.unshift(head)
    void serveUpgrade(request, socket, state)
  })
  await listening(server, address, port)
  return {
    port: (server.address() as AddressInfo).port,
    close: (graceMs = DEFAULT_GRACE_MS) => close(server, state, graceMs),
  }
}

function keepIdle(server: Http2SecureServer): void {
  const http1 = server as unknown as Http1Server
  http1.keepAliveTimeout = IDLE_MS
  // Bodies may come as slowly as they like: an upload through a proxy can take hours.
  http1.requestTimeout = 0
}

function listening(server: Http2SecureServer, address: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host: address, port }, () => {
      server.off('error', reject)
      resolve()
    })
  })
}

/** What is under way. Kept in sets, not behind signals: a signal that lives as long as the server would hold all that ever listened. */
interface State {
  handle(request: IncomingRequest): Promise<OutgoingAnswer>
  stopping: boolean
  sockets: Set<Duplex>
  sessions: Set<ServerHttp2Session>
  /** Of each request that is not answered to its end. */
  asked: Set<AbortController>
}

async function close(server: Http2SecureServer, state: State, graceMs: number): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  state.stopping = true
  for (const asked of state.asked) asked.abort()
  for (const session of state.sessions) session.close()
  ;(server as unknown as Http1Server).closeIdleConnections?.()
  const cut = setTimeout(() => {
    for (const socket of state.sockets) socket.destroy()
  }, graceMs)
  await closed
  clearTimeout(cut)
}

async function serve(request: AnyRequest, response: AnyResponse, state: State): Promise<void> {
  const gone = new AbortController()
  const asked = new AbortController()
  const leave = () => {
    gone.abort()
    asked.abort()
  }
  state.asked.add(asked)
  response.on('close', leave)
  response.on('error', leave)
  try {
    const answer = await state.handle(incoming(request, asked.signal))
    if (!gone.signal.aborted) await send(request, response, answer, gone.signal)
    // A connection that is kept would keep the server that is about to stop.
    if (state.stopping && request.httpVersionMajor === 1) request.socket.end()
  } catch {
    // The answer could not be brought to its end: cutting it off is how the client learns.
    cutOff(response)
  } finally {
    state.asked.delete(asked)
  }
}

function cutOff(response: AnyResponse): void {
  if ('stream' in response) response.stream?.close()
  else response.destroy()
}

async function send(
  request: AnyRequest,
  response: AnyResponse,
  { status, headers, body }: OutgoingAnswer,
  gone: AbortSignal,
): Promise<void> {
  const whole = typeof body === 'string' || body instanceof Uint8Array
  const isHttp2 = request.httpVersionMajor === 2
  const kept = Object.entries(headers).filter(([name]) => !isHttp2 || !HOP_BY_HOP.has(name))
  const length = whole ? { 'content-length': String(Buffer.byteLength(body)) } : {}
  // Both kinds of response have this form; their union has no signature that can be called.
  ;(response as ServerResponse).writeHead(status, { ...Object.fromEntries(kept), ...length })
  if (request.method === 'HEAD' || status === 204 || status === 304) response.end()
  else if (whole) response.end(body)
  else await sendChunks(response as ServerResponse, body, gone)
}

async function sendChunks(
  response: ServerResponse,
  body: AsyncIterable<string | Uint8Array>,
  gone: AbortSignal,
): Promise<void> {
  response.flushHeaders()
  for await (const chunk of body) {
    if (gone.aborted) return
    if (!response.write(chunk)) await drained(response, gone)
  }
  response.end()
}

function drained(response: ServerResponse, gone: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (gone.aborted) return resolve()
    const done = () => {
      response.off('drain', done)
      gone.removeEventListener('abort', done)
      resolve()
    }
    response.on('drain', done)
    gone.addEventListener('abort', done)
  })
}

async function serveUpgrade(request: IncomingMessage, socket: Duplex, { handle }: State): Promise<void> {
  const gone = new AbortController()
  socket.on('close', () => gone.abort())
  socket.on('error', () => socket.destroy())
  try {
    const answer = await handle(incoming(request, gone.signal, []))
    if (answer.tunnel) {
      socket.write(headOf(answer))
      answer.tunnel(socket)
      return
    }
    const response = new ServerResponse(request)
    response.shouldKeepAlive = false
    response.assignSocket(socket as TLSSocket)
    response.on('finish', () => socket.end())
    await send(request, response, answer, gone.signal)
  } catch {
    socket.destroy()
  }
}

function headOf({ status, headers }: OutgoingAnswer): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  return `HTTP/1.1 ${status} Switching Protocols\r\n${lines.join('')}\r\n`
}

function incoming(request: AnyRequest, signal: AbortSignal, body?: []): IncomingRequest {
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(request.headers)) {
    if (name.startsWith(':') || value === undefined) continue
    headers[name] = Array.isArray(value) ? value.join(', ') : value
  }
  headers['host'] ??= String(request.headers[':authority'] ?? '')
  const { method = 'GET', url = '/' } = request
  const peer = peerOf(request.socket as TLSSocket)
  return { method, url, headers, body: body ? none() : request, signal, peer }
}

async function* none(): AsyncGenerator<Uint8Array, void> {}

const peers = new WeakMap<object, Peer>()

/** Who stands at the other end of a connection: read once, as it does not change. */
function peerOf(socket: TLSSocket): Peer {
  const known = peers.get(socket)
  if (known) return known
  const { subject: found, fingerprint256 = '' } = socket.getPeerCertificate() as Partial<PeerCertificate>
  const subject = found as { CN?: string | string[]; O?: string | string[] } | undefined
  const remoteAddress = socket.remoteAddress
  const peer: Peer = { ...(remoteAddress && { remoteAddress }) }
  if (subject && socket.authorized) {
    const [commonName = ''] = [subject.CN ?? []].flat()
    const sha256 = fingerprint256.replaceAll(':', '').toLowerCase()
    peer.certificate = { commonName, organizations: [subject.O ?? []].flat(), sha256 }
  } else if (subject) {
    peer.invalidCertificate = true
  }
  peers.set(socket, peer)
  return peer
}
