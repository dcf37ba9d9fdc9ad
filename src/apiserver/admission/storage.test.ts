import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PersistentVolumeClaim } from '../../api/kinds/core/persistent-volume-claim.ts'
import { inDefault, testServer } from '../test-server.ts'

const CLASSES = '/apis/storage.k8s.io/v1/storageclasses'
const CLAIMS = inDefault('persistentvolumeclaims')

const claim = (name: string, storage: string, storageClassName: string) => ({
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name },
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage } }, storageClassName },
})

test('claims, volumes and attributes classes are protected from vanishing under their users', async () => {
  const { json } = await testServer()
  const finalizers = async (path: string, body: object) => (await json(201, 'POST', path, { body })).metadata.finalizers
  assert.deepEqual(await finalizers(CLAIMS, claim('c', '1Gi', '')), ['kubernetes.io/pvc-protection'])
  const volume = {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name: 'v', finalizers: ['example.com/mine'] },
    spec: { accessModes: ['ReadWriteOnce'], capacity: { storage: '1Gi' }, hostPath: { path: '/data' } },
  }
  const both = ['example.com/mine', 'kubernetes.io/pv-protection']
  assert.deepEqual(await finalizers('/api/v1/persistentvolumes', volume), both)
  const attributes = {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'VolumeAttributesClass',
    metadata: { name: 'gold' },
    driverName: 'example.com',
    parameters: { iops: '100' },
  }
  const path = '/apis/storage.k8s.io/v1/volumeattributesclasses'
  assert.deepEqual(await finalizers(path, attributes), ['kubernetes.io/vac-protection'])
})

test('a claim grows when it is bound and its class lets it', async () => {
  const { json, fail, api } = await testServer()
  for (const allowVolumeExpansion of [true, false]) {
    const metadata = { name: allowVolumeExpansion ? 'elastic' : 'rigid' }
    const body = {
      apiVersion: 'storage.k8s.io/v1',
      kind: 'StorageClass',
      metadata,
      provisioner: 'x',
      allowVolumeExpansion,
    }
    await json(201, 'POST', CLASSES, { body })
  }
  const headers = { 'content-type': 'application/merge-patch+json' }
  const grow = (name: string, storage: string) =>
    [`${CLAIMS}/${name}`, { body: { spec: { resources: { requests: { storage } } } }, headers }] as const
  for (const name of ['elastic', 'rigid']) {
    const body = { ...claim(name, '1Gi', name), spec: { ...claim(name, '1Gi', name).spec, volumeName: 'v' } }
    await json(201, 'POST', CLAIMS, { body })
  }
  // That the spec of an unbound claim stays is a rule of the API already.
  assert.match((await fail('PATCH', ...grow('elastic', '2Gi'))).message ?? '', /is invalid: spec: Forbidden/)
  for (const name of ['elastic', 'rigid']) {
    const found = await api(PersistentVolumeClaim).get({ namespace: 'default', name })
    await api(PersistentVolumeClaim).updateStatus(found, { ...found.status, phase: 'Bound' })
  }
  await json(200, 'PATCH', ...grow('elastic', '2Gi'))
  assert.equal(
    (await fail('PATCH', ...grow('rigid', '2Gi'))).message,
    'persistentvolumeclaims "rigid" is forbidden: only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize',
  )
})
