import type { Duplex } from 'node:stream'
import { upgradeConnection } from '../../os/upgrade.ts'
import type { MessageSocket } from '../../os/websocket.ts'
import { type SpdyClient, spdyClient } from './spdy.ts'

/** Which of a command's streams the client wants (remotecommand `Options`). */
export interface StreamOptions {
  stdin: boolean
  stdout: boolean
  stderr: boolean
  tty: boolean
}

/** The WebSocket subprotocols of remotecommand, the best first. The fifth knows how to say that stdin has ended. */
export const WEBSOCKET_PROTOCOLS = ['v5.channel.k8s.io', 'v4.channel.k8s.io', 'channel.k8s.io'] as const

/** The first byte of a message says which stream it belongs to. */
const CHANNELS = { stdin: 0, stdout: 1, stderr: 2, error: 3, resize: 4 } as const
const CLOSE = 255

const SPDY_PROTOCOL = 'v4.channel.k8s.io'

type Streams = Partial<Record<keyof typeof CHANNELS, Duplex>>

/** Joins a client that speaks remotecommand over a WebSocket to the runtime's streaming server, which speaks it over SPDY. */
export async function translate(client: MessageSocket, runtimeUrl: string, options: StreamOptions): Promise<void> {
  const { socket } = await upgradeConnection(runtimeUrl, {
    upgrade: 'SPDY/3.1',
    'x-stream-protocol-version': SPDY_PROTOCOL,
  })
  const spdy = spdyClient(socket)
  client.onClose(() => spdy.close())
  const streams = await openStreams(spdy, options)
  for (const stream of Object.values(streams)) stream.on('error', () => spdy.close())
  client.onMessage((message) => toRuntime(message, streams))
  // Clients wait for a first message before they take the connection for established.
  await client.send(Uint8Array.of(options.stdout ? CHANNELS.stdout : CHANNELS.error))
  try {
    await Promise.all(
      (['stdout', 'stderr', 'error'] as const).map((name) => toClient(client, CHANNELS[name], streams[name])),
    )
  } finally {
    client.close()
    spdy.close()
  }
}

/** In the order in which the servers expect them. */
async function openStreams(spdy: SpdyClient, { stdin, stdout, stderr, tty }: StreamOptions): Promise<Streams> {
  const wanted = { error: true, stdin, stdout, stderr: stderr && !tty, resize: tty }
  const names = (Object.keys(wanted) as (keyof typeof wanted)[]).filter((name) => wanted[name])
  const opened = await Promise.all(names.map(async (name) => [name, await spdy.open({ streamtype: name })] as const))
  return Object.fromEntries(opened)
}

async function toRuntime(message: Buffer, streams: Streams): Promise<void> {
  const [channel] = message
  if (channel === CLOSE) return endOf(message[1] === CHANNELS.stdin ? streams.stdin : undefined)
  const stream = channel === CHANNELS.stdin ? streams.stdin : channel === CHANNELS.resize ? streams.resize : undefined
  if (!stream?.writable || message.length === 1) return
  await new Promise<void>((resolve) => stream.write(message.subarray(1), () => resolve()))
}

async function endOf(stream: Duplex | undefined): Promise<void> {
  stream?.end()
}

async function toClient(client: MessageSocket, channel: number, stream: Duplex | undefined): Promise<void> {
  if (!stream) return
  // Reading it to its end must not destroy it: standard input may still be open.
  for await (const chunk of stream.iterator({ destroyOnReturn: false }))
    await client.send(Buffer.concat([Uint8Array.of(channel), chunk as Buffer]))
}
