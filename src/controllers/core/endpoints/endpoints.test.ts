import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Endpoints } from '../../../api/kinds/core/endpoints.ts'
import type { Pod } from '../../../api/kinds/core/pod.ts'
import type { Service } from '../../../api/kinds/core/service.ts'
import type { EndpointSlice } from '../../../api/kinds/discovery/endpoint-slice.ts'
import { backendsOf } from './backends.ts'
import { planEndpoints } from './endpoints.ts'
import { planSlices, type SlicePlan } from './slices.ts'

function service(spec: object = {}): Service {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { namespace: 'shop', name: 'web', uid: 's', labels: { team: 'a' } },
    spec: {
      clusterIP: '10.96.0.9',
      selector: { app: 'web' },
      ports: [{ name: 'http', port: 80, targetPort: 'web' }],
      ...spec,
    },
  } as unknown as Service
}

interface Shape {
  ready?: boolean
  dying?: boolean
  phase?: string
  port?: number
  app?: string
}

let nextIp = 0

function pod(
  name: string,
  { ready = true, dying = false, phase = 'Running', port = 8080, app = 'web' }: Shape = {},
): Pod {
  const ip = name.startsWith('#')
    ? `10.244.${Math.floor(nextIp / 250)}.${nextIp++ % 250}`
    : `10.244.9.${name.charCodeAt(0)}`
  return {
    metadata: { namespace: 'shop', name, uid: name, labels: { app }, ...(dying && { deletionTimestamp: 'x' }) },
    spec: { nodeName: 'n1', containers: [{ name: 'c', ports: [{ name: 'web', containerPort: port }] }] },
    status: { phase, podIP: ip, podIPs: [{ ip }], conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }] },
  } as unknown as Pod
}

const plan = (owner: Service, pods: Pod[], existing: EndpointSlice[] = []) =>
  planSlices(owner, 'IPv4', backendsOf(owner, pods, 'IPv4'), existing, () => 'z1')

/** What the slices of a plan would be once it has been carried out. */
const made = ({ create }: SlicePlan, name: string) =>
  create.map((draft, i) => ({ ...draft, metadata: { ...draft.metadata, name: name + i } }) as EndpointSlice)

test('a slice says where each pod is, and in what state', () => {
  const { create } = plan(service(), [
    pod('a'),
    pod('b', { ready: false }),
    pod('c', { dying: true }),
    pod('d', { phase: 'Failed' }),
    pod('e', { app: 'other' }),
  ])
  assert.equal(create.length, 1)
  const [slice] = create
  assert.deepEqual(slice?.metadata?.labels, {
    team: 'a',
    'kubernetes.io/service-name': 'web',
    'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io',
  })
  assert.deepEqual(slice?.ports, [{ name: 'http', protocol: 'TCP', port: 8080 }])
  assert.deepEqual(
    slice?.endpoints?.map(({ targetRef, conditions }) => [targetRef?.name, conditions]),
    [
      ['a', { ready: true, serving: true, terminating: false }],
      ['b', { ready: false, serving: false, terminating: false }],
      ['c', { ready: false, serving: true, terminating: true }],
    ],
  )
  assert.deepEqual(slice?.endpoints?.[0], {
    addresses: ['10.244.9.97'],
    conditions: { ready: true, serving: true, terminating: false },
    targetRef: { kind: 'Pod', namespace: 'shop', name: 'a', uid: 'a' },
    nodeName: 'n1',
    zone: 'z1',
  })
})

test('a service that does not care for readiness has all its pods ready', () => {
  const { create } = plan(service({ publishNotReadyAddresses: true }), [pod('b', { ready: false, dying: true })])
  assert.deepEqual(create[0]?.endpoints?.[0]?.conditions, { ready: true, serving: false, terminating: true })
})

test('pods that give a name to different ports stand in different slices', () => {
  const { create } = plan(service(), [pod('a'), pod('b', { port: 9090 })])
  assert.deepEqual(
    create.map(({ ports }) => ports?.[0]?.port),
    [8080, 9090],
  )
})

test('without any pod one empty slice stays', () => {
  const first = plan(service(), [])
  assert.deepEqual(
    first.create.map(({ endpoints, ports }) => [endpoints, ports]),
    [[[], []]],
  )
  assert.deepEqual(plan(service(), [], made(first, 's')), { create: [], update: [], remove: [] })
})

test('endpoints stay where they are, new ones go where there is room, and what is empty goes', () => {
  const pods = Array.from({ length: 150 }, (_, i) => pod(`#${String(i).padStart(3, '0')}`))
  const slices = made(plan(service(), pods), 's')
  assert.deepEqual(
    slices.map(({ endpoints }) => endpoints?.length),
    [100, 50],
  )
  assert.deepEqual(plan(service(), pods, slices), { create: [], update: [], remove: [] })

  const changed = plan(service(), [...pods.slice(1), pod('a'), pod('b')], slices)
  assert.deepEqual(
    [
      changed.create.length,
      changed.remove.length,
      changed.update.map(({ metadata, endpoints }) => [metadata.name, endpoints?.length]),
    ],
    [
      0,
      0,
      [
        ['s0', 100],
        ['s1', 51],
      ],
    ],
  )
  const fewer = plan(service(), pods.slice(0, 100), slices)
  assert.deepEqual(
    fewer.remove.map(({ metadata }) => metadata.name),
    ['s1'],
  )
  assert.deepEqual(fewer.update, [])
})

test('Endpoints: ready and other addresses apart, those that go left out', () => {
  const backends = backendsOf(service(), [pod('b', { ready: false }), pod('a'), pod('c', { dying: true })], 'IPv4')
  const planned = planEndpoints(service(), backends, undefined)
  const address = (name: string) => ({
    ip: `10.244.9.${name.charCodeAt(0)}`,
    nodeName: 'n1',
    targetRef: { kind: 'Pod', namespace: 'shop', name, uid: name },
  })
  assert.deepEqual(planned?.subsets, [
    {
      addresses: [address('a')],
      notReadyAddresses: [address('b')],
      ports: [{ name: 'http', protocol: 'TCP', port: 8080 }],
    },
  ])
  assert.deepEqual(planned?.metadata.labels, { team: 'a', 'endpoints.kubernetes.io/managed-by': 'endpoint-controller' })
  assert.equal(planEndpoints(service(), backends, planned as Endpoints), undefined)
})

test('Endpoints hold a thousand addresses, and say when there are more', () => {
  const pods = Array.from({ length: 1200 }, (_, i) => pod(`#${i}`, { ready: i >= 300 }))
  const planned = planEndpoints(service(), backendsOf(service(), pods, 'IPv4'), undefined)
  const [subset] = planned?.subsets ?? []
  assert.deepEqual([subset?.addresses?.length, subset?.notReadyAddresses?.length], [900, 100])
  assert.equal(planned?.metadata.annotations?.['endpoints.kubernetes.io/over-capacity'], 'truncated')
})
