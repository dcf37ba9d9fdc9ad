import { watch } from 'node:fs'
import { open } from 'node:fs/promises'

/** A file that another process may be writing to. */
export interface LogFile {
  sizeBytes(): Promise<number>
  /** Up to `length` bytes from `offset`; fewer at the end. */
  read(offset: number, length: number): Promise<Buffer>
  /** Resolves when something has changed since the last call, or the signal is aborted. */
  changed(signal: AbortSignal): Promise<void>
  close(): Promise<void>
}

export type OpenLogFile = (path: string) => Promise<LogFile>

export const openLogFile: OpenLogFile = async (path) => {
  const file = await open(path, 'r')
  let dirty = false
  let wake = () => {}
  const watcher = watch(path, () => {
    dirty = true
    wake()
  })
  // The file can be removed while it is read: what is open stays readable.
  watcher.on('error', () => wake())
  return {
    sizeBytes: async () => (await file.stat()).size,
    async read(offset, length) {
      const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(length), 0, length, offset)
      return buffer.subarray(0, bytesRead)
    },
    async changed(signal) {
      if (!dirty && !signal.aborted) {
        await new Promise<void>((resolve) => {
          wake = resolve
          signal.addEventListener('abort', () => resolve(), { once: true })
        })
      }
      dirty = false
    },
    async close() {
      watcher.close()
      await file.close()
    },
  }
}
