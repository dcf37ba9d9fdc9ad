import type { Pod } from '../../api/kinds/core/pod.ts'
import type { DnsConfig, PodSandboxConfig, PortMapping } from '../cri/types.ts'
import { sandboxLabels } from '../labels.ts'
import { allContainers, isHostNetwork } from '../pod-spec.ts'
import { podHostname } from './hosts-file.ts'
import { sandboxResources } from './resources.ts'
import { sandboxSecurityContext } from './security-context.ts'

export interface SandboxInput {
  attempt: number
  logDirectory: string
  dns: DnsConfig
  clusterDomain: string
  /** Absent where the node's cgroups cannot be used. */
  cgroupParent?: string
  /** Whose sandbox this is, when several clusters share a runtime. */
  cluster: string
}

/** By this the kubelet tells its own sandboxes from those of others. */
export const CLUSTER_LABEL = 'skiff.dev/cluster'

/** What the runtime is told to make of a pod's sandbox. */
export function sandboxConfig(pod: Pod, input: SandboxInput): PodSandboxConfig {
  const { name, namespace = '', uid, annotations = {} } = pod.metadata
  const { hostname, domain } = podHostname(pod, input.clusterDomain)
  const shown = pod.spec.setHostnameAsFQDN && domain ? `${hostname}.${domain}` : hostname
  return {
    metadata: { name, namespace, uid, attempt: input.attempt },
    ...(!isHostNetwork(pod) && { hostname: shown }),
    logDirectory: input.logDirectory,
    dnsConfig: input.dns,
    portMappings: portMappings(pod),
    labels: { ...sandboxLabels(pod), [CLUSTER_LABEL]: input.cluster },
    annotations,
    linux: {
      ...(input.cgroupParent && { cgroupParent: input.cgroupParent }),
      securityContext: sandboxSecurityContext(pod),
      sysctls: sysctls(pod),
      resources: sandboxResources(pod),
    },
  }
}

function portMappings(pod: Pod): PortMapping[] {
  const ports = allContainers(pod).flatMap((container) => container.ports ?? [])
  return ports.map(({ containerPort, hostPort = 0, hostIP = '', protocol = 'TCP' }) => ({
    protocol: protocol,
    containerPort,
    // On the node's network a port is the node's own: nothing is to be mapped.
    hostPort: isHostNetwork(pod) ? 0 : hostPort,
    hostIp: hostIP,
  }))
}

/** Runtimes know sysctls by their names with dots. */
function sysctls({ spec }: Pod): Record<string, string> {
  const set = spec.securityContext?.sysctls ?? []
  return Object.fromEntries(set.map(({ name, value }) => [name.replaceAll('/', '.'), value]))
}
