import assert from 'node:assert/strict'
import { test } from 'node:test'
import { clone } from '../../equal.ts'
import { creates, row, statuses, updates } from '../kind-tables.ts'
import { made } from '../problems.ts'
import { ControllerRevision } from './controller-revision.ts'
import { DaemonSet, TEMPLATE_GENERATION_ANNOTATION } from './daemon-set.ts'
import { StatefulSet } from './stateful-set.ts'

const selector = { matchLabels: { app: 'web' } }
const container = { name: 'c', image: 'nginx' }
const template = (spec: object = {}) => ({
  metadata: { labels: { app: 'web' } },
  spec: { containers: [container], ...spec },
})
const workload = (more: object = {}) => ({ spec: { selector, template: template(), ...more } })

creates(DaemonSet, [
  [workload()],
  [
    { spec: { selector: {}, template: template() } },
    'spec.selector: Invalid value: {}: empty selector is invalid for daemonset',
  ],
  [
    workload({ selector: { matchLabels: { app: 'other' } } }),
    'spec.template.metadata.labels: Invalid value: {"app":"web"}: `selector` does not match template `labels`',
  ],
  [
    workload({ template: template({ restartPolicy: 'Never', activeDeadlineSeconds: 5 }) }),
    'spec.template.spec.restartPolicy: Unsupported value: "Never": supported values: "Always"',
    'spec.template.spec.activeDeadlineSeconds: Forbidden: activeDeadlineSeconds in DaemonSet is not Supported',
  ],
  [workload({ template: template({ containers: [] }) }), 'spec.template.spec.containers: Required value'],
  [
    workload({ updateStrategy: { rollingUpdate: { maxSurge: 1 } } }),
    'spec.updateStrategy.rollingUpdate.maxSurge: Invalid value: 1: may not be set when maxUnavailable is non-zero',
  ],
  [
    workload({ updateStrategy: { rollingUpdate: { maxUnavailable: 0 } } }),
    'spec.updateStrategy.rollingUpdate.maxUnavailable: Required value: cannot be 0 when maxSurge is 0',
  ],
  [
    workload({ updateStrategy: { type: 'Recreate' } }),
    'spec.updateStrategy: Unsupported value: {"type":"Recreate"}: supported values: "RollingUpdate", "OnDelete"',
  ],
  [
    {},
    'spec.template.metadata.labels: Invalid value: {}: `selector` does not match template `labels`',
    'spec.template.spec.containers: Required value',
  ],
])

statuses(DaemonSet, workload(), [
  [{}, { currentNumberScheduled: 1 }],
  [
    { collisionCount: 2 },
    { numberReady: -1, collisionCount: 1 },
    'status.numberReady: Invalid value: -1: must be greater than or equal to 0',
    'status.collisionCount: Invalid value: 1: cannot be decremented',
  ],
])

test('a daemon set counts the changes of its template', () => {
  const old = made(DaemonSet, workload())
  assert.equal(old.metadata.annotations?.[TEMPLATE_GENERATION_ANNOTATION], '1')
  const next = clone(old)
  next.spec.minReadySeconds = 5
  next.metadata.annotations = {}
  DaemonSet.prepareUpdate?.(next, old, { now: 0 })
  assert.equal(next.metadata.annotations?.[TEMPLATE_GENERATION_ANNOTATION], '1')
  next.spec.template.spec = { containers: [{ name: 'other' }] }
  DaemonSet.prepareUpdate?.(next, old, { now: 0 })
  assert.equal(next.metadata.annotations?.[TEMPLATE_GENERATION_ANNOTATION], '2')
})

test('a daemon set in a table', () => {
  const status = { desiredNumberScheduled: 3, currentNumberScheduled: 2, numberReady: 1 }
  const sketch = workload({ template: template({ nodeSelector: { disk: 'ssd' } }) })
  assert.deepEqual(row(DaemonSet, sketch, status), {
    Name: 'a',
    Desired: 3,
    Current: 2,
    Ready: 1,
    'Up-to-date': 0,
    Available: 0,
    'Node Selector': 'disk=ssd',
    Age: '5m',
    Containers: 'c',
    Images: 'nginx',
    Selector: 'app=web',
  })
})

const claim = {
  metadata: { name: 'data' },
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
}

creates(StatefulSet, [
  [workload({ serviceName: 'web' })],
  [
    workload({
      volumeClaimTemplates: [claim],
      template: template({ containers: [{ ...container, volumeMounts: [{ name: 'data', mountPath: '/data' }] }] }),
    }),
  ],
  [{ metadata: { name: 'a.b' }, ...workload() }, 'metadata.name: Invalid value: "a.b": must not contain dots'],
  [
    workload({ podManagementPolicy: 'Any', replicas: -1 }),
    "spec.podManagementPolicy: Invalid value: \"Any\": must be 'OrderedReady' or 'Parallel'",
    'spec.replicas: Invalid value: -1: must be greater than or equal to 0',
  ],
  [
    workload({ updateStrategy: { type: 'OnDelete', rollingUpdate: { partition: 1 } } }),
    'spec.updateStrategy.rollingUpdate: Invalid value: {"partition":1}: only allowed for updateStrategy \'RollingUpdate\'',
  ],
  [
    workload({ persistentVolumeClaimRetentionPolicy: { whenScaled: 'Keep' } }),
    'spec.persistentVolumeClaimRetentionPolicy.whenScaled: Unsupported value: "Keep": supported values: "Retain", "Delete"',
  ],
  [{ spec: { template: template() } }, 'spec.selector: Required value'],
  [
    workload({ volumeClaimTemplates: [{ metadata: { name: 'data' } }] }),
    'spec.volumeClaimTemplates[0].spec.accessModes: Required value: at least 1 access mode is required',
    'spec.volumeClaimTemplates[0].spec.resources[storage]: Required value',
  ],
])

updates(StatefulSet, workload({ serviceName: 'web', volumeClaimTemplates: [claim] }), [
  ['scale', (set) => void (set.spec.replicas = 5)],
  [
    'another template',
    (set) => void (set.spec.template.spec = { ...set.spec.template.spec, containers: [{ ...container, image: 'b' }] }),
  ],
  [
    'another service',
    (set) => void (set.spec.serviceName = 'other'),
    "spec: Forbidden: updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden",
  ],
])

test('a stateful set is defaulted as upstream does', () => {
  const { spec } = made(StatefulSet, workload({ volumeClaimTemplates: [claim] }))
  assert.deepEqual(spec.updateStrategy, { type: 'RollingUpdate', rollingUpdate: { partition: 0 } })
  assert.deepEqual(spec.persistentVolumeClaimRetentionPolicy, { whenDeleted: 'Retain', whenScaled: 'Retain' })
  const [first] = spec.volumeClaimTemplates ?? []
  assert.deepEqual(
    [first?.apiVersion, first?.kind, first?.spec?.volumeMode, first?.status],
    ['v1', 'PersistentVolumeClaim', 'Filesystem', { phase: 'Pending' }],
  )
})

statuses(StatefulSet, workload(), [
  [{}, { replicas: 2, readyReplicas: 1, availableReplicas: 1 }],
  [
    {},
    { replicas: 1, readyReplicas: 2, availableReplicas: 0 },
    'status.readyReplicas: Invalid value: 2: cannot be greater than status.replicas',
  ],
])

creates(ControllerRevision, [
  [{ data: { spec: {} }, revision: 1 }],
  [{}, 'data: Required value: data is mandatory'],
  [
    { data: [], revision: -1 },
    'revision: Invalid value: -1: must be greater than or equal to 0',
    'data: Required value: data must be a valid JSON object',
  ],
])

updates(ControllerRevision, { data: { a: 1 }, revision: 1 }, [
  ['a new number', (history) => void (history.revision = 2)],
  ['new data', (history) => void (history.data = { a: 2 }), 'data: Invalid value: {"a":2}: field is immutable'],
])

test('a controller revision shows what it is of', () => {
  const owner = { apiVersion: 'apps/v1', kind: 'DaemonSet', name: 'web', uid: 'u', controller: true }
  const shown = row(ControllerRevision, { metadata: { name: 'r', ownerReferences: [owner] }, data: {}, revision: 3 })
  assert.deepEqual(shown, { Name: 'r', Controller: 'daemonset.apps/web', Revision: 3, Age: '5m' })
})
