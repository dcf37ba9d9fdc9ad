import type { IService } from 'kubernetes-models/v1/Service'
import type { Served } from '../../../meta.ts'
import { deepEqual } from '../../../equal.ts'
import { parseIp, validCidr, validIp } from '../../../ip.ts'
import { dns1123Label, dns1123Subdomain, portNumber, qualifiedName } from '../../../names.ts'
import { IMMUTABLE, validateLabels } from '../../../object-meta.ts'
import type { Report } from '../../../report.ts'
import { invalidEach, optionalOneOf, requireOneOf } from '../../check.ts'
import { validateEndpointIp } from '../endpoint-ip.ts'
import { PROTOCOLS, validatePortNumberOrName } from '../pod-spec/ports.ts'
import { isHeadless, validateAddressUpdate, validateClusterIps } from './addresses.ts'
import { isExternal } from './defaults.ts'

type Service = Served<IService>

type Spec = Service['spec']

const TYPES = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort']
const DISTRIBUTIONS = ['PreferClose', 'PreferSameZone', 'PreferSameNode']
const AFFINITY_SECONDS_MAX = 86_400
const ONLY_LOAD_BALANCER = "may only be used when `type` is 'LoadBalancer'"
const SOURCE_RANGES = 'service.beta.kubernetes.io/load-balancer-source-ranges'
const HINTS = 'service.kubernetes.io/topology-aware-hints'
const TOPOLOGY_MODE = 'service.kubernetes.io/topology-mode'

/** What an update may not do to a service, beyond what is wrong with it. */
export function validateServiceUpdate(service: Service, old: Service, report: Report): void {
  const at = report.at('spec')
  validateAddressUpdate(service.spec, old.spec, at)
  const { loadBalancerClass = null } = service.spec
  const both = service.spec.type === 'LoadBalancer' && old.spec.type === 'LoadBalancer'
  if (both && loadBalancerClass !== (old.spec.loadBalancerClass ?? null)) {
    at.invalid('loadBalancerClass', loadBalancerClass, 'may not change once set')
  }
  if (needsHealthCheck(service.spec) && needsHealthCheck(old.spec)) {
    const port = service.spec.healthCheckNodePort ?? 0
    if (port !== (old.spec.healthCheckNodePort ?? 0)) at.forbidden('healthCheckNodePort', IMMUTABLE)
  }
}

/** What is wrong with a service. */
export function validateService({ metadata, spec }: Service, report: Report): void {
  const annotations = metadata.annotations ?? {}
  const mode = annotations[TOPOLOGY_MODE]
  if (mode !== undefined && annotations[HINTS] !== undefined && mode !== annotations[HINTS]) {
    const why = `must match annotations[${HINTS}] when both are specified`
    report.at('metadata', 'annotations').invalid(`[${TOPOLOGY_MODE}]`, mode, why)
  }
  const at = report.at('spec')
  if (!spec.ports?.length && !isHeadless(spec) && spec.type !== 'ExternalName') at.required('ports')
  validateByType(spec, at)
  validatePorts(spec.ports ?? [], at.at('ports'))
  validateLabels(spec.selector, 'selector', at)
  validateAffinity(spec, at)
  validateClusterIps(spec, at)
  validateExternalIps(spec, at)
  requireOneOf(at, 'type', spec.type, TYPES)
  validateNodePorts(spec, at.at('ports'))
  validateDuplicatePorts(spec.ports ?? [], at.at('ports'))
  validateSourceRanges(spec, annotations[SOURCE_RANGES], report)
  validateLoadBalancer(spec, at)
  validateTraffic(spec, at)
}

function validateByType(spec: Spec, report: Report): void {
  const { type, clusterIPs = [], ipFamilies = [], ipFamilyPolicy, externalName = '' } = spec
  if ((type === 'LoadBalancer' || type === 'NodePort') && isHeadless(spec)) {
    report.at('clusterIPs', 0).invalid('', clusterIPs[0], `may not be set to 'None' for ${type} services`)
  }
  if (type !== 'ExternalName') return
  const why = 'may not be set for ExternalName services'
  if (clusterIPs.length) report.forbidden('clusterIPs', why)
  if (ipFamilies.length) report.forbidden('ipFamilies', why)
  if (ipFamilyPolicy !== undefined) report.forbidden('ipFamilyPolicy', why)
  const name = externalName.replace(/\.$/, '')
  if (!name) report.required('externalName')
  else invalidEach(report, 'externalName', name, dns1123Subdomain(name))
}

type Port = NonNullable<Spec['ports']>[number]

function validatePorts(ports: readonly Port[], report: Report): void {
  const names = new Set<string>()
  for (const [i, { name, port = 0, protocol, targetPort, appProtocol }] of ports.entries()) {
    const at = report.at(i)
    if (!name && ports.length > 1) at.required('name')
    if (name) {
      invalidEach(at, 'name', name, dns1123Label(name))
      if (names.has(name)) at.duplicate('name', name)
      names.add(name)
    }
    invalidEach(at, 'port', port, portNumber(port))
    requireOneOf(at, 'protocol', protocol, PROTOCOLS)
    validatePortNumberOrName(at, 'targetPort', targetPort)
    if (appProtocol !== undefined) invalidEach(at, 'appProtocol', appProtocol, qualifiedName(appProtocol))
  }
}

function validateAffinity({ sessionAffinity, sessionAffinityConfig: config }: Spec, report: Report): void {
  requireOneOf(report, 'sessionAffinity', sessionAffinity, ['ClientIP', 'None'])
  if (sessionAffinity === 'None' && config) {
    report.forbidden('sessionAffinityConfig', 'must not be set when session affinity is None')
  }
  if (sessionAffinity !== 'ClientIP') return
  const why = 'when session affinity type is ClientIP'
  if (!config) return report.required('sessionAffinityConfig', why)
  if (!config.clientIP) return report.required('sessionAffinityConfig.clientIP', why)
  const { timeoutSeconds: seconds } = config.clientIP
  const path = 'sessionAffinityConfig.clientIP.timeoutSeconds'
  if (seconds === undefined) return report.required(path, why)
  if (seconds <= 0 || seconds > AFFINITY_SECONDS_MAX) {
    report.invalid(path, seconds, `must be greater than 0 and less than ${AFFINITY_SECONDS_MAX}`)
  }
}

function validateExternalIps({ externalIPs = [] }: Spec, report: Report): void {
  for (const [i, ip] of externalIPs.entries()) {
    const at = report.at('externalIPs', i)
    const messages = validIp(ip)
    if (messages.length) invalidEach(at, '', ip, messages)
    else validateEndpointIp(at, '', ip)
  }
}

function validateNodePorts({ type, ports = [] }: Spec, report: Report): void {
  const taken = new Set<string>()
  for (const [i, { nodePort, protocol }] of ports.entries()) {
    if (!nodePort) continue
    const at = report.at(i)
    if (type === 'ClusterIP') at.forbidden('nodePort', "may not be used when `type` is 'ClusterIP'")
    const key = `${protocol}/${nodePort}`
    if (taken.has(key)) at.duplicate('nodePort', nodePort)
    taken.add(key)
  }
}

function validateDuplicatePorts(ports: readonly Port[], report: Report): void {
  for (const [i, { port, protocol }] of ports.entries()) {
    const same = (other: Port) => other.port === port && other.protocol === protocol
    if (ports.findIndex(same) < i) report.at(i).duplicate('', { protocol, port })
  }
}

function validateSourceRanges(spec: Spec, annotation: string | undefined, report: Report): void {
  const { type, loadBalancerSourceRanges: ranges = [] } = spec
  if (ranges.length) {
    const at = report.at('spec', 'LoadBalancerSourceRanges')
    if (type !== 'LoadBalancer') at.forbidden('', ONLY_LOAD_BALANCER)
    for (const [i, range] of ranges.entries()) invalidEach(at.at(i), '', range.trim(), validCidr(range.trim()))
  } else if (annotation !== undefined) {
    const at = report.at('metadata', 'annotations', `[${SOURCE_RANGES}]`)
    if (type !== 'LoadBalancer') at.forbidden('', ONLY_LOAD_BALANCER)
    for (const range of annotation.trim() ? annotation.split(',') : []) {
      invalidEach(at, '', range.trim(), validCidr(range.trim()))
    }
  }
}

function validateLoadBalancer({ type, allocateLoadBalancerNodePorts, loadBalancerClass }: Spec, report: Report): void {
  if (type === 'LoadBalancer') {
    if (loadBalancerClass !== undefined) {
      invalidEach(report, 'loadBalancerClass', loadBalancerClass, qualifiedName(loadBalancerClass))
    }
    return
  }
  if (allocateLoadBalancerNodePorts !== undefined) {
    report.forbidden('allocateLoadBalancerNodePorts', ONLY_LOAD_BALANCER)
  }
  if (loadBalancerClass !== undefined) report.forbidden('loadBalancerClass', ONLY_LOAD_BALANCER)
}

/** Whether a load balancer asks the nodes which of them have a pod. */
export function needsHealthCheck({ type, externalTrafficPolicy }: Spec): boolean {
  return type === 'LoadBalancer' && externalTrafficPolicy === 'Local'
}

function validateTraffic(spec: Spec, report: Report): void {
  const { type, externalTrafficPolicy, internalTrafficPolicy, trafficDistribution, healthCheckNodePort = 0 } = spec
  if (isExternal(spec)) requireOneOf(report, 'externalTrafficPolicy', externalTrafficPolicy, ['Cluster', 'Local'])
  else if (externalTrafficPolicy) {
    report.invalid('externalTrafficPolicy', externalTrafficPolicy, 'may only be set for externally-accessible services')
  }
  if (needsHealthCheck(spec)) {
    if (!healthCheckNodePort) report.required('healthCheckNodePort')
    else invalidEach(report, 'healthCheckNodePort', healthCheckNodePort, portNumber(healthCheckNodePort))
  } else if (healthCheckNodePort) {
    const why = "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'"
    report.invalid('healthCheckNodePort', healthCheckNodePort, why)
  }
  if (internalTrafficPolicy === undefined && type && ['ClusterIP', 'LoadBalancer', 'NodePort'].includes(type)) {
    report.required('internalTrafficPolicy')
  }
  optionalOneOf(report, 'internalTrafficPolicy', internalTrafficPolicy, ['Cluster', 'Local'])
  optionalOneOf(report, 'trafficDistribution', trafficDistribution, DISTRIBUTIONS)
}

/** What is wrong with what a load balancer reports. */
export function validateServiceStatus({ spec, status }: Service, report: Report): void {
  const ingress = status?.loadBalancer?.ingress ?? []
  const at = report.at('status', 'loadBalancer', 'ingress')
  if (spec.type !== 'LoadBalancer') {
    if (ingress.length) at.forbidden('', "may only be used when `spec.type` is 'LoadBalancer'")
    return
  }
  for (const [i, point] of ingress.entries()) validateIngress(point, at.at(i))
}

type Ingress = NonNullable<NonNullable<Service['status']['loadBalancer']>['ingress']>[number]

function validateIngress({ ip, ipMode, hostname }: Ingress, report: Report): void {
  if (ip) invalidEach(report, 'ip', ip, validIp(ip))
  if (ipMode === undefined) {
    if (ip) report.required('ipMode', 'must be specified when `ip` is set')
  } else if (!ip) report.forbidden('ipMode', 'may not be specified when `ip` is not set')
  else optionalOneOf(report, 'ipMode', ipMode, ['Proxy', 'VIP'])
  if (!hostname) return
  invalidEach(report, 'hostname', hostname, dns1123Subdomain(hostname))
  if (parseIp(hostname)) report.invalid('hostname', hostname, 'must be a DNS name, not an IP address')
}

/** Drops what the new type of a service no longer needs, where the client left it as it was. */
export function dropTypeDependentFields(next: Service, old: Service): void {
  const now = next.spec
  const before = old.spec
  const leaves = (applies: (spec: Spec) => boolean) => applies(before) && !applies(now)
  const drop = (...fields: (keyof Spec)[]) => {
    if (fields.every((field) => deepEqual(now[field], before[field]))) for (const field of fields) delete now[field]
  }
  if (leaves(({ type }) => type !== 'ExternalName')) {
    drop('clusterIP', 'clusterIPs')
    drop('ipFamilies')
    drop('ipFamilyPolicy')
  }
  if (leaves(({ type }) => type === 'NodePort' || type === 'LoadBalancer') && sameNodePorts(now, before)) {
    for (const port of now.ports ?? []) delete port.nodePort
  }
  if (leaves(needsHealthCheck)) drop('healthCheckNodePort')
  if (leaves(({ type }) => type === 'LoadBalancer')) {
    drop('allocateLoadBalancerNodePorts')
    drop('loadBalancerClass')
  }
  if (leaves(isExternal)) drop('externalTrafficPolicy')
  if (now.type !== 'LoadBalancer' && next.status) next.status = { ...next.status, loadBalancer: {} }
}

function sameNodePorts(a: Spec, b: Spec): boolean {
  const portsOf = ({ ports = [] }: Spec) => new Set(ports.flatMap(({ nodePort }) => nodePort || []))
  return portsOf(a).symmetricDifference(portsOf(b)).size === 0
}
