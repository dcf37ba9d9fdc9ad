import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { cgroupLayout, Cgroups } from '../../src/kubelet/cgroups.ts'
import { criClient } from '../../src/kubelet/cri/client.ts'
import type { Cri } from '../../src/kubelet/cri/types.ts'
import { parseRegistries } from '../../src/kubelet/images/parse-registries.ts'
import { renderHostsToml } from '../../src/kubelet/images/registries.ts'
import { hostFs } from '../../src/os/fs.ts'
import { hostMounts } from '../../src/os/mount.ts'
import { sleep, systemClock } from '../../src/std/clock.ts'
import { run } from './harness.ts'

/** A containerd that shares nothing with another one on the machine, and goes with all that it made. */
export interface OwnContainerd extends AsyncDisposable {
  cri: Cri
  endpoint: string
  /** The cgroup that all of the test's pods stand in; a cluster's name for the kubelet, with a slash before it. */
  cgroup: string
  /** Below which everything stands, also what the test itself wants to keep. */
  dir: string
}

const START_WAIT_MS = 20_000

/** `registriesFile`: where images come from; `subnet`: the addresses that sandboxes get. */
export async function startOwnContainerd(registriesFile: string, subnet: string): Promise<OwnContainerd> {
  const dir = mkdtempSync(join(tmpdir(), 'skiff-cri-'))
  const bridge = `sk${dir.slice(-6).toLowerCase()}`
  const socket = join(dir, 'containerd.sock')
  writeTree(dir, { bridge, subnet, socket, registriesFile })
  const log = openSync(join(dir, 'containerd.log'), 'a')
  const child = spawn('containerd', ['--config', join(dir, 'config.toml')], { stdio: ['ignore', log, log] })
  const exited = new Promise<void>((resolve) => child.on('exit', () => resolve()))
  const endpoint = `unix://${socket}`
  const cri = criClient(endpoint)
  await answering(cri, join(dir, 'containerd.log'))
  return {
    cri,
    endpoint,
    cgroup: `/${bridge}`,
    dir,
    async [Symbol.asyncDispose]() {
      for (const { id } of await cri.listPodSandbox()) {
        await cri.stopPodSandbox(id)
        await cri.removePodSandbox(id)
      }
      cri.close()
      child.kill('SIGTERM')
      await exited
      await unmountBelow(dir)
      await removeCgroups(bridge)
      await run('ip', ['link', 'delete', bridge])
      rmSync(dir, { recursive: true, force: true })
    },
  }
}

async function unmountBelow(dir: string): Promise<void> {
  const mounts = hostMounts()
  for (const { mountPoint } of (await mounts.list()).reverse()) {
    if (mountPoint.startsWith(`${dir}/`)) await mounts.unmount(mountPoint)
  }
}

async function removeCgroups(cluster: string): Promise<void> {
  const layout = cgroupLayout(await hostMounts().list())
  if (layout) await new Cgroups(hostFs, layout, cluster).removeCluster(systemClock)
}

interface Settings {
  bridge: string
  subnet: string
  socket: string
  registriesFile: string
}

function writeTree(dir: string, { bridge, subnet, socket, registriesFile }: Settings): void {
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(dir, path)), { recursive: true })
    writeFileSync(join(dir, path), text)
  }
  write('config.toml', config(dir, socket))
  for (const { path, text } of renderHostsToml(parseRegistries(readFileSync(registriesFile, 'utf8')))) {
    write(join('certs.d', path), text)
  }
  const ipam = { type: 'host-local', dataDir: join(dir, 'ipam'), ranges: [[{ subnet }]] }
  const plugin = { type: 'bridge', bridge, isDefaultGateway: true, ipam }
  write('net.d/10-test.conflist', JSON.stringify({ cniVersion: '1.0.0', name: bridge, plugins: [plugin] }))
}

function config(dir: string, socket: string): string {
  const plugins = existsSync('/opt/cni/bin/bridge') ? '/opt/cni/bin' : '/usr/lib/cni'
  const cri = 'plugins."io.containerd.grpc.v1.cri"'
  return `version = 2
root = "${dir}/root"
state = "${dir}/state"
[grpc]
address = "${socket}"
[${cri}]
sandbox_image = "registry.k8s.io/pause:3.6"
restrict_oom_score_adj = true
netns_mounts_under_state_dir = true
[${cri}.containerd.runtimes.runc]
runtime_type = "io.containerd.runc.v2"
[${cri}.cni]
bin_dir = "${plugins}"
conf_dir = "${dir}/net.d"
[${cri}.registry]
config_path = "${dir}/certs.d"
`
}

async function answering(cri: Cri, log: string): Promise<void> {
  for (const until = systemClock.monotonic() + START_WAIT_MS; systemClock.monotonic() < until; ) {
    const status = await cri.status().catch(() => undefined)
    if (status?.status?.conditions.every((condition) => condition.status)) return
    await sleep(systemClock, 50)
  }
  throw new Error(`containerd does not answer:\n${readFileSync(log, 'utf8').slice(-2000)}`)
}
