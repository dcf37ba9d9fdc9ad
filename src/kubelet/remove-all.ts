import type { Env } from '../std/env.ts'
import { cgroupLayout, Cgroups } from './cgroups.ts'
import { CLUSTER_LABEL } from './config/sandbox-config.ts'
import type { Cri } from './cri/types.ts'
import { cgroupName, type KubeletConfig } from './kubelet.ts'
import type { KubeletOs } from './node-deps.ts'
import { kubeletPaths } from './paths.ts'

/** Stops and removes every pod of a cluster on this machine, without asking the API; files and logs stay. */
export async function removeAllPods(
  cri: Cri,
  { clusterName }: Pick<KubeletConfig, 'clusterName'>,
  graceSeconds: number,
): Promise<void> {
  const labelSelector = { [CLUSTER_LABEL]: cgroupName(clusterName) }
  const sandboxes = await cri.listPodSandbox({ labelSelector })
  await Promise.all(
    sandboxes.map(async ({ id }) => {
      const running = await cri.listContainers({ podSandboxId: id, state: { state: 'CONTAINER_RUNNING' } })
      await Promise.all(running.map((container) => cri.stopContainer(container.id, graceSeconds)))
      await cri.stopPodSandbox(id)
      await cri.removePodSandbox(id)
    }),
  )
}

/** Takes away what pods leave on the machine besides files: mounts below the data directory, and cgroups. */
export async function removeTraces(
  env: Env,
  { fs, mounts }: Pick<KubeletOs, 'fs' | 'mounts'>,
  { dataDir, clusterName }: Pick<KubeletConfig, 'dataDir' | 'clusterName'>,
): Promise<void> {
  const { pods } = kubeletPaths(dataDir)
  const all = await mounts.list()
  for (const { mountPoint } of all.reverse()) if (mountPoint.startsWith(`${pods}/`)) await mounts.unmount(mountPoint)
  const layout = cgroupLayout(all)
  if (layout) await new Cgroups(fs, layout, cgroupName(clusterName)).removeCluster(env.clock)
}
