import type { Exec } from './exec.ts'
import { execOrThrow, hostExec } from './exec.ts'
import type { Fs } from './fs.ts'
import { hostFs } from './fs.ts'

/** One line of the mount table. */
export interface Mount {
  mountPoint: string
  /** `ext4`, `tmpfs`, `cgroup`, `cgroup2` … */
  type: string
  /** Of the mount and of the file system: `rw`, `size=64k`, `cpu` … */
  options: readonly string[]
}

/** The host's mounts. */
export interface Mounts {
  list(): Promise<Mount[]>
  mount(what: { source: string; target: string; type: string; options?: readonly string[] }): Promise<void>
  /** Takes a mount away, at once for new users and for good when the last one is done with it. */
  unmount(target: string): Promise<void>
}

/** Reads `/proc/self/mountinfo`, as proc(5) describes it. */
export function parseMountInfo(text: string): Mount[] {
  return text
    .split('\n')
    .filter((line) => line.includes(' - '))
    .map((line) => {
      const [before = '', after = ''] = line.split(' - ')
      const fields = before.split(' ')
      const [type = '', , superOptions = ''] = after.split(' ')
      return {
        mountPoint: unescapeOctal(fields[4] ?? ''),
        type,
        options: [...(fields[5] ?? '').split(','), ...superOptions.split(',')].filter(Boolean),
      }
    })
}

/** Spaces and backslashes in paths are written as octal numbers. */
const unescapeOctal = (text: string) =>
  text.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)))

/** The mounts of this process's namespace, through mount(8) and umount(8). */
export function hostMounts(exec: Exec = hostExec, fs: Fs = hostFs): Mounts {
  return {
    list: async () => parseMountInfo(await fs.readText('/proc/self/mountinfo')),
    async mount({ source, target, type, options = [] }) {
      const flags = options.length > 0 ? ['-o', options.join(',')] : []
      await execOrThrow(exec, 'mount', ['-t', type, ...flags, source, target])
    },
    async unmount(target) {
      await execOrThrow(exec, 'umount', ['--lazy', target])
    },
  }
}
