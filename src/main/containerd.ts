import { type ChildProcess, spawn } from 'node:child_process'
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  closeSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { type Registries, renderHostsToml } from '../kubelet/images/registries.ts'
import { type Clock, sleep } from '../std/clock.ts'
import { codeOf, Failure } from './failure.ts'
import { readIfThere } from './kubeconfig.ts'
import type { Layout } from './layout.ts'
import { livingProcess, signal, writePidFile } from './processes.ts'

const CNI_PLUGIN_DIRS = ['/opt/cni/bin', '/usr/lib/cni']
export const SANDBOX_IMAGE = 'registry.k8s.io/pause:3.6'
const STOP_WAIT_MS = 10_000

/** Where the CNI plugins are installed on this host; `undefined` when they are not. */
export function cniPluginDir(): string | undefined {
  return CNI_PLUGIN_DIRS.find((dir) => existsSync(join(dir, 'bridge')))
}

/**
 * The configuration (version 2, read by containerd 1.6 to 2.x) of a containerd that shares nothing with another one on the host.
 * `restrictOomScore`: this process may not lower an oom_score_adj, so a negative one is raised to what it has.
 */
export function renderContainerdConfig({ layout, pluginDir, restrictOomScore }: ContainerdOptions): string {
  const { containerd, cniDir } = layout
  const q = JSON.stringify
  return `version = 2
root = ${q(containerd.root)}
state = ${q(containerd.state)}
disabled_plugins = ["io.containerd.internal.v1.opt", "io.containerd.snapshotter.v1.aufs", "io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.devmapper", "io.containerd.snapshotter.v1.zfs", "io.containerd.tracing.processor.v1.otlp", "io.containerd.internal.v1.tracing"]
[grpc]
address = ${q(containerd.socket)}
[plugins."io.containerd.grpc.v1.cri"]
sandbox_image = ${q(SANDBOX_IMAGE)}
stream_server_address = "127.0.0.1"
stream_server_port = "0"
netns_mounts_under_state_dir = true
restrict_oom_score_adj = ${restrictOomScore}
max_container_log_line_size = 16384
tolerate_missing_hugetlb_controller = true
[plugins."io.containerd.grpc.v1.cri".containerd]
default_runtime_name = "runc"
[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
runtime_type = "io.containerd.runc.v2"
[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
Root = ${q(join(layout.runDir, 'runc'))}
SystemdCgroup = false
[plugins."io.containerd.grpc.v1.cri".cni]
bin_dir = ${q(pluginDir)}
conf_dir = ${q(join(cniDir, 'net.d'))}
[plugins."io.containerd.grpc.v1.cri".registry]
config_path = ${q(containerd.registriesDir)}
`
}

export interface ContainerdOptions {
  layout: Layout
  pluginDir: string
  restrictOomScore: boolean
}

/** Writes certs.d anew: containerd reads it at each pull, so a running one sees the change. */
export function writeRegistries(layout: Layout, registries: Registries): void {
  const dir = layout.containerd.registriesDir
  rmSync(dir, { recursive: true, force: true })
  mkdirSync(dir, { recursive: true, mode: 0o700 })
  for (const { path, text } of renderHostsToml(registries)) {
    const file = join(dir, path)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text, { mode: 0o600 })
  }
}

/** Starts the cluster's containerd; returns before it answers. Its pid file then names it. */
export function startContainerd(options: ContainerdOptions): ChildProcess {
  const { containerd } = options.layout
  mkdirSync(dirname(containerd.config), { recursive: true, mode: 0o700 })
  mkdirSync(dirname(containerd.log), { recursive: true })
  writeFileSync(containerd.config, renderContainerdConfig(options))
  const log = openSync(containerd.log, 'a')
  try {
    // A session of its own, so that Ctrl-C in the terminal reaches Skiff alone, which then stops it in order.
    const child = spawn('containerd', ['--config', containerd.config], { detached: true, stdio: ['ignore', log, log] })
    child.unref()
    if (child.pid) writePidFile(containerd.pidFile, child.pid)
    return child
  } finally {
    closeSync(log)
  }
}

/** The last thing that containerd complained of, for a message that says why it is not there. */
export function lastComplaint(layout: Layout): string {
  const lines = (readIfThere(layout.containerd.log) ?? '').trimEnd().split('\n')
  const complaint = lines.findLast((line) => /level=(error|fatal)|^containerd:/.test(line))
  return /msg="((?:[^"\\]|\\.)*)"/.exec(complaint ?? '')?.[1] ?? complaint ?? 'it said nothing'
}

/** Ends the cluster's containerd and waits until it is gone. Containers are not touched: their shims live on. */
export async function stopContainerd(layout: Layout, clock: Clock): Promise<void> {
  const pid = livingProcess(layout.containerd.pidFile)
  if (!pid) return
  signal(pid, 'SIGTERM')
  const deadline = clock.monotonic() + STOP_WAIT_MS
  while (livingProcess(layout.containerd.pidFile)) {
    if (clock.monotonic() > deadline) signal(pid, 'SIGKILL')
    await sleep(clock, 20)
  }
}

/** Whether a socket can be used at all; throws a Failure that says what to do. */
export function checkSocket(path: string): void {
  try {
    accessSync(path, constants.R_OK | constants.W_OK)
  } catch (error) {
    const why = codeOf(error) === 'ENOENT' ? 'there is no such socket' : (error as Error).message
    throw new Failure(
      `--container-runtime-endpoint ${path}: ${why}; start that runtime, or leave the flag out to use a containerd of Skiff's own`,
    )
  }
}

/** CAP_SYS_RESOURCE is bit 24 of the effective set: without it a negative oom_score_adj is refused by the kernel. */
export function mayLowerOomScore(): boolean {
  const effective = /^CapEff:\s*([0-9a-f]+)/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '0'
  return ((BigInt(`0x${effective}`) >> 24n) & 1n) === 1n
}
