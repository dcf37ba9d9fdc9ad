import type { LogFile, OpenLogFile } from '../../os/log-file.ts'
import { BLOCK_BYTES, logRenderer, tailOffset } from './log-lines.ts'
import type { LogOptions } from './log-options.ts'

/** The log file to read, and how to learn that nothing more will be written to it. */
export interface LogSource {
  path: string
  /** Aborted when the container has ended. */
  ended: AbortSignal
}

/** The lines of a container's log, as they are or as they are written. */
export async function* containerLogs(
  open: OpenLogFile,
  { path, ended }: LogSource,
  options: LogOptions,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const file = await open(path)
  try {
    yield* limited(lines(file, ended, options, signal), options.limitBytes)
  } finally {
    await file.close()
  }
}

async function* lines(
  file: LogFile,
  ended: AbortSignal,
  options: LogOptions,
  signal: AbortSignal,
): AsyncGenerator<Buffer> {
  const render = logRenderer(options)
  const either = AbortSignal.any([ended, signal])
  const read = (offset: number, length: number) => file.read(offset, length)
  let offset = options.tailLines === undefined ? 0 : await tailOffset(await file.sizeBytes(), options.tailLines, read)
  while (!signal.aborted) {
    // Asked before reading: what the container wrote last must not be missed.
    const over = !options.follow || ended.aborted
    for (let block = await read(offset, BLOCK_BYTES); block.length > 0; block = await read(offset, BLOCK_BYTES)) {
      offset += block.length
      const text = render(block)
      if (text.length > 0) yield text
    }
    if (over) return
    await file.changed(either)
  }
}

async function* limited(chunks: AsyncIterable<Buffer>, limitBytes = Number.POSITIVE_INFINITY): AsyncGenerator<Buffer> {
  let left = limitBytes
  for await (const chunk of chunks) {
    yield chunk.subarray(0, left)
    left -= chunk.length
    if (left <= 0) return
  }
}
