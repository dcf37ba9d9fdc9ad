import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ConfigMap } from '../../src/api/kinds/core/config-map.ts'
import { PersistentVolumeClaim } from '../../src/api/kinds/core/persistent-volume-claim.ts'
import { Pod } from '../../src/api/kinds/core/pod.ts'
import { ResourceQuota } from '../../src/api/kinds/core/resource-quota.ts'
import { type Cluster, deployment, pod, startCluster } from '../../testing/index.ts'
import { names } from './look.ts'

const quota = (hard: Record<string, string>) => ({
  apiVersion: 'v1',
  kind: 'ResourceQuota',
  metadata: { name: 'quota', namespace: 'default' },
  spec: { hard },
})

const status = async (cluster: Cluster) => (await cluster.get(ResourceQuota, 'quota')).status

test('a quota tells from the start what is used, and follows its spec', async () => {
  await using cluster = await startCluster()
  await cluster.apply(pod('a', { requests: { cpu: '100m' } }))
  await cluster.apply(quota({ pods: '5', 'requests.cpu': '1', 'count/deployments.apps': '2', secrets: '3' }))
  await cluster.settled()
  const hard = { pods: '5', 'requests.cpu': '1', 'count/deployments.apps': '2', secrets: '3' }
  const used = { pods: '1', 'requests.cpu': '100m', 'count/deployments.apps': '0', secrets: '0' }
  assert.deepEqual(await status(cluster), { hard, used })
  await cluster.apply(quota({ pods: '6' }))
  await cluster.settled()
  assert.deepEqual(await status(cluster), { hard: { pods: '6' }, used: { pods: '1' } })
})

test('what is gone is free again', async () => {
  await using cluster = await startCluster()
  await cluster.apply(quota({ pods: '1', configmaps: '2' }))
  await cluster.settled()
  await cluster.apply(pod('a', { spec: { restartPolicy: 'Never' }, command: ['sleep', '1000'] }))
  await assert.rejects(
    cluster.apply(pod('b')),
    /exceeded quota: quota, requested: pods=1, used: pods=1, limited: pods=1/,
  )
  await cluster.delete(Pod, 'a')
  await cluster.advance('40s')
  await cluster.apply(pod('b', { spec: { restartPolicy: 'Never' }, command: ['sleep', '1'] }))
  await cluster.advance('10s')
  // A pod that has ended takes nothing.
  await cluster.apply(pod('c'))
  // The CA of the cluster is in each namespace.
  await cluster.apply({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x' } })
  await assert.rejects(
    cluster.apply({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'y' } }),
    /exceeded quota/,
  )
  await cluster.delete(ConfigMap, 'x')
  await cluster.settled()
  await cluster.apply({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'y' } })
})

test('a workload fills a quota, and grows when that does', async () => {
  await using cluster = await startCluster()
  await cluster.apply(quota({ pods: '3' }))
  await cluster.settled()
  await cluster.apply(deployment('web', { replicas: 5 }))
  await cluster.settled()
  assert.equal((await cluster.list(Pod)).length, 3)
  await cluster.apply(quota({ pods: '5' }))
  await cluster.advance('20m')
  assert.equal((await cluster.list(Pod)).length, 5)
  assert.deepEqual((await status(cluster)).used, { pods: '5' })
})

test('a claim that a pod uses stays until the pod is gone', async () => {
  await using cluster = await startCluster()
  await cluster.apply({
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: 'data' },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
  })
  const volumes = [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }]
  await cluster.apply(pod('user', { spec: { volumes, nodeName: 'node-1' } }))
  await cluster.delete(PersistentVolumeClaim, 'data')
  await cluster.settled()
  const [claim] = await cluster.list(PersistentVolumeClaim)
  assert.ok(claim?.metadata.deletionTimestamp)
  await cluster.delete(Pod, 'user', { gracePeriodSeconds: 0 })
  await cluster.settled()
  assert.deepEqual(names(await cluster.list(PersistentVolumeClaim)), [])
})
