import assert from 'node:assert/strict'
import { test } from 'node:test'
import { creates, row, statuses, updates } from '../kind-tables.ts'
import { made } from '../problems.ts'
import { Ingress } from './ingress.ts'
import { IngressClass } from './ingress-class.ts'
import { IPAddress } from './ip-address.ts'
import { NetworkPolicy } from './network-policy.ts'
import { ServiceCIDR } from './service-cidr.ts'

const backend = { service: { name: 'web', port: { number: 80 } } }
const path = (more: object = {}) => ({ path: '/', pathType: 'Prefix', backend, ...more })
const rule = (...paths: object[]) => ({ host: 'example.com', http: { paths } })
const ingress = (spec: object, metadata: object = {}) => ({ metadata: { name: 'a', ...metadata }, spec })

creates(Ingress, [
  [ingress({ rules: [rule(path())], tls: [{ hosts: ['*.example.com'], secretName: 'tls' }] })],
  [ingress({ defaultBackend: backend })],
  [ingress({}), 'spec: Invalid value: []: either `defaultBackend` or `rules` must be specified'],
  [ingress({ rules: [rule()] }), 'spec.rules[0].http.paths: Required value'],
  [
    ingress({ rules: [{ host: '10.0.0.1' }] }),
    'spec.rules[0].host: Invalid value: "10.0.0.1": must be a DNS name, not an IP address',
  ],
  [
    ingress({ rules: [rule(path({ pathType: undefined }))] }),
    'spec.rules[0].http.paths[0].pathType: Required value: pathType must be specified',
  ],
  [
    ingress({ rules: [rule(path({ path: 'a//b' }), path({ pathType: 'Glob' }))] }),
    'spec.rules[0].http.paths[0].path: Invalid value: "a//b": must be an absolute path',
    'spec.rules[0].http.paths[0].path: Invalid value: "a//b": must not contain \'//\'',
    'spec.rules[0].http.paths[1].pathType: Unsupported value: "Glob": supported values: "Exact", "ImplementationSpecific", "Prefix"',
  ],
  [
    ingress({ defaultBackend: { service: { name: 'web', port: { name: 'http', number: 80 } } } }),
    'spec.defaultBackend: Invalid value: "": cannot set both port name & port number',
  ],
  [
    ingress({ defaultBackend: { service: { name: '', port: {} } } }),
    'spec.defaultBackend.service.name: Required value',
    'spec.defaultBackend: Required value: port name or number is required',
  ],
  [ingress({ defaultBackend: {} }), 'spec.defaultBackend: Invalid value: "": resource or service backend is required'],
  [
    ingress(
      { defaultBackend: backend, ingressClassName: 'nginx' },
      { annotations: { 'kubernetes.io/ingress.class': 'traefik' } },
    ),
    'annotations.kubernetes.io/ingress.class: Invalid value: "traefik": must match `ingressClassName` when both are specified',
  ],
])

statuses(Ingress, ingress({ defaultBackend: backend }), [
  [{}, { loadBalancer: { ingress: [{ ip: '10.0.0.1' }] } }],
  [
    {},
    { loadBalancer: { ingress: [{ hostname: '10.0.0.1' }] } },
    'status.loadBalancer.ingress[0].hostname: Invalid value: "10.0.0.1": must be a DNS name, not an IP address',
  ],
])

test('an ingress in a table', () => {
  const hosts = (...names: string[]) => row(Ingress, ingress({ rules: names.map((host) => ({ host })) }))['Hosts']
  assert.equal(hosts(), '*')
  assert.equal(hosts('a', 'a', 'a'), 'a,a,a')
  assert.equal(hosts('a', 'b', 'c', 'd', 'e'), 'a,b,c + 2 more...')
  const loadBalancer = { ingress: [{ ip: '10.0.0.2' }, { ip: '10.0.0.1' }, { ip: '10.0.0.2' }] }
  const shown = row(Ingress, ingress({ defaultBackend: backend, tls: [{}] }), { loadBalancer })
  assert.deepEqual(shown, {
    Name: 'a',
    Class: '<none>',
    Hosts: '*',
    Address: '10.0.0.1,10.0.0.2',
    Ports: '80, 443',
    Age: '5m',
  })
})

const controller = 'example.com/ingress'
const parameters = { kind: 'Config', name: 'fast' }

creates(IngressClass, [
  [{ spec: { controller, parameters } }],
  [{}, 'spec.controller: Required value'],
  [
    { spec: { controller: 'x', parameters: { ...parameters, scope: 'Namespace' } } },
    'spec.controller: Invalid value: "x": must be a domain-prefixed path (such as "acme.io/foo")',
    "spec.parameters.namespace: Required value: `parameters.scope` is set to 'Namespace'",
  ],
  [
    { spec: { controller, parameters: { ...parameters, namespace: 'web' } } },
    "spec.parameters.namespace: Forbidden: `parameters.scope` is set to 'Cluster'",
  ],
])

test('an ingress class in a table', () => {
  const metadata = { name: 'nginx', annotations: { 'ingressclass.kubernetes.io/is-default-class': 'true' } }
  const spec = { controller, parameters: { ...parameters, apiGroup: 'example.com' } }
  assert.deepEqual(row(IngressClass, { metadata, spec }), {
    Name: 'nginx (default)',
    Controller: controller,
    Parameters: 'Config.example.com/fast',
    Age: '5m',
  })
})

const from = (...peers: object[]) => ({ spec: { ingress: [{ from: peers }] } })
const ports = (...list: object[]) => ({ spec: { egress: [{ ports: list }] } })

creates(NetworkPolicy, [
  [{}],
  [from({ ipBlock: { cidr: '10.0.0.0/8', except: ['10.1.0.0/16'] } })],
  [from({}), 'spec.ingress[0].from[0]: Required value: must specify a peer'],
  [
    from({ ipBlock: { cidr: '10.0.0.0/8', except: ['11.0.0.0/16', '10.0.0.0/8'] }, podSelector: {} }),
    'spec.ingress[0].from[0].ipBlock.except[0]: Invalid value: "11.0.0.0/16": must be a strict subset of `cidr`',
    'spec.ingress[0].from[0].ipBlock.except[1]: Invalid value: "10.0.0.0/8": must be a strict subset of `cidr`',
    'spec.ingress[0].from[0]: Forbidden: may not specify both ipBlock and another peer',
  ],
  [
    ports({ port: 80, endPort: 70 }, { port: 'http', endPort: 80 }, { endPort: 80 }, { protocol: 'ICMP' }),
    'spec.egress[0].ports[0].endPort: Invalid value: 80: must be greater than or equal to `port`',
    'spec.egress[0].ports[1].endPort: Invalid value: 80: may not be specified when `port` is non-numeric',
    'spec.egress[0].ports[2].endPort: Invalid value: 80: may not be specified when `port` is not specified',
    'spec.egress[0].ports[3].protocol: Unsupported value: "ICMP": supported values: "TCP", "UDP", "SCTP"',
  ],
])

test('a policy is about ingress, and about egress when it has rules for it', () => {
  assert.deepEqual(made(NetworkPolicy, {}).spec.policyTypes, ['Ingress'])
  const { spec } = made(NetworkPolicy, ports({ port: 80 }))
  assert.deepEqual(spec.policyTypes, ['Ingress', 'Egress'])
  assert.deepEqual(spec.egress, [{ ports: [{ port: 80, protocol: 'TCP' }] }])
})

const parentRef = { resource: 'services', namespace: 'default', name: 'kubernetes' }

creates(IPAddress, [
  [{ metadata: { name: '10.96.0.1' }, spec: { parentRef } }],
  [
    { metadata: { name: 'FD00::1' }, spec: {} },
    'metadata.name: Invalid value: "FD00::1": must be in canonical form ("fd00::1")',
    'spec.parentRef: Required value',
  ],
])

test('an address in a table', () => {
  const shown = row(IPAddress, { metadata: { name: '10.96.0.1' }, spec: { parentRef } })
  assert.deepEqual(shown, { Name: '10.96.0.1', ParentRef: 'services/default/kubernetes' })
})

creates(ServiceCIDR, [
  [{ spec: { cidrs: ['10.96.0.0/12', 'fd00::/112'] } }],
  [{}, 'spec.cidrs: Required value: at least one CIDR required'],
  [
    { spec: { cidrs: ['10.96.0.0/12', '10.0.0.0/12'] } },
    'spec.cidrs: Invalid value: ["10.96.0.0/12","10.0.0.0/12"]: may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and 2001:db8::/64',
  ],
])
updates(ServiceCIDR, { spec: { cidrs: ['10.96.0.0/12'] } }, [
  ['a second family', ({ spec }) => void (spec.cidrs = ['10.96.0.0/12', 'fd00::/112'])],
  [
    'another range',
    ({ spec }) => void (spec.cidrs = ['10.0.0.0/12']),
    'spec.cidrs[0]: Invalid value: "10.0.0.0/12": field is immutable',
  ],
])
