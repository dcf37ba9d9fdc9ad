import type { Pod } from '../../api/kinds/core/pod.ts'
import { isHostNetwork } from '../pod-spec.ts'

const HOSTNAME_MAX_LENGTH = 63

const LOCAL = [
  '127.0.0.1\tlocalhost',
  '::1\tlocalhost ip6-localhost ip6-loopback',
  'fe00::0\tip6-localnet',
  'fe00::0\tip6-mcastprefix',
  'fe00::1\tip6-allnodes',
  'fe00::2\tip6-allrouters',
]

/** The name that a pod gives itself, and the domain it stands in when it has one. */
export function podHostname({ metadata, spec }: Pod, clusterDomain: string): { hostname: string; domain?: string } {
  if (spec.hostnameOverride) return { hostname: cut(spec.hostnameOverride) }
  const hostname = cut(spec.hostname || metadata.name)
  return spec.subdomain
    ? { hostname, domain: `${spec.subdomain}.${metadata.namespace ?? ''}.svc.${clusterDomain}` }
    : { hostname }
}

/** The kernel takes no more, and a name may not end in a dash or a dot. */
const cut = (name: string) => name.slice(0, HOSTNAME_MAX_LENGTH).replace(/[-.]+$/, '')

/** The /etc/hosts of a pod's containers. `hostFile` is the node's own, which pods on the node's network see. */
export function renderHosts(
  pod: Pod,
  { podIPs, clusterDomain, hostFile }: { podIPs: readonly string[]; clusterDomain: string; hostFile: string },
): string {
  const aliases = (pod.spec.hostAliases ?? []).map(({ ip, hostnames = [] }) => [ip, ...hostnames].join('\t'))
  const added = aliases.length > 0 ? ['', '# Entries added by HostAliases.', ...aliases, ''].join('\n') : ''
  if (isHostNetwork(pod)) return `# Kubernetes-managed hosts file (host network).\n${hostFile}${added}`
  const { hostname, domain } = podHostname(pod, clusterDomain)
  const names = domain ? `${hostname}.${domain}\t${hostname}` : hostname
  const own = podIPs.map((ip) => `${ip}\t${names}`)
  return `${['# Kubernetes-managed hosts file.', ...LOCAL, ...own].join('\n')}\n${added}`
}
