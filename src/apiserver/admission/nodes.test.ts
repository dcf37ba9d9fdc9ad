import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Node } from '../../api/kinds/core/node.ts'
import { Pod } from '../../api/kinds/core/pod.ts'
import { inDefault, podBody, testServer, type TestServer } from '../test-server.ts'

const NODES = '/api/v1/nodes'
const PODS = inDefault('pods')

const nodeBody = (name: string, metadata: object = {}, more: object = {}) => ({
  body: { apiVersion: 'v1', kind: 'Node', metadata: { name, ...metadata }, ...more },
})

test('a new node is not ready until it is seen to be', async () => {
  const { json } = await testServer()
  const taint = { key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' }
  const { spec } = await json<Node>(201, 'POST', NODES, nodeBody('a'))
  assert.deepEqual(spec.taints, [taint])
  const given = [{ key: 'gpu', effect: 'NoSchedule' }, taint]
  const { spec: other } = await json<Node>(201, 'POST', NODES, nodeBody('b', {}, { spec: { taints: given } }))
  assert.deepEqual(other.taints, given)
})

const ZONE = 'topology.kubernetes.io/zone'
const REGION = 'topology.kubernetes.io/region'

test('a pod carries the zone and region of its node', async () => {
  const { json, api } = await testServer()
  await json(201, 'POST', NODES, nodeBody('a', { labels: { [ZONE]: 'z', [REGION]: 'r', other: 'x' } }))
  await json(201, 'POST', PODS, { body: podBody('bound', {}, { labels: { [ZONE]: 'wrong', app: 'web' } }) })
  const body = { apiVersion: 'v1', kind: 'Binding', metadata: { name: 'bound' }, target: { kind: 'Node', name: 'a' } }
  await json(201, 'POST', `${PODS}/bound/binding`, { body })
  const { metadata } = await api(Pod).get({ namespace: 'default', name: 'bound' })
  assert.deepEqual(metadata.labels, { [ZONE]: 'z', [REGION]: 'r', app: 'web' })
  const made = await json<Pod>(201, 'POST', PODS, { body: podBody('made', { nodeName: 'a' }) })
  assert.deepEqual(made.metadata.labels, { [ZONE]: 'z', [REGION]: 'r' })
})

async function resize({ fail }: TestServer, name: string, cpu: string) {
  const headers = { 'content-type': 'application/strategic-merge-patch+json' }
  const resources = { requests: { cpu } }
  return fail('PATCH', `${PODS}/${name}/resize`, {
    headers,
    body: { spec: { containers: [{ name: 'main', resources }] } },
  })
}

test('a pod does not outgrow its node', async () => {
  const server = await testServer()
  const { json, api } = server
  for (const os of ['linux', 'windows']) {
    const node = await json<Node>(201, 'POST', NODES, nodeBody(os, { labels: { 'kubernetes.io/os': os } }))
    await api(Node).updateStatus(node, { allocatable: { cpu: '2', memory: '1Gi', pods: '10' } })
    const containers = [{ name: 'main', image: 'nginx', resources: { requests: { cpu: '1' } } }]
    await json(201, 'POST', PODS, { body: podBody(os, { nodeName: os, containers }) })
  }
  const { message, details } = await resize(server, 'linux', '3')
  assert.equal(
    message,
    `pods "linux" is forbidden: node didn't have enough allocatable resources: cpu, requested: 3000, allocatable: 2000`,
  )
  assert.equal(details?.causes?.[0]?.reason, 'NodeCapacity')
  assert.equal(
    (await resize(server, 'windows', '2')).message,
    'pods "windows" is forbidden: pod resize is only supported on linux nodes, node "windows" is "windows"',
  )
})
