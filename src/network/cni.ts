/** What a node's pod network is made of. */
export interface PodNetwork {
  /** Names the bridge and the nft table; at most 15 characters, since it is a device's name. */
  name: string
  /** The node's share of the pod range: `10.42.0.0/24`. */
  podCIDR: string
  /** Where host-local remembers which addresses are in use. */
  ipamDir: string
}

/** The file name of the network's configuration; CNI reads the first of the folder in byte order. */
export const CONFLIST = '10-skiff.conflist'

/**
 * The configuration list (CNI 1.0.0) that gives a pod a veth into the cluster's bridge and an address of the node's range.
 * Masquerading is not the plugin's: it would need iptables, and Skiff's own table does it.
 */
export function renderConflist({ name, podCIDR, ipamDir }: PodNetwork): string {
  const bridge = {
    type: 'bridge',
    bridge: name,
    isDefaultGateway: true,
    ipMasq: false,
    hairpinMode: true,
    ipam: { type: 'host-local', dataDir: ipamDir, ranges: [[{ subnet: podCIDR }]] },
  }
  return `${JSON.stringify({ cniVersion: '1.0.0', name, plugins: [bridge] }, undefined, 2)}\n`
}
