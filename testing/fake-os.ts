import type { KubeletOs } from '../src/kubelet/node-deps.ts'
import type { FileInfo, FileType, Fs } from '../src/os/fs.ts'
import type { Mount, Mounts } from '../src/os/mount.ts'

interface Entry {
  type: FileType
  mode: number
  data: Uint8Array
  /** Of a symbolic link. */
  target?: string
}

class MissingError extends Error {
  readonly code = 'ENOENT'
}

const missing = (path: string) => new MissingError(`ENOENT: no such file or directory, open '${path}'`)

const CGROUPS = '/sys/fs/cgroup'

/** Files in memory, with directories, modes and symbolic links. */
export class MemoryFs implements Fs {
  private readonly entries = new Map<string, Entry>([['/', directory()]])

  constructor(files: Readonly<Record<string, string>> = {}) {
    for (const [path, text] of Object.entries(files)) {
      this.makeDirectories(parentOf(path))
      this.entries.set(path, file(Buffer.from(text)))
    }
  }

  async read(path: string): Promise<Uint8Array> {
    const entry = this.entries.get(this.resolve(path))
    if (entry?.type !== 'file') throw missing(path)
    return entry.data
  }

  async readText(path: string): Promise<string> {
    return Buffer.from(await this.read(path)).toString('utf8')
  }

  async readTail(path: string, maxBytes: number): Promise<Uint8Array> {
    const data = await this.read(path)
    return data.subarray(Math.max(data.length - maxBytes, 0))
  }

  async write(path: string, data: string | Uint8Array, mode?: number): Promise<void> {
    const at = this.resolve(path)
    this.mustHaveParent(at)
    this.entries.set(at, { ...file(Buffer.from(data)), mode: mode ?? this.entries.get(at)?.mode ?? 0o644 })
  }

  async makeDirectory(path: string, mode = 0o755): Promise<void> {
    this.makeDirectories(path, mode)
  }

  async list(path: string): Promise<string[]> {
    const at = this.resolve(path)
    if (this.entries.get(at)?.type !== 'directory') throw missing(path)
    const prefix = at === '/' ? '/' : `${at}/`
    const below = [...this.entries.keys()].filter((each) => each.startsWith(prefix) && each !== '/')
    return below.map((each) => each.slice(prefix.length)).filter((name) => !name.includes('/'))
  }

  async stat(path: string): Promise<FileInfo | undefined> {
    return this.info(this.resolve(path))
  }

  async lstat(path: string): Promise<FileInfo | undefined> {
    return this.info(`${this.resolve(parentOf(path))}/${path.split('/').at(-1)}`.replace('//', '/'))
  }

  async realPath(path: string): Promise<string> {
    const at = this.resolve(path)
    if (!this.entries.has(at)) throw missing(path)
    return at
  }

  async readLink(path: string): Promise<string> {
    const target = this.entries.get(path)?.target
    if (target === undefined) throw missing(path)
    return target
  }

  async symlink(target: string, path: string): Promise<void> {
    this.mustHaveParent(path)
    if (this.entries.has(path))
      throw Object.assign(new Error(`EEXIST: file already exists, symlink ${path}`), { code: 'EEXIST' })
    this.entries.set(path, { type: 'symlink', mode: 0o777, data: Buffer.alloc(0), target })
  }

  async rename(from: string, to: string): Promise<void> {
    if (!this.entries.has(from)) throw missing(from)
    for (const [path, entry] of [...this.entries]) {
      if (path !== from && !path.startsWith(`${from}/`)) continue
      this.entries.delete(path)
      this.entries.set(to + path.slice(from.length), entry)
    }
  }

  async chmod(path: string, mode: number): Promise<void> {
    const entry = this.entries.get(this.resolve(path))
    if (!entry) throw missing(path)
    entry.mode = mode
  }

  async chown(): Promise<void> {}

  async remove(path: string): Promise<void> {
    for (const each of [...this.entries.keys()]) {
      if (each === path || each.startsWith(`${path}/`)) this.entries.delete(each)
    }
  }

  async removeDirectory(path: string): Promise<void> {
    const below = [...this.entries.keys()].filter((each) => each.startsWith(`${path}/`))
    // The kernel's files in a cgroup go with it.
    const kept = path.startsWith(`${CGROUPS}/`)
      ? below.filter((each) => this.entries.get(each)?.type === 'directory')
      : below
    if (kept.length > 0) throw Object.assign(new Error(`ENOTEMPTY: ${path}`), { code: 'ENOTEMPTY' })
    for (const each of [...below, path]) this.entries.delete(each)
  }

  async space() {
    return { totalBytes: 100 * 2 ** 30, freeBytes: 50 * 2 ** 30, inodes: 1_000_000, freeInodes: 500_000 }
  }

  private mustHaveParent(path: string): void {
    if (this.entries.get(parentOf(path))?.type !== 'directory') throw missing(path)
  }

  private info(path: string): FileInfo | undefined {
    const entry = this.entries.get(path)
    return entry && { type: entry.type, mode: entry.mode, sizeBytes: entry.data.length }
  }

  private makeDirectories(path: string, mode = 0o755): void {
    const parts = path.split('/').filter(Boolean)
    for (let depth = 1; depth <= parts.length; depth++) {
      const at = this.resolve(`/${parts.slice(0, depth).join('/')}`)
      if (!this.entries.has(at)) this.entries.set(at, { ...directory(), mode })
    }
  }

  /** The path without symbolic links in it. */
  private resolve(path: string): string {
    let at = ''
    for (const part of path.split('/').filter((name) => name !== '' && name !== '.')) {
      const next = part === '..' ? parentOf(at) : `${at}/${part}`
      const { target } = this.entries.get(next) ?? {}
      at = target === undefined ? next : this.resolve(target.startsWith('/') ? target : `${at}/${target}`)
    }
    return at || '/'
  }
}

const parentOf = (path: string) => path.slice(0, Math.max(path.lastIndexOf('/'), 0)) || '/'
const directory = (): Entry => ({ type: 'directory', mode: 0o755, data: Buffer.alloc(0) })
const file = (data: Uint8Array): Entry => ({ type: 'file', mode: 0o644, data })

/** Mounts that are only written down. */
export function memoryMounts(initial: readonly Mount[] = []): Mounts {
  let mounted = [...initial]
  return {
    list: async () => [...mounted],
    async mount({ target, type, options = [] }) {
      mounted.push({ mountPoint: target, type, options })
    },
    async unmount(target) {
      mounted = mounted.filter(({ mountPoint }) => mountPoint !== target)
    },
  }
}

/** What a machine with two processors and 8 GiB says of itself. */
const MACHINE = {
  '/etc/hosts': '127.0.0.1\tlocalhost\n',
  '/etc/machine-id': '0123456789abcdef0123456789abcdef\n',
  '/etc/os-release': 'PRETTY_NAME="Fake Linux 1"\n',
  '/etc/resolv.conf': 'nameserver 192.0.2.53\nsearch example.com\n',
  '/proc/cpuinfo': 'processor\t: 0\nprocessor\t: 1\n',
  '/proc/meminfo': 'MemTotal:        8388608 kB\nMemAvailable:    4194304 kB\n',
  '/proc/sys/kernel/osrelease': '6.1.0-fake\n',
  '/proc/sys/kernel/random/boot_id': '11111111-2222-4333-8444-555555555555\n',
}

/** A host in memory: files, mounts, and servers that answer everything well. */
export function fakeOs(files: Readonly<Record<string, string>> = {}): KubeletOs {
  return {
    fs: new MemoryFs({ ...MACHINE, ...files }),
    mounts: memoryMounts([{ mountPoint: CGROUPS, type: 'cgroup2', options: ['rw'] }]),
    httpGet: async () => ({ status: 200, body: 'ok' }),
    tcpConnect: async () => {},
  }
}
