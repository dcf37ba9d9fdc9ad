import type { IIPBlock } from 'kubernetes-models/networking.k8s.io/v1/IPBlock'
import type { INetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicy'
import type { INetworkPolicyPeer } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicyPeer'
import type { INetworkPolicyPort } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicyPort'
import { parseIp, validCidr } from '../../ip.ts'
import { age, defineKind } from '../../kind.ts'
import { formatLabelSelector } from '../../selector.ts'
import type { Served } from '../../meta.ts'
import { portName, portNumber } from '../../names.ts'
import type { Report } from '../../report.ts'
import { invalidEach, optionalOneOf } from '../check.ts'
import { validateLabelSelector } from '../label-selector.ts'
import { warnOfCidr } from '../ip-warnings.ts'
import type { Warnings } from '../../warnings.ts'

export type NetworkPolicy = Served<INetworkPolicy>
type Spec = NetworkPolicy['spec']

const PROTOCOLS = ['TCP', 'UDP', 'SCTP']
const POLICY_TYPES = ['Ingress', 'Egress']

export const NetworkPolicy = defineKind<NetworkPolicy>({
  group: 'networking.k8s.io',
  version: 'v1',
  kind: 'NetworkPolicy',
  plural: 'networkpolicies',
  shortNames: ['netpol'],
  scope: 'Namespaced',

  defaults(policy) {
    policy.spec ??= {}
    const { spec } = policy
    spec.podSelector ??= {}
    for (const { ports = [] } of [...(spec.ingress ?? []), ...(spec.egress ?? [])]) {
      for (const port of ports) port.protocol ??= 'TCP'
    }
    if (!spec.policyTypes?.length) spec.policyTypes = spec.egress?.length ? ['Ingress', 'Egress'] : ['Ingress']
  },

  validate({ spec }, report) {
    const at = report.at('spec')
    validateLabelSelector(spec.podSelector, at.at('podSelector'))
    validateRules(spec, at)
    const { policyTypes = [] } = spec
    if (policyTypes.length > POLICY_TYPES.length) {
      return at.invalid('policyTypes', policyTypes, 'may not specify more than two policyTypes')
    }
    for (const [i, type] of policyTypes.entries()) optionalOneOf(at, `policyTypes[${i}]`, type, POLICY_TYPES)
  },

  warnings({ spec }, _old, warn) {
    const at = warn.at('spec')
    for (const [i, { from }] of (spec.ingress ?? []).entries()) warnOfPeers(from, at.at('ingress', i, 'from'))
    for (const [i, { to }] of (spec.egress ?? []).entries()) warnOfPeers(to, at.at('egress', i, 'to'))
  },

  columns: [['Pod-Selector', ({ spec }) => formatLabelSelector(spec.podSelector)], age],
})

function warnOfPeers(peers: readonly INetworkPolicyPeer[] = [], warn: Warnings): void {
  for (const [i, { ipBlock }] of peers.entries()) {
    if (!ipBlock) continue
    const at = warn.at(i, 'ipBlock')
    warnOfCidr('cidr', ipBlock.cidr, at)
    for (const [j, except] of (ipBlock.except ?? []).entries()) warnOfCidr(`except[${j}]`, except, at)
  }
}

function validateRules({ ingress = [], egress = [] }: Spec, report: Report): void {
  for (const [i, { ports = [], from = [] }] of ingress.entries()) {
    const at = report.at('ingress', i)
    for (const [j, port] of ports.entries()) validatePort(port, at.at('ports', j))
    for (const [j, peer] of from.entries()) validatePeer(peer, at.at('from', j))
  }
  for (const [i, { ports = [], to = [] }] of egress.entries()) {
    const at = report.at('egress', i)
    for (const [j, port] of ports.entries()) validatePort(port, at.at('ports', j))
    for (const [j, peer] of to.entries()) validatePeer(peer, at.at('to', j))
  }
}

function validatePort({ protocol, port, endPort }: INetworkPolicyPort, report: Report): void {
  optionalOneOf(report, 'protocol', protocol, PROTOCOLS)
  if (port === undefined) {
    if (endPort !== undefined) {
      report.invalid('endPort', endPort, 'may not be specified when `port` is not specified')
    }
  } else if (typeof port === 'string') {
    if (endPort !== undefined) report.invalid('endPort', endPort, 'may not be specified when `port` is non-numeric')
    invalidEach(report, 'port', port, portName(port))
  } else {
    invalidEach(report, 'port', port, portNumber(port))
    if (endPort === undefined) return
    if (endPort < port) report.invalid('endPort', port, 'must be greater than or equal to `port`')
    invalidEach(report, 'endPort', endPort, portNumber(endPort))
  }
}

function validatePeer({ podSelector, namespaceSelector, ipBlock }: INetworkPolicyPeer, report: Report): void {
  validateLabelSelector(podSelector, report.at('podSelector'))
  validateLabelSelector(namespaceSelector, report.at('namespaceSelector'))
  if (ipBlock) validateIpBlock(ipBlock, report.at('ipBlock'))
  if (!podSelector && !namespaceSelector && !ipBlock) report.required('', 'must specify a peer')
  if (ipBlock && (podSelector || namespaceSelector)) {
    report.forbidden('', 'may not specify both ipBlock and another peer')
  }
}

function validateIpBlock({ cidr = '', except = [] }: IIPBlock, report: Report): void {
  if (cidr === '') return report.required('cidr')
  const messages = validCidr(cidr)
  invalidEach(report, 'cidr', cidr, messages)
  if (messages.length > 0) return
  for (const [i, inner] of except.entries()) {
    const wrong = validCidr(inner)
    invalidEach(report, `except[${i}]`, inner, wrong)
    if (wrong.length === 0 && !isStrictSubset(inner, cidr)) {
      report.invalid(`except[${i}]`, inner, 'must be a strict subset of `cidr`')
    }
  }
}

/** Whether a subnet lies within another and is smaller. */
function isStrictSubset(inner: string, outer: string): boolean {
  const [innerBytes, innerBits] = splitCidr(inner)
  const [outerBytes, outerBits] = splitCidr(outer)
  if (innerBytes.length !== outerBytes.length || innerBits <= outerBits) return false
  return outerBytes.every((byte, i) => {
    const mask = (0xff << (8 - Math.min(8, Math.max(0, outerBits - i * 8)))) & 0xff
    return (byte & mask) === ((innerBytes[i] ?? 0) & mask)
  })
}

function splitCidr(cidr: string): [bytes: readonly number[], bits: number] {
  const [address = '', bits] = cidr.split('/')
  return [parseIp(address) ?? [], Number(bits)]
}
