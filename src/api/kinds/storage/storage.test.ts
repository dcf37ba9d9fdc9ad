import assert from 'node:assert/strict'
import { test } from 'node:test'
import { creates, row, statuses, updates } from '../kind-tables.ts'
import { made } from '../problems.ts'
import { CSIDriver } from './csi-driver.ts'
import { CSINode } from './csi-node.ts'
import { CSIStorageCapacity } from './csi-storage-capacity.ts'
import { StorageClass } from './storage-class.ts'
import { VolumeAttachment } from './volume-attachment.ts'
import { VolumeAttributesClass } from './volume-attributes-class.ts'

const zone = (...values: string[]) => ({ matchLabelExpressions: [{ key: 'zone', values }] })

creates(StorageClass, [
  [{ provisioner: 'kubernetes.io/no-provisioner', volumeBindingMode: 'WaitForFirstConsumer' }],
  [{}, 'provisioner: Required value'],
  [
    { provisioner: 'a', reclaimPolicy: 'Recycle', volumeBindingMode: 'Later' },
    'reclaimPolicy: Unsupported value: "Recycle": supported values: "Delete", "Retain"',
    'volumeBindingMode: Unsupported value: "Later": supported values: "Immediate", "WaitForFirstConsumer"',
  ],
  [
    { provisioner: 'a', allowedTopologies: [zone('x', 'y'), zone('y', 'x'), zone()] },
    'allowedTopologies[2].matchLabelExpressions[0].values: Required value',
    'allowedTopologies[1].matchLabelExpressions: Duplicate value: ""',
  ],
])

test('a storage class in a table', () => {
  const metadata = { name: 'fast', annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } }
  assert.deepEqual(row(StorageClass, { metadata, provisioner: 'example.com/fast', allowVolumeExpansion: true }), {
    Name: 'fast (default)',
    Provisioner: 'example.com/fast',
    ReclaimPolicy: 'Delete',
    VolumeBindingMode: 'Immediate',
    AllowVolumeExpansion: true,
    Age: '5m',
  })
})

creates(VolumeAttributesClass, [
  [{ driverName: 'a', parameters: { iops: '5' } }],
  [{}, 'driverName: Required value', 'parameters: Required value: must contain at least one key/value pair'],
])
updates(VolumeAttributesClass, { driverName: 'a', parameters: { iops: '5' } }, [
  [
    'more',
    (one) => void (one.parameters = { iops: '6' }),
    'parameters: Forbidden: updates to parameters are forbidden.',
  ],
])

creates(CSIDriver, [
  [{}],
  [
    {
      spec: {
        fsGroupPolicy: 'Any',
        volumeLifecycleModes: ['Forever'],
        nodeAllocatableUpdatePeriodSeconds: 5,
        tokenRequests: [{ audience: 'a', expirationSeconds: 5 }, { audience: 'a' }],
      },
    },
    'spec.fsGroupPolicy: Unsupported value: "Any": supported values: "File", "None", "ReadWriteOnceWithFSType"',
    'spec.tokenRequests[0].expirationSeconds: Invalid value: 5: may not specify a duration less than 10 minutes',
    'spec.tokenRequests[1].audience: Duplicate value: "a"',
    'spec.volumeLifecycleModes: Unsupported value: "Forever": supported values: "Persistent", "Ephemeral"',
    'spec.nodeAllocatableUpdatePeriodSeconds: Invalid value: 5: must be greater than or equal to 10 seconds',
  ],
])
updates(CSIDriver, {}, [
  ['republish', ({ spec }) => void (spec.requiresRepublish = true)],
  [
    'no attachment',
    ({ spec }) => void (spec.attachRequired = false),
    'spec.attachedRequired: Invalid value: false: field is immutable',
  ],
])

test('the generation of a driver begins with its first change', () => {
  const old = made(CSIDriver, {})
  const next = structuredClone(old)
  next.spec.requiresRepublish = true
  CSIDriver.prepareUpdate?.(next, old, { now: 0 })
  assert.deepEqual([old.metadata.generation, next.metadata.generation], [undefined, 1])
})

const driver = { name: 'example.com', nodeID: 'n1', topologyKeys: ['zone'] }

creates(CSINode, [
  [{ spec: { drivers: [driver] } }],
  [{}],
  [
    { spec: { drivers: [driver, { name: 'example.com', nodeID: '', allocatable: { count: -1 } }] } },
    'spec.drivers[1].nodeID: Required value',
    'spec.drivers[1].allocatable.count: Invalid value: -1: must be greater than or equal to 0',
    'spec.drivers[1].name: Duplicate value: "example.com"',
  ],
])
updates(CSINode, { spec: { drivers: [driver] } }, [
  ['another limit', ({ spec }) => void (spec.drivers = [{ ...driver, allocatable: { count: 3 } }])],
  ['one less', ({ spec }) => void (spec.drivers = [])],
  [
    'another id',
    ({ spec }) => void (spec.drivers = [{ ...driver, nodeID: 'n2' }]),
    'spec.drivers: Invalid value: {"name":"example.com","nodeID":"n2","topologyKeys":["zone"]}: field is immutable',
  ],
])

creates(CSIStorageCapacity, [
  [{ storageClassName: 'fast', capacity: '1Gi' }],
  [
    { storageClassName: 'fast', capacity: '-1Gi' },
    'capacity: Invalid value: "-1Gi": must be greater than or equal to 0',
  ],
])

const attachment = { spec: { attacher: 'example.com', nodeName: 'n1', source: { persistentVolumeName: 'pv' } } }

creates(VolumeAttachment, [
  [attachment],
  [
    { spec: { attacher: 'example.com', nodeName: 'n1' } },
    'spec.source: Required value: must specify exactly one of inlineVolumeSpec and persistentVolumeName',
  ],
])
statuses(VolumeAttachment, attachment, [
  [{ attached: false }, { attached: true, attachmentMetadata: { device: '/dev/sdb' } }],
  [
    {},
    { attached: false, attachError: { errorCode: -1 } },
    'status.attachError.errorCode: Invalid value: -1: must be between 0 and 2147483647, inclusive',
  ],
])
