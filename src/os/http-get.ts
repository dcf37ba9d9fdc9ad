import type { IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { connect } from 'node:net'
import { httpRequest } from './node-http.ts'

export interface HttpGetRequest {
  url: string
  headers?: Readonly<Record<string, string>>
  timeoutMs: number
  signal?: AbortSignal
}

export interface HttpGetResponse {
  status: number
  /** At most the first 10 KiB. */
  body: string
}

/** Asks a pod's server something, over a connection of its own, without checking its certificate, following no redirect. */
export type HttpGet = (request: HttpGetRequest) => Promise<HttpGetResponse>

/** Resolves when a TCP connection to the place could be opened; it is closed at once. */
export type TcpConnect = (to: { host: string; port: number; timeoutMs: number }) => Promise<void>

const BODY_MAX_BYTES = 10 * 1024

export const hostHttpGet: HttpGet = ({ url, headers = {}, timeoutMs, signal }) =>
  new Promise((resolve, reject) => {
    const secure = url.startsWith('https:')
    const deadline = AbortSignal.timeout(timeoutMs)
    const options = { headers, agent: false, signal: signal ? AbortSignal.any([signal, deadline]) : deadline }
    const answer = (response: IncomingMessage) => readStart(response).then(resolve, reject)
    const sent = secure
      ? httpsRequest(url, { ...options, rejectUnauthorized: false }, answer)
      : httpRequest(url, options, answer)
    sent.on('error', (error) => {
      reject(deadline.aborted ? new Error(`Get "${url}": context deadline exceeded`) : error)
    })
    sent.end()
  })

async function readStart(response: IncomingMessage): Promise<HttpGetResponse> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of response) {
    chunks.push(chunk as Uint8Array)
    length += (chunk as Uint8Array).length
    if (length >= BODY_MAX_BYTES) break
  }
  return {
    status: response.statusCode ?? 0,
    body: Buffer.concat(chunks).subarray(0, BODY_MAX_BYTES).toString('utf8'),
  }
}

export const hostTcpConnect: TcpConnect = ({ host, port, timeoutMs }) =>
  new Promise((resolve, reject) => {
    const socket = connect({ host, port, timeout: timeoutMs })
    socket.on('connect', () => {
      socket.destroy()
      resolve()
    })
    socket.on('timeout', () => socket.destroy(new Error(`dial tcp ${host}:${port}: i/o timeout`)))
    socket.on('error', reject)
  })
