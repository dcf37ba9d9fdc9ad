import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ClusterRole } from '../../src/api/kinds/rbac/cluster-role.ts'
import { startCluster } from '../../testing/index.ts'

test('a role that is marked for it is gathered into others, step by step, and is missed there once it is gone', async () => {
  await using cluster = await startCluster({ nodes: [] })
  const rule = { apiGroups: ['example.org'], resources: ['widgets'], verbs: ['get', 'list'] }
  const gathering = async () => {
    const roles = await cluster.list(ClusterRole)
    const has = (role: ClusterRole) => role.rules?.some(({ resources }) => resources?.includes('widgets')) ?? false
    return roles.filter(has).map(({ metadata }) => metadata.name)
  }
  await cluster.apply({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { name: 'widget-viewer', labels: { 'rbac.authorization.k8s.io/aggregate-to-view': 'true' } },
    rules: [rule],
  })
  await cluster.settled()
  assert.deepEqual(await gathering(), ['admin', 'edit', 'view', 'widget-viewer'])
  await cluster.delete(ClusterRole, 'widget-viewer')
  await cluster.settled()
  assert.deepEqual(await gathering(), [])
  assert.deepEqual(cluster.log, [])
})

test('the roles that every cluster has are complete from the start', async () => {
  await using cluster = await startCluster({ nodes: [] })
  const written = cluster.history(ClusterRole).filter(({ type }) => type === 'MODIFIED')
  assert.deepEqual(
    written.map(({ object }) => object.metadata.name),
    [],
  )
})
