import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Pod } from '../../api/kinds/core/pod.ts'
import { inDefault, podBody, testServer, type TestServer } from '../test-server.ts'

const PODS = inDefault('pods')

async function serverWith(...limits: object[]): Promise<TestServer> {
  const server = await testServer()
  const metadata = { name: 'limits' }
  const body = { apiVersion: 'v1', kind: 'LimitRange', metadata, spec: { limits } }
  await server.json(201, 'POST', inDefault('limitranges'), { body })
  return server
}

const withResources = (...all: object[]) => ({
  containers: all.map((resources, i) => ({ name: `c${i}`, image: 'nginx', resources })),
})

test('containers that say nothing get the defaults, and an annotation tells', async () => {
  const { json } = await serverWith({
    type: 'Container',
    default: { cpu: '200m', memory: '64Mi' },
    defaultRequest: { cpu: '100m' },
  })
  const initContainers = [{ name: 'init', image: 'nginx' }]
  const body = podBody('p', { ...withResources({}, { limits: { cpu: '1' } }), initContainers })
  const { metadata, spec } = await json<Pod>(201, 'POST', PODS, { body })
  assert.deepEqual(
    spec.containers.map(({ resources }) => resources),
    [
      { limits: { cpu: '200m', memory: '64Mi' }, requests: { cpu: '100m', memory: '64Mi' } },
      { limits: { cpu: '1', memory: '64Mi' }, requests: { cpu: '1', memory: '64Mi' } },
    ],
  )
  assert.equal(
    metadata.annotations?.['kubernetes.io/limit-ranger'],
    'LimitRanger plugin set: cpu, memory request for container c0; cpu, memory limit for container c0; ' +
      'memory request for container c1; memory limit for container c1; ' +
      'cpu, memory request for init container init; cpu, memory limit for init container init',
  )
})

test('what containers take lies between the limits', async () => {
  const { fail } = await serverWith({
    type: 'Container',
    max: { cpu: '1' },
    min: { memory: '64Mi' },
    maxLimitRequestRatio: { cpu: '2' },
  })
  const tell = async (resources: object) =>
    (await fail('POST', PODS, { body: podBody('p', withResources(resources)) })).message
  const refusal = 'pods "p" is forbidden: '
  assert.equal(
    await tell({ requests: { cpu: '1', memory: '64Mi' }, limits: { cpu: '2' } }),
    `${refusal}maximum cpu usage per Container is 1, but limit is 2`,
  )
  assert.equal(
    await tell({ requests: { cpu: '300m', memory: '32Mi' }, limits: { cpu: '1', memory: '32Mi' } }),
    `${refusal}[minimum memory usage per Container is 64Mi, but request is 32Mi, ` +
      'cpu max limit to request ratio per Container is 2, but provided ratio is 3.333333]',
  )
})

test('a limit that nobody has set is no limit', async () => {
  const { fail } = await serverWith({ type: 'Pod', max: { cpu: '1' }, min: { memory: '1Mi' } })
  const { message } = await fail('POST', PODS, { body: podBody('p') })
  assert.equal(
    message,
    'pods "p" is forbidden: [minimum memory usage per Pod is 1Mi.  No request is specified, ' +
      'maximum cpu usage per Pod is 1.  No limit is specified]',
  )
})

test('the containers of a pod are limited together', async () => {
  const { json, fail } = await serverWith({ type: 'Pod', max: { cpu: '1' } })
  const half = { limits: { cpu: '500m' } }
  await json(201, 'POST', PODS, { body: podBody('two', withResources(half, half)) })
  const { message } = await fail('POST', PODS, { body: podBody('three', withResources(half, half, half)) })
  assert.equal(message, 'pods "three" is forbidden: maximum cpu usage per Pod is 1, but limit is 1500m')
})

test('a pod that was let in is limited again when it is resized, but not when it is labelled', async () => {
  const { json, fail } = await serverWith({ type: 'Container', max: { cpu: '1' } })
  await json(201, 'POST', PODS, { body: podBody('p', withResources({ limits: { cpu: '1' } })) })
  const headers = { 'content-type': 'application/strategic-merge-patch+json' }
  const grow = { spec: { containers: [{ name: 'c0', resources: { requests: { cpu: '2' }, limits: { cpu: '2' } } }] } }
  const { message } = await fail('PATCH', `${inDefault('pods', 'p')}/resize`, { body: grow, headers })
  assert.equal(message, 'pods "p" is forbidden: maximum cpu usage per Container is 1, but limit is 2')
  await json(200, 'PATCH', inDefault('pods', 'p'), { body: { metadata: { labels: { a: 'b' } } }, headers })
})

test('claims are limited by what they request', async () => {
  const { json, fail } = await serverWith({
    type: 'PersistentVolumeClaim',
    min: { storage: '1Gi' },
    max: { storage: '2Gi' },
  })
  const claim = (storage: string) => ({
    body: {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'c' },
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage } } },
    },
  })
  const refusal = 'persistentvolumeclaims "c" is forbidden: '
  const tell = async (storage: string) =>
    (await fail('POST', inDefault('persistentvolumeclaims'), claim(storage))).message
  assert.equal(
    await tell('512Mi'),
    `${refusal}minimum storage usage per PersistentVolumeClaim is 1Gi, but request is 512Mi`,
  )
  assert.equal(
    await tell('3Gi'),
    `${refusal}maximum storage usage per PersistentVolumeClaim is 2Gi, but request is 3Gi`,
  )
  await json(201, 'POST', inDefault('persistentvolumeclaims'), claim('1Gi'))
})
