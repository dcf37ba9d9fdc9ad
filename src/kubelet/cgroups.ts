import type { Pod } from '../api/kinds/core/pod.ts'
import type { Fs } from '../os/fs.ts'
import { isMissing } from '../os/fs.ts'
import type { Mount } from '../os/mount.ts'
import { podRequests } from '../api/pod-resources.ts'
import { type Clock, sleep } from '../std/clock.ts'
import { cpuShares, podResources } from './config/resources.ts'
import type { LinuxResources } from './cri/types.ts'
import { podQosClass, type QosClass } from '../api/kinds/core/pod/qos.ts'

/** Where the host keeps cgroups: one tree with all controllers, or a tree for each. Hybrid hosts have both; v1 rules. */
export type CgroupLayout =
  | { version: 2; root: string }
  | { version: 1; controllers: ReadonlyMap<string, string>; all: readonly string[] }

/** What the kubelet limits; other controllers get their directories from the runtime. */
const LIMITED = ['cpu', 'memory']
const V2_CONTROLLERS = ['cpuset', 'cpu', 'io', 'memory', 'pids', 'hugetlb']

/** Reads from the mount table where cgroups are; `undefined` when the host has none that can be used. */
export function cgroupLayout(mounts: readonly Mount[]): CgroupLayout | undefined {
  const v1 = mounts.filter(({ type }) => type === 'cgroup')
  const v2 = mounts.filter(({ type }) => type === 'cgroup2').map(({ mountPoint }) => mountPoint)
  const controllers = new Map<string, string>()
  for (const { mountPoint, options } of v1) {
    for (const name of LIMITED) if (options.includes(name)) controllers.set(name, controllers.get(name) ?? mountPoint)
  }
  if (controllers.size === LIMITED.length) {
    return { version: 1, controllers, all: [...new Set([...v1.map(({ mountPoint }) => mountPoint), ...v2])] }
  }
  return v2[0] ? { version: 2, root: v2[0] } : undefined
}

const QOS_DIRECTORIES: Record<QosClass, string> = { Guaranteed: '', Burstable: '/burstable', BestEffort: '/besteffort' }

/** Below this path stands all that a cluster runs on the node. */
export const clusterCgroup = (cluster: string): string => `/${cluster}`

/** A pod's cgroup, as the runtime is told it: `/skiff/kubepods/burstable/pod<uid>`. */
export const podCgroup = (cluster: string, pod: Pod): string =>
  `${clusterCgroup(cluster)}/kubepods${QOS_DIRECTORIES[podQosClass(pod)]}/pod${pod.metadata.uid}`

/** The places where the cgroup of a pod may be of which only the uid is known. */
export const podCgroupsOf = (cluster: string, uid: string): string[] =>
  Object.values(QOS_DIRECTORIES).map((qos) => `${clusterCgroup(cluster)}/kubepods${qos}/pod${uid}`)

export interface CgroupWrite {
  file: string
  value: string
}

export interface CgroupPlan {
  /** From the top down. */
  directories: string[]
  writes: CgroupWrite[]
}

/** What to make and to write so that a cgroup is there with these resources. */
export function planCgroup(layout: CgroupLayout, path: string, resources: LinuxResources): CgroupPlan {
  const levels = path.split('/').filter(Boolean)
  const paths = levels.map((_, i) => `/${levels.slice(0, i + 1).join('/')}`)
  if (layout.version === 1) {
    const roots = [...new Set(layout.controllers.values())]
    const directories = roots.flatMap((root) => paths.map((each) => root + each))
    return { directories, writes: writesV1(layout.controllers, path, resources) }
  }
  const directories = paths.map((each) => layout.root + each)
  // A controller is there in a directory once the one above it hands it down.
  const handDown = [layout.root, ...directories.slice(0, -1)].flatMap((directory) =>
    V2_CONTROLLERS.map((name) => ({ file: `${directory}/cgroup.subtree_control`, value: `+${name}` })),
  )
  return { directories, writes: [...handDown, ...writesV2(`${layout.root}${path}`, resources)] }
}

function writesV1(controllers: ReadonlyMap<string, string>, path: string, resources: LinuxResources): CgroupWrite[] {
  const { cpuShares: shares, cpuQuota, cpuPeriod, memoryLimitInBytes } = resources
  const cpu = `${controllers.get('cpu') ?? ''}${path}`
  const memory = `${controllers.get('memory') ?? ''}${path}`
  return [
    ...(shares ? [{ file: `${cpu}/cpu.shares`, value: String(shares) }] : []),
    ...(cpuPeriod ? [{ file: `${cpu}/cpu.cfs_period_us`, value: String(cpuPeriod) }] : []),
    ...(cpuQuota ? [{ file: `${cpu}/cpu.cfs_quota_us`, value: String(cpuQuota) }] : []),
    ...(memoryLimitInBytes ? [{ file: `${memory}/memory.limit_in_bytes`, value: String(memoryLimitInBytes) }] : []),
  ]
}

function writesV2(directory: string, resources: LinuxResources): CgroupWrite[] {
  const { cpuShares: shares, cpuQuota, cpuPeriod, memoryLimitInBytes } = resources
  return [
    ...(shares ? [{ file: `${directory}/cpu.weight`, value: String(cpuWeight(shares)) }] : []),
    ...(cpuQuota ? [{ file: `${directory}/cpu.max`, value: `${cpuQuota} ${cpuPeriod}` }] : []),
    ...(memoryLimitInBytes ? [{ file: `${directory}/memory.max`, value: String(memoryLimitInBytes) }] : []),
  ]
}

/** Shares from 2 to 262144 as weight from 1 to 10000, as the OCI specification maps them. */
export const cpuWeight = (shares: number): number => 1 + Math.floor(((shares - 2) * 9999) / 262_142)

const BUSY_RETRIES = 20
const BUSY_WAIT_MS = 50

/** A cgroup stays busy for a moment after its last process has ended. */
async function whileBusy(clock: Clock, run: () => Promise<void>): Promise<void> {
  for (let left = BUSY_RETRIES; ; left--) {
    try {
      return await run()
    } catch (error) {
      if ((error as { code?: string }).code !== 'EBUSY' || left === 0) throw error
      await sleep(clock, BUSY_WAIT_MS)
    }
  }
}

/** The node's cgroups of one cluster. */
export class Cgroups {
  private readonly fs: Fs
  private readonly layout: CgroupLayout
  private readonly cluster: string

  constructor(fs: Fs, layout: CgroupLayout, cluster: string) {
    this.fs = fs
    this.layout = layout
    this.cluster = cluster
  }

  /** Makes the pod's cgroup and says its path. */
  async ensure(pod: Pod): Promise<string> {
    const path = podCgroup(this.cluster, pod)
    await this.apply(planCgroup(this.layout, path, podResources(pod)))
    return path
  }

  /** Weighs the classes against each other: burstable pods get what they asked for together, best effort the least. */
  async weighClasses(pods: readonly Pod[]): Promise<void> {
    const burstable = pods.filter((pod) => podQosClass(pod) === 'Burstable')
    const milliCpu = burstable.reduce((sum, pod) => sum + (podRequests(pod).get('cpu') ?? 0), 0)
    const base = `${clusterCgroup(this.cluster)}/kubepods`
    await this.apply(planCgroup(this.layout, `${base}/burstable`, { cpuShares: cpuShares(milliCpu) }))
    await this.apply(planCgroup(this.layout, `${base}/besteffort`, { cpuShares: cpuShares(0) }))
  }

  async removePod(uid: string, clock: Clock): Promise<void> {
    for (const path of podCgroupsOf(this.cluster, uid)) await whileBusy(clock, () => this.removePath(path))
  }

  /** Removes all that the cluster has; what still holds processes stays, and is an error. */
  removeCluster(clock: Clock): Promise<void> {
    return whileBusy(clock, () => this.removePath(clusterCgroup(this.cluster)))
  }

  private async removePath(path: string): Promise<void> {
    const roots = this.layout.version === 1 ? this.layout.all : [this.layout.root]
    for (const root of roots) await this.removeTree(root + path)
  }

  private async removeTree(directory: string): Promise<void> {
    if (!(await this.fs.stat(directory))) return
    for (const name of await this.fs.list(directory)) {
      const below = `${directory}/${name}`
      if ((await this.fs.stat(below))?.type === 'directory') await this.removeTree(below)
    }
    await this.fs.removeDirectory(directory)
  }

  private async apply({ directories, writes }: CgroupPlan): Promise<void> {
    for (const directory of directories) await this.fs.makeDirectory(directory, 0o755)
    for (const { file, value } of writes) await this.write(file, value)
  }

  /** Not every kernel has every controller, and not every host lets them be handed down. */
  private async write(file: string, value: string): Promise<void> {
    await this.fs.write(file, value).catch((error: unknown) => {
      if (!file.endsWith('/cgroup.subtree_control') && !isMissing(error)) throw error
    })
  }
}
