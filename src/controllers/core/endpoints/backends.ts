import type { EndpointSlice } from '../../../api/kinds/discovery/endpoint-slice.ts'
import type { Pod } from '../../../api/kinds/core/pod.ts'
import type { Service } from '../../../api/kinds/core/service.ts'
import { portNumber } from '../../../api/int-or-string.ts'
import { hasLabels } from '../../../api/selector.ts'
import { hasEnded, isReady } from '../../pods.ts'

export type Family = 'IPv4' | 'IPv6'
export type ServicePort = NonNullable<Service['spec']['ports']>[number]
export type EndpointPort = NonNullable<EndpointSlice['ports']>[number]

/** A pod behind a service: at which address, on which ports, and whether it is to get traffic. */
export interface Backend {
  pod: Pod
  address: string
  ports: EndpointPort[]
  serving: boolean
  terminating: boolean
  /** Serving and not terminating, or the service does not care. */
  ready: boolean
}

/** Whether it is for these controllers to say what is behind the service. */
export function isManaged({ spec }: Service): boolean {
  return spec.type !== 'ExternalName' && spec.selector !== undefined && Object.keys(spec.selector).length > 0
}

export function isHeadless({ spec }: Service): boolean {
  return !spec.clusterIP || spec.clusterIP === 'None'
}

export function selects({ spec }: Service, { metadata }: Pod): boolean {
  return hasLabels(metadata.labels, spec.selector)
}

/** The families of the service's addresses, the first one first. */
export function familiesOf({ spec }: Service): Family[] {
  const families = spec.ipFamilies as Family[] | undefined
  return families?.length ? families : [spec.clusterIP?.includes(':') ? 'IPv6' : 'IPv4']
}

/** The pods behind a service that have an address of the family, by name; those that are going included. */
export function backendsOf(service: Service, pods: readonly Pod[], family: Family): Backend[] {
  const live = pods.filter((pod) => selects(service, pod) && !hasEnded(pod.status))
  const backends = live.map((pod) => backendOf(service, pod, family)).filter((backend) => backend !== undefined)
  return backends.sort((a, b) => (a.pod.metadata.name < b.pod.metadata.name ? -1 : 1))
}

function backendOf(service: Service, pod: Pod, family: Family): Backend | undefined {
  const address = addressOf(pod, family)
  if (!address) return undefined
  const serving = isReady(pod)
  const terminating = pod.metadata.deletionTimestamp !== undefined
  const ready = service.spec.publishNotReadyAddresses === true || (serving && !terminating)
  return { pod, address, ports: portsOf(service, pod), serving, terminating, ready }
}

function addressOf({ status }: Pod, family: Family): string | undefined {
  const known = status?.podIPs?.map(({ ip }) => ip) ?? [status?.podIP]
  return known.find((ip) => ip && ip.includes(':') === (family === 'IPv6'))
}

/** The service's ports as they are on this pod; one whose name the pod does not know is left out. */
function portsOf({ spec: { ports = [] } }: Service, pod: Pod): EndpointPort[] {
  return ports.flatMap(({ name = '', protocol = 'TCP', port, targetPort = port, appProtocol }) => {
    const number = portNumber(targetPort, (wanted) => containerPort(pod, wanted, protocol))
    return number === undefined ? [] : [{ name, protocol, port: number, ...(appProtocol && { appProtocol }) }]
  })
}

function containerPort({ spec }: Pod, name: string, protocol: string): number | undefined {
  const sidecars = (spec.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always')
  const ports = [...spec.containers, ...sidecars].flatMap(({ ports: each = [] }) => each)
  return ports.find((port) => port.name === name && (port.protocol ?? 'TCP') === protocol)?.containerPort
}

/** The host name that DNS gives the pod below the service, if it has one. */
export function hostnameOf({ spec, metadata }: Pod, service: Service): string | undefined {
  const { name, namespace } = service.metadata
  return spec.hostname && spec.subdomain === name && metadata.namespace === namespace ? spec.hostname : undefined
}

export function targetOf({ metadata: { namespace, name, uid } }: Pod) {
  return { kind: 'Pod', namespace, name, uid }
}

/** Groups by ports: pods can give the same name to different numbers. */
export function byPorts(backends: readonly Backend[]): Map<string, Backend[]> {
  return Map.groupBy(backends, ({ ports }) => portsKey(ports))
}

/** The same for the same ports in whatever order. */
export function portsKey(ports: readonly EndpointPort[] | undefined): string {
  const key = ({ name = '', protocol = 'TCP', port, appProtocol = '' }: EndpointPort) =>
    [name, protocol, port, appProtocol].join(' ')
  return (ports ?? []).map(key).sort().join()
}
