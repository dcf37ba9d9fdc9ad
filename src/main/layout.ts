import { createHash } from 'node:crypto'
import { join, resolve } from 'node:path'

export const DEFAULT_DATA_DIR = '/var/lib/skiff'

/** Where a cluster keeps things, and what its things on the host are called: all derived from its data directory. */
export interface Layout {
  dataDir: string
  /** `skiff-1a2b3c`: names the bridge, the nft table, the cgroup and the run directory. Unlike for each data directory. */
  name: string
  /** Gone after a reboot, as the processes are: sockets, the pid file, containerd's state. */
  runDir: string
  pkiDir: string
  database: string
  adminKubeconfig: string
  /** What the cluster was started with, so that status, down and reset find it again. */
  settings: string
  /** The running process: `{ pid, startedAt }`. */
  pidFile: string
  log: string
  kubeletDir: string
  cniDir: string
  containerd: ContainerdLayout
}

export interface ContainerdLayout {
  socket: string
  config: string
  root: string
  state: string
  pidFile: string
  log: string
  /** certs.d: a folder per registry host. */
  registriesDir: string
}

export function layoutOf(dataDirectory: string): Layout {
  const dataDir = resolve(dataDirectory)
  const name = `skiff-${createHash('sha256').update(dataDir).digest('hex').slice(0, 6)}`
  const runDir = join('/run', name)
  const inData = (...parts: string[]) => join(dataDir, ...parts)
  return {
    dataDir,
    name,
    runDir,
    pkiDir: inData('pki'),
    database: inData('skiff.db'),
    adminKubeconfig: inData('admin.kubeconfig'),
    settings: inData('settings.json'),
    pidFile: join(runDir, 'skiff.pid'),
    log: inData('logs', 'skiff.log'),
    kubeletDir: inData('kubelet'),
    cniDir: inData('cni'),
    containerd: {
      socket: join(runDir, 'containerd.sock'),
      config: inData('containerd', 'config.toml'),
      root: inData('containerd', 'root'),
      state: join(runDir, 'containerd'),
      pidFile: join(runDir, 'containerd.pid'),
      log: inData('logs', 'containerd.log'),
      registriesDir: inData('containerd', 'certs.d'),
    },
  }
}
