import type { IServiceSpec } from 'kubernetes-models/v1/ServiceSpec'
import type { Warnings } from '../../../warnings.ts'
import { warnOfCidr, warnOfIp } from '../../ip-warnings.ts'

const TOPOLOGY_HINTS = 'service.kubernetes.io/topology-aware-hints'
const TOPOLOGY_MODE = 'service.kubernetes.io/topology-mode'

/** Warns of fields that were given up, or mean nothing with this type of service; upstream's GetWarningsForService. */
export function warnOfService(
  annotations: Readonly<Record<string, string>> = {},
  spec: IServiceSpec,
  warn: Warnings,
): void {
  if (TOPOLOGY_HINTS in annotations) {
    warn.say(`annotation ${TOPOLOGY_HINTS} is deprecated, please use ${TOPOLOGY_MODE} instead`)
  }
  warnOfAddresses(spec, warn.at('spec'))
  if (spec.trafficDistribution === 'PreferClose') {
    warn.add('spec.trafficDistribution', '"PreferClose" is deprecated; use "PreferSameZone"')
  }
}

function warnOfAddresses(spec: IServiceSpec, warn: Warnings): void {
  const { type, clusterIP, clusterIPs = [], externalIPs = [], loadBalancerIP, externalName } = spec
  const isName = type === 'ExternalName'
  if (!isName && clusterIP && clusterIP !== 'None') {
    for (const [i, ip] of clusterIPs.entries()) warnOfIp(`clusterIPs[${i}]`, ip, warn)
  }
  const isHeadless = type === 'ClusterIP' && clusterIP === 'None'
  if (isHeadless) warnOfIgnored(spec, warn)
  for (const [i, ip] of externalIPs.entries()) warnOfIp(`externalIPs[${i}]`, ip, warn)
  if (externalIPs.length && !isHeadless && !isName) {
    warn.say('spec.externalIPs is deprecated and may no longer be implemented in some clusters')
  }
  if (loadBalancerIP) warnOfIp('loadBalancerIP', loadBalancerIP, warn)
  for (const [i, cidr] of (spec.loadBalancerSourceRanges ?? []).entries()) {
    warnOfCidr(`loadBalancerSourceRanges[${i}]`, cidr, warn)
  }
  if (isName && externalIPs.length) warn.say('spec.externalIPs is ignored when spec.type is "ExternalName"')
  if (!isName && externalName) warn.say('spec.externalName is ignored when spec.type is not "ExternalName"')
}

function warnOfIgnored({ loadBalancerIP, externalIPs = [], sessionAffinity }: IServiceSpec, warn: Warnings): void {
  if (loadBalancerIP) warn.say('spec.loadBalancerIP is ignored for headless services')
  if (externalIPs.length) warn.say('spec.externalIPs is ignored for headless services')
  if (sessionAffinity !== 'None') warn.say('spec.SessionAffinity is ignored for headless services')
}
