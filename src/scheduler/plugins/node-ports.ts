import { Node } from '../../api/kinds/core/node.ts'
import { Pod } from '../../api/kinds/core/pod.ts'
import { fits, plugin, refuse } from '../framework.ts'
import type { HostPort } from '../pod-info.ts'

/** Two pods cannot have the same port of a node. */
export const nodePorts = plugin({
  name: 'NodePorts',
  retryOn: [
    { kind: Pod, change: ['removed'] },
    { kind: Node, change: ['added'] },
  ],
  concerns: ({ hostPorts }) => hostPorts.length > 0,
  filter({ hostPorts }, { pods }) {
    const taken = [...pods.values()].flatMap((other) => other.hostPorts)
    return hostPorts.some((wanted) => taken.some((port) => clash(wanted, port)))
      ? refuse("node(s) didn't have free ports for the requested pod ports")
      : fits
  },
})

const ANY = '0.0.0.0'

function clash(a: HostPort, b: HostPort): boolean {
  return a.port === b.port && a.protocol === b.protocol && (a.ip === b.ip || a.ip === ANY || b.ip === ANY)
}
