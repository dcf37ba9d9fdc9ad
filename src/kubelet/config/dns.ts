import type { Pod } from '../../api/kinds/core/pod.ts'
import type { DnsConfig } from '../cri/types.ts'
import { isHostNetwork } from '../pod-spec.ts'

const MAX_NAMESERVERS = 3
const MAX_SEARCHES = 32
const MAX_SEARCH_CHARS = 2048
/** Names with fewer dots than this are tried with the search domains first. */
const CLUSTER_OPTIONS = ['ndots:5']

/** How pods find names: of the cluster, and of the node. */
export interface DnsSettings {
  /** Addresses of the cluster's DNS; without one, pods use the node's. */
  clusterDNS: readonly string[]
  clusterDomain: string
  host: DnsConfig
}

/** Reads resolv.conf(5). */
export function parseResolvConf(text: string): DnsConfig {
  const config: DnsConfig = { servers: [], searches: [], options: [] }
  for (const line of text.split('\n')) {
    const [keyword, ...values] = line.trim().split(/\s+/)
    if (keyword === 'nameserver' && values[0]) config.servers.push(values[0])
    // The last line of its kind counts.
    if (keyword === 'search')
      config.searches = values.filter((name) => name !== '.').map((name) => name.replace(/\.$/, ''))
    if (keyword === 'options') config.options = mergeOptions(config.options, values)
  }
  return config
}

const optionName = (option: string) => option.split(':')[0] ?? ''

function mergeOptions(before: readonly string[], more: readonly string[]): string[] {
  return [...new Map([...before, ...more].map((option) => [optionName(option), option])).values()]
}

/** The pod's resolv.conf, by its dnsPolicy and dnsConfig. */
export function podDns(pod: Pod, settings: DnsSettings): DnsConfig {
  const { servers, searches, options } = byPolicy(pod, settings)
  const own = pod.spec.dnsConfig ?? {}
  const ownOptions = (own.options ?? []).map(({ name = '', value }) => (value ? `${name}:${value}` : name))
  return {
    servers: unique([...servers, ...(own.nameservers ?? [])]).slice(0, MAX_NAMESERVERS),
    searches: fit(unique([...searches, ...(own.searches ?? [])])),
    options: mergeOptions(options, ownOptions),
  }
}

/** Whether the pod wants the cluster's DNS and there is none, which it is told by an event. */
export function lacksClusterDns(pod: Pod, { clusterDNS }: DnsSettings): boolean {
  return wantsClusterDns(pod) && clusterDNS.length === 0
}

function wantsClusterDns(pod: Pod): boolean {
  const policy = pod.spec.dnsPolicy ?? 'ClusterFirst'
  return policy === 'ClusterFirstWithHostNet' || (policy === 'ClusterFirst' && !isHostNetwork(pod))
}

function byPolicy(pod: Pod, { clusterDNS, clusterDomain, host }: DnsSettings): DnsConfig {
  if (pod.spec.dnsPolicy === 'None') return { servers: [], searches: [], options: [] }
  if (!wantsClusterDns(pod) || clusterDNS.length === 0) return host
  const namespace = pod.metadata.namespace ?? 'default'
  const domains = [`${namespace}.svc.${clusterDomain}`, `svc.${clusterDomain}`, clusterDomain]
  return { servers: [...clusterDNS], searches: [...domains, ...host.searches], options: CLUSTER_OPTIONS }
}

const unique = (values: readonly string[]) => [...new Set(values)]

/** As many search domains as the resolver takes. */
function fit(searches: readonly string[]): string[] {
  const kept = searches.slice(0, MAX_SEARCHES).filter((name) => name.length <= 253)
  while (kept.join(' ').length > MAX_SEARCH_CHARS) kept.pop()
  return kept
}
