import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PersistentVolumeClaim } from '../../api/kinds/core/persistent-volume-claim.ts'
import type { Ingress } from '../../api/kinds/networking/ingress.ts'
import { inDefault, testServer } from '../test-server.ts'

const CLASSES = '/apis/storage.k8s.io/v1/storageclasses'
const INGRESS_CLASSES = '/apis/networking.k8s.io/v1/ingressclasses'
const CLAIMS = inDefault('persistentvolumeclaims')
const INGRESSES = inDefault('ingresses', '', '/apis/networking.k8s.io/v1')

const storageClass = (name: string, isDefault: boolean) => ({
  body: {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name, annotations: { 'storageclass.kubernetes.io/is-default-class': String(isDefault) } },
    provisioner: 'example.com/disk',
  },
})

const claim = (name: string, spec: object = {}) => ({
  body: {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } }, ...spec },
  },
})

test('claims get the newest of the default classes, unless they name one', async () => {
  const { json, clock } = await testServer()
  const classOf = async (name: string, spec?: object) =>
    (await json<PersistentVolumeClaim>(201, 'POST', CLAIMS, claim(name, spec))).spec.storageClassName
  assert.equal(await classOf('before'), undefined)
  await json(201, 'POST', CLASSES, storageClass('plain', false))
  await json(201, 'POST', CLASSES, storageClass('old', true))
  await clock.advance('2s')
  await json(201, 'POST', CLASSES, storageClass('new-b', true))
  await json(201, 'POST', CLASSES, storageClass('new-a', true))
  assert.equal(await classOf('a'), 'new-a')
  assert.equal(await classOf('b', { storageClassName: 'plain' }), 'plain')
  assert.equal(await classOf('c', { storageClassName: '' }), '')
})

test('ingresses get the default class, unless they name one in either way', async () => {
  const { json } = await testServer()
  const annotations = { 'ingressclass.kubernetes.io/is-default-class': 'true' }
  const body = {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'IngressClass',
    metadata: { name: 'main', annotations },
    spec: { controller: 'example.com/ingress' },
  }
  await json(201, 'POST', INGRESS_CLASSES, { body })
  const classOf = async (name: string, annotations: object, spec: object) => {
    const defaultBackend = { service: { name: 'web', port: { number: 80 } } }
    const metadata = { name, annotations }
    const body = { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', metadata, spec: { defaultBackend, ...spec } }
    return (await json<Ingress>(201, 'POST', INGRESSES, { body })).spec.ingressClassName
  }
  assert.equal(await classOf('a', {}, {}), 'main')
  assert.equal(await classOf('b', {}, { ingressClassName: 'other' }), 'other')
  assert.equal(await classOf('c', { 'kubernetes.io/ingress.class': 'old' }, {}), undefined)
})
