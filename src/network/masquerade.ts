import type { PodNetwork } from './cni.ts'

/**
 * The nft script that makes pods reach what is outside their network under the node's address. It is one transaction, and
 * the same however often it is applied: `add` makes the table if it is absent, so that `delete` cannot fail.
 */
export function renderMasquerade({ name, podCIDR }: PodNetwork, clusterCIDR: string): string {
  return `add table ip ${name}
delete table ip ${name}
table ip ${name} {
  chain postrouting {
    type nat hook postrouting priority srcnat; policy accept;
    ip saddr ${podCIDR} ip daddr != ${clusterCIDR} masquerade
  }
}
`
}
