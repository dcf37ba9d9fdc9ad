import { Node } from '../api/kinds/core/node.ts'
import type { Api } from '../client/api.ts'
import { type Exec, execOrThrow } from '../os/exec.ts'
import type { Fs } from '../os/fs.ts'
import type { Env } from '../std/env.ts'
import { CONFLIST, renderConflist } from './cni.ts'
import { renderMasquerade } from './masquerade.ts'

export interface NetworkConfig {
  /** Names the bridge and the nft table. */
  name: string
  nodeName: string
  /** The range that all nodes' shares come from. */
  clusterCIDR: string
  /** Where the runtime looks for network configurations. */
  confDir: string
  ipamDir: string
}

/** What the network does to the host. */
export interface NetworkHost {
  exec: Exec
  fs: Fs
}

/** Sets up the node's pod network once the node has been given its share of the pod range. */
export async function setUpNetwork(
  env: Env,
  api: Api,
  host: NetworkHost,
  config: NetworkConfig,
  signal: AbortSignal,
): Promise<void> {
  const podCIDR = await podCIDROf(api, config.nodeName, signal)
  const network = { name: config.name, podCIDR, ipamDir: config.ipamDir }
  await host.fs.write('/proc/sys/net/ipv4/ip_forward', '1')
  await execOrThrow(host.exec, 'nft', ['-f', '-'], { input: renderMasquerade(network, config.clusterCIDR) })
  await host.fs.makeDirectory(config.confDir)
  // containerd looks again when a file of its folder is renamed, but not when one is moved in from elsewhere.
  const draft = `${config.confDir}/.${CONFLIST}.new`
  await host.fs.write(draft, renderConflist(network))
  await host.fs.rename(draft, `${config.confDir}/${CONFLIST}`)
  env.log.info('pod network ready', { bridge: config.name, podCIDR })
}

async function podCIDROf(api: Api, name: string, signal: AbortSignal): Promise<string> {
  const watch = api(Node).watch({
    fieldSelector: `metadata.name=${name}`,
    sendInitialEvents: true,
    allowWatchBookmarks: true,
    signal,
  })
  for await (const { type, object } of watch) {
    const podCIDR = type === 'ADDED' || type === 'MODIFIED' ? object.spec.podCIDR : undefined
    if (podCIDR) return podCIDR
  }
  throw signal.reason ?? new Error(`the watch of node ${name} ended before it was given a pod range`)
}
