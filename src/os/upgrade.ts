import type { Duplex } from 'node:stream'
import { httpRequest } from './node-http.ts'

export interface Upgraded {
  socket: Duplex
  /** The `X-Stream-Protocol-Version` that the server agreed to. */
  protocol: string | undefined
}

/** Asks a server (http) to change protocols; rejects with what the server said instead. */
export function upgradeConnection(url: string, headers: Readonly<Record<string, string>>): Promise<Upgraded> {
  return new Promise((resolve, reject) => {
    const sent = httpRequest(url, { method: 'POST', headers: { connection: 'Upgrade', ...headers } })
    sent.on('upgrade', (answer, socket: Duplex, head: Buffer) => {
      if (head.length) socket.unshift(head)
      resolve({ socket, protocol: [answer.headers['x-stream-protocol-version']].flat()[0] })
    })
    sent.on('response', (answer) => {
      let text = ''
      answer.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk
      })
      answer.on('end', () => reject(new Error(text.trim() || `status ${answer.statusCode}`)))
    })
    sent.on('error', reject)
    sent.end()
  })
}
