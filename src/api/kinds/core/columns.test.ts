import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Kind } from '../../kind.ts'
import type { KubeObject } from '../../meta.ts'
import { made } from '../problems.ts'
import { ComponentStatus } from './component-status.ts'
import { ConfigMap } from './config-map.ts'
import { Endpoints } from './endpoints.ts'
import { Event } from './event.ts'
import { Namespace } from './namespace.ts'
import { Node } from './node.ts'
import { PersistentVolume } from './persistent-volume.ts'
import { PersistentVolumeClaim } from './persistent-volume-claim.ts'
import { Pod } from './pod.ts'
import { ReplicationController } from './replication-controller.ts'
import { ResourceQuota } from './resource-quota.ts'
import { Secret } from './secret.ts'
import { Service } from './service.ts'

/** Five minutes after every object was made. */
const NOW = Date.parse('2026-01-01T00:05:00Z')

/** The cells of a wide table, by the names of their columns. */
function row<T extends KubeObject>(kind: Kind<T>, sketch: object, status?: object): Record<string, unknown> {
  const object = { ...made(kind, sketch), ...(status && { status }) }
  return Object.fromEntries(kind.columns.map(({ name, cell }) => [name, cell(object, NOW)]))
}

const main = (state: object, more: object = {}) => ({ name: 'c', restartCount: 0, ready: false, state, ...more })
const ended = (exitCode: number, more: object = {}) => ({ terminated: { exitCode, ...more } })
const RUNNING = { running: {} }
const READY = { type: 'Ready', status: 'True' }

const STATUSES: [
  what: string,
  spec: object,
  status: object,
  shown: [ready: string, status: string, restarts: string],
][] = [
  ['just made', {}, { phase: 'Pending' }, ['0/1', 'Pending', '0']],
  ['running', {}, { phase: 'Running', containerStatuses: [main(RUNNING, { ready: true })] }, ['1/1', 'Running', '0']],
  [
    'crashing',
    {},
    {
      phase: 'Running',
      containerStatuses: [
        main(
          { waiting: { reason: 'CrashLoopBackOff' } },
          { restartCount: 3, lastState: ended(1, { finishedAt: '2026-01-01T00:04:55Z' }) },
        ),
      ],
    },
    ['0/1', 'CrashLoopBackOff', '3 (5s ago)'],
  ],
  [
    'done',
    {},
    { phase: 'Succeeded', containerStatuses: [main(ended(0, { reason: 'Completed' }))] },
    ['0/1', 'Completed', '0'],
  ],
  ['failed', {}, { phase: 'Failed', containerStatuses: [main(ended(2))] }, ['0/1', 'ExitCode:2', '0']],
  ['killed', {}, { phase: 'Failed', containerStatuses: [main(ended(137, { signal: 9 }))] }, ['0/1', 'Signal:9', '0']],
  ['evicted', {}, { phase: 'Failed', reason: 'Evicted' }, ['0/1', 'Evicted', '0']],
  [
    'in its first init container',
    {
      initContainers: [
        { name: 'i', image: 'a' },
        { name: 'j', image: 'a' },
      ],
    },
    { phase: 'Pending', initContainerStatuses: [main(RUNNING, { name: 'i' }), main({ waiting: {} }, { name: 'j' })] },
    ['0/1', 'Init:0/2', '0'],
  ],
  [
    'stuck in init',
    { initContainers: [{ name: 'i', image: 'a' }] },
    { phase: 'Pending', initContainerStatuses: [main({ waiting: { reason: 'ImagePullBackOff' } }, { name: 'i' })] },
    ['0/1', 'Init:ImagePullBackOff', '0'],
  ],
  [
    'failed in init',
    { initContainers: [{ name: 'i', image: 'a' }] },
    { phase: 'Pending', initContainerStatuses: [main(ended(3), { name: 'i', restartCount: 2 })] },
    ['0/1', 'Init:ExitCode:3', '2'],
  ],
  [
    'with a sidecar',
    { initContainers: [{ name: 's', image: 'a', restartPolicy: 'Always' }] },
    {
      phase: 'Running',
      initContainerStatuses: [main(RUNNING, { name: 's', started: true, ready: true, restartCount: 1 })],
      containerStatuses: [main(RUNNING, { ready: true })],
    },
    ['2/2', 'Running', '1'],
  ],
  [
    'half done and ready',
    {
      containers: [
        { name: 'c', image: 'a' },
        { name: 'd', image: 'a' },
      ],
    },
    {
      phase: 'Running',
      conditions: [READY],
      containerStatuses: [main(ended(0, { reason: 'Completed' })), main(RUNNING, { name: 'd', ready: true })],
    },
    ['1/2', 'Running', '0'],
  ],
  [
    'gated',
    {},
    { phase: 'Pending', conditions: [{ type: 'PodScheduled', status: 'False', reason: 'SchedulingGated' }] },
    ['0/1', 'SchedulingGated', '0'],
  ],
]

for (const [what, spec, status, shown] of STATUSES) {
  test(`a pod that is ${what}`, () => {
    const cells = row(Pod, { spec: { containers: [{ name: 'c', image: 'a' }], ...spec } }, status)
    assert.deepEqual([cells['Ready'], cells['Status'], cells['Restarts']], shown)
  })
}

test('a pod in deletion', () => {
  const spec = { containers: [{ name: 'c', image: 'a' }] }
  const metadata = { deletionTimestamp: '2026-01-01T00:04:00Z' }
  const status = (given: object) => row(Pod, { metadata, spec }, given)['Status']
  assert.equal(status({ phase: 'Running' }), 'Terminating')
  assert.equal(status({ phase: 'Running', reason: 'NodeLost' }), 'Unknown')
  assert.equal(status({ phase: 'Succeeded' }), 'Succeeded')
})

test('a pod in a wide table', () => {
  const spec = { containers: [{ name: 'c', image: 'a' }], nodeName: 'n', readinessGates: [{ conditionType: 'Ready' }] }
  assert.deepEqual(row(Pod, { spec }, { phase: 'Running', podIPs: [{ ip: '10.0.0.1' }], conditions: [READY] }), {
    Name: 'a',
    Ready: '0/1',
    Status: 'Running',
    Restarts: '0',
    Age: '5m',
    IP: '10.0.0.1',
    Node: 'n',
    'Nominated Node': '<none>',
    'Readiness Gates': '1/1',
  })
})

test('a node', () => {
  const labels = { 'node-role.kubernetes.io/control-plane': '', 'kubernetes.io/role': 'master' }
  const nodeInfo = { kubeletVersion: 'v1.36.0', osImage: 'Debian', kernelVersion: '6.1', architecture: 'amd64' }
  const status = {
    conditions: [{ type: 'Ready', status: 'True' }],
    addresses: [{ type: 'InternalIP', address: '10.0.0.1' }],
    nodeInfo,
  }
  assert.deepEqual(row(Node, { metadata: { labels }, spec: { unschedulable: true } }, status), {
    Name: 'a',
    Status: 'Ready,SchedulingDisabled',
    Roles: 'control-plane,master',
    Age: '5m',
    Version: 'v1.36.0',
    'Internal-IP': '10.0.0.1',
    'External-IP': '<none>',
    'OS-Image': 'Debian',
    'Kernel-Version': '6.1 (amd64)',
    'Container-Runtime': '<unknown>',
  })
  assert.equal(row(Node, {}, {})['Status'], 'Unknown')
})

test('a service', () => {
  const shown = (spec: object, status?: object) => {
    const cells = row(Service, { spec }, status)
    return [cells['Type'], cells['Cluster-IP'], cells['External-IP'], cells['Port(s)'], cells['Selector']]
  }
  const ports = [{ port: 80, nodePort: 30080 }, { port: 443 }]
  assert.deepEqual(shown({ type: 'LoadBalancer', clusterIPs: ['10.0.0.1'], ports, selector: { b: '2', a: '1' } }), [
    'LoadBalancer',
    '10.0.0.1',
    '<pending>',
    '80:30080/TCP,443/TCP',
    'a=1,b=2',
  ])
  assert.deepEqual(shown({ type: 'ExternalName', externalName: 'x.y' }), [
    'ExternalName',
    '<none>',
    'x.y',
    '<none>',
    '<none>',
  ])
  assert.deepEqual(
    shown({ type: 'LoadBalancer' }, { loadBalancer: { ingress: [{ ip: '2.2.2.2' }, { hostname: 'h' }] } })[2],
    '2.2.2.2,h',
  )
})

test('an event has its name last', () => {
  const event = {
    involvedObject: { kind: 'Pod', name: 'web' },
    type: 'Normal',
    reason: 'Started',
    message: ' hello\n',
    firstTimestamp: '2026-01-01T00:03:00Z',
    lastTimestamp: '2026-01-01T00:04:55Z',
    count: 3,
    source: { component: 'kubelet', host: 'n' },
  }
  const cells = row(Event, event)
  assert.deepEqual(Object.keys(cells), [
    'Last Seen',
    'Type',
    'Reason',
    'Object',
    'Subobject',
    'Source',
    'Message',
    'First Seen',
    'Count',
    'Name',
  ])
  assert.deepEqual(Object.values(cells), [
    '5s',
    'Normal',
    'Started',
    'pod/web',
    '',
    'kubelet, n',
    'hello',
    '2m',
    3,
    'a',
  ])
})

test('endpoints show the first three', () => {
  const addresses = ['1', '2', '3', '4'].map((last) => ({ ip: `10.0.0.${last}` }))
  const shown = (subsets: object[]) => row(Endpoints, { subsets })['Endpoints']
  assert.equal(shown([{ addresses, ports: [{ port: 80 }] }]), '10.0.0.1:80,10.0.0.2:80,10.0.0.3:80 + 1 more...')
  assert.equal(shown([{ addresses: [{ ip: 'fd00::1' }], ports: [{ port: 80 }] }]), '[fd00::1]:80')
  assert.equal(shown([{ addresses: addresses.slice(0, 1) }]), '10.0.0.1')
  assert.equal(shown([]), '<none>')
})

test('a quota', () => {
  const status = { hard: { pods: '10', cpu: '2', 'limits.cpu': '4' }, used: { pods: '3' } }
  const cells = row(ResourceQuota, { spec: {} }, status)
  assert.deepEqual([cells['Request'], cells['Limit']], ['cpu: 0/2, pods: 3/10', 'limits.cpu: 0/4'])
})

test('volumes and claims', () => {
  const volume = row(PersistentVolume, {
    spec: {
      capacity: { storage: '1Gi' },
      accessModes: ['ReadOnlyMany', 'ReadWriteOnce'],
      claimRef: { namespace: 'n', name: 'c' },
      storageClassName: 'fast',
    },
  })
  assert.deepEqual(Object.values(volume), [
    'a',
    '1Gi',
    'RWO,ROX',
    'Retain',
    'Pending',
    'n/c',
    'fast',
    '<unset>',
    '',
    '5m',
    'Filesystem',
  ])
  const bound = { phase: 'Bound', capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'] }
  const claim = row(PersistentVolumeClaim, { spec: { volumeName: 'v' } }, bound)
  assert.deepEqual(Object.values(claim), ['a', 'Bound', 'v', '1Gi', 'RWO', '', '<unset>', '5m', 'Filesystem'])
})

test('the small ones', () => {
  assert.equal(row(Namespace, {})['Status'], 'Active')
  assert.equal(row(ConfigMap, { data: { a: '1' }, binaryData: { b: '' } })['Data'], 2)
  assert.deepEqual(Object.values(row(Secret, { stringData: { a: '1' } })), ['a', 'Opaque', 1, '5m'])
  const template = { metadata: { labels: { x: 'y' } }, spec: { containers: [{ name: 'c', image: 'i' }] } }
  assert.deepEqual(Object.values(row(ReplicationController, { spec: { template } })), [
    'a',
    1,
    0,
    0,
    '5m',
    'c',
    'i',
    'x=y',
  ])
  const conditions = [{ type: 'Healthy', status: 'True', message: 'ok' }]
  assert.deepEqual(Object.values(row(ComponentStatus, { conditions })), ['a', 'Healthy', 'ok', ''])
})
