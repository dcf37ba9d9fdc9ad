import type { Warnings } from '../../../warnings.ts'
import { containersOf } from './container-warnings.ts'
import type { AnyContainer, PodSpec } from './types.ts'

type Port = NonNullable<AnyContainer['ports']>[number]

/** A port, and where it stands. */
interface Placed {
  port: Port
  at: Warnings
}

/** Warns of ports that are there twice, among all containers; `warn` stands at the spec. */
export function warnOfPorts(spec: PodSpec, warn: Warnings): void {
  const ports = containersOf(spec, warn).flatMap(([container, at]) =>
    (container.ports ?? []).map((port, i): Placed => ({ port, at: at.at('ports', i) })),
  )
  for (const [i, { port, at }] of ports.entries()) {
    if (port.hostIP && !port.hostPort) at.add('', `hostIP set without hostPort: ${printPort(port)}`)
    for (const other of ports.slice(0, i)) {
      const how = overlap(port, other.port)
      if (how) at.add('', `${how} port definition with ${other.at.path}`)
    }
  }
  warnOfPortNames(ports)
}

function overlap(port: Port, other: Port): string | undefined {
  if (port.containerPort !== other.containerPort || protocolOf(port) !== protocolOf(other)) return undefined
  const sameHostPort = (port.hostPort ?? 0) === (other.hostPort ?? 0)
  if (sameHostPort && (port.hostIP ?? '') === (other.hostIP ?? '')) return 'duplicate'
  if (!port.hostPort || !other.hostPort) return 'overlapping'
  return sameHostPort && !port.hostIP !== !other.hostIP ? 'dangerously ambiguous' : undefined
}

const protocolOf = ({ protocol = 'TCP' }: Port) => protocol

function warnOfPortNames(ports: readonly Placed[]): void {
  const known = new Map<string, string>()
  for (const { port, at } of ports) {
    const { name = '' } = port
    const other = known.get(name)
    if (other === undefined) {
      if (name) known.set(name, at.path)
      continue
    }
    const use = `services and probes that select ports by name will use ${other}`
    at.add('', `duplicate port name "${name}" with ${other}, ${use}`)
  }
}

/** A port as Go prints the struct. */
function printPort({ name = '', hostPort = 0, containerPort, hostIP = '', ...rest }: Port): string {
  return `{Name:${name} HostPort:${hostPort} ContainerPort:${containerPort} Protocol:${protocolOf({ ...rest, containerPort })} HostIP:${hostIP}}`
}
