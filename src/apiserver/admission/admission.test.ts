import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ServiceAccount } from '../../api/kinds/core/service-account.ts'
import type { Pod } from '../../api/kinds/core/pod.ts'
import { inDefault, podBody, testServer } from '../test-server.ts'

const PODS = inDefault('pods')

const classBody = (name: string, value: number, more: object = {}) => ({
  body: { apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass', metadata: { name }, value, ...more },
})
const CLASSES = '/apis/scheduling.k8s.io/v1/priorityclasses'

test('nothing is made in a namespace that is not there', async () => {
  const { fail } = await testServer()
  const { code, message } = await fail('POST', '/api/v1/namespaces/nope/pods', { body: podBody('p') })
  assert.deepEqual([code, message], [404, 'namespaces "nope" not found'])
})

test('a pod runs as the default account, and takes its pull secrets', async () => {
  const { json, api } = await testServer()
  const account = await api(ServiceAccount).get({ namespace: 'default', name: 'default' })
  await api(ServiceAccount).update({ ...account, imagePullSecrets: [{ name: 'registry' }] })
  const { spec } = await json<Pod>(201, 'POST', PODS, { body: podBody('p') })
  assert.deepEqual([spec.serviceAccountName, spec.imagePullSecrets], ['default', [{ name: 'registry' }]])
})

test('an account that does not exist is refused', async () => {
  const { fail } = await testServer()
  const { code, message } = await fail('POST', PODS, { body: podBody('p', { serviceAccountName: 'x' }) })
  const why = 'error looking up service account default/x: serviceaccount "x" not found'
  assert.deepEqual([code, message], [403, `pods "p" is forbidden: ${why}`])
})

test('the default account of a new namespace is waited for, not for ever', async () => {
  const { json, send, api, clock } = await testServer()
  const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'new' } }
  await json(201, 'POST', '/api/v1/namespaces', { body: namespace })
  const first = send('POST', '/api/v1/namespaces/new/pods', { body: podBody('p') })
  await clock.advance('2s')
  assert.equal((await first).status, 403)
  const second = send('POST', '/api/v1/namespaces/new/pods', { body: podBody('p') })
  await api(ServiceAccount).create({ metadata: { namespace: 'new', name: 'default' } })
  assert.equal((await second).status, 201)
})

test('a priority is what its class says', async () => {
  const { json, fail } = await testServer()
  await json(201, 'POST', CLASSES, classBody('high', 100, { preemptionPolicy: 'Never' }))
  const { spec } = await json<Pod>(201, 'POST', PODS, { body: podBody('a', { priorityClassName: 'high' }) })
  assert.deepEqual([spec.priority, spec.preemptionPolicy], [100, 'Never'])
  const plain = await json<Pod>(201, 'POST', PODS, { body: podBody('b') })
  assert.deepEqual(
    [plain.spec.priority, plain.spec.preemptionPolicy, plain.spec.priorityClassName],
    [0, 'PreemptLowerPriority', undefined],
  )
  const system = await json<Pod>(201, 'POST', PODS, {
    body: podBody('c', { priorityClassName: 'system-node-critical' }),
  })
  assert.equal(system.spec.priority, 2000001000)
  const tell = async (spec: object) => (await fail('POST', PODS, { body: podBody('d', spec) })).message
  assert.equal(await tell({ priorityClassName: 'x' }), 'pods "d" is forbidden: no PriorityClass with name x was found')
  assert.equal(
    await tell({ priorityClassName: 'high', priority: 7 }),
    'pods "d" is forbidden: the integer value of priority (7) must not be provided in pod spec; priority admission controller computed 100 from the given PriorityClass name',
  )
})

test('of priority classes one is the default', async () => {
  const { json, fail } = await testServer()
  await json(201, 'POST', CLASSES, classBody('one', 5, { globalDefault: true }))
  const { spec } = await json<Pod>(201, 'POST', PODS, { body: podBody('a') })
  assert.deepEqual([spec.priority, spec.priorityClassName], [5, 'one'])
  const { message } = await fail('POST', CLASSES, classBody('two', 6, { globalDefault: true }))
  assert.match(message ?? '', /PriorityClass one is already marked as default. Only one default can exist/)
})

test('the short absence of a node is tolerated, unless the pod says how long', async () => {
  const { json } = await testServer()
  const tolerations = async (name: string, given?: object[]) => {
    const { spec } = await json<Pod>(201, 'POST', PODS, { body: podBody(name, given && { tolerations: given }) })
    return spec.tolerations?.map(({ key, tolerationSeconds }) => [key, tolerationSeconds])
  }
  const [notReady, unreachable] = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable']
  assert.deepEqual(await tolerations('a'), [
    [notReady, 300],
    [unreachable, 300],
  ])
  const own = { key: notReady, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 5 }
  assert.deepEqual(await tolerations('b', [own]), [
    [notReady, 5],
    [unreachable, 300],
  ])
  assert.deepEqual(await tolerations('c', [{ operator: 'Exists' }]), [[undefined, undefined]])
})
