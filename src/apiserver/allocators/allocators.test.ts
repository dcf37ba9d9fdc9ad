import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Service } from '../../api/kinds/core/service.ts'
import { seededRandom } from '../../std/random.ts'
import { inDefault, testServer } from '../test-server.ts'
import { clusterIps } from './cluster-ips.ts'
import { ipRange } from './ip-range.ts'
import { pool, reservedOf } from './pool.ts'

const SERVICES = inDefault('services')

const serviceBody = (name: string, spec: object = {}, port: object = {}) => ({
  body: {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name },
    spec: { selector: { a: 'b' }, ports: [{ port: 80, ...port }], ...spec },
  },
})

test('the addresses of a range', () => {
  const range = ipRange('10.0.0.0/29')
  assert.deepEqual([range.size, range.at(0), range.at(5)], [6, '10.0.0.1', '10.0.0.6'])
  assert.deepEqual(['10.0.0.1', '10.0.0.7', '10.0.0.0', '10.0.1.1', 'x', 'fd00::1'].map(range.offsetOf), [
    0,
    undefined,
    undefined,
    undefined,
    undefined,
    undefined,
  ])
  const ipv6 = ipRange('fd00:10:96::/112')
  assert.deepEqual([ipv6.family, ipv6.at(0), ipv6.offsetOf('fd00:10:96:0::2')], ['IPv6', 'fd00:10:96::1', 1])
  assert.throws(() => ipRange('10.0.0.0'), /is no CIDR/)
})

test('a pool hands out each number once, the reserved ones last', () => {
  const numbers = pool(6, 2, seededRandom(3))
  const taken = Array.from({ length: 6 }, () => numbers.takeAny())
  assert.deepEqual(taken.slice(0, 4).sort(), [2, 3, 4, 5])
  assert.deepEqual(taken.slice(4).sort(), [0, 1])
  assert.equal(numbers.takeAny(), undefined)
  numbers.release(3)
  assert.equal(numbers.take(3), true)
  assert.equal(numbers.take(3), false)
})

test('how much of a range is reserved', () => {
  assert.deepEqual(
    [8, 16, 256, 4096, 65536].map((size) => reservedOf(size, 16, 256, 16)),
    [0, 16, 16, 256, 256],
  )
})

test('why an address cannot be had', () => {
  const ips = clusterIps('10.0.0.0/24', seededRandom(1))
  assert.equal(ips.take('10.0.0.9'), undefined)
  assert.equal(ips.take('10.0.0.9'), 'provided IP is already allocated')
  assert.equal(
    ips.take('10.0.1.9'),
    'the provided IP (10.0.1.9) is not in the valid range. The range of valid IPs is 10.0.0.0/24',
  )
})

test('services get an address of their own, and give it back', async () => {
  const { json, fail } = await testServer()
  const { spec } = await json<Service>(201, 'POST', SERVICES, serviceBody('a', { clusterIP: '10.96.0.50' }))
  assert.deepEqual(
    [spec.clusterIP, spec.clusterIPs, spec.ipFamilies, spec.ipFamilyPolicy],
    ['10.96.0.50', ['10.96.0.50'], ['IPv4'], 'SingleStack'],
  )
  const taken = await fail('POST', SERVICES, serviceBody('b', { clusterIP: '10.96.0.50' }))
  assert.match(
    taken.message ?? '',
    /^Service "b" is invalid: spec.clusterIPs: Invalid value: \["10.96.0.50"\]: failed to allocate IP 10.96.0.50: provided IP is already allocated$/,
  )
  const outside = await fail('POST', SERVICES, serviceBody('b', { clusterIP: '10.97.0.50' }))
  assert.match(
    outside.message ?? '',
    /failed to allocate IP 10.97.0.50: the provided IP \(10.97.0.50\) is not in the valid range/,
  )
  await json(200, 'DELETE', `${SERVICES}/a`)
  const { spec: again } = await json<Service>(201, 'POST', SERVICES, serviceBody('b', { clusterIP: '10.96.0.50' }))
  assert.equal(again.clusterIP, '10.96.0.50')
})

test('a service that fails, or is only tried, keeps nothing', async () => {
  const { json, fail } = await testServer()
  const asked = { clusterIP: '10.96.0.50' }
  await fail('POST', SERVICES, serviceBody('a', asked, { port: 0 }))
  await json(201, 'POST', `${SERVICES}?dryRun=All`, serviceBody('a', asked))
  await json(201, 'POST', SERVICES, serviceBody('a', asked))
})

test('headless services have no address', async () => {
  const { json } = await testServer()
  const { spec } = await json<Service>(201, 'POST', SERVICES, serviceBody('a', { clusterIP: 'None' }))
  assert.deepEqual([spec.clusterIP, spec.clusterIPs, spec.ipFamilies], ['None', ['None'], ['IPv4']])
  const { spec: outside } = await json<Service>(201, 'POST', SERVICES, {
    body: {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'b' },
      spec: { type: 'ExternalName', externalName: 'example.com' },
    },
  })
  assert.deepEqual([outside.clusterIP, outside.clusterIPs, outside.ipFamilies], [undefined, undefined, undefined])
})

test('node ports: given, asked for, refused, kept by an update that does not say them', async () => {
  const { json, fail } = await testServer()
  const nodePort = async (name: string, port: object) => {
    const { spec } = await json<Service>(201, 'POST', SERVICES, serviceBody(name, { type: 'NodePort' }, port))
    return spec.ports?.[0]?.nodePort ?? 0
  }
  const given = await nodePort('a', {})
  assert.ok(given >= 30000 && given <= 32767)
  assert.equal(await nodePort('b', { nodePort: 30080 }), 30080)
  const tell = async (port: number) =>
    (await fail('POST', SERVICES, serviceBody('c', { type: 'NodePort' }, { nodePort: port }))).message ?? ''
  assert.match(await tell(30080), /spec.ports\[0\].nodePort: Invalid value: 30080: provided port is already allocated/)
  assert.match(await tell(80), /provided port is not in the valid range. The range of valid ports is 30000-32767/)
  const kept = await json<Service>(200, 'PUT', `${SERVICES}/a`, serviceBody('a', { type: 'NodePort' }))
  assert.equal(kept.spec.ports?.[0]?.nodePort, given)
  assert.ok(kept.spec.clusterIP)
})

test('families that the cluster does not have', async () => {
  const { fail } = await testServer()
  const tell = async (spec: object) => (await fail('POST', SERVICES, serviceBody('a', spec))).message ?? ''
  assert.match(
    await tell({ ipFamilyPolicy: 'RequireDualStack' }),
    /this cluster is not configured for dual-stack services/,
  )
  assert.match(
    await tell({ ipFamilies: ['IPv6'] }),
    /spec.ipFamilies\[0\]: Invalid value: "IPv6": not configured on this cluster/,
  )
})
