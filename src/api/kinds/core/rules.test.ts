import assert from 'node:assert/strict'
import { test } from 'node:test'
import { clone } from '../../equal.ts'
import type { Kind } from '../../kind.ts'
import type { KubeObject } from '../../meta.ts'
import { createProblems, made, statusProblems, updateProblems } from '../problems.ts'
import { Binding } from './binding.ts'
import { ConfigMap } from './config-map.ts'
import { Endpoints } from './endpoints.ts'
import { Event } from './event.ts'
import { LimitRange } from './limit-range.ts'
import { Namespace } from './namespace.ts'
import { Node } from './node.ts'
import { PersistentVolume } from './persistent-volume.ts'
import { PersistentVolumeClaim } from './persistent-volume-claim.ts'
import { PodTemplate } from './pod-template.ts'
import { ReplicationController } from './replication-controller.ts'
import { ResourceQuota } from './resource-quota.ts'
import { Secret } from './secret.ts'
import { Service } from './service.ts'
import { ServiceAccount } from './service-account.ts'

function creates<T extends KubeObject>(kind: Kind<T>, table: [sketch: object, ...problems: string[]][]): void {
  for (const [sketch, ...problems] of table) {
    test(`a new ${kind.kind} ${JSON.stringify(sketch).slice(0, 110)}`, () =>
      assert.deepEqual(createProblems(kind, sketch), problems))
  }
}

/** What is said of a change to an object that was made of `sketch`. */
function changed<T extends KubeObject>(kind: Kind<T>, sketch: object, change: (object: T) => void): string[] {
  const old = made(kind, sketch)
  const next = clone(old)
  change(next)
  return updateProblems(kind, old, next)
}

const base64 = (text: string) => Buffer.from(text).toString('base64')

creates(ConfigMap, [
  [{ data: { 'a.conf': 'x' } }],
  [
    { data: { '../a': 'x' } },
    "data[../a]: Invalid value: \"../a\": a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')",
    'data[../a]: Invalid value: "../a": must not start with \'..\'',
  ],
  [
    { data: { a: 'x' }, binaryData: { a: 'eA==' } },
    'data[a]: Invalid value: "a": duplicate of key present in binaryData',
  ],
  [{ data: { a: 'x'.repeat(2 ** 20 + 1) } }, ': Too long: may not be more than 1048576 bytes'],
])

test('an immutable ConfigMap stays as it is', () => {
  assert.deepEqual(
    changed(ConfigMap, { immutable: true, data: { a: '1' } }, (map) =>
      Object.assign(map, { immutable: false, data: {} }),
    ),
    [
      'immutable: Forbidden: field is immutable when `immutable` is set',
      'data: Forbidden: field is immutable when `immutable` is set',
    ],
  )
})

test('what a secret is written as is not what it is served as', () => {
  const secret = made(Secret, { data: { a: base64('1') }, stringData: { b: '2' } })
  assert.deepEqual(secret.data, { a: base64('1'), b: base64('2') })
  assert.equal('stringData' in secret, false)
  assert.equal(secret.type, 'Opaque')
})

creates(Secret, [
  [{ stringData: { a: '1' } }],
  [{ type: 'kubernetes.io/tls' }, 'data[tls.crt]: Required value', 'data[tls.key]: Required value'],
  [{ type: 'kubernetes.io/basic-auth' }, 'data[username]: Required value', 'data[password]: Required value'],
  [{ type: 'kubernetes.io/ssh-auth' }, 'data[ssh-privatekey]: Required value'],
  [{ type: 'kubernetes.io/dockerconfigjson' }, 'data[.dockerconfigjson]: Required value'],
  [{ type: 'kubernetes.io/dockerconfigjson', stringData: { '.dockerconfigjson': '{}' } }],
  [
    { type: 'kubernetes.io/dockerconfigjson', stringData: { '.dockerconfigjson': '' } },
    'data[.dockerconfigjson]: Invalid value: "<secret contents redacted>": unexpected end of JSON input',
  ],
  [
    { type: 'kubernetes.io/service-account-token' },
    'metadata.annotations[kubernetes.io/service-account.name]: Required value',
  ],
])

test('the type of a secret does not change', () => {
  assert.deepEqual(
    changed(Secret, {}, (secret) => (secret.type = 'x')),
    ['type: Invalid value: "x": field is immutable'],
  )
})

test('a namespace is made with its finalizer, its label and its phase', () => {
  const { spec, status, metadata } = made(Namespace, {})
  assert.deepEqual([spec, status], [{ finalizers: ['kubernetes'] }, { phase: 'Active' }])
  assert.deepEqual(metadata.labels, { 'kubernetes.io/metadata.name': 'a' })
})

creates(Namespace, [
  [{}],
  [{ metadata: { name: 'a.b' } }, 'metadata.name: Invalid value: "a.b": must not contain dots'],
  [
    { spec: { finalizers: ['mine'] } },
    'spec.finalizers: Invalid value: "mine": name is neither a standard finalizer name nor is it fully qualified',
  ],
])

test('the phase of a namespace follows its deletion', () => {
  const old = made(Namespace, {})
  assert.deepEqual(statusProblems(Namespace, old, { ...old, status: { phase: 'Terminating' } }), [
    'status.Phase: Invalid value: "Terminating": may only be \'Active\' if `deletionTimestamp` is empty',
  ])
})

test('only the names of a service account’s secrets are kept', () => {
  assert.deepEqual(made(ServiceAccount, { secrets: [{ name: 's', uid: 'u' }] }).secrets, [{ name: 's' }])
})

creates(Binding, [
  [{ target: { kind: 'Node', name: 'n' } }],
  [
    { target: { kind: 'Pod' } },
    'target.kind: Unsupported value: "Pod": supported values: "Node", "<empty>"',
    'target.name: Required value',
  ],
])

creates(Event, [
  [{ involvedObject: { namespace: 'default', name: 'x' } }],
  [
    { involvedObject: { namespace: 'other' } },
    'involvedObject.namespace: Invalid value: "other": does not match event.namespace',
  ],
  [
    {
      eventTime: '2026-01-01T00:00:00.000000Z',
      involvedObject: {},
      reportingComponent: 'a/b',
      reportingInstance: 'i',
      reason: 'r',
    },
    'action: Required value',
  ],
])

creates(Endpoints, [
  [{ subsets: [{ addresses: [{ ip: '10.0.0.1' }], ports: [{ port: 80 }] }] }],
  [{ subsets: [{}] }, 'subsets[0]: Required value: must specify `addresses` or `notReadyAddresses`'],
  [
    { subsets: [{ addresses: [{ ip: '127.0.0.1' }], ports: [{ port: 1 }, { port: 2, name: 'b' }] }] },
    'subsets[0].addresses[0].ip: Invalid value: "127.0.0.1": may not be in the loopback range (127.0.0.0/8, ::1/128)',
    'subsets[0].ports[0].name: Required value',
  ],
])

const TAINT = { key: 'a', effect: 'NoSchedule' }

creates(Node, [
  [{ spec: { taints: [TAINT], podCIDRs: ['10.1.0.0/24'] }, status: { capacity: { cpu: '4' } } }],
  [
    { spec: { taints: [TAINT, { ...TAINT, value: 'b' }] } },
    'metadata.taints[1]: Duplicate value: {"key":"a","effect":"NoSchedule","value":"b"}: taints must be unique by key and effect pair',
  ],
  [
    { spec: { podCIDRs: ['10.1.0.0/24', '10.2.0.0/24'] } },
    'spec.podCIDRs: Invalid value: ["10.1.0.0/24","10.2.0.0/24"]: may specify no more than one CIDR for each IP family',
  ],
])

test('what a node was given once stays', () => {
  const sketch = { spec: { podCIDRs: ['10.1.0.0/24'], providerID: 'p' } }
  assert.deepEqual(
    changed(Node, sketch, ({ spec }) => Object.assign(spec, { podCIDR: '', podCIDRs: [], providerID: 'q' })),
    [
      'spec.podCIDRs: Forbidden: node updates may not change podCIDR except from "" to valid',
      'spec.providerID: Forbidden: node updates may not change providerID except from "" to valid',
    ],
  )
  assert.deepEqual(made(Node, { status: { capacity: { cpu: '4' } } }).status.allocatable, { cpu: '4' })
})

const TEMPLATE = { metadata: { labels: { app: 'a' } }, spec: { containers: [{ name: 'c', image: 'i' }] } }

test('a replication controller takes its selector from its template', () => {
  const { spec, metadata } = made(ReplicationController, { spec: { template: TEMPLATE } })
  assert.deepEqual([spec.replicas, spec.selector, metadata.labels], [1, { app: 'a' }, { app: 'a' }])
  assert.equal(spec.template?.spec?.restartPolicy, 'Always')
})

creates(ReplicationController, [
  [{ spec: { template: TEMPLATE } }],
  [{ spec: {} }, 'spec.selector: Required value', 'spec.template: Required value'],
  [
    { spec: { selector: { app: 'b' }, template: TEMPLATE, replicas: -1 } },
    'spec.replicas: Invalid value: -1: must be greater than or equal to 0',
    'spec.template.metadata.labels: Invalid value: {"app":"a"}: `selector` does not match template `labels`',
  ],
  [
    { spec: { template: { ...TEMPLATE, spec: { ...TEMPLATE.spec, restartPolicy: 'Never' } } } },
    'spec.template.spec.restartPolicy: Unsupported value: "Never": supported values: "Always"',
  ],
])

creates(PodTemplate, [
  [{ template: TEMPLATE }],
  [{}, 'template.spec.containers: Required value'],
  [
    { template: { ...TEMPLATE, metadata: { labels: { a: '!' } } } },
    `template.labels: Invalid value: "!": ${labelMessage()}`,
  ],
])

function labelMessage(): string {
  return (
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end " +
    "with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is " +
    "'(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')"
  )
}

const limits = (item: object) => ({ spec: { limits: [item] } })

test('limits for containers follow from one another', () => {
  const item = { type: 'Container', max: { cpu: '2' }, min: { memory: '1Mi' }, defaultRequest: { cpu: '1' } }
  const [filled] = made(LimitRange, limits(item)).spec.limits
  assert.deepEqual(filled?.default, { cpu: '2' })
  assert.deepEqual(filled?.defaultRequest, { cpu: '1', memory: '1Mi' })
})

creates(LimitRange, [
  [limits({ type: 'Container', max: { cpu: '2' }, min: { cpu: '1' } })],
  [
    limits({ type: 'Pod', max: { cpu: '1' }, min: { cpu: '2' }, default: { cpu: '1' } }),
    "spec.limits[0].default: Forbidden: may not be specified when `type` is 'Pod'",
    'spec.limits[0].min[cpu]: Invalid value: "2": min value 2 is greater than max value 1',
  ],
  [
    limits({ type: 'Shelf' }),
    'spec.limits[0].type: Invalid value: "Shelf": must be a standard limit type or fully qualified',
  ],
  [
    limits({ type: 'PersistentVolumeClaim' }),
    'spec.limits[0].limits: Required value: either minimum or maximum storage value is required, but neither was provided',
  ],
  [
    limits({ type: 'Pod', max: { cpu: '2' }, min: { cpu: '1' }, maxLimitRequestRatio: { cpu: '3' } }),
    'spec.limits[0].maxLimitRequestRatio[cpu]: Invalid value: "3": ratio 3 is greater than max/min = 2.000000',
  ],
])

creates(ResourceQuota, [
  [{ spec: { hard: { pods: '10', 'requests.cpu': '1', 'count/deployments.apps': '2' } } }],
  [
    { spec: { hard: { foo: '1' } } },
    'spec.hard[foo]: Invalid value: "foo": must be a standard resource type or fully qualified',
    'spec.hard[foo]: Invalid value: "foo": must be a standard resource for quota',
  ],
  [{ spec: { hard: { pods: '500m' } } }, 'spec.hard[pods]: Invalid value: "500m": must be an integer'],
  [
    { spec: { hard: { pods: '1' }, scopes: ['Terminating', 'NotTerminating'] } },
    'spec.scopes: Invalid value: ["Terminating","NotTerminating"]: conflicting scopes',
  ],
  [
    { spec: { hard: { cpu: '1' }, scopes: ['BestEffort'] } },
    'spec.scopes: Invalid value: ["BestEffort"]: unsupported scope applied to resource',
  ],
  [
    { spec: { scopeSelector: { matchExpressions: [{ scopeName: 'PriorityClass', operator: 'In' }] } } },
    "spec.scopeSelector.matchExpressions.values: Required value: must be at least one value when `operator` is 'In' or 'NotIn' for scope selector",
  ],
])

test('the scopes of a quota do not change', () => {
  assert.deepEqual(
    changed(ResourceQuota, { spec: {} }, ({ spec }) => (spec.scopes = ['Terminating'])),
    ['spec.scopes: Invalid value: ["Terminating"]: field is immutable'],
  )
})

const VOLUME = { capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'], hostPath: { path: '/x' } }

creates(PersistentVolume, [
  [{ spec: VOLUME }],
  [
    { spec: {} },
    'spec.accessModes: Required value',
    'spec.capacity: Required value',
    'spec.capacity: Unsupported value: {}: supported values: "storage"',
    'spec: Required value: must specify a volume type',
  ],
  [
    { spec: { ...VOLUME, accessModes: ['ReadWriteOncePod', 'ReadWriteOnce'], nfs: {} } },
    'spec.accessModes: Forbidden: may not use ReadWriteOncePod with other access modes',
    'spec.nfs: Forbidden: may not specify more than 1 volume type',
  ],
  [
    { spec: { ...VOLUME, hostPath: undefined, local: { path: '/x' } } },
    'spec.nodeAffinity: Required value: Local volume requires node affinity',
  ],
])

test('a volume stays the same piece of storage', () => {
  const [problem] = changed(PersistentVolume, { spec: VOLUME }, ({ spec }) => (spec.hostPath = { path: '/y' }))
  assert.match(
    problem ?? '',
    /^spec\.persistentvolumesource: Forbidden: spec\.persistentvolumesource is immutable after creation\n@@ /,
  )
})

test('a volume notes when its phase changes', () => {
  const old = made(PersistentVolume, { spec: VOLUME })
  const next = clone(old)
  next.status.phase = 'Bound'
  PersistentVolume.prepareStatusUpdate?.(next, old, { now: Date.parse('2026-01-02T00:00:00Z') })
  assert.equal(next.status.lastPhaseTransitionTime, '2026-01-02T00:00:00Z')
})

const CLAIM = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } }

creates(PersistentVolumeClaim, [
  [{ spec: CLAIM }],
  [
    { spec: {} },
    'spec.accessModes: Required value: at least 1 access mode is required',
    'spec.resources[storage]: Required value',
  ],
  [
    { spec: { ...CLAIM, resources: { requests: { storage: '0' } } } },
    'spec.resources[storage]: Invalid value: "0": must be greater than zero',
  ],
])

test('a claim grows once it is bound, and its volume is named once', () => {
  const grow = ({ spec }: PersistentVolumeClaim) =>
    ((spec.resources as { requests: object }).requests = { storage: '2Gi' })
  assert.match(
    changed(PersistentVolumeClaim, { spec: CLAIM }, grow)[0] ?? '',
    /^spec: Forbidden: spec is immutable after creation except/,
  )
  const old = {
    ...made(PersistentVolumeClaim, { spec: CLAIM }),
    status: { phase: 'Bound' as const, capacity: { storage: '1Gi' } },
  }
  const next = clone(old)
  grow(next)
  assert.deepEqual(updateProblems(PersistentVolumeClaim, old, next), [])
  assert.deepEqual(updateProblems(PersistentVolumeClaim, next, { ...old, status: next.status }), [
    'spec.resources.requests.storage: Forbidden: field can not be less than status.capacity',
  ])
  assert.deepEqual(
    changed(PersistentVolumeClaim, { spec: CLAIM }, ({ spec }) => (spec.volumeName = 'v')),
    [],
  )
})

test('what a claim starts from stands in both fields', () => {
  const source = { kind: 'PersistentVolumeClaim', name: 'b' }
  const { spec } = made(PersistentVolumeClaim, { spec: { ...CLAIM, dataSource: source } })
  assert.deepEqual(spec.dataSourceRef, source)
  assert.equal(
    made(PersistentVolumeClaim, { spec: { ...CLAIM, dataSource: { kind: 'X', name: 'b' } } }).spec.dataSource,
    undefined,
  )
})

const PORTS = [{ port: 80 }]
const service = (spec: object) => ({ spec: { ports: PORTS, ...spec } })

test('a service is filled in', () => {
  assert.deepEqual(made(Service, service({})).spec, {
    ports: [{ port: 80, protocol: 'TCP', targetPort: 80 }],
    sessionAffinity: 'None',
    type: 'ClusterIP',
    internalTrafficPolicy: 'Cluster',
  })
  const { spec } = made(Service, service({ type: 'LoadBalancer', sessionAffinity: 'ClientIP' }))
  assert.equal(spec.allocateLoadBalancerNodePorts, true)
  assert.equal(spec.externalTrafficPolicy, 'Cluster')
  assert.deepEqual(spec.sessionAffinityConfig, { clientIP: { timeoutSeconds: 10800 } })
})

creates(Service, [
  [service({ selector: { app: 'a' } })],
  [{ metadata: { name: '1a' }, ...service({}) }],
  [{ spec: {} }, 'spec.ports: Required value'],
  [{ spec: { clusterIP: 'None', clusterIPs: ['None'] } }],
  [
    service({ type: 'NodePort', clusterIP: 'None', clusterIPs: ['None'] }),
    'spec.clusterIPs[0]: Invalid value: "None": may not be set to \'None\' for NodePort services',
  ],
  [{ spec: { type: 'ExternalName', externalName: 'a.b.' } }],
  [{ spec: { type: 'ExternalName' } }, 'spec.externalName: Required value'],
  [
    service({ type: 'Local' }),
    'spec.type: Unsupported value: "Local": supported values: "ClusterIP", "ExternalName", "LoadBalancer", "NodePort"',
  ],
  [
    service({ ports: [{ port: 80 }, { port: 80, name: 'b' }] }),
    'spec.ports[0].name: Required value',
    'spec.ports[1]: Duplicate value: {"protocol":"TCP","port":80}',
  ],
  [
    service({ ports: [{ port: 0, targetPort: 'web' }] }),
    'spec.ports[0].port: Invalid value: 0: must be between 1 and 65535, inclusive',
  ],
  [
    service({ ports: [{ port: 80, nodePort: 30000 }] }),
    "spec.ports[0].nodePort: Forbidden: may not be used when `type` is 'ClusterIP'",
  ],
  [
    service({ clusterIP: 'x', clusterIPs: ['x'] }),
    'spec.clusterIPs[0]: Invalid value: "x": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)',
  ],
  [
    service({ clusterIP: '10.0.0.1', clusterIPs: ['10.0.0.1'], ipFamilies: ['IPv6'] }),
    'spec.clusterIPs[0]: Invalid value: "10.0.0.1": expected an IPv6 value as indicated by `ipFamilies[0]`',
  ],
  [
    service({ externalTrafficPolicy: 'Local' }),
    'spec.externalTrafficPolicy: Invalid value: "Local": may only be set for externally-accessible services',
  ],
  [
    service({ loadBalancerSourceRanges: ['10.0.0.1/8'] }),
    "spec.LoadBalancerSourceRanges: Forbidden: may only be used when `type` is 'LoadBalancer'",
    'spec.LoadBalancerSourceRanges[0]: Invalid value: "10.0.0.1/8": must not have bits set beyond the prefix length',
  ],
  [
    service({ sessionAffinity: 'ClientIP', sessionAffinityConfig: { clientIP: { timeoutSeconds: 0 } } }),
    'spec.sessionAffinityConfig.clientIP.timeoutSeconds: Invalid value: 0: must be greater than 0 and less than 86400',
  ],
])

const ADDRESSED = service({ clusterIP: '10.0.0.1', clusterIPs: ['10.0.0.1'], ipFamilies: ['IPv4'] })

test('the address of a service stays', () => {
  assert.deepEqual(
    changed(Service, ADDRESSED, ({ spec }) => Object.assign(spec, { clusterIP: '10.0.0.2', clusterIPs: ['10.0.0.2'] })),
    ['spec.clusterIPs[0]: Invalid value: ["10.0.0.2"]: may not change once set'],
  )
})

test('a service that changes its type leaves behind what it no longer needs', () => {
  const next = made(Service, service({ type: 'NodePort', ports: [{ port: 80, nodePort: 30080 }] }))
  const old = clone(next)
  next.spec.type = 'ClusterIP'
  Service.prepareUpdate?.(next, old, { now: 0 })
  assert.equal(next.spec.ports?.[0]?.nodePort, undefined)
  assert.equal(next.spec.externalTrafficPolicy, undefined)
})

test('only load balancers have addresses outside', () => {
  const old = made(Service, ADDRESSED)
  const status = { loadBalancer: { ingress: [{ ip: '1.2.3.4' }] } }
  assert.deepEqual(statusProblems(Service, old, { ...old, status }), [
    "status.loadBalancer.ingress: Forbidden: may only be used when `spec.type` is 'LoadBalancer'",
  ])
})
