import { constants } from 'node:fs'
import {
  chmod,
  chown,
  lstat,
  mkdir,
  open,
  readdir,
  readFile,
  readlink,
  realpath,
  rename,
  rm,
  rmdir,
  stat,
  statfs,
  symlink,
  writeFile,
} from 'node:fs/promises'
import type { Stats } from 'node:fs'

export type FileType = 'file' | 'directory' | 'symlink' | 'socket' | 'character' | 'block' | 'fifo'

export interface FileInfo {
  type: FileType
  /** The permission bits, setuid, setgid and sticky included. */
  mode: number
  sizeBytes: number
}

/** The space of the file system that a path is on. */
export interface FileSystemSpace {
  totalBytes: number
  freeBytes: number
  inodes: number
  freeInodes: number
}

/** The host's files, as the components of a node see them. Modes are set whatever the umask says. */
export interface Fs {
  read(path: string): Promise<Uint8Array>
  readText(path: string): Promise<string>
  /** The last `maxBytes` of a file. */
  readTail(path: string, maxBytes: number): Promise<Uint8Array>
  write(path: string, data: string | Uint8Array, mode?: number): Promise<void>
  /** Makes a directory and those above it; one that is there is left as it is. */
  makeDirectory(path: string, mode?: number): Promise<void>
  list(path: string): Promise<string[]>
  /** Follows symbolic links; `undefined` when nothing is there. */
  stat(path: string): Promise<FileInfo | undefined>
  /** Of the link itself. */
  lstat(path: string): Promise<FileInfo | undefined>
  realPath(path: string): Promise<string>
  readLink(path: string): Promise<string>
  symlink(target: string, path: string): Promise<void>
  rename(from: string, to: string): Promise<void>
  chmod(path: string, mode: number): Promise<void>
  chown(path: string, uid: number, gid: number): Promise<void>
  /** Removes what is there, with all that is below it; nothing there is fine. It does not cross into a mount. */
  remove(path: string): Promise<void>
  /** Removes one empty directory, as cgroups want it; nothing there is fine. */
  removeDirectory(path: string): Promise<void>
  space(path: string): Promise<FileSystemSpace>
}

/** Whether an error says that a path does not exist. */
export function isMissing(error: unknown): boolean {
  const code = (error as { code?: string }).code
  return code === 'ENOENT' || code === 'ENOTDIR'
}

const orMissing = async <T>(found: Promise<T>): Promise<T | undefined> =>
  found.catch((error: unknown) => {
    if (isMissing(error)) return undefined
    throw error
  })

const infoOf = (stats: Stats): FileInfo => ({
  type: typeOf(stats),
  mode: stats.mode & 0o7777,
  sizeBytes: stats.size,
})

function typeOf(stats: Stats): FileType {
  if (stats.isDirectory()) return 'directory'
  if (stats.isSymbolicLink()) return 'symlink'
  if (stats.isSocket()) return 'socket'
  if (stats.isCharacterDevice()) return 'character'
  if (stats.isBlockDevice()) return 'block'
  return stats.isFIFO() ? 'fifo' : 'file'
}

export const hostFs: Fs = {
  read: (path) => readFile(path),
  readText: (path) => readFile(path, 'utf8'),
  async readTail(path, maxBytes) {
    // Not blocking: a container may have left a pipe where its message was to be.
    const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW)
    try {
      const { size } = await file.stat()
      const length = Math.min(size, maxBytes)
      const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, size - length)
      return buffer.subarray(0, bytesRead)
    } finally {
      await file.close()
    }
  },
  async write(path, data, mode) {
    await writeFile(path, data, mode === undefined ? {} : { mode })
    if (mode !== undefined) await chmod(path, mode)
  },
  async makeDirectory(path, mode) {
    const made = await mkdir(path, { recursive: true })
    if (made !== undefined && mode !== undefined) await chmod(path, mode)
  },
  list: (path) => readdir(path),
  stat: async (path) => orMissing(stat(path).then(infoOf)),
  lstat: async (path) => orMissing(lstat(path).then(infoOf)),
  realPath: (path) => realpath(path),
  readLink: (path) => readlink(path),
  symlink: (target, path) => symlink(target, path),
  rename: (from, to) => rename(from, to),
  chmod: (path, mode) => chmod(path, mode),
  chown: (path, uid, gid) => chown(path, uid, gid),
  remove: (path) => rm(path, { recursive: true, force: true }),
  removeDirectory: async (path) => orMissing(rmdir(path)),
  async space(path) {
    const { bsize, blocks, bavail, files, ffree } = await statfs(path)
    return { totalBytes: blocks * bsize, freeBytes: bavail * bsize, inodes: files, freeInodes: ffree }
  },
}
