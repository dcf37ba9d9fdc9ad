import { portName, portNumber } from '../../../names.ts'
import type { Report } from '../../../report.ts'
import { invalidEach, requireOneOf } from '../../check.ts'
import type { AnyContainer } from './types.ts'

export const PROTOCOLS = ['SCTP', 'TCP', 'UDP']

type Ports = AnyContainer['ports']

/** What is wrong with a container's ports; `report` stands at the list. */
export function validatePorts(ports: Ports, report: Report): void {
  const names = new Set<string>()
  for (const [i, port] of (ports ?? []).entries()) {
    const at = report.at(i)
    if (port.name) {
      const messages = portName(port.name)
      invalidEach(at, 'name', port.name, messages)
      if (messages.length === 0 && names.has(port.name)) at.duplicate('name', port.name)
      if (messages.length === 0) names.add(port.name)
    }
    if (port.containerPort) invalidEach(at, 'containerPort', port.containerPort, portNumber(port.containerPort))
    else at.required('containerPort')
    if (port.hostPort) invalidEach(at, 'hostPort', port.hostPort, portNumber(port.hostPort))
    requireOneOf(at, 'protocol', port.protocol, PROTOCOLS)
  }
}

/** No two containers that run together may take the same port of the host; `report` stands at their list. */
export function validateHostPorts(containers: readonly AnyContainer[], report: Report): void {
  const taken = new Set<string>()
  for (const [i, { ports = [] }] of containers.entries()) {
    for (const [j, { hostPort, hostIP = '', protocol }] of ports.entries()) {
      if (!hostPort) continue
      const key = `${protocol}/${hostIP}/${hostPort}`
      if (taken.has(key)) report.at(i, 'ports', j).duplicate('hostPort', key)
      taken.add(key)
    }
  }
}

/** What an action connects to: a number, or the name of a container's port. */
export function validatePortNumberOrName(report: Report, path: string, port: number | string | undefined): void {
  const value = port ?? 0
  invalidEach(report, path, value, typeof value === 'number' ? portNumber(value) : portName(value))
}
