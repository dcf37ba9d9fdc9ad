import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Deployment } from '../../src/api/kinds/apps/deployment.ts'
import { Namespace } from '../../src/api/kinds/core/namespace.ts'
import { deployment, startCluster } from '../../testing/index.ts'

/** A day in the life of a cluster; resolves with all that happened, as one line for each revision. */
async function history(seed: number): Promise<string[]> {
  await using cluster = await startCluster({ nodes: ['a', 'b', 'c'], seed })
  await cluster.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } })
  await cluster.apply([deployment('web', { replicas: 5 }), deployment('db', { replicas: 2, image: 'missing' })])
  await cluster.advance('40s')
  cluster.node('b').unplug()
  await cluster.edit(Deployment, 'web', ({ spec }) => {
    spec.replicas = 8
    spec.template.metadata = { ...spec.template.metadata, annotations: { again: 'yes' } }
  })
  await cluster.advance('8m')
  await cluster.delete(Namespace, 'shop')
  cluster.node('b').plug()
  await cluster.advance('5m')
  return cluster
    .history()
    .map(
      ({ revision, type, object: { kind, metadata } }) =>
        `${revision} ${type} ${kind} ${metadata.namespace}/${metadata.name}`,
    )
}

test('the same seed gives the same history, another seed another one', async () => {
  const first = await history(42)
  assert.ok(first.length > 300, `only ${first.length} revisions`)
  assert.deepEqual(await history(42), first)
  assert.notDeepEqual(await history(43), first)
})
