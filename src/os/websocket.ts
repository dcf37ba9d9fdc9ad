import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { createWebSocketStream, type WebSocket, WebSocketServer } from 'ws'

/** One end of a WebSocket that speaks in binary messages. */
export interface MessageSocket {
  /** Resolves once the peer can take more. */
  send(message: Uint8Array): Promise<void>
  /** Calls `take` for each message; no further one is read before its promise resolves. */
  onMessage(take: (message: Buffer) => Promise<void>): void
  onClose(run: () => void): void
  close(): void
}

const server = new WebSocketServer({ noServer: true, perMessageDeflate: false, maxPayload: 64 * 1024 * 1024 })

/** Answers a WebSocket handshake on `socket`, agreeing on `protocol`. */
function accept(
  headers: Readonly<Record<string, string>>,
  url: string,
  socket: Duplex,
  protocol: string,
): Promise<WebSocket> {
  // The handshake looks at these of a request, and at nothing else.
  const request = {
    method: 'GET',
    url,
    headers: { ...headers, 'sec-websocket-protocol': protocol },
  } as unknown as IncomingMessage
  return new Promise((resolve, reject) => {
    socket.once('close', () => reject(new Error('the client went away during the WebSocket handshake')))
    server.handleUpgrade(request, socket, Buffer.alloc(0), resolve)
  })
}

/** The messages of a WebSocket. */
export async function acceptMessages(
  headers: Readonly<Record<string, string>>,
  url: string,
  socket: Duplex,
  protocol: string,
): Promise<MessageSocket> {
  const websocket = await accept(headers, url, socket, protocol)
  websocket.on('error', () => websocket.terminate())
  // What comes before anyone listens would be lost.
  websocket.pause()
  return {
    send: (message) =>
      new Promise((resolve, reject) =>
        websocket.send(message, { binary: true }, (error) => (error ? reject(error) : resolve())),
      ),
    onMessage(take) {
      websocket.on('message', (message: Buffer) => {
        websocket.pause()
        take(message).then(
          () => websocket.resume(),
          () => websocket.terminate(),
        )
      })
      websocket.resume()
    },
    onClose: (run) => void websocket.on('close', run),
    close: () => websocket.close(1000),
  }
}

/** A WebSocket as a row of bytes, for another protocol inside its messages. */
export async function acceptBytes(
  headers: Readonly<Record<string, string>>,
  url: string,
  socket: Duplex,
  protocol: string,
): Promise<Duplex> {
  const stream = createWebSocketStream(await accept(headers, url, socket, protocol))
  stream.on('error', () => stream.destroy())
  return stream
}
