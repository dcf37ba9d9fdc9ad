import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Deployment } from '../../../api/kinds/apps/deployment.ts'
import type { ReplicaSet } from '../../../api/kinds/apps/replica-set.ts'
import type { Pod } from '../../../api/kinds/core/pod.ts'
import { type Plan, planDeployment } from './plan.ts'

const NOW = Date.parse('2026-01-01T01:00:00Z')
const AT = '2026-01-01T01:00:00Z'

const template = (image: string, labels: Record<string, string> = {}) => ({
  metadata: { labels: { app: 'web', ...labels } },
  spec: { containers: [{ name: 'c', image }] },
})

interface Wish {
  replicas?: number
  image?: string
  strategy?: object
  paused?: boolean
  status?: object
  deadline?: number
  history?: number
  annotations?: Record<string, string>
}

const rolling = (maxSurge: number | string, maxUnavailable: number | string) => ({
  type: 'RollingUpdate',
  rollingUpdate: { maxSurge, maxUnavailable },
})

function deployment(wish: Wish = {}): Deployment {
  const { replicas = 10, image = 'v2', strategy = rolling('25%', '25%'), paused, status = {}, deadline = 600 } = wish
  const { history = 10, annotations } = wish
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: {
      namespace: 'shop',
      name: 'web',
      uid: 'd',
      resourceVersion: '1',
      creationTimestamp: '',
      generation: 3,
      annotations,
    },
    spec: {
      replicas,
      paused,
      strategy,
      progressDeadlineSeconds: deadline,
      revisionHistoryLimit: history,
      selector: { matchLabels: { app: 'web' } },
      template: template(image),
    },
    status,
  }
}

interface Has {
  replicas: number
  available?: number
  actual?: number
  desired?: number
  max?: number
  revision?: number
}

/** The replica set of an image; `v1` is older than `v2`. */
function set(
  image: string,
  { replicas, available = replicas, actual = replicas, desired = 10, max = 13, revision }: Has,
): ReplicaSet {
  const hash = `hash-${image}`
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      namespace: 'shop',
      name: `web-${image}`,
      uid: image,
      resourceVersion: '1',
      creationTimestamp: `2026-01-01T00:00:0${image.slice(1)}Z`,
      generation: 1,
      annotations: {
        'deployment.kubernetes.io/revision': String(revision ?? image.slice(1)),
        'deployment.kubernetes.io/desired-replicas': String(desired),
        'deployment.kubernetes.io/max-replicas': String(max),
      },
    },
    spec: { replicas, selector: {}, template: template(image, { 'pod-template-hash': hash }) },
    status: {
      replicas: actual,
      readyReplicas: available,
      availableReplicas: available,
      observedGeneration: 1,
      terminatingReplicas: 0,
    },
  }
}

function plan(wish: Wish, sets: ReplicaSet[], pods: Pod[] = []): Plan {
  return planDeployment({ deployment: deployment(wish), sets, podsOf: () => pods, now: NOW })
}

/** `web-v2 5>8` for each replica set that gets another size. */
function sizes(planned: Plan): string[] | string {
  if (planned.what !== 'act') return planned.what
  return planned.scale.map(({ set: { metadata, spec }, to }) => `${metadata.name} ${spec.replicas}>${to}`)
}

const steps: [string, Wish, ReplicaSet[], string[] | string][] = [
  ['nothing there yet', {}, [], 'create'],
  ['a new template', {}, [set('v1', { replicas: 10 })], 'create'],
  ['the new one grows to the surge', {}, [set('v1', { replicas: 10 }), set('v2', { replicas: 0 })], ['web-v2 0>3']],
  [
    'then old ones go as far as may be unavailable',
    {},
    [set('v1', { replicas: 10 }), set('v2', { replicas: 3, available: 0 })],
    ['web-v1 10>8'],
  ],
  [
    'nothing moves while the new ones are not available',
    {},
    [set('v1', { replicas: 8 }), set('v2', { replicas: 5, available: 0 })],
    [],
  ],
  [
    'old ones that are broken go first',
    {},
    [set('v0', { replicas: 4, available: 1 }), set('v1', { replicas: 6 }), set('v2', { replicas: 3 })],
    ['web-v0 4>0', 'web-v1 6>5'],
  ],
  ['the last old ones go', {}, [set('v1', { replicas: 2 }), set('v2', { replicas: 10 })], ['web-v1 2>0']],
  ['done', {}, [set('v1', { replicas: 0 }), set('v2', { replicas: 10 })], []],
  [
    'one replica, without surge: first the old one goes',
    { replicas: 1, strategy: rolling(0, '25%') },
    [set('v1', { replicas: 1, desired: 1, max: 1 }), set('v2', { replicas: 0, desired: 1, max: 1 })],
    ['web-v1 1>0'],
  ],
  [
    'one replica, with surge: first the new one comes',
    { replicas: 1 },
    [set('v1', { replicas: 1, desired: 1, max: 2 }), set('v2', { replicas: 0, desired: 1, max: 2 })],
    ['web-v2 0>1'],
  ],
  ['scaled while at rest', { replicas: 4 }, [set('v2', { replicas: 10 })], ['web-v2 10>4']],
  [
    'scaled in the middle of a rollout: in proportion',
    { replicas: 20 },
    [set('v1', { replicas: 8 }), set('v2', { replicas: 5 })],
    ['web-v1 8>15', 'web-v2 5>10'],
  ],
  [
    'scaled to nothing in the middle of a rollout',
    { replicas: 0 },
    [set('v1', { replicas: 8 }), set('v2', { replicas: 5 })],
    ['web-v1 8>0', 'web-v2 5>0'],
  ],
  [
    'paused: the template waits, the size does not',
    { replicas: 12, paused: true },
    [set('v1', { replicas: 10 })],
    ['web-v1 10>12'],
  ],
  [
    'Recreate: first all old ones go',
    { strategy: { type: 'Recreate' } },
    [set('v1', { replicas: 10, max: 10 })],
    ['web-v1 10>0'],
  ],
  [
    'Recreate: and must have gone',
    { strategy: { type: 'Recreate' } },
    [set('v1', { replicas: 0, actual: 2, max: 10 })],
    [],
  ],
  [
    'Recreate: then the new one is made',
    { strategy: { type: 'Recreate' } },
    [set('v1', { replicas: 0, max: 10 })],
    'create',
  ],
]

for (const [name, wish, sets, expected] of steps) {
  test(`step: ${name}`, () => assert.deepEqual(sizes(plan(wish, sets)), expected))
}

test('Recreate waits for old pods that still run, not for those that have ended', () => {
  const wish = { strategy: { type: 'Recreate' } }
  const old = [set('v1', { replicas: 0, max: 10 })]
  const pod = (phase: string) => [{ status: { phase } }] as Pod[]
  assert.deepEqual(sizes(plan(wish, old, pod('Running'))), [])
  assert.deepEqual(sizes(plan(wish, old, pod('Failed'))), 'create')
})

test('a new replica set is named after its template and starts with what there is room for', () => {
  const planned = plan({ annotations: { note: 'hi', 'kubectl.kubernetes.io/last-applied-configuration': '{}' } }, [
    set('v1', { replicas: 10 }),
  ])
  assert.ok(planned.what === 'create')
  const { metadata, spec } = planned.set
  const hash = metadata.labels?.['pod-template-hash']
  assert.match(hash ?? '', /^[bcdfghjklmnpqrstvwxz2456789]{1,10}$/)
  assert.equal(metadata.name, `web-${hash}`)
  assert.equal(spec?.replicas, 3)
  assert.deepEqual(spec?.selector, { matchLabels: { app: 'web', 'pod-template-hash': hash } })
  assert.deepEqual(spec?.template?.metadata?.labels, { app: 'web', 'pod-template-hash': hash })
  assert.deepEqual(metadata.annotations, {
    note: 'hi',
    'deployment.kubernetes.io/revision': '2',
    'deployment.kubernetes.io/desired-replicas': '10',
    'deployment.kubernetes.io/max-replicas': '13',
  })
})

test('the hash does not depend on the order of fields, and changes with collisions', () => {
  const nameOf = (status: object, image = 'v2') => {
    const planned = plan({ status, image }, [])
    return planned.what === 'create' ? planned.set.metadata.name : planned.what
  }
  assert.equal(nameOf({}), nameOf({ replicas: 3 }))
  assert.notEqual(nameOf({}), nameOf({ collisionCount: 1 }))
  assert.notEqual(nameOf({}), nameOf({}, 'v3'))
})

test('a rollback revives the old replica set under a new revision, and remembers the old ones', () => {
  const planned = plan({ image: 'v1' }, [set('v1', { replicas: 0 }), set('v2', { replicas: 10 })])
  assert.ok(planned.what === 'update')
  assert.equal(planned.set.metadata.name, 'web-v1')
  const annotations = planned.set.metadata.annotations ?? {}
  assert.equal(annotations['deployment.kubernetes.io/revision'], '3')
  assert.equal(annotations['deployment.kubernetes.io/revision-history'], '1')
})

const status = (planned: Plan) => (planned.what === 'act' ? planned.status : undefined)
const condition = (planned: Plan, type: string) => {
  const found = status(planned)?.conditions?.find((each) => each.type === type)
  return found && `${found.status} ${found.reason}: ${found.message}`
}
const progressing = (reason: string, minutesAgo: number) => ({
  type: 'Progressing',
  status: 'True',
  reason,
  message: '',
  lastUpdateTime: new Date(NOW - minutesAgo * 60_000).toISOString(),
  lastTransitionTime: AT,
})

test('a finished rollout: counts, conditions, and no need to look again', () => {
  const planned = plan({ status: { conditions: [progressing('ReplicaSetUpdated', 1)] } }, [set('v2', { replicas: 10 })])
  const { conditions, ...counts } = status(planned) ?? {}
  assert.deepEqual(counts, {
    observedGeneration: 3,
    replicas: 10,
    updatedReplicas: 10,
    readyReplicas: 10,
    availableReplicas: 10,
    terminatingReplicas: 0,
  })
  assert.equal(conditions?.length, 2)
  assert.equal(
    condition(planned, 'Progressing'),
    'True NewReplicaSetAvailable: ReplicaSet "web-v2" has successfully progressed.',
  )
  assert.equal(condition(planned, 'Available'), 'True MinimumReplicasAvailable: Deployment has minimum availability.')
  assert.ok(planned.what === 'act' && planned.requeueAfterMs === undefined && planned.revision === '2')
})

const stuck = [set('v1', { replicas: 8 }), set('v2', { replicas: 5, available: 0 })]
const before = { replicas: 13, updatedReplicas: 5, readyReplicas: 8, availableReplicas: 8 }

test('a rollout that stands still is looked at again at its deadline, and then has failed', () => {
  const waiting = plan({ status: { ...before, conditions: [progressing('ReplicaSetUpdated', 4)] } }, stuck)
  assert.equal(waiting.what === 'act' && waiting.requeueAfterMs, 6 * 60_000 + 1000)
  const late = plan({ status: { ...before, conditions: [progressing('ReplicaSetUpdated', 11)] } }, stuck)
  assert.equal(
    condition(late, 'Progressing'),
    'False ProgressDeadlineExceeded: ReplicaSet "web-v2" has timed out progressing.',
  )
  assert.equal(late.what === 'act' && late.requeueAfterMs, undefined)
})

test('any progress starts the deadline again', () => {
  const planned = plan(
    { status: { ...before, availableReplicas: 7, conditions: [progressing('ReplicaSetUpdated', 9)] } },
    stuck,
  )
  assert.equal(condition(planned, 'Progressing'), 'True ReplicaSetUpdated: ReplicaSet "web-v2" is progressing.')
  assert.equal(planned.what === 'act' && planned.requeueAfterMs, 600_000 + 1000)
})

test('a pause is no lack of progress', () => {
  const paused = plan({ paused: true, status: { ...before, conditions: [progressing('ReplicaSetUpdated', 9)] } }, stuck)
  assert.equal(condition(paused, 'Progressing'), 'Unknown DeploymentPaused: Deployment is paused')
  const resumed = plan({ status: { ...before, conditions: status(paused)?.conditions } }, stuck)
  assert.equal(condition(resumed, 'Progressing'), 'Unknown DeploymentResumed: Deployment is resumed')
})

test('what a replica set cannot do is said of the deployment', () => {
  const failing = set('v2', { replicas: 10, actual: 3 })
  failing.status.conditions = [{ type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message: 'quota' }]
  assert.equal(condition(plan({}, [failing]), 'ReplicaFailure'), 'True FailedCreate: quota')
})

test('of old replica sets the newest stay, and none that has pods goes', () => {
  const old = ['v1', 'v2', 'v3', 'v4'].map((image) => set(image, { replicas: 0, actual: image === 'v2' ? 1 : 0 }))
  const sets = [...old, set('v5', { replicas: 10 })]
  const complete = { observedGeneration: 3, replicas: 10, updatedReplicas: 10, availableReplicas: 10 }
  const planned = plan({ image: 'v5', history: 1, status: complete }, sets)
  assert.deepEqual(planned.what === 'act' && planned.remove.map(({ metadata }) => metadata.name), ['web-v1', 'web-v3'])
})

test('a deployment that is being deleted only counts', () => {
  const dying = deployment()
  dying.metadata.deletionTimestamp = AT
  const planned = planDeployment({ deployment: dying, sets: [set('v1', { replicas: 10 })], podsOf: () => [], now: NOW })
  assert.deepEqual(sizes(planned), [])
  assert.equal(status(planned)?.replicas, 10)
})
