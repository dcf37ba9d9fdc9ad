import assert from 'node:assert/strict'
import { test } from 'node:test'
import { report } from '../../report.ts'
import { Deployment } from './deployment.ts'
import { ReplicaSet } from './replica-set.ts'

const labels = { app: 'web' }

function deployment(spec: object = {}): Deployment {
  const template = { metadata: { labels }, spec: { containers: [{ name: 'c', image: 'nginx' }] } }
  const object = {
    metadata: { name: 'web', generation: 1 },
    spec: { selector: { matchLabels: labels }, template, ...spec },
  } as unknown as Deployment
  Deployment.defaults?.(object)
  return object
}

function complaints(spec: object): string[] {
  const found = report()
  Deployment.validate?.(deployment(spec), found)
  return found.causes.map(({ field, message }) => `${field}: ${message}`)
}

test('a deployment has defaults', () => {
  const { replicas, strategy, revisionHistoryLimit, progressDeadlineSeconds, template } = deployment().spec
  assert.deepEqual([replicas, revisionHistoryLimit, progressDeadlineSeconds], [1, 10, 600])
  assert.deepEqual(strategy, { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: '25%', maxSurge: '25%' } })
  assert.equal(template?.spec?.restartPolicy, 'Always')
  assert.deepEqual(deployment({ strategy: { type: 'Recreate' } }).spec.strategy, { type: 'Recreate' })
})

const cases: [string, object, string[]][] = [
  ['well', {}, []],
  ['below zero', { replicas: -1 }, ['spec.replicas: Invalid value: -1: must be greater than or equal to 0']],
  [
    'another label',
    { selector: { matchLabels: { app: 'db' } } },
    ['spec.template.metadata.labels: Invalid value: {"app":"web"}: `selector` does not match template `labels`'],
  ],
  [
    'an empty selector',
    { selector: {} },
    ['spec.selector: Invalid value: {}: empty selector is invalid for deployment'],
  ],
  [
    'no room to move',
    { strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0, maxSurge: '0%' } } },
    ['spec.strategy.rollingUpdate.maxUnavailable: Invalid value: 0: may not be 0 when `maxSurge` is 0'],
  ],
  [
    'more than all',
    { strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: '150%' } } },
    ['spec.strategy.rollingUpdate.maxUnavailable: Invalid value: "150%": must not be greater than 100%'],
  ],
  [
    'Recreate does not roll',
    { strategy: { type: 'Recreate', rollingUpdate: { maxSurge: 1 } } },
    ["spec.strategy.rollingUpdate: Forbidden: may not be specified when strategy `type` is 'Recreate'"],
  ],
  [
    'a deadline before readiness',
    { minReadySeconds: 30, progressDeadlineSeconds: 30 },
    ['spec.progressDeadlineSeconds: Invalid value: 30: must be greater than minReadySeconds'],
  ],
]

for (const [name, spec, expected] of cases) {
  test(`validation of a deployment: ${name}`, () => assert.deepEqual(complaints(spec), expected))
}

test('the generation counts annotations, because replica sets inherit them', () => {
  const generationAfter = (change: (next: Deployment) => void) => {
    const next = structuredClone(deployment())
    change(next)
    Deployment.prepareUpdate?.(next, deployment(), { now: 0 })
    return next.metadata.generation
  }
  assert.equal(
    generationAfter((next) => (next.metadata.labels = { a: 'b' })),
    1,
  )
  assert.equal(
    generationAfter((next) => (next.metadata.annotations = { a: 'b' })),
    2,
  )
  assert.equal(
    generationAfter((next) => (next.spec.replicas = 3)),
    2,
  )
})

test('what a status may not say', () => {
  const found = report()
  const old = { ...deployment(), status: { collisionCount: 2 } } as Deployment
  const next = {
    ...old,
    status: { replicas: 1, readyReplicas: 2, availableReplicas: 1, collisionCount: 1 },
  } as Deployment
  Deployment.validateStatusUpdate?.(next, old, found)
  assert.deepEqual(
    found.causes.map(({ field, message }) => `${field}: ${message}`),
    [
      'status.readyReplicas: Invalid value: 2: cannot be greater than status.replicas',
      'status.collisionCount: Invalid value: 1: cannot be decremented',
    ],
  )
})

test('columns', () => {
  const shown = { ...deployment(), status: { readyReplicas: 1, updatedReplicas: 1 } } as Deployment
  const cells = Deployment.columns.map(({ name, cell }) => [name, cell(shown, 0)]).filter(([name]) => name !== 'Age')
  assert.deepEqual(cells, [
    ['Name', 'web'],
    ['Ready', '1/1'],
    ['Up-to-date', 1],
    ['Available', 0],
    ['Containers', 'c'],
    ['Images', 'nginx'],
    ['Selector', 'app=web'],
  ])
  assert.deepEqual(ReplicaSet.columns.map(({ name }) => name).slice(0, 5), [
    'Name',
    'Desired',
    'Current',
    'Ready',
    'Age',
  ])
})
