import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isApiError } from '../../src/api/errors.ts'
import { Deployment } from '../../src/api/kinds/apps/deployment.ts'
import { ConfigMap } from '../../src/api/kinds/core/config-map.ts'
import { Namespace } from '../../src/api/kinds/core/namespace.ts'
import { Pod } from '../../src/api/kinds/core/pod.ts'
import { ServiceAccount } from '../../src/api/kinds/core/service-account.ts'
import { deployment, pod, startCluster } from '../../testing/index.ts'
import { condition } from './look.ts'

const SHOP = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } }
const ROOT_CA = 'kube-root-ca.crt'

test('a namespace comes with its service account and the root CA, and gets them again', async () => {
  await using cluster = await startCluster()
  await cluster.apply(SHOP)
  await cluster.settled()
  const account = await cluster.get(ServiceAccount, 'default', 'shop')
  const { data, metadata } = await cluster.get(ConfigMap, ROOT_CA, 'shop')
  assert.match(data?.['ca.crt'] ?? '', /^-----BEGIN CERTIFICATE-----/)
  assert.ok(metadata.annotations?.['kubernetes.io/description'])

  await cluster.delete(ServiceAccount, 'default', { namespace: 'shop' })
  await cluster.delete(ConfigMap, ROOT_CA, { namespace: 'shop' })
  await cluster.settled()
  assert.notEqual((await cluster.get(ServiceAccount, 'default', 'shop')).metadata.uid, account.metadata.uid)
  assert.deepEqual((await cluster.get(ConfigMap, ROOT_CA, 'shop')).data, data)

  await cluster
    .api(ConfigMap)
    .patch({ namespace: 'shop', name: ROOT_CA }, { data: { 'ca.crt': 'x' } }, { type: 'merge' })
  await cluster.settled()
  assert.deepEqual((await cluster.get(ConfigMap, ROOT_CA, 'shop')).data, data)
})

test('the namespaces of the system have them too', async () => {
  await using cluster = await startCluster()
  for (const namespace of ['default', 'kube-system', 'kube-public', 'kube-node-lease']) {
    assert.ok(await cluster.find(ServiceAccount, 'default', namespace))
    assert.ok(await cluster.find(ConfigMap, ROOT_CA, namespace))
  }
})

test('deleting a namespace empties it and ends: pods get their time, nothing is left, nothing comes back', async () => {
  await using cluster = await startCluster({ runtime: { behaviour: () => ({ ignoresTerm: true }) } })
  await cluster.apply([SHOP, deployment('web', { namespace: 'shop', replicas: 2 })])
  await cluster.apply({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'settings', namespace: 'shop' },
    data: { a: '1' },
  })
  await cluster.settled()
  await cluster.delete(Namespace, 'shop')
  await cluster.advance('5s')

  const dying = await cluster.get(Namespace, 'shop')
  assert.equal(dying.status.phase, 'Terminating')
  assert.deepEqual(dying.spec.finalizers, ['kubernetes'])
  const { status, reason, message } = condition(dying, 'NamespaceContentRemaining')
  assert.deepEqual([status, reason], ['True', 'SomeResourcesRemain'])
  assert.equal(message, 'Some resources are remaining: pods. has 2 resource instances')
  assert.ok(await cluster.find(ConfigMap, 'settings', 'shop'), 'what pods use stays while they do')
  await assert.rejects(cluster.apply(pod('late', { namespace: 'shop' })), (error) => {
    assert.ok(isApiError(error, 'Forbidden'))
    assert.match(error.message, /unable to create new content in namespace shop because it is being terminated/)
    return true
  })

  await cluster.advance('90s')
  assert.equal(await cluster.find(Namespace, 'shop'), undefined)
  const left = new Map<string, number>()
  for (const { type, object } of cluster.history()) {
    if (object.metadata.namespace !== 'shop') continue
    if (type === 'DELETED') left.delete(`${object.kind} ${object.metadata.name}`)
    else left.set(`${object.kind} ${object.metadata.name}`, 1)
  }
  assert.deepEqual([...left.keys()], [])

  await cluster.apply(SHOP)
  await cluster.settled()
  assert.deepEqual(await cluster.list(Deployment), [])
  assert.ok(await cluster.find(ServiceAccount, 'default', 'shop'))
})

test('an object with a finalizer holds its namespace, which says so', async () => {
  await using cluster = await startCluster()
  await cluster.apply([
    SHOP,
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'held', namespace: 'shop', finalizers: ['example.com/hold'] },
    },
  ])
  await cluster.delete(Namespace, 'shop')
  await cluster.advance('1m')
  const dying = await cluster.get(Namespace, 'shop')
  const { status, reason, message } = condition(dying, 'NamespaceFinalizersRemaining')
  assert.deepEqual(
    [status, reason, message],
    [
      'True',
      'SomeFinalizersRemain',
      'Some content in the namespace has finalizers remaining: example.com/hold in 1 resource instances',
    ],
  )
  await cluster
    .api(ConfigMap)
    .patch({ namespace: 'shop', name: 'held' }, { metadata: { finalizers: null } }, { type: 'merge' })
  await cluster.advance('1m')
  assert.equal(await cluster.find(Namespace, 'shop'), undefined)
})

test('the namespaces that the system needs may not be deleted', async () => {
  await using cluster = await startCluster()
  for (const name of ['default', 'kube-system', 'kube-public']) {
    await assert.rejects(cluster.delete(Namespace, name), /this namespace may not be deleted/)
  }
})

test('a pod that is made together with its namespace waits for the service account', async () => {
  await using cluster = await startCluster()
  const made = cluster.apply([SHOP, pod('web', { namespace: 'shop' })])
  await cluster.settled()
  await made
  assert.equal((await cluster.get(Pod, 'web', 'shop')).status.phase, 'Running')
})
