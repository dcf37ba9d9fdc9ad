import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { Pod } from '../api/kinds/core/pod.ts'
import { type Action, type PodState, type Step, step } from './pod-machine.ts'
import { nothingSeen, type RuntimePod } from './runtime-pod.ts'
import { at, container, endedOf, NOW, podOf, sandbox, seenOf, seenPod } from './test-pods.ts'

const SYNCING: PodState = { phase: 'syncing' }

/** An action on one line. */
function text(action: Action): string {
  switch (action.do) {
    case 'createSandbox':
      return `createSandbox ${action.attempt}`
    case 'startContainer':
      return `start ${action.start.container.name} #${action.start.restartCount} backOff=${action.start.backOffMs / 1000}s`
    case 'killContainers':
      return `kill ${action.kills.map(({ id, graceMs, after }) => `${id} ${graceMs / 1000}s${after.length > 0 ? ` after ${after.join()}` : ''}`).join(', ')}`
    case 'stopSandboxes':
    case 'removeContainers':
    case 'removeSandboxes':
      return `${action.do} ${action.ids.join(' ')}`
    case 'record':
      return `${action.type} ${action.reason}: ${action.message}`
    default:
      return action.do
  }
}

const actions = (result: Step) => result.actions.map(text)

interface Case {
  what: string
  want?: Pod
  seen: RuntimePod
  state?: PodState
  now?: number
  actions: string[]
  next?: PodState
  wakeAtMs?: number
}

function check({ what, want, seen, state = SYNCING, now = NOW, actions: expected, next, wakeAtMs }: Case): void {
  test(what, () => {
    const result = step(state, want, seen, now)
    assert.deepEqual(actions(result), expected)
    if (next) assert.deepEqual(result.next, next)
    assert.equal(result.wakeAtMs, wakeAtMs)
  })
}

const plain = podOf()
const never = podOf({ restartPolicy: 'Never' })
const onFailure = podOf({ restartPolicy: 'OnFailure' })
const two = podOf({ containers: [container('a'), container('b')] })
const inits = podOf({ initContainers: [container('first'), container('second')] })
const sidecar = podOf({
  initContainers: [container('proxy', { restartPolicy: 'Always' }), container('setup')],
})

suite('a pod comes up', () => {
  check({
    what: 'of a new pod, the node is prepared and the sandbox made',
    want: plain,
    seen: nothingSeen(),
    actions: ['prepare', 'mountVolumes', 'createSandbox 0'],
    next: SYNCING,
  })
  check({
    what: 'in the sandbox all containers are started',
    want: two,
    seen: seenPod(),
    actions: ['start a #0 backOff=0s', 'start b #0 backOff=0s'],
  })
  check({
    what: 'of a pod that runs, nothing is done',
    want: plain,
    seen: seenPod([seenOf(plain, 'app')]),
    actions: [],
  })
  check({
    what: 'a running pod that a new kubelet finds keeps running',
    want: plain,
    seen: seenPod([seenOf(plain, 'app')], { node: nothingSeen().node }),
    actions: ['prepare', 'mountVolumes'],
  })
  check({
    what: 'what failed for the pod as a whole is not tried before its time',
    want: plain,
    seen: { ...nothingSeen(), failures: { '': { reason: 'FailedCreatePodSandBox', message: '', retryAtMs: at(7) } } },
    actions: [],
    wakeAtMs: at(7),
  })
  check({
    what: 'a container that could not be started waits, and the other one is started',
    want: two,
    seen: seenPod([], { failures: { a: { reason: 'ErrImagePull', message: '', retryAtMs: at(7) } } }),
    actions: ['start b #0 backOff=0s'],
    wakeAtMs: at(7),
  })
  check({
    what: 'volumes that follow objects are written again after a minute',
    want: podOf({ volumes: [{ name: 'config', configMap: { name: 'c' } }] }),
    seen: seenPod([seenOf(plain, 'app')]),
    actions: ['mountVolumes'],
    wakeAtMs: NOW + 1,
  })
})

suite('init containers run one after the other', () => {
  check({ what: 'the first one', want: inits, seen: seenPod(), actions: ['start first #0 backOff=0s'] })
  check({ what: 'while it runs nothing else', want: inits, seen: seenPod([seenOf(inits, 'first')]), actions: [] })
  check({
    what: 'then the second one',
    want: inits,
    seen: seenPod([endedOf(inits, 'first', 0)]),
    actions: ['start second #0 backOff=0s'],
  })
  check({
    what: 'then the pod itself, even when the first one is no longer there',
    want: inits,
    seen: seenPod([endedOf(inits, 'second', 0)]),
    actions: ['start app #0 backOff=0s'],
  })
  check({
    what: 'one that failed is started again, and nothing after it',
    want: inits,
    seen: seenPod([endedOf(inits, 'first', 1)]),
    actions: ['start first #1 backOff=10s'],
  })
  check({
    what: 'a pod that is never restarted fails with its init container',
    want: podOf({ restartPolicy: 'Never', initContainers: [container('first')] }),
    seen: seenPod([endedOf(inits, 'first', 1)]),
    actions: ['stopSandboxes sandbox-0'],
    next: { phase: 'terminating', reason: 'finished', deadlineMs: at(30) },
  })
  check({
    what: 'a sidecar that runs lets the next one start',
    want: sidecar,
    seen: seenPod([seenOf(sidecar, 'proxy')]),
    actions: ['start setup #0 backOff=0s'],
  })
  check({
    what: 'a sidecar that ended while the pod runs is started again',
    want: sidecar,
    seen: seenPod([seenOf(sidecar, 'app'), endedOf(sidecar, 'setup', 0), endedOf(sidecar, 'proxy', 0)]),
    actions: ['start proxy #1 backOff=10s'],
  })
  check({
    what: 'sidecars do not keep a pod whose work is done',
    want: { ...sidecar, spec: { ...sidecar.spec, restartPolicy: 'Never' } },
    seen: seenPod([endedOf(sidecar, 'app', 0), endedOf(sidecar, 'setup', 0), seenOf(sidecar, 'proxy')]),
    actions: ['kill proxy-0 30s', 'stopSandboxes sandbox-0'],
    next: SYNCING,
  })
})

suite('containers that end', () => {
  check({
    what: 'are started again at once the first time',
    want: plain,
    seen: seenPod([endedOf(plain, 'app', 1)]),
    actions: ['start app #1 backOff=10s'],
  })
  check({
    what: 'wait from then on, which an event tells',
    want: plain,
    seen: seenPod([endedOf(plain, 'app', 1, { restartCount: 1, backOffMs: 10_000 })]),
    actions: ['Warning BackOff: Back-off restarting failed container app in pod web_default(uid-1)'],
    wakeAtMs: at(9),
  })
  check({
    what: 'are started when the wait is over, with twice the wait ahead',
    want: plain,
    seen: seenPod([endedOf(plain, 'app', 1, { restartCount: 1, backOffMs: 10_000, finishedAtMs: at(-10) })]),
    actions: ['start app #2 backOff=20s'],
  })
  check({
    what: 'wait five minutes at most',
    want: plain,
    seen: seenPod([endedOf(plain, 'app', 1, { restartCount: 9, backOffMs: 300_000, finishedAtMs: at(-300) })]),
    actions: ['start app #10 backOff=300s'],
  })
  check({
    what: 'after more than ten minutes of life do not wait',
    want: plain,
    seen: seenPod([endedOf(plain, 'app', 1, { restartCount: 9, backOffMs: 300_000, createdAtMs: at(-700) })]),
    actions: ['start app #10 backOff=10s'],
  })
  for (const [want, code, restarts] of [
    [plain, 0, true],
    [onFailure, 0, false],
    [onFailure, 1, true],
    [never, 1, false],
  ] as const) {
    check({
      what: `with ${code} under ${want.spec.restartPolicy} ${restarts ? 'are' : 'are not'} started again`,
      want,
      seen: seenPod([endedOf(want, 'app', code)]),
      actions: restarts ? ['start app #1 backOff=10s'] : ['stopSandboxes sandbox-0'],
      next: restarts ? SYNCING : { phase: 'terminating', reason: 'finished', deadlineMs: at(30) },
    })
  }
  check({
    what: 'and whose own rule wants them again are started in a pod that is never restarted',
    want: podOf({
      restartPolicy: 'Never',
      containers: [
        container('app', {
          restartPolicy: 'Never',
          restartPolicyRules: [{ action: 'Restart', exitCodes: { operator: 'In', values: [42] } }],
        }),
      ],
    }),
    seen: seenPod([endedOf(plain, 'app', 42)]),
    actions: ['start app #1 backOff=10s'],
  })
  check({
    what: 'leave two of a name behind',
    want: plain,
    seen: seenPod([
      seenOf(plain, 'app', { restartCount: 3 }),
      endedOf(plain, 'app', 1, { restartCount: 2 }),
      endedOf(plain, 'app', 1, { restartCount: 1 }),
      endedOf(plain, 'app', 1, { restartCount: 0 }),
    ]),
    actions: ['removeContainers app-1 app-0'],
  })
})

suite('running containers are replaced', () => {
  check({
    what: 'when their image changed, whatever the policy',
    want: never,
    seen: seenPod([seenOf(never, 'app', { hash: 'other' })]),
    actions: ['kill app-0 30s', 'start app #1 backOff=0s'],
  })
  check({
    what: 'when they no longer live',
    want: plain,
    seen: seenPod([seenOf(plain, 'app')], { health: { 'app-0': { started: true, live: false, ready: true } } }),
    actions: ['kill app-0 30s', 'start app #1 backOff=0s'],
  })
  test('and the event says why', () => {
    const seen = seenPod([seenOf(plain, 'app')], { health: { 'app-0': { started: false, live: false, ready: false } } })
    const [kill] = step(SYNCING, plain, seen, NOW).actions
    assert.ok(kill?.do === 'killContainers')
    assert.equal(kill.kills[0]?.message, 'Container app failed startup probe, will be restarted')
  })
})

suite('a sandbox that is lost', () => {
  const lost = sandbox({ ready: false, ips: [] })
  check({
    what: 'is made anew, init containers and all',
    want: inits,
    seen: seenPod([endedOf(inits, 'app', 137), endedOf(inits, 'second', 0)], { sandboxes: [lost] }),
    actions: [
      'Normal SandboxChanged: Pod sandbox changed, it will be killed and re-created.',
      'removeContainers second-0',
      'createSandbox 1',
    ],
  })
  check({
    what: 'is not made anew for a pod that is never restarted; the pod ends',
    want: never,
    seen: seenPod([endedOf(never, 'app', 137)], { sandboxes: [lost] }),
    actions: [],
    next: { phase: 'terminated', reason: 'finished' },
  })
  check({
    what: 'that is old goes when nothing stands in it',
    want: plain,
    seen: seenPod([seenOf(plain, 'app', { sandboxId: 'sandbox-1' })], {
      sandboxes: [sandbox({ id: 'sandbox-1', attempt: 1 }), lost],
    }),
    actions: ['removeSandboxes sandbox-0'],
  })
  check({
    what: 'without an address is replaced',
    want: plain,
    seen: seenPod([], { sandboxes: [sandbox({ ips: [] })] }),
    actions: [
      'Normal SandboxChanged: Pod sandbox changed, it will be killed and re-created.',
      'stopSandboxes sandbox-0',
      'createSandbox 1',
    ],
  })
})

const deleted = (graceSeconds: number) =>
  podOf({ metadata: { deletionTimestamp: '2026-01-01T12:00:30Z', deletionGracePeriodSeconds: graceSeconds } })

suite('a pod that is deleted', () => {
  const running = seenPod([seenOf(plain, 'app')])
  const stopped = seenPod([endedOf(plain, 'app', 0)], { sandboxes: [sandbox({ ready: false, ips: [] })] })
  const terminated: PodState = { phase: 'terminated', reason: 'deleted' }
  check({
    what: 'is given its grace period, and then its sandbox is stopped',
    want: deleted(30),
    seen: running,
    actions: ['kill app-0 30s', 'stopSandboxes sandbox-0'],
    next: { phase: 'terminating', reason: 'deleted', deadlineMs: at(30) },
  })
  check({
    what: 'again with less time, is given less',
    want: deleted(2),
    seen: running,
    state: { phase: 'terminating', reason: 'deleted', deadlineMs: at(20) },
    actions: ['kill app-0 2s', 'stopSandboxes sandbox-0'],
    next: { phase: 'terminating', reason: 'deleted', deadlineMs: at(2) },
  })
  check({
    what: 'is never given more time than it was',
    want: deleted(30),
    seen: running,
    state: { phase: 'terminating', reason: 'deleted', deadlineMs: at(5) },
    actions: ['kill app-0 5s', 'stopSandboxes sandbox-0'],
    next: { phase: 'terminating', reason: 'deleted', deadlineMs: at(5) },
  })
  check({
    what: 'has ended when nothing of it runs',
    want: deleted(30),
    seen: stopped,
    state: { phase: 'terminating', reason: 'deleted', deadlineMs: at(5) },
    actions: [],
    next: terminated,
  })
  check({
    what: 'is cleared away before its object may go',
    want: deleted(30),
    seen: stopped,
    state: terminated,
    actions: ['cleanUp', 'removeContainers app-0', 'removeSandboxes sandbox-0', 'removeData', 'deletePod'],
  })
  check({
    what: 'waits for its object to go, once it said that it may',
    want: deleted(30),
    seen: { ...nothingSeen(), node: { prepared: true, cleaned: true, removed: true, deleted: true } },
    state: terminated,
    actions: [],
    next: terminated,
  })
  test('is done with when its object is gone too', () => {
    const seen = { ...nothingSeen(), node: { prepared: true, cleaned: true, removed: true, deleted: true } }
    assert.equal(step(terminated, undefined, seen, NOW).done, true)
  })
  test('ends its sidecars last, in the reverse of their order', () => {
    const pod = podOf({
      metadata: deleted(30).metadata,
      initContainers: [container('one', { restartPolicy: 'Always' }), container('two', { restartPolicy: 'Always' })],
    })
    const seen = seenPod([seenOf(pod, 'app'), seenOf(pod, 'two'), seenOf(pod, 'one')])
    assert.deepEqual(actions(step(SYNCING, pod, seen, NOW)), [
      'kill app-0 30s, two-0 30s after app, one-0 30s after app,two',
      'stopSandboxes sandbox-0',
    ])
  })
})

suite('a pod that is not in the API', () => {
  check({
    what: 'is not waited for',
    seen: seenPod([seenOf(plain, 'app')]),
    actions: ['kill app-0 1s', 'stopSandboxes sandbox-0'],
    next: { phase: 'terminating', reason: 'gone', deadlineMs: at(1) },
  })
  check({
    what: 'cuts short what was waited for',
    seen: seenPod([seenOf(plain, 'app')]),
    state: { phase: 'terminating', reason: 'deleted', deadlineMs: at(25) },
    actions: ['kill app-0 1s', 'stopSandboxes sandbox-0'],
  })
  check({
    what: 'is cleared away',
    seen: seenPod([], { sandboxes: [] }),
    state: { phase: 'terminated', reason: 'gone' },
    actions: ['cleanUp', 'removeData'],
  })
})

suite('a pod that ended', () => {
  check({
    what: 'frees what it had and keeps its containers for their logs',
    want: never,
    seen: seenPod([endedOf(never, 'app', 0)], { sandboxes: [sandbox({ ready: false })] }),
    state: { phase: 'terminated', reason: 'finished' },
    actions: ['cleanUp'],
  })
  check({
    what: 'is not started again by a new kubelet, though nothing of it is left',
    want: podOf({ status: { phase: 'Failed' } }),
    seen: nothingSeen(),
    actions: [],
    next: { phase: 'terminated', reason: 'finished' },
  })
})

suite('a deadline', () => {
  const limited = podOf({ activeDeadlineSeconds: 60, status: { phase: 'Running', startTime: '2026-01-01T11:59:30Z' } })
  check({
    what: 'is waited for',
    want: limited,
    seen: seenPod([seenOf(limited, 'app')]),
    actions: [],
    wakeAtMs: at(30),
  })
  check({
    what: 'ends the pod',
    want: limited,
    seen: seenPod([seenOf(limited, 'app')]),
    now: at(30),
    actions: [
      'Normal DeadlineExceeded: Pod was active on the node longer than the specified deadline',
      'kill app-0 30s',
      'stopSandboxes sandbox-0',
    ],
    next: { phase: 'terminating', reason: 'DeadlineExceeded', deadlineMs: at(60) },
  })
})
