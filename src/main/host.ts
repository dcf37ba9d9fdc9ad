import { rmSync } from 'node:fs'
import { removeTraces } from '../kubelet/remove-all.ts'
import { type Exec, execOrThrow } from '../os/exec.ts'
import { hostFs } from '../os/fs.ts'
import { hostMounts } from '../os/mount.ts'
import type { Env } from '../std/env.ts'
import type { Layout } from './layout.ts'

/** What `ip -j link show` says of a device. */
interface Link {
  ifname: string
  master?: string
}

/** Removes all that the cluster has made on the host outside its data directory. Processes must have ended before. */
export async function cleanHost(env: Env, exec: Exec, layout: Layout): Promise<void> {
  const mounts = hostMounts(exec)
  await removeTraces(env, { fs: hostFs, mounts }, { dataDir: layout.kubeletDir, clusterName: layout.name })
  const below = [layout.runDir, layout.dataDir]
  for (const { mountPoint } of (await mounts.list()).reverse()) {
    if (below.some((folder) => mountPoint.startsWith(`${folder}/`))) await mounts.unmount(mountPoint)
  }
  await removeBridge(exec, layout.name)
  await removeTable(exec, layout.name)
  rmSync(layout.runDir, { recursive: true, force: true })
}

async function removeBridge(exec: Exec, bridge: string): Promise<void> {
  const links = JSON.parse(await execOrThrow(exec, 'ip', ['-j', 'link', 'show'])) as Link[]
  // Pods' veth ends first: removing the bridge alone would leave them behind.
  const own = links.filter(({ ifname, master }) => master === bridge || ifname === bridge)
  for (const { ifname } of own.sort((a) => (a.ifname === bridge ? 1 : -1))) {
    const { code, stderr } = await exec('ip', ['link', 'delete', ifname])
    // A veth goes with its other end, which the kernel may have removed in the meantime.
    if (code !== 0 && !/Cannot find device/.test(stderr)) throw new Error(`ip link delete ${ifname}: ${stderr.trim()}`)
  }
}

async function removeTable(exec: Exec, table: string): Promise<void> {
  for (const family of ['ip', 'ip6', 'inet']) {
    await execOrThrow(exec, 'nft', ['-f', '-'], {
      input: `add table ${family} ${table}\ndelete table ${family} ${table}\n`,
    })
  }
}
