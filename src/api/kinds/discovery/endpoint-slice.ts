import type { IEndpoint } from 'kubernetes-models/discovery.k8s.io/v1/Endpoint'
import type { IEndpointPort } from 'kubernetes-models/discovery.k8s.io/v1/EndpointPort'
import type { IEndpointSlice } from 'kubernetes-models/discovery.k8s.io/v1/EndpointSlice'
import { deepEqual } from '../../equal.ts'
import { ipFamily, validIp } from '../../ip.ts'
import { age, defineKind } from '../../kind.ts'
import type { Served } from '../../meta.ts'
import {
  dns1123Label,
  fullyQualifiedDomainName,
  nameIsDns1123Subdomain,
  qualifiedName,
  validLabelValue,
} from '../../names.ts'
import type { Report } from '../../report.ts'
import { invalidEach, requireOneOf } from '../check.ts'
import { rejectDuplicates } from '../duplicates.ts'
import { firstFew } from '../printing.ts'
import { endpointIp, strictIp } from '../strict-ip.ts'
import { warnOfIp } from '../ip-warnings.ts'

export type EndpointSlice = Served<IEndpointSlice>
type AddressType = IEndpointSlice['addressType']

const MANAGED_BY = 'endpointslice.kubernetes.io/managed-by'
const OWN_CONTROLLERS = ['endpointslice-controller.k8s.io', 'endpointslicemirroring-controller.k8s.io']
const ADDRESS_TYPES = ['FQDN', 'IPv4', 'IPv6']
const PROTOCOLS = ['SCTP', 'TCP', 'UDP']
const ADDRESSES_MAX = 100
const PORTS_MAX = 20_000
const ENDPOINTS_MAX = 1000
const HINTS_MAX = 8
/** How many ports and addresses the table shows. */
const SHOWN_MAX = 3

export const EndpointSlice = defineKind<EndpointSlice>({
  group: 'discovery.k8s.io',
  version: 'v1',
  kind: 'EndpointSlice',
  plural: 'endpointslices',
  scope: 'Namespaced',
  generation: true,
  immutable: ['addressType'],

  defaults({ ports = [] }) {
    for (const port of ports) {
      port.name ??= ''
      port.protocol ??= 'TCP'
    }
  },

  prepareCreate({ endpoints = [] }) {
    for (const endpoint of endpoints) delete endpoint.deprecatedTopology
  },

  // Labels count as a change too: they say which service the slice belongs to.
  prepareUpdate(next, old) {
    for (const endpoint of next.endpoints ?? []) delete endpoint.deprecatedTopology
    const { metadata, ...rest } = next
    const { metadata: oldMetadata, ...oldRest } = old
    if (!deepEqual(rest, oldRest) || !deepEqual(metadata.labels ?? {}, oldMetadata.labels ?? {})) {
      metadata.generation = (oldMetadata.generation ?? 0) + 1
    }
  },

  validate({ addressType, ports = [], endpoints = [] }, report) {
    requireOneOf(report, 'addressType', addressType, ADDRESS_TYPES)
    validatePorts(ports, report)
    if (endpoints.length > ENDPOINTS_MAX) return report.tooMany('endpoints', endpoints.length, ENDPOINTS_MAX)
    for (const [i, endpoint] of endpoints.entries()) validateEndpoint(endpoint, addressType, report.at('endpoints', i))
  },

  warnings({ metadata: { labels }, addressType, endpoints = [] }, old, warn) {
    if (!old && addressType === 'FQDN') warn.add('spec.addressType', 'FQDN endpoints are deprecated')
    // Our own controllers write what they were given.
    if (OWN_CONTROLLERS.includes(labels?.[MANAGED_BY] ?? '')) return
    for (const [i, { addresses = [] }] of endpoints.entries()) {
      for (const [j, address] of addresses.entries()) warnOfIp(`endpoints[${i}].addresses[${j}]`, address, warn)
    }
  },

  columns: [
    ['AddressType', ({ addressType }) => addressType],
    ['Ports', ({ ports = [] }) => firstFew(ports.map(portText), SHOWN_MAX)],
    [
      'Endpoints',
      ({ endpoints = [] }) =>
        firstFew(
          endpoints.flatMap(({ addresses = [] }) => addresses),
          SHOWN_MAX,
        ),
    ],
    age,
  ],
})

function portText({ port, name }: IEndpointPort): string {
  return port === undefined ? (name ?? '*') : String(port)
}

function validatePorts(ports: readonly IEndpointPort[], report: Report): void {
  if (ports.length > PORTS_MAX) return report.tooMany('ports', ports.length, PORTS_MAX)
  for (const [i, { name, protocol, appProtocol }] of ports.entries()) {
    const at = report.at('ports', i)
    if (name) invalidEach(at, 'name', name, dns1123Label(name))
    requireOneOf(at, 'protocol', protocol, PROTOCOLS)
    if (appProtocol !== undefined) invalidEach(at, 'appProtocol', appProtocol, qualifiedName(appProtocol))
  }
  rejectDuplicates(
    report,
    ports.map(({ name }) => name ?? ''),
    (i) => `ports[${i}].name`,
  )
}

function validateEndpoint(endpoint: IEndpoint, addressType: AddressType, report: Report): void {
  const { addresses = [], nodeName, hostname, hints } = endpoint
  if (addresses.length === 0) report.required('addresses', 'must contain at least 1 address')
  else if (addresses.length > ADDRESSES_MAX) report.tooMany('addresses', addresses.length, ADDRESSES_MAX)
  for (const [i, address] of addresses.entries()) validateAddress(address, addressType, report, `addresses[${i}]`)
  if (nodeName !== undefined) invalidEach(report, 'nodeName', nodeName, nameIsDns1123Subdomain(nodeName, false))
  if (hostname !== undefined) invalidEach(report, 'hostname', hostname, dns1123Label(hostname))
  if (hints) validateHints(hints, report.at('hints'))
}

function validateAddress(address: string, type: AddressType, report: Report, path: string): void {
  if (type === 'FQDN') return invalidEach(report, path, address, fullyQualifiedDomainName(address))
  if (type !== 'IPv4' && type !== 'IPv6') return
  const messages = type === 'IPv4' ? validIp(address) : strictIp(address)
  if (messages.length > 0) return invalidEach(report, path, address, messages)
  if (ipFamily(address) !== type) report.invalid('addresses', address, `must be an ${type} address`)
  invalidEach(report, path, address, endpointIp(address))
}

function validateHints({ forZones = [], forNodes = [] }: NonNullable<IEndpoint['hints']>, report: Report): void {
  if (forZones.length > HINTS_MAX) return report.tooMany('forZones', forZones.length, HINTS_MAX)
  validateNames(forZones, 'forZones', validLabelValue, report)
  if (forNodes.length > HINTS_MAX) return report.tooMany('forNodes', forNodes.length, HINTS_MAX)
  validateNames(forNodes, 'forNodes', (name) => nameIsDns1123Subdomain(name, false), report)
}

function validateNames(
  list: readonly { name: string }[],
  field: string,
  rule: (name: string) => string[],
  report: Report,
): void {
  const names = list.map(({ name = '' }) => name)
  rejectDuplicates(report, names, (i) => `${field}[${i}].name`)
  for (const [i, name] of names.entries()) invalidEach(report, `${field}[${i}].name`, name, rule(name))
}
