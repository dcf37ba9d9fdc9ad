import { Duplex } from 'node:stream'
import { constants, createDeflate } from 'node:zlib'

// SPDY/3.1, as much of it as a client of a container runtime's streaming server needs. Those servers know no flow control
// and send no headers that matter, so a frame is written when the socket takes it, and what comes is data or an end.

const VERSION = 3
const CONTROL = 0x8000
const FLAG_FIN = 1
const FRAME_MAX_BYTES = 64 * 1024

const SYN_STREAM = 1
const SYN_REPLY = 2
const RST_STREAM = 3
const PING = 6

export interface SpdyClient {
  /** Opens a stream; resolves when the server has accepted it. Each direction ends by itself. */
  open(headers: Readonly<Record<string, string>>): Promise<Duplex>
  close(): void
}

interface Stream {
  duplex: Duplex
  accepted: () => void
  refused: (error: Error) => void
  /** The server has said all; so ends a stream that it resets, and one whose connection is gone. */
  ended: boolean
}

/** Speaks SPDY/3.1 over a connection that has been upgraded to it. */
export function spdyClient(socket: Duplex): SpdyClient {
  const streams = new Map<number, Stream>()
  const compress = headerCompressor()
  let nextId = 1
  let pending: Promise<unknown> = Promise.resolve()

  const end = (stream: Stream | undefined) => {
    if (!stream || stream.ended) return
    stream.ended = true
    stream.duplex.push(null)
  }
  const readFrame = frameReader({
    data(id, chunk, last) {
      const stream = streams.get(id)
      // Nothing more is read for anyone while one reader is behind: the protocol has no other way to slow the server down.
      if (chunk.length > 0 && stream && !stream.ended && !stream.duplex.push(chunk)) socket.pause()
      if (last) end(stream)
    },
    control(type, flags, body) {
      if (type === PING) socket.write(controlFrame(PING, 0, body))
      if (type !== SYN_REPLY && type !== RST_STREAM) return
      const stream = streams.get(body.readUInt32BE(0) & 0x7fffffff)
      if (type === SYN_REPLY) stream?.accepted()
      else stream?.refused(new Error('the container runtime refused a stream'))
      if (type === RST_STREAM || flags & FLAG_FIN) end(stream)
    },
  })
  socket.on('data', readFrame)
  socket.on('error', () => socket.destroy())
  socket.on('close', () => {
    for (const stream of streams.values()) {
      stream.refused(new Error('the container runtime closed the connection'))
      end(stream)
    }
  })

  const send = async (id: number, headers: Readonly<Record<string, string>>) => {
    const head = Buffer.alloc(10)
    head.writeUInt32BE(id, 0)
    socket.write(controlFrame(SYN_STREAM, 0, Buffer.concat([head, await compress(headerBlock(headers))])))
  }
  return {
    open(headers) {
      const id = nextId
      nextId += 2
      return new Promise<Duplex>((resolve, reject) => {
        const duplex = streamDuplex(id, socket)
        duplex.on('error', reject)
        duplex.on('close', () => streams.delete(id))
        streams.set(id, { duplex, accepted: () => resolve(duplex), refused: reject, ended: false })
        // One deflate stream serves all header blocks, so they leave in the order in which they were packed.
        pending = pending.then(() => send(id, headers)).catch(reject)
      })
    },
    close: () => socket.destroy(),
  }
}

function streamDuplex(id: number, socket: Duplex): Duplex {
  return new Duplex({
    read: () => void socket.resume(),
    write(chunk: Buffer, _encoding, done) {
      for (let at = 0; at < chunk.length; at += FRAME_MAX_BYTES) {
        const part = chunk.subarray(at, at + FRAME_MAX_BYTES)
        const last = at + FRAME_MAX_BYTES >= chunk.length
        socket.write(dataFrame(id, 0, part), last ? (error) => done(error) : undefined)
      }
    },
    final: (done) => void socket.write(dataFrame(id, FLAG_FIN, Buffer.alloc(0)), (error) => done(error)),
  })
}

function dataFrame(id: number, flags: number, body: Buffer): Buffer {
  const head = Buffer.alloc(8)
  head.writeUInt32BE(id, 0)
  head.writeUInt32BE(body.length, 4)
  head.writeUInt8(flags, 4)
  return Buffer.concat([head, body])
}

function controlFrame(type: number, flags: number, body: Buffer): Buffer {
  const head = Buffer.alloc(8)
  head.writeUInt16BE(CONTROL | VERSION, 0)
  head.writeUInt16BE(type, 2)
  head.writeUInt32BE(body.length, 4)
  head.writeUInt8(flags, 4)
  return Buffer.concat([head, body])
}

/** Names and values, each with its length before it. */
function headerBlock(headers: Readonly<Record<string, string>>): Buffer {
  const texts = Object.entries(headers).flatMap(([name, value]) => [name.toLowerCase(), value])
  const count = Buffer.alloc(4)
  count.writeUInt32BE(texts.length / 2)
  const parts = texts.map((text) => {
    const bytes = Buffer.from(text)
    const length = Buffer.alloc(4)
    length.writeUInt32BE(bytes.length)
    return Buffer.concat([length, bytes])
  })
  return Buffer.concat([count, ...parts])
}

/** Packs header blocks one after the other. SPDY's preset dictionary is left out: zlib's readers do without. */
function headerCompressor(): (block: Buffer) => Promise<Buffer> {
  const deflate = createDeflate()
  let parts: Buffer[] = []
  deflate.on('data', (part: Buffer) => parts.push(part))
  return (block) =>
    new Promise((resolve) => {
      deflate.write(block)
      deflate.flush(constants.Z_SYNC_FLUSH, () => {
        const packed = Buffer.concat(parts)
        parts = []
        resolve(packed)
      })
    })
}

interface FrameHandler {
  data(id: number, chunk: Buffer, last: boolean): void
  control(type: number, flags: number, body: Buffer): void
}

/** Cuts a row of chunks into frames. */
function frameReader(handler: FrameHandler): (chunk: Buffer) => void {
  let buffered: Buffer = Buffer.alloc(0)
  return (chunk) => {
    buffered = buffered.length ? Buffer.concat([buffered, chunk]) : chunk
    while (buffered.length >= 8) {
      const length = buffered.readUInt32BE(4) & 0xffffff
      if (buffered.length < 8 + length) return
      const body = buffered.subarray(8, 8 + length)
      const flags = buffered.readUInt8(4)
      const first = buffered.readUInt16BE(0)
      if (first & CONTROL) handler.control(buffered.readUInt16BE(2), flags, body)
      else handler.data(buffered.readUInt32BE(0), body, (flags & FLAG_FIN) !== 0)
      buffered = buffered.subarray(8 + length)
    }
  }
}
