import { deepEqual } from '../../api/equal.ts'
import type { Service } from '../../api/kinds/core/service.ts'

type Spec = Service['spec']

/**
 * Fills in what the server once gave the service and the client does not say again, in place: so the manifest that made a service can
 * be sent anew.
 */
export function carryOver(spec: Spec, old: Spec): void {
  if (hasAddress(old) && hasAddress(spec)) {
    if (!spec.clusterIP && old.clusterIP) spec.clusterIP = old.clusterIP
    if (!spec.clusterIPs?.length && old.clusterIPs?.length) spec.clusterIPs = [...old.clusterIPs]
    if (!spec.ipFamilyPolicy && old.ipFamilyPolicy) spec.ipFamilyPolicy = old.ipFamilyPolicy
    if (!spec.ipFamilies?.length && old.ipFamilies?.length) spec.ipFamilies = [...old.ipFamilies]
  }
  if (hasPorts(old) && hasPorts(spec)) carryPorts(spec, old)
  if (hasHealthPort(old) && hasHealthPort(spec)) spec.healthCheckNodePort ||= old.healthCheckNodePort
  keepInStep(spec, old)
}

const hasAddress = ({ type }: Spec) => type !== 'ExternalName'
const hasPorts = ({ type }: Spec) => type === 'NodePort' || type === 'LoadBalancer'
const hasHealthPort = ({ type, externalTrafficPolicy }: Spec) =>
  type === 'LoadBalancer' && externalTrafficPolicy === 'Local'

/** Ports without a node port get that of the old port of their name, unless another port has it now. */
function carryPorts(spec: Spec, old: Spec): void {
  const used = new Set((spec.ports ?? []).map(({ nodePort }) => nodePort))
  const before = new Map((old.ports ?? []).map(({ name = '', nodePort }) => [name, nodePort]))
  for (const port of spec.ports ?? []) {
    const nodePort = before.get(port.name ?? '')
    if (!port.nodePort && nodePort && !used.has(nodePort)) port.nodePort = nodePort
  }
}

/** Old clients know the one address, new ones the list: what one of them changed holds for both. */
function keepInStep(spec: Spec, old: Spec): void {
  if (spec.clusterIP === old.clusterIP || !deepEqual(spec.clusterIPs, old.clusterIPs)) return
  if (spec.clusterIP) spec.clusterIPs = [spec.clusterIP]
  else delete spec.clusterIPs
}
