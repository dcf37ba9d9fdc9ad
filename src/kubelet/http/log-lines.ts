import type { LogOptions } from './log-options.ts'

/** How much of a log file is read at a time. */
export const BLOCK_BYTES = 64 * 1024
const NEWLINE = 10
const SPACE = 32

/** One record of a log file as container runtimes write it: `2026-01-01T00:00:00.000000000Z stdout F text`. */
interface LogRecord {
  timestamp: Buffer
  stream: 'Stdout' | 'Stderr'
  /** A line that was too long for one record goes on in the next. */
  partial: boolean
  text: Buffer
}

/** Reads one record, without its newline; `undefined` for what is not one. */
function parseRecord(line: Buffer): LogRecord | undefined {
  const [first, second, third] = blanks(line)
  if (first === undefined || second === undefined || third === undefined) return undefined
  const name = line.toString('latin1', first + 1, second)
  if (name !== 'stdout' && name !== 'stderr') return undefined
  return {
    timestamp: line.subarray(0, first),
    stream: name === 'stdout' ? 'Stdout' : 'Stderr',
    partial: line[second + 1] === 80 /* P */,
    text: line.subarray(third + 1),
  }
}

/** Where the first three blanks stand. */
function blanks(line: Buffer): number[] {
  const found: number[] = []
  for (let at = line.indexOf(SPACE); at >= 0 && found.length < 3; at = line.indexOf(SPACE, at + 1)) found.push(at)
  return found
}

/** Turns records into what the client asked for. Chunks go in as they are read; whole lines come out. */
export function logRenderer({ timestamps, since, stream }: LogOptions): (chunk: Buffer) => Buffer {
  let rest: Buffer = Buffer.alloc(0)
  /** Whether the record before left its line open: the next one of the same stream gets no timestamp of its own. */
  let open = false
  return (chunk) => {
    const bytes = rest.length ? Buffer.concat([rest, chunk]) : chunk
    const parts: Buffer[] = []
    let start = 0
    for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, start)) {
      const record = parseRecord(bytes.subarray(start, end))
      start = end + 1
      if (!record || (stream !== 'All' && record.stream !== stream)) continue
      if (since !== undefined && Date.parse(record.timestamp.toString('latin1')) < since) continue
      if (timestamps && !open) parts.push(record.timestamp, Buffer.from(' '))
      parts.push(record.text)
      if (!record.partial) parts.push(Buffer.from('\n'))
      open = record.partial
    }
    rest = Buffer.from(bytes.subarray(start))
    return Buffer.concat(parts)
  }
}

/** Where the last `lines` lines of a file begin. */
export async function tailOffset(
  sizeBytes: number,
  lines: number,
  read: (offset: number, length: number) => Promise<Buffer>,
): Promise<number> {
  if (lines === 0) return sizeBytes
  let left = lines
  // The newline at the very end closes the last line, and begins no other one.
  for (let end = sizeBytes - 1; end > 0; ) {
    const start = Math.max(0, end - BLOCK_BYTES)
    const block = await read(start, end - start)
    for (let at = block.lastIndexOf(NEWLINE); at >= 0; at = at === 0 ? -1 : block.lastIndexOf(NEWLINE, at - 1)) {
      if (--left === 0) return start + at + 1
    }
    end = start
  }
  return 0
}
