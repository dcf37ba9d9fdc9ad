import type { FileInfo, FileType, Fs } from '../../os/fs.ts'
import type { VolumeType } from './volume.ts'

/** What must stand at the path, and how a message names that. */
const EXPECTED: Record<string, { type: FileType; text: string }> = {
  Directory: { type: 'directory', text: 'a directory' },
  DirectoryOrCreate: { type: 'directory', text: 'a directory' },
  File: { type: 'file', text: 'a file' },
  FileOrCreate: { type: 'file', text: 'a file' },
  Socket: { type: 'socket', text: 'a socket file' },
  CharDevice: { type: 'character', text: 'a character device' },
  BlockDevice: { type: 'block', text: 'a block device' },
}

/** A file or directory of the node. */
export const hostPath: VolumeType = {
  name: 'hostPath',
  directory: 'host-path',

  async setUp({ hostPath: source }, { fs }) {
    const { path = '', type = '' } = source ?? {}
    if (type === '') return { hostPath: path }
    const expected = EXPECTED[type]
    if (!expected) throw new Error(`${type} is an invalid volume type`)
    const found = (await fs.stat(path)) ?? (await create(fs, path, type))
    if (found?.type !== expected.type) throw new Error(`hostPath type check failed: ${path} is not ${expected.text}`)
    return { hostPath: path }
  },
}

async function create(fs: Fs, path: string, type: string): Promise<FileInfo | undefined> {
  if (type === 'DirectoryOrCreate') await fs.makeDirectory(path, 0o755)
  else if (type === 'FileOrCreate') await fs.write(path, '', 0o644)
  return fs.stat(path)
}
