import assert from 'node:assert/strict'
import { test } from 'node:test'
import { creates, row } from '../kind-tables.ts'
import { made } from '../problems.ts'
import { EndpointSlice } from './endpoint-slice.ts'

const endpoint = (...addresses: string[]) => ({ addresses })
const IPV4 = { addressType: 'IPv4' }

creates(EndpointSlice, [
  [{ ...IPV4, endpoints: [endpoint('10.0.0.1')], ports: [{ port: 80 }] }],
  [{ addressType: 'IPv6', endpoints: [endpoint('fd00::1')] }],
  [{ addressType: 'FQDN', endpoints: [endpoint('example.com')] }],
  [{}, 'addressType: Required value'],
  [{ addressType: 'IP' }, 'addressType: Unsupported value: "IP": supported values: "FQDN", "IPv4", "IPv6"'],
  [{ ...IPV4, endpoints: [endpoint()] }, 'endpoints[0].addresses: Required value: must contain at least 1 address'],
  [
    { ...IPV4, endpoints: [endpoint('fd00::1')] },
    'endpoints[0].addresses: Invalid value: "fd00::1": must be an IPv4 address',
  ],
  [
    { ...IPV4, endpoints: [endpoint('127.0.0.1')] },
    'endpoints[0].addresses[0]: Invalid value: "127.0.0.1": may not be in the loopback range (127.0.0.0/8, ::1/128)',
  ],
  [
    { addressType: 'IPv6', endpoints: [endpoint('fd00:0:0::1')] },
    'endpoints[0].addresses[0]: Invalid value: "fd00:0:0::1": must be in canonical form ("fd00::1")',
  ],
  [
    { ...IPV4, ports: [{ name: 'a' }, { name: 'a' }, { protocol: 'ICMP' }] },
    'ports[2].protocol: Unsupported value: "ICMP": supported values: "SCTP", "TCP", "UDP"',
    'ports[1].name: Duplicate value: "a"',
  ],
])

test('ports get a protocol and an empty name', () => {
  assert.deepEqual(made(EndpointSlice, { ...IPV4, ports: [{ port: 80 }] }).ports, [
    { port: 80, name: '', protocol: 'TCP' },
  ])
})

test('the table shows the first three addresses', () => {
  const endpoints = ['10.0.0.1', '10.0.0.2', '10.0.0.3', '10.0.0.4'].map((ip) => endpoint(ip))
  assert.deepEqual(row(EndpointSlice, { ...IPV4, endpoints, ports: [{ port: 80 }, { name: 'x' }] }), {
    Name: 'a',
    AddressType: 'IPv4',
    Ports: '80,x',
    Endpoints: '10.0.0.1,10.0.0.2,10.0.0.3 + 1 more...',
    Age: '5m',
  })
  const empty = row(EndpointSlice, IPV4)
  assert.deepEqual([empty['Ports'], empty['Endpoints']], ['<unset>', '<unset>'])
})

test('a change of labels is a new generation', () => {
  const old = made(EndpointSlice, IPV4)
  old.metadata.generation = 1
  const next = structuredClone(old)
  next.metadata.annotations = { a: 'b' }
  EndpointSlice.prepareUpdate?.(next, old, { now: 0 })
  assert.equal(next.metadata.generation, 1)
  next.metadata.labels = { a: 'b' }
  EndpointSlice.prepareUpdate?.(next, old, { now: 0 })
  assert.equal(next.metadata.generation, 2)
})
