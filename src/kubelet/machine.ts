import type { Fs } from '../os/fs.ts'
import { isMissing } from '../os/fs.ts'

/** What the host is and has. */
export interface Machine {
  cpus: number
  memoryBytes: number
  /** Bytes set aside, by page size as resources name it: `2Mi`, `1Gi`. */
  hugepages: Readonly<Record<string, number>>
  machineID: string
  systemUUID: string
  bootID: string
  kernelVersion: string
  osImage: string
  /** As Go names it: `amd64`, `arm64`. */
  architecture: string
}

const HUGEPAGES = '/sys/kernel/mm/hugepages'

const GO_ARCHITECTURES: Record<string, string> = { x64: 'amd64', ia32: '386' }

/** Reads what the kernel and the distribution say about this machine. */
export async function readMachine(fs: Fs): Promise<Machine> {
  const read = (path: string) => textOr(fs, path, '')
  const cpuinfo = await read('/proc/cpuinfo')
  return {
    cpus: Math.max(cpuinfo.match(/^processor\s*:/gm)?.length ?? 0, 1),
    memoryBytes: memoryField(await read('/proc/meminfo'), 'MemTotal'),
    hugepages: await readHugepages(fs),
    machineID: (await read('/etc/machine-id')).trim(),
    systemUUID: (await read('/sys/class/dmi/id/product_uuid')).trim(),
    bootID: (await read('/proc/sys/kernel/random/boot_id')).trim(),
    kernelVersion: (await read('/proc/sys/kernel/osrelease')).trim(),
    osImage: /^PRETTY_NAME="?([^"\n]*)"?$/m.exec(await read('/etc/os-release'))?.[1] ?? 'Linux',
    architecture: GO_ARCHITECTURES[process.arch] ?? process.arch,
  }
}

/** The bytes that could be given to programs now. */
export async function availableMemoryBytes(fs: Fs): Promise<number> {
  return memoryField(await textOr(fs, '/proc/meminfo', ''), 'MemAvailable')
}

async function textOr(fs: Fs, path: string, otherwise: string): Promise<string> {
  try {
    return await fs.readText(path)
  } catch (error) {
    // Not every machine has a firmware, and not every distribution each file.
    if (isMissing(error)) return otherwise
    throw error
  }
}

/** Kernel tables are in units of 1024 bytes, which they call kB. */
const memoryField = (meminfo: string, name: string) =>
  Number(new RegExp(`^${name}:\\s*(\\d+) kB$`, 'm').exec(meminfo)?.[1] ?? 0) * 1024

async function readHugepages(fs: Fs): Promise<Record<string, number>> {
  if (!(await fs.stat(HUGEPAGES))) return {}
  const found: Record<string, number> = {}
  for (const name of await fs.list(HUGEPAGES)) {
    const kib = Number(/^hugepages-(\d+)kB$/.exec(name)?.[1] ?? 0)
    if (kib === 0) continue
    const count = Number(await textOr(fs, `${HUGEPAGES}/${name}/nr_hugepages`, '0'))
    found[pageSize(kib)] = count * kib * 1024
  }
  return found
}

const pageSize = (kib: number) =>
  kib % (1024 * 1024) === 0 ? `${kib / 1024 / 1024}Gi` : kib % 1024 === 0 ? `${kib / 1024}Mi` : `${kib}Ki`
