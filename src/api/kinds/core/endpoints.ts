import type { IEndpoints } from 'kubernetes-models/v1/Endpoints'
import { age, defineKind } from '../../kind.ts'
import { validIp } from '../../ip.ts'
import type { Served } from '../../meta.ts'
import { dns1123Label, nameIsDns1123Subdomain, portNumber, qualifiedName } from '../../names.ts'
import type { Report } from '../../report.ts'
import { invalidEach, requireOneOf } from '../check.ts'
import { validateEndpointIp } from './endpoint-ip.ts'
import { PROTOCOLS } from './pod-spec/ports.ts'
import { warnOfIp } from '../ip-warnings.ts'

export type Endpoints = Served<IEndpoints>

/** How many addresses the table shows. */
const SHOWN_MAX = 3

export const Endpoints = defineKind<Endpoints>({
  group: '',
  version: 'v1',
  kind: 'Endpoints',
  plural: 'endpoints',
  shortNames: ['ep'],
  scope: 'Namespaced',
  deprecation: 'v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice',
  createOnUpdate: true,
  columns: [['Endpoints', endpointsText, { description: 'The first of its addresses.' }], age],

  defaults({ subsets = [] }) {
    for (const { ports = [] } of subsets) for (const port of ports) port.protocol ||= 'TCP'
  },

  warnings({ metadata: { labels }, subsets = [] }, _old, warn) {
    // Our own controller writes what it was given.
    if (labels?.['endpoints.kubernetes.io/managed-by'] === 'endpoint-controller') return
    for (const [i, subset] of subsets.entries()) {
      for (const list of ['addresses', 'notReadyAddresses'] as const) {
        for (const [j, { ip }] of (subset[list] ?? []).entries()) warnOfIp(`subsets[${i}].${list}[${j}].ip`, ip, warn)
      }
    }
  },

  validate({ subsets = [] }, report) {
    for (const [i, subset] of subsets.entries()) validateSubset(subset, report.at('subsets', i))
  },
})

function endpointsText({ subsets = [] }: Endpoints): string {
  if (subsets.length === 0) return '<none>'
  const all = subsets.flatMap(({ addresses = [], ports = [] }) =>
    ports.length
      ? ports.flatMap(({ port }) => addresses.map(({ ip }) => joinHostPort(ip, port)))
      : addresses.map(({ ip }) => ip),
  )
  const shown = all.slice(0, SHOWN_MAX).join(',')
  return all.length > SHOWN_MAX ? `${shown} + ${all.length - SHOWN_MAX} more...` : shown
}

function joinHostPort(ip: string, port: number): string {
  return ip.includes(':') ? `[${ip}]:${port}` : `${ip}:${port}`
}

type Subset = NonNullable<Endpoints['subsets']>[number]

function validateSubset({ addresses = [], notReadyAddresses = [], ports = [] }: Subset, report: Report): void {
  if (addresses.length + notReadyAddresses.length === 0) {
    report.required('', 'must specify `addresses` or `notReadyAddresses`')
  }
  for (const [i, address] of addresses.entries()) validateAddress(address, report.at('addresses', i))
  for (const [i, address] of notReadyAddresses.entries()) validateAddress(address, report.at('notReadyAddresses', i))
  for (const [i, { name, port = 0, protocol, appProtocol }] of ports.entries()) {
    const at = report.at('ports', i)
    if (name) invalidEach(at, 'name', name, dns1123Label(name))
    else if (ports.length > 1) at.required('name')
    invalidEach(at, 'port', port, portNumber(port))
    requireOneOf(at, 'protocol', protocol, PROTOCOLS)
    if (appProtocol !== undefined) invalidEach(at, 'appProtocol', appProtocol, qualifiedName(appProtocol))
  }
}

type Address = NonNullable<Subset['addresses']>[number]

function validateAddress({ ip = '', hostname, nodeName }: Address, report: Report): void {
  invalidEach(report, 'ip', ip, validIp(ip))
  if (hostname) invalidEach(report, 'hostname', hostname, dns1123Label(hostname))
  if (nodeName !== undefined) invalidEach(report, 'nodeName', nodeName, nameIsDns1123Subdomain(nodeName, false))
  validateEndpointIp(report, 'ip', ip)
}
