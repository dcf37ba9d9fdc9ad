import assert from 'node:assert/strict'
import { test } from 'node:test'
import { clone } from '../../equal.ts'
import { made, statusProblems, updateProblems } from '../problems.ts'
import { Pod } from './pod.ts'
import { defaultPullPolicy } from './pod-spec/container-defaults.ts'
import type { PodSpec, ResourceRequirements } from './pod-spec/types.ts'

const pod = (spec: Partial<PodSpec> = {}, metadata: object = {}) =>
  made(Pod, { metadata, spec: { containers: [{ name: 'c', image: 'nginx' }], ...spec } })

test('the smallest pod is filled in', () => {
  const { spec, status } = pod({ serviceAccount: 'me' })
  assert.deepEqual(spec, {
    containers: [
      {
        name: 'c',
        image: 'nginx',
        imagePullPolicy: 'Always',
        terminationMessagePath: '/dev/termination-log',
        terminationMessagePolicy: 'File',
        resources: {},
      },
    ],
    dnsPolicy: 'ClusterFirst',
    enableServiceLinks: true,
    restartPolicy: 'Always',
    schedulerName: 'default-scheduler',
    securityContext: {},
    serviceAccount: 'me',
    serviceAccountName: 'me',
    terminationGracePeriodSeconds: 30,
  })
  assert.deepEqual(status, { phase: 'Pending', qosClass: 'BestEffort' })
})

test('what a pod says is filled in where it leaves things open', () => {
  const { spec } = pod({
    hostNetwork: true,
    containers: [
      {
        name: 'c',
        image: 'nginx:1.27',
        ports: [{ containerPort: 80 }],
        resources: { limits: { cpu: '1', memory: '1Gi' }, requests: { cpu: '500m' } },
        env: [{ name: 'A', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }],
        readinessProbe: { httpGet: { port: 80 } },
        livenessProbe: { grpc: { port: 80 } },
      },
    ],
    volumes: [
      { name: 'a' },
      { name: 'b', hostPath: { path: '/b' } },
      { name: 'c', projected: { sources: [{ serviceAccountToken: { path: 't' } }] } },
    ],
  })
  const [container] = spec.containers
  assert.deepEqual(container?.ports, [{ containerPort: 80, hostPort: 80, protocol: 'TCP' }])
  assert.deepEqual(container?.resources, {
    limits: { cpu: '1', memory: '1Gi' },
    requests: { cpu: '500m', memory: '1Gi' },
  })
  assert.equal(container?.imagePullPolicy, 'IfNotPresent')
  assert.equal(container?.env?.[0]?.valueFrom?.fieldRef?.apiVersion, 'v1')
  const timing = { timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3 }
  assert.deepEqual(container?.readinessProbe, { httpGet: { port: 80, path: '/', scheme: 'HTTP' }, ...timing })
  assert.deepEqual(container?.livenessProbe, { grpc: { port: 80, service: '' }, ...timing })
  assert.deepEqual(spec.volumes, [
    { name: 'a', emptyDir: {} },
    { name: 'b', hostPath: { path: '/b', type: '' } },
    {
      name: 'c',
      projected: { defaultMode: 420, sources: [{ serviceAccountToken: { path: 't', expirationSeconds: 3600 } }] },
    },
  ])
})

test('filling in twice changes nothing', () => {
  const once = pod({ resources: { limits: { cpu: '2' } } })
  const twice = clone(once)
  Pod.defaults?.(twice)
  assert.deepEqual(twice, once)
})

const IMAGES: [image: string, policy: string][] = [
  ['nginx', 'Always'],
  ['nginx:latest', 'Always'],
  ['nginx:1', 'IfNotPresent'],
  ['registry:5000/nginx', 'Always'],
  ['registry:5000/team/nginx:1', 'IfNotPresent'],
  [`nginx@sha256:${'0'.repeat(64)}`, 'IfNotPresent'],
  [`nginx:latest@sha256:${'0'.repeat(64)}`, 'Always'],
  ['', 'IfNotPresent'],
  ['Not An Image', 'IfNotPresent'],
]
for (const [image, policy] of IMAGES) {
  test(`pull policy of "${image}"`, () => assert.equal(defaultPullPolicy(image), policy))
}

const QOS: [resources: ResourceRequirements[], whole: ResourceRequirements | undefined, qos: string][] = [
  [[{}], undefined, 'BestEffort'],
  [[{ limits: { cpu: '1', memory: '1Gi' } }], undefined, 'Guaranteed'],
  [[{ limits: { cpu: '1' } }], undefined, 'Burstable'],
  [[{ limits: { cpu: '1', memory: '1Gi' }, requests: { cpu: '500m' } }], undefined, 'Burstable'],
  [[{ limits: { cpu: '1', memory: '1Gi' } }, {}], undefined, 'Burstable'],
  [[{ requests: { cpu: '0' } }], undefined, 'BestEffort'],
  [[{ requests: { 'example.com/x': '1' }, limits: { 'example.com/x': '1' } }], undefined, 'BestEffort'],
  [[{}], { limits: { cpu: '1', memory: '1Gi' } }, 'Guaranteed'],
  [[{}], { requests: { cpu: '1' } }, 'Burstable'],
]
for (const [resources, whole, qos] of QOS) {
  test(`${JSON.stringify([resources, whole])} is ${qos}`, () => {
    const containers = resources.map((own, i) => ({ name: `c${i}`, image: 'a', resources: clone(own) }))
    assert.equal(pod({ containers, ...(whole && { resources: clone(whole) }) }).status.qosClass, qos)
  })
}

test('a pod with closed gates says why it waits', () => {
  assert.deepEqual(pod({ schedulingGates: [{ name: 'a' }] }).status.conditions, [
    {
      type: 'PodScheduled',
      status: 'False',
      reason: 'SchedulingGated',
      message: 'Scheduling is blocked due to non-empty scheduling gates',
    },
  ])
})

test('the own values of labels are written into selectors', () => {
  const { spec } = pod(
    {
      topologySpreadConstraints: [
        {
          maxSkew: 1,
          topologyKey: 'zone',
          whenUnsatisfiable: 'DoNotSchedule',
          labelSelector: {},
          matchLabelKeys: ['hash', 'absent'],
        },
      ],
    },
    { labels: { hash: '123' } },
  )
  assert.deepEqual(spec.topologySpreadConstraints?.[0]?.labelSelector, {
    matchExpressions: [{ key: 'hash', operator: 'In', values: ['123'] }],
  })
})

test('how long a pod is given to stop', () => {
  const grace = (spec: Partial<PodSpec>, phase: 'Running' | 'Failed', asked?: number) =>
    Pod.gracePeriodSeconds?.({ ...pod(spec), status: { phase } }, asked)
  assert.equal(grace({ nodeName: 'n' }, 'Running'), 30)
  assert.equal(grace({ nodeName: 'n' }, 'Running', 5), 5)
  assert.equal(grace({ nodeName: 'n', terminationGracePeriodSeconds: -1 }, 'Running'), 1)
  assert.equal(grace({}, 'Running', 5), 0)
  assert.equal(grace({ nodeName: 'n' }, 'Failed', 5), 0)
})

const OLD = pod({ tolerations: [{ key: 'a', operator: 'Exists' }], activeDeadlineSeconds: 10 })

/** A change to a pod, and what is said of it. */
function changed(change: (spec: PodSpec) => void, old = OLD): string[] {
  const next = clone(old)
  change(next.spec)
  return updateProblems(Pod, old, next)
}

test('what may change', () => {
  assert.deepEqual(
    changed((spec) => ((spec.containers[0] as { image: string }).image = 'nginx:2')),
    [],
  )
  assert.deepEqual(
    changed((spec) => spec.tolerations?.push({ key: 'b', operator: 'Exists' })),
    [],
  )
  assert.deepEqual(
    changed((spec) => (spec.activeDeadlineSeconds = 5)),
    [],
  )
})

test('what may not', () => {
  assert.deepEqual(
    changed((spec) => spec.containers.push({ name: 'd', image: 'e' })),
    ['spec.containers: Forbidden: pod updates may not add or remove containers'],
  )
  assert.deepEqual(
    changed((spec) => (spec.tolerations = [])),
    ['spec.tolerations: Forbidden: existing toleration can not be modified except its tolerationSeconds'],
  )
  assert.deepEqual(
    changed((spec) => (spec.activeDeadlineSeconds = 11)),
    ['spec.activeDeadlineSeconds: Invalid value: 11: must be less than or equal to previous value'],
  )
  assert.deepEqual(
    changed((spec) => (spec.schedulingGates = [{ name: 'late' }])),
    ["spec.schedulingGates[0].name: Forbidden: only deletion is allowed, but found new scheduling gate 'late'"],
  )
})

test('any other change is told with its diff', () => {
  const [problem, ...more] = changed((spec) => (spec.nodeName = 'n'))
  assert.deepEqual(more, [])
  const [told, ...diff] = (problem ?? '').split('\n')
  assert.equal(
    told,
    'spec: Forbidden: pod updates may not change fields other than `spec.containers[*].image`,' +
      '`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing ' +
      'tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)',
  )
  assert.deepEqual(
    diff.filter((line) => line.startsWith('+')),
    ['+ "schedulerName": "default-scheduler",', '+ "nodeName": "n"'],
  )
})

test('while its gates are closed, where a pod may go can be narrowed', () => {
  const gated = pod({ schedulingGates: [{ name: 'a' }], nodeSelector: { disk: 'ssd' } })
  assert.deepEqual(
    changed((spec) => ((spec.nodeSelector ??= {})['zone'] = 'z'), gated),
    [],
  )
  assert.deepEqual(
    changed((spec) => (spec.nodeSelector = { disk: 'hdd' }), gated),
    [
      'spec.nodeSelector: Invalid value: {"disk":"hdd"}: only additions to spec.nodeSelector are allowed (no mutations or deletions)',
    ],
  )
})

function statusChanged(spec: Partial<PodSpec>, before: Pod['status'], after: Pod['status']): string[] {
  const old = { ...pod(spec), status: before }
  return statusProblems(Pod, old, { ...old, status: after })
}

test('a container that has ended stays so, unless it may be restarted', () => {
  const status = (state: object) =>
    ({
      containerStatuses: [{ name: 'c', state, ready: false, restartCount: 0, image: '', imageID: '' }],
    }) as Pod['status']
  const ended = (exitCode: number) => status({ terminated: { exitCode } })
  const running = status({ running: {} })
  const problem = ['status.containerStatuses[0].state: Forbidden: may not be transitioned to non-terminated state']
  assert.deepEqual(statusChanged({ restartPolicy: 'Never' }, ended(1), running), problem)
  assert.deepEqual(statusChanged({ restartPolicy: 'OnFailure' }, ended(0), running), problem)
  assert.deepEqual(statusChanged({ restartPolicy: 'OnFailure' }, ended(1), running), [])
  assert.deepEqual(statusChanged({}, ended(0), running), [])
})

test('a status keeps the QoS class, and has one address of each family', () => {
  assert.deepEqual(
    statusChanged({}, { qosClass: 'Burstable' }, { podIPs: [{ ip: '10.0.0.1' }, { ip: 'fd00::1' }] }),
    [],
  )
  assert.deepEqual(statusChanged({}, { qosClass: 'Burstable' }, { qosClass: 'Guaranteed' }), [
    'status.qosClass: Invalid value: "Guaranteed": field is immutable',
  ])
  assert.deepEqual(statusChanged({}, {}, { podIPs: [{ ip: '10.0.0.1' }, { ip: '10.0.0.2' }] }), [
    'status.podIPs: Invalid value: [{"ip":"10.0.0.1"},{"ip":"10.0.0.2"}]: may specify no more than one IP for each IP family',
  ])
})
