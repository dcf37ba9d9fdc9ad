import { Pod } from '../api/kinds/core/pod.ts'
import { Service } from '../api/kinds/core/service.ts'
import type { Api } from '../client/api.ts'
import type { Informer } from '../client/informer.ts'
import type { Informers } from '../client/informers.ts'
import type { Env } from '../std/env.ts'
import { cgroupLayout, Cgroups } from './cgroups.ts'
import { type DnsSettings, parseResolvConf } from './config/dns.ts'
import type { AuthConfig, Cri } from './cri/types.ts'
import type { KubeletEvents } from './events.ts'
import { imagePuller } from './images/puller.ts'
import { type Machine, readMachine } from './machine.ts'
import type { KubeletOs, NodeDeps, NodeSettings } from './node-deps.ts'
import { NodeRegistrar } from './node-registrar.ts'
import { nodeResources } from './node-status.ts'
import { kubeletPaths } from './paths.ts'
import { uidsOnNode } from './pods-on-node.ts'
import { podObjects } from './pod-objects.ts'
import { PodWorkers } from './pod-workers.ts'
import { Probers } from './probes/probers.ts'
import type { RuntimePod } from './runtime-pod.ts'
import { followRuntime } from './runtime-events.ts'
import { semaphore } from './semaphore.ts'
import { StatusManager } from './status-manager.ts'

export interface KubeletConfig {
  nodeName: string
  /** The leading one first. */
  nodeIPs: readonly string[]
  /** Everything the kubelet keeps stands below it. */
  dataDir: string
  /** Names what is the cluster's own on this machine: cgroups, and sandboxes in a runtime that others use too. */
  clusterName: string
  /** `cluster.local` when absent. */
  clusterDomain?: string
  /** Addresses of the cluster's DNS; without one pods resolve names as the node does. */
  clusterDNS?: readonly string[]
  /** The addresses that pods of this node get; written into the Node when it is registered. */
  podCIDR?: string
  /** Where the kubelet's own server listens. */
  kubeletPort: number
  resolvConf?: string
  /** Credentials for pulling an image. */
  authFor?: (image: string) => AuthConfig | undefined
}

export interface KubeletDeps {
  api: Api
  informers: Informers
  cri: Cri
  events: KubeletEvents
}

/** A kubelet at work. */
export interface Kubelet {
  /** Resolves when the Node is there, says how it is now, and the pods that were found on the machine are known. */
  started: Promise<void>
  /** Resolves when the signal was aborted and all has come to rest; containers go on running. */
  stopped: Promise<void>
  /** The pods of this node, as the API server has them. */
  pods(): readonly Pod[]
  find(namespace: string, name: string): { pod: Pod; seen: RuntimePod | undefined } | undefined
  /** Calls `listener` whenever something happens to a container. Returns what ends that. */
  onContainerEvent(listener: (id: string) => void): () => void
}

/** Sandboxes and containers that are made at one time. */
const PARALLEL_STARTS = 8
const RESOLV_CONF = '/etc/resolv.conf'
/** Cgroup directories are named after the cluster, whatever that is called. */
export const cgroupName = (cluster: string) => cluster.replace(/[^\w.-]/g, '-')

/** Runs the pods of one node, until the signal is aborted. The informers are for the caller to start. */
export async function runKubelet(
  env: Env,
  os: KubeletOs,
  { api, informers, cri, events }: KubeletDeps,
  config: KubeletConfig,
  signal: AbortSignal,
): Promise<Kubelet> {
  const paths = kubeletPaths(config.dataDir)
  await os.fs.makeDirectory(paths.pods, 0o750)
  await os.fs.makeDirectory(paths.logs, 0o755)
  const machine = await readMachine(os.fs)
  const node = await nodeSettings(os, cri, machine, config)
  const pods = informers.of(Pod, { fieldSelector: `spec.nodeName=${config.nodeName}` })
  const services = informers.of(Service)
  const statuses = new StatusManager(api, env, signal)
  const deps: NodeDeps = {
    env,
    os,
    cri,
    events,
    objects: podObjects(api, env, services.cache),
    puller: imagePuller({ env, cri, events, ...(config.authFor && { authFor: config.authFor }) }),
    paths,
    node,
    ...(await cgroupsOf(env, os, node.clusterName)),
    limit: semaphore(PARALLEL_STARTS),
    pods: () => pods.cache.list(),
    finishPod: (pod) => statuses.finish(pod),
  }
  const registrar = new NodeRegistrar({ ...config, env, api, cri, fs: os.fs, events, machine, signal })
  return launch(deps, { statuses, registrar, pods, ready: services.synced, signal })
}

interface Parts {
  statuses: StatusManager
  registrar: NodeRegistrar
  pods: Informer<Pod>
  /** What pods are made from is known. */
  ready: Promise<void>
  signal: AbortSignal
}

/** Sets all loops going. */
function launch(deps: NodeDeps, { statuses, registrar, pods, ready, signal }: Parts): Kubelet {
  const { env, cri } = deps
  const listeners = new Set<(id: string) => void>()
  const tell = (id: string) => {
    for (const listener of listeners) listener(id)
  }
  const workers = new PodWorkers(deps, { statuses, probers: new Probers(deps), changed: tell }, signal)
  const runtimeListener = {
    changed: (id: string) => workers.runtimeChanged(id),
    lost: () => workers.wakeAll(),
  }
  const reported = Promise.withResolvers<void>()
  const loops = [
    followRuntime(env, cri, runtimeListener, signal),
    registrar.run(reported.resolve),
    Promise.all([pods.synced, ready]).then(() => feed(deps, pods, workers, signal)),
  ]
  const stopped = aborted(signal)
    .then(() => Promise.all([...loops.slice(0, 2), workers.stopped()]))
    .then(() => undefined)
  return {
    started: Promise.race([stopped, Promise.all([reported.promise, loops[2]]).then(() => undefined)]),
    stopped,
    pods: deps.pods,
    find: (namespace, name) => workers.find(namespace, name),
    onContainerEvent(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

const aborted = (signal: AbortSignal) =>
  new Promise<void>((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })

/** Hands every pod of the node to its worker, and to workers of their own what is left of pods that are gone. */
async function feed(deps: NodeDeps, pods: Informer<Pod>, workers: PodWorkers, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return
  const end = pods.onChange((old, now) => {
    if (now) workers.update(now)
    else if (old) workers.gone(old.metadata.uid)
  })
  signal.addEventListener('abort', end, { once: true })
  for (const uid of await uidsOnNode(deps)) workers.adopt(uid)
}

async function cgroupsOf(env: Env, { fs, mounts }: KubeletOs, cluster: string): Promise<{ cgroups?: Cgroups }> {
  const layout = cgroupLayout(await mounts.list())
  if (layout) return { cgroups: new Cgroups(fs, layout, cluster) }
  env.log.warn('this host has no cgroups that can be used: pods run without limits on the pod as a whole')
  return {}
}

async function nodeSettings(
  { fs }: KubeletOs,
  cri: Cri,
  machine: Machine,
  { nodeIPs, dataDir, clusterName, clusterDomain = 'cluster.local', clusterDNS = [], resolvConf }: KubeletConfig,
): Promise<NodeSettings> {
  const [disk, { runtimeName }, host] = await Promise.all([
    fs.space(dataDir),
    cri.version(),
    fs.readText(resolvConf ?? RESOLV_CONF),
  ])
  const dns: DnsSettings = { clusterDNS, clusterDomain, host: parseResolvConf(host) }
  return {
    hostIPs: nodeIPs,
    memoryCapacityBytes: machine.memoryBytes,
    allocatable: nodeResources({ machine, disk }).allocatable,
    clusterName: cgroupName(clusterName),
    clusterDomain,
    dns,
    runtimeName,
  }
}
