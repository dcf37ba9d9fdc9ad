import type { Duplex } from 'node:stream'
import type { ApiRequest, ApiResponse, UserInfo } from '../api/exchange.ts'
import type { RequestInfo } from './request-info.ts'

/** A request as the server takes it: a body may also arrive as it is read. */
export interface ServerRequest extends Omit<ApiRequest, 'body'> {
  body?: string | Uint8Array | AsyncIterable<string | Uint8Array>
}

/** Who is at the other end, as far as the way the request came tells. */
export interface Connection {
  /** A component in this process. */
  user?: UserInfo
  /** A client certificate that the cluster's CA signed. */
  clientCertificate?: { commonName: string; organizations: readonly string[]; sha256?: string }
  /** A client certificate was shown that does not count: the request is refused rather than taken as anonymous. */
  invalidCertificate?: boolean
  remoteAddress?: string
}

/** An answer; with a `tunnel`, the connection changes over to another protocol and belongs to it from then on. */
export interface Answer extends ApiResponse {
  tunnel?: (client: Duplex) => void
}

/** One request on its way through the stages. */
export interface Call {
  readonly request: ServerRequest
  readonly connection: Connection
  readonly query: URLSearchParams
  readonly info: RequestInfo
  readonly auditId: string
  /** Set by the authenticate stage. */
  user: UserInfo
  /** What the client is told beside the answer, in Warning headers. */
  readonly warnings: string[]
  /** Aborted when nobody waits for the answer any more. */
  readonly signal: AbortSignal
}

export type Handler = (call: Call) => Promise<Answer>

/** What every request passes on its way to its handler. */
export type Stage = (next: Handler) => Handler

/** The stages around a handler; the first is the outermost. */
export function pipeline(stages: readonly Stage[], handler: Handler): Handler {
  return stages.reduceRight((next, stage) => stage(next), handler)
}

/** A header by its name in lower case; '' when absent. */
export function header({ request }: Call, name: string): string {
  return request.headers[name] ?? ''
}

/** Whether the client asks to change over to another protocol. */
export function isUpgrade(call: Call): boolean {
  return /\bupgrade\b/i.test(header(call, 'connection')) && header(call, 'upgrade') !== ''
}
