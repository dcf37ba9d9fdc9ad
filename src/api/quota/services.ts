import type { Service } from '../kinds/core/service.ts'
import { quantityOf } from '../quantity.ts'
import type { Evaluator } from './evaluator.ts'
import { countName } from './object-count.ts'
import { ONE, ZERO } from './usage.ts'

const RESOURCE = { group: '', plural: 'services' }
const COUNT = countName(RESOURCE)
const NODE_PORTS = 'services.nodeports'
const LOAD_BALANCERS = 'services.loadbalancers'
const NAMES = new Set([COUNT, 'services', NODE_PORTS, LOAD_BALANCERS])

/** What services use: themselves, node ports and load balancers. */
export const services: Evaluator<Service> = {
  resource: RESOURCE,
  measures: (name) => NAMES.has(name),
  usage: (service) =>
    new Map([
      [COUNT, ONE],
      ['services', ONE],
      [LOAD_BALANCERS, service.spec.type === 'LoadBalancer' ? ONE : ZERO],
      [NODE_PORTS, quantityOf(nodePorts(service))],
    ]),
  isInScope: () => false,
  concerns: ({ subresource }) => subresource === '',
  frees: (old, now) => outside(old) !== outside(now) || nodePorts(old) !== nodePorts(now),
}

/** The type, where it costs something. */
function outside({ spec: { type } }: Service): string {
  return type === 'NodePort' || type === 'LoadBalancer' ? type : ''
}

/** The node ports that the service has or will get. */
function nodePorts({ spec: { type, ports = [], allocateLoadBalancerNodePorts = true } }: Service): number {
  if (type === 'NodePort') return ports.length
  if (type !== 'LoadBalancer') return 0
  return allocateLoadBalancerNodePorts ? ports.length : ports.filter(({ nodePort }) => nodePort).length
}
