import type { ConfigMap } from '../api/kinds/core/config-map.ts'
import type { Pod } from '../api/kinds/core/pod.ts'
import type { Secret } from '../api/kinds/core/secret.ts'
import type { Service } from '../api/kinds/core/service.ts'
import type { Fs } from '../os/fs.ts'
import type { HttpGet, TcpConnect } from '../os/http-get.ts'
import type { Mounts } from '../os/mount.ts'
import type { Env } from '../std/env.ts'
import type { Cgroups } from './cgroups.ts'
import type { DnsSettings } from './config/dns.ts'
import type { Cri } from './cri/types.ts'
import type { KubeletEvents } from './events.ts'
import type { ImagePuller } from './images/puller.ts'
import type { Paths } from './paths.ts'
import type { BoundToken } from './volumes/volume.ts'

/** What of the host the kubelet uses. */
export interface KubeletOs {
  fs: Fs
  mounts: Mounts
  httpGet: HttpGet
  tcpConnect: TcpConnect
}

/** The objects of the API that pods are made from; `undefined` for one that does not exist. */
export interface PodObjects {
  configMap(namespace: string, name: string): Promise<ConfigMap | undefined>
  secret(namespace: string, name: string): Promise<Secret | undefined>
  services(): readonly Service[]
  token(pod: Pod, audience: string | undefined, expirationSeconds: number): Promise<BoundToken>
}

/** Facts of the node that go into pods. */
export interface NodeSettings {
  hostIPs: readonly string[]
  memoryCapacityBytes: number
  allocatable: Readonly<Record<string, string>>
  clusterName: string
  clusterDomain: string
  dns: DnsSettings
  /** `containerd`. */
  runtimeName: string
}

/** What acting for a pod takes. */
export interface NodeDeps {
  env: Env
  os: KubeletOs
  cri: Cri
  events: KubeletEvents
  objects: PodObjects
  puller: ImagePuller
  paths: Paths
  node: NodeSettings
  /** Absent where the host's cgroups cannot be used. */
  cgroups?: Cgroups
  /** Bounds how many sandboxes and containers are made at once: each keeps the disk and the kernel busy. */
  limit: <T>(task: () => Promise<T>, signal?: AbortSignal) => Promise<T>
  /** The pods of this node. */
  pods(): readonly Pod[]
  /** Hands the pod's last status to the API server, and then tells it that the pod may go. */
  finishPod(pod: Pod): Promise<void>
}
