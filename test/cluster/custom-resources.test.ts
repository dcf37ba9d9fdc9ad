import assert from 'node:assert/strict'
import { test } from 'node:test'
import { defineKind } from '../../src/api/kind.ts'
import { CustomResourceDefinition } from '../../src/api/kinds/apiextensions/custom-resource-definition.ts'
import { ConfigMap } from '../../src/api/kinds/core/config-map.ts'
import { Namespace } from '../../src/api/kinds/core/namespace.ts'
import type { KubeObject } from '../../src/api/meta.ts'
import { type Cluster, startCluster } from '../../testing/index.ts'
import { condition, names } from './look.ts'

const DEFINITION = `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: pots.example.com}
spec:
  group: example.com
  scope: Namespaced
  names: {plural: pots, kind: Pot}
  versions:
  - name: v1
    served: true
    storage: true
    schema:
      openAPIV3Schema:
        type: object
        properties:
          spec: {type: object, properties: {size: {type: integer}}}
`

const Pot = defineKind({ group: 'example.com', version: 'v1', kind: 'Pot', plural: 'pots', scope: 'Namespaced' })

const ownedBy = ({ apiVersion, kind, metadata: { name, uid } }: KubeObject) => [{ apiVersion, kind, name, uid }]

async function withPots(): Promise<Cluster> {
  const cluster = await startCluster({ nodes: [] })
  await cluster.apply(DEFINITION)
  await cluster.settled()
  return cluster
}

const pot = (cluster: Cluster, name: string, metadata: Partial<KubeObject['metadata']> = {}) =>
  cluster.api(Pot).create({ metadata: { name, namespace: 'default', ...metadata } })

const map = (cluster: Cluster, name: string, metadata: Partial<KubeObject['metadata']> = {}) =>
  cluster.api(ConfigMap).create({ metadata: { name, namespace: 'default', ...metadata } })

test('custom objects own others, and are owned', async () => {
  await using cluster = await withPots()
  const owner = await map(cluster, 'owner')
  const middle = await pot(cluster, 'middle', { ownerReferences: ownedBy(owner) })
  await map(cluster, 'child', { ownerReferences: ownedBy(middle) })
  await cluster.settled()
  await cluster.delete(ConfigMap, 'owner')
  await cluster.settled()
  assert.deepEqual(names(await cluster.list(Pot)), [])
  assert.equal(await cluster.find(ConfigMap, 'child'), undefined)
})

test('custom objects go with their namespace', async () => {
  await using cluster = await withPots()
  await cluster.apply('{apiVersion: v1, kind: Namespace, metadata: {name: shop}}')
  await cluster.apply('{apiVersion: example.com/v1, kind: Pot, metadata: {name: a, namespace: shop}, spec: {size: 1}}')
  await cluster.delete(Namespace, 'shop')
  await cluster.settled()
  assert.equal(await cluster.find(Namespace, 'shop'), undefined)
  assert.deepEqual(names(await cluster.list(Pot)), [])
})

test('a definition that goes leaves nothing behind, and nobody follows its kind any more', async () => {
  await using cluster = await withPots()
  const owner = await pot(cluster, 'owner')
  await map(cluster, 'child', { ownerReferences: ownedBy(owner) })
  await cluster.settled()
  await cluster.delete(CustomResourceDefinition, 'pots.example.com')
  await cluster.settled()
  assert.equal(await cluster.find(CustomResourceDefinition, 'pots.example.com'), undefined)
  assert.equal(await cluster.find(ConfigMap, 'child'), undefined)
  await cluster.advance('5m')
  assert.deepEqual(
    cluster.log.filter(({ kind }) => kind === 'Pot'),
    [],
  )
})

test('a kind that comes back is followed anew', async () => {
  await using cluster = await withPots()
  await cluster.delete(CustomResourceDefinition, 'pots.example.com')
  await cluster.settled()
  await cluster.apply(DEFINITION)
  await cluster.settled()
  assert.equal(condition(await cluster.get(CustomResourceDefinition, 'pots.example.com'), 'Established').status, 'True')
  const owner = await pot(cluster, 'owner')
  await map(cluster, 'child', { ownerReferences: ownedBy(owner) })
  await cluster.delete(Pot, 'owner')
  await cluster.settled()
  assert.equal(await cluster.find(ConfigMap, 'child'), undefined)
})
