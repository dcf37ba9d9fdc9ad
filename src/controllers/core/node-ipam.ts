import { Node } from '../../api/kinds/core/node.ts'
import { controller } from '../runtime.ts'
import { nextRange, parseRange } from './node-ranges.ts'

const MASK_BITS = 24

/** Ranges that were given away but that the cache does not show yet, by node. */
type Memory = Map<string, string>

/** Gives each node its range of pod addresses, out of the cluster's. */
export const nodeIpam = controller<Node, Memory>({
  name: 'node-ipam',
  component: 'cidrAllocator',
  for: Node,
  // One at a time, so that no two nodes get the same range.
  workers: 1,
  wants: ({ spec }) => !spec?.podCIDR,
  state: () => new Map(),

  async reconcile(node, { api, cache, config, state, events }) {
    const { name, resourceVersion } = node.metadata
    if (node.spec?.podCIDR) return void state.delete(name)
    if (!config.clusterCidr) return
    const used = cache(Node)
      .list()
      .flatMap(({ spec }) => spec?.podCIDRs ?? (spec?.podCIDR ? [spec.podCIDR] : []))
    const cluster = parseRange(config.clusterCidr)
    const range = nextRange(cluster, config.nodeCidrMaskBits ?? MASK_BITS, new Set([...used, ...state.values()]))
    if (!range) {
      events.record(node, 'Normal', 'CIDRNotAvailable', `Node ${name} status is now: CIDRNotAvailable`)
      throw new Error('CIDR allocation failed; there are no remaining CIDRs left to allocate in the accepted range')
    }
    const spec = { podCIDR: range, podCIDRs: [range] }
    await api(Node).patch({ name }, { metadata: { resourceVersion }, spec }, { type: 'merge' })
    state.set(name, range)
  },

  async gone({ name }, { cache, state, wake }) {
    state.delete(name)
    // Its range is free: one of those that went without may have it.
    for (const { metadata, spec } of cache(Node).list()) if (!spec?.podCIDR) wake(metadata.name)
  },
})
