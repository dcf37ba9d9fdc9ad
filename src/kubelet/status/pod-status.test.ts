import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { Pod } from '../../api/kinds/core/pod.ts'
import type { PodState } from '../pod-machine.ts'
import type { ContainerStatus, PodStatus } from '../pod-spec.ts'
import { nothingSeen, type RuntimePod } from '../runtime-pod.ts'
import { at, container, endedOf, NOW, podOf, sandbox, seenOf, seenPod } from '../test-pods.ts'
import { podStatus } from './pod-status.ts'

const SYNCING: PodState = { phase: 'syncing' }

function statusOf(
  pod: Pod,
  seen: RuntimePod,
  more: { state?: PodState; old?: PodStatus; now?: number } = {},
): PodStatus {
  const { state = SYNCING, old = pod.status, now = NOW } = more
  return podStatus({ pod, old, seen, state, now, hostIPs: ['192.0.2.1'], runtimeName: 'containerd' })
}

/** A container status on one line: name, state, what there was before, restarts, readiness. */
function line({ name, state = {}, lastState, restartCount, ready, started }: ContainerStatus): string {
  const { waiting, terminated } = state
  const now = waiting
    ? `waiting ${[waiting.reason, waiting.message].filter(Boolean).join(': ')}`
    : terminated
      ? `terminated ${terminated.reason} ${terminated.exitCode}`
      : 'running'
  const before = lastState?.terminated ? ` last=${lastState.terminated.exitCode}` : ''
  return `${name} ${now.trim()}${before} restarts=${restartCount} ready=${ready} started=${started}`
}

const lines = ({ initContainerStatuses = [], containerStatuses = [] }: PodStatus) =>
  [...initContainerStatuses, ...containerStatuses].map(line)

const conditions = ({ conditions: all = [] }: PodStatus) =>
  all.map(({ type, status, reason, message }) => [`${type}=${status}`, reason, message].filter(Boolean).join(' '))

const READY = [
  'PodReadyToStartContainers=True',
  'Initialized=True',
  'Ready=True',
  'ContainersReady=True',
  'PodScheduled=True',
]

suite('the status of a pod', () => {
  test('that has just come', () => {
    const status = statusOf(podOf(), nothingSeen())
    assert.deepEqual(lines(status), ['app waiting ContainerCreating restarts=0 ready=false started=false'])
    assert.deepEqual(conditions(status), [
      'PodReadyToStartContainers=False',
      'Initialized=True',
      'Ready=False ContainersNotReady containers with unready status: [app]',
      'ContainersReady=False ContainersNotReady containers with unready status: [app]',
      'PodScheduled=True',
    ])
    const { phase, hostIP, hostIPs, podIP, startTime, qosClass } = status
    assert.deepEqual(
      { phase, hostIP, hostIPs, podIP, startTime, qosClass },
      {
        phase: 'Pending',
        hostIP: '192.0.2.1',
        hostIPs: [{ ip: '192.0.2.1' }],
        podIP: undefined,
        startTime: '2026-01-01T12:00:00Z',
        qosClass: 'BestEffort',
      },
    )
  })

  test('that runs', () => {
    const pod = podOf({
      containers: [
        container('app', {
          resources: { requests: { cpu: '100m' }, limits: { cpu: '200m' } },
          volumeMounts: [{ name: 'data', mountPath: '/data', readOnly: true }],
        }),
      ],
    })
    const status = statusOf(pod, seenPod([seenOf(pod, 'app')]))
    assert.equal(status.phase, 'Running')
    assert.equal(status.podIP, '10.0.0.5')
    assert.deepEqual(status.podIPs, [{ ip: '10.0.0.5' }])
    assert.deepEqual(conditions(status), READY)
    assert.deepEqual(status.containerStatuses, [
      {
        allocatedResources: { cpu: '100m' },
        containerID: 'containerd://app-0',
        image: 'docker.io/library/busybox:latest',
        imageID: 'docker.io/library/busybox@sha256:1',
        lastState: {},
        name: 'app',
        ready: true,
        resources: { requests: { cpu: '100m' }, limits: { cpu: '200m' } },
        restartCount: 0,
        started: true,
        state: { running: { startedAt: '2026-01-01T11:59:10Z' } },
        volumeMounts: [{ mountPath: '/data', name: 'data', readOnly: true, recursiveReadOnly: 'Disabled' }],
      },
    ])
  })

  test('keeps the moments at which conditions changed', () => {
    const pod = podOf()
    const first = statusOf(pod, nothingSeen())
    const later = statusOf(pod, seenPod([seenOf(pod, 'app')]), { old: first, now: at(5) })
    const since = Object.fromEntries((later.conditions ?? []).map((each) => [each.type, each.lastTransitionTime]))
    assert.equal(since.Ready, '2026-01-01T12:00:05Z')
    assert.equal(since.PodScheduled, '2026-01-01T12:00:00Z')
    assert.equal(later.startTime, '2026-01-01T12:00:00Z')
  })

  test('leaves the conditions of others alone, and waits for those that are gates', () => {
    const gate = { type: 'example.com/gate', status: 'False', lastTransitionTime: '2026-01-01T11:00:00Z' }
    const pod = podOf({
      readinessGates: [{ conditionType: 'example.com/gate' }, { conditionType: 'example.com/none' }],
      status: { phase: 'Running', conditions: [gate] },
    })
    const status = statusOf(pod, seenPod([seenOf(pod, 'app')]))
    assert.deepEqual(status.conditions?.[0], gate)
    assert.ok(
      conditions(status).includes(
        'Ready=False ReadinessGatesNotReady the status of pod readiness gate "example.com/gate" is not "True", but False, ' +
          'corresponding condition of pod readiness gate "example.com/none" does not exist.',
      ),
    )
  })

  test('on the network of the node has its addresses', () => {
    const pod = podOf({ hostNetwork: true })
    const status = statusOf(
      pod,
      seenPod([seenOf(pod, 'app')], { sandboxes: [sandbox({ hostNetwork: true, ips: [] })] }),
    )
    assert.equal(status.podIP, '192.0.2.1')
    assert.deepEqual(conditions(status), READY)
  })
})

interface Case {
  what: string
  pod?: Pod
  seen: RuntimePod
  old?: PodStatus
  lines: string[]
  phase: string
}

const always = podOf()
const never = podOf({ restartPolicy: 'Never' })
const inits = podOf({ initContainers: [container('first'), container('second')] })
const crashed = endedOf(always, 'app', 1, { restartCount: 2, backOffMs: 20_000 })

const CASES: Case[] = [
  {
    what: 'after the first crash',
    seen: seenPod([endedOf(always, 'app', 1)]),
    lines: ['app terminated Error 1 restarts=0 ready=false started=false'],
    phase: 'Running',
  },
  {
    what: 'while it waits for another start',
    seen: seenPod([crashed]),
    lines: [
      'app waiting CrashLoopBackOff: back-off 20s restarting failed container=app pod=web_default(uid-1) ' +
        'last=1 restarts=2 ready=false started=false',
    ],
    phase: 'Running',
  },
  {
    what: 'that runs after a crash',
    seen: seenPod([seenOf(always, 'app', { restartCount: 1 }), endedOf(always, 'app', 3)]),
    lines: ['app running last=3 restarts=1 ready=true started=true'],
    phase: 'Running',
  },
  {
    what: 'whose image cannot be pulled',
    seen: seenPod([], {
      failures: { app: { reason: 'ImagePullBackOff', message: 'Back-off pulling image "x"', retryAtMs: at(5) } },
    }),
    lines: ['app waiting ImagePullBackOff: Back-off pulling image "x" restarts=0 ready=false started=false'],
    phase: 'Pending',
  },
  {
    what: 'whose program was just found not to exist',
    seen: seenPod([endedOf(always, 'app', 128)], {
      failures: { app: { reason: 'RunContainerError', message: 'no such file', retryAtMs: at(1) } },
    }),
    lines: ['app waiting RunContainerError: no such file last=128 restarts=0 ready=false started=false'],
    phase: 'Running',
  },
  {
    what: 'that did its work',
    pod: never,
    seen: seenPod([endedOf(never, 'app', 0)]),
    lines: ['app terminated Completed 0 restarts=0 ready=false started=false'],
    phase: 'Succeeded',
  },
  {
    what: 'that failed for good',
    pod: never,
    seen: seenPod([endedOf(never, 'app', 2)]),
    lines: ['app terminated Error 2 restarts=0 ready=false started=false'],
    phase: 'Failed',
  },
  {
    what: 'that initializes',
    pod: inits,
    seen: seenPod([seenOf(inits, 'first')]),
    lines: [
      'first running restarts=0 ready=false started=true',
      'second waiting PodInitializing restarts=0 ready=false started=false',
      'app waiting PodInitializing restarts=0 ready=false started=false',
    ],
    phase: 'Pending',
  },
  {
    what: 'whose init container waits for another try',
    pod: inits,
    seen: seenPod([endedOf(inits, 'first', 1, { restartCount: 1, backOffMs: 10_000 })]),
    lines: [
      'first waiting CrashLoopBackOff: back-off 10s restarting failed container=first pod=web_default(uid-1) ' +
        'last=1 restarts=1 ready=false started=false',
      'second waiting PodInitializing restarts=0 ready=false started=false',
      'app waiting PodInitializing restarts=0 ready=false started=false',
    ],
    phase: 'Pending',
  },
  {
    what: 'that was initialized, of which one init container is no longer there',
    pod: inits,
    seen: seenPod([seenOf(inits, 'app'), endedOf(inits, 'second', 0)]),
    lines: [
      'first terminated Completed 0 restarts=0 ready=true started=false',
      'second terminated Completed 0 restarts=0 ready=true started=false',
      'app running restarts=0 ready=true started=true',
    ],
    phase: 'Running',
  },
  {
    what: 'whose container was lost',
    pod: never,
    seen: seenPod(),
    old: {
      containerStatuses: [
        { name: 'app', image: '', imageID: '', ready: true, restartCount: 0, state: { running: { startedAt: '' } } },
      ],
    },
    lines: ['app waiting ContainerCreating last=137 restarts=1 ready=false started=false'],
    phase: 'Failed',
  },
]

suite('the containers and the phase of a pod', () => {
  for (const { what, pod = always, seen, old, lines: expected, phase } of CASES) {
    test(what, () => {
      const status = statusOf(pod, seen, old ? { old } : {})
      assert.deepEqual(lines(status), expected)
      assert.equal(status.phase, phase)
    })
  }
})

suite('readiness', () => {
  const pod = podOf({
    containers: [
      container('app', { readinessProbe: { httpGet: { port: 80 } }, startupProbe: { exec: { command: ['x'] } } }),
    ],
  })
  const health = (started: boolean, ready: boolean) => ({ health: { 'app-0': { started, live: true, ready } } })
  for (const [what, more, expected] of [
    ['a container that was not asked yet is not ready', {}, 'app running restarts=0 ready=false started=false'],
    ['one that has not started is not ready', health(false, true), 'app running restarts=0 ready=false started=false'],
    ['one that started may be unready', health(true, false), 'app running restarts=0 ready=false started=true'],
    ['and may be ready', health(true, true), 'app running restarts=0 ready=true started=true'],
  ] as const) {
    test(what, () => assert.deepEqual(lines(statusOf(pod, seenPod([seenOf(pod, 'app')], more))), [expected]))
  }
})

suite('a pod that ends', () => {
  const stopped = sandbox({ ready: false, ips: [] })
  const ran = statusOf(always, seenPod([seenOf(always, 'app')]))

  test('keeps its address', () => {
    const state: PodState = { phase: 'terminating', reason: 'deleted', deadlineMs: at(30) }
    const seen = seenPod([endedOf(always, 'app', 0)], { sandboxes: [stopped] })
    assert.equal(statusOf(always, seen, { state, old: ran }).podIP, '10.0.0.5')
  })

  test('has succeeded when all its containers did, whatever its policy', () => {
    const state: PodState = { phase: 'terminated', reason: 'deleted' }
    const seen = seenPod([endedOf(always, 'app', 0)], { sandboxes: [stopped] })
    const status = statusOf(always, seen, { state, old: ran })
    assert.equal(status.phase, 'Succeeded')
    assert.deepEqual(conditions(status).slice(1, 4), [
      'Initialized=True PodCompleted',
      'Ready=False PodCompleted',
      'ContainersReady=False PodCompleted',
    ])
  })

  test('at its deadline has failed, and stays so', () => {
    const state: PodState = { phase: 'terminating', reason: 'DeadlineExceeded', deadlineMs: at(30) }
    const status = statusOf(always, seenPod([seenOf(always, 'app')]), { state, old: ran })
    assert.deepEqual([status.phase, status.reason], ['Failed', 'DeadlineExceeded'])
    const after = statusOf({ ...always, status }, nothingSeen(), {
      old: status,
      state: { phase: 'terminated', reason: 'finished' },
    })
    assert.deepEqual([after.phase, after.reason, after.message], ['Failed', 'DeadlineExceeded', status.message])
  })

  test('never comes back from having failed', () => {
    const pod = podOf({ status: { phase: 'Failed', reason: 'Evicted' } })
    const status = statusOf(pod, seenPod([seenOf(pod, 'app')]))
    assert.deepEqual([status.phase, status.reason], ['Failed', 'Evicted'])
  })
})
