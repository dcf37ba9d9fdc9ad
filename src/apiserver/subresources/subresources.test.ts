import assert from 'node:assert/strict'
import { PassThrough } from 'node:stream'
import { test } from 'node:test'
import type { Status } from '../../api/errors.ts'
import type { Pod } from '../../api/kinds/core/pod.ts'
import type { KubeObject } from '../../api/meta.ts'
import { textOf } from '../../client/body.ts'
import type { Proxy, ProxyRequest, ProxyTarget } from '../../os/https-proxy.ts'
import { inDefault, podBody, type TestServer, testServer } from '../test-server.ts'

const PODS = inDefault('pods')
const MERGE = { 'content-type': 'application/merge-patch+json' }

const bindingBody = (name: string, target: object, metadata: object = {}) => ({
  body: { apiVersion: 'v1', kind: 'Binding', metadata: { name, ...metadata }, target },
})

const evictionBody = (name: string, deleteOptions: object = {}) => ({
  body: { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name }, deleteOptions },
})

test('a binding assigns a pod, once', async () => {
  const { json, fail, clock } = await testServer()
  await json(201, 'POST', PODS, { body: podBody('p') })
  const answer = await json<Status>(201, 'POST', `${PODS}/p/binding`, bindingBody('p', { kind: 'Node', name: 'n' }))
  assert.equal(answer.status, 'Success')
  const { spec, status, metadata } = await json<Pod>(200, 'GET', `${PODS}/p`)
  assert.equal(spec.nodeName, 'n')
  assert.deepEqual(
    status.conditions?.map(({ type, status, lastTransitionTime }) => [
      type,
      status,
      Date.parse(lastTransitionTime ?? ''),
    ]),
    [['PodScheduled', 'True', clock.now()]],
  )
  assert.equal(metadata.generation, 1)
  const again = await fail('POST', `${PODS}/p/binding`, bindingBody('p', { kind: 'Node', name: 'm' }))
  assert.deepEqual(
    [again.code, again.message],
    [409, 'Operation cannot be fulfilled on pods/binding "p": pod p is already assigned to node "n"'],
  )
})

test('a binding for another pod, or for nothing', async () => {
  const { json, fail } = await testServer()
  await json(201, 'POST', PODS, { body: podBody('p') })
  const other = await fail('POST', `${PODS}/p/binding`, bindingBody('p', { name: 'n' }, { uid: 'x' }))
  assert.match(other.message ?? '', /Precondition failed: UID in precondition: x/)
  assert.match(
    (await fail('POST', `${PODS}/p/binding`, bindingBody('p', {}))).message ?? '',
    /target.name: Required value/,
  )
  assert.equal((await fail('POST', `${PODS}/q/binding`, bindingBody('q', { name: 'n' }))).code, 404)
  await json(201, 'POST', inDefault('bindings'), bindingBody('p', { name: 'n' }))
})

test('ephemeral containers are added and stay', async () => {
  const { json, fail } = await testServer()
  await json(201, 'POST', PODS, { body: podBody('p') })
  const patch = (containers: object[]) => ({
    body: { metadata: { labels: { no: 'label' } }, spec: { ephemeralContainers: containers } },
    headers: MERGE,
  })
  const debug = { name: 'debug', image: 'busybox' }
  const { spec, metadata } = await json<Pod>(200, 'PATCH', `${PODS}/p/ephemeralcontainers`, patch([debug]))
  assert.deepEqual([spec.ephemeralContainers?.map(({ name }) => name), metadata.labels], [['debug'], undefined])
  const removed = await fail('PATCH', `${PODS}/p/ephemeralcontainers`, patch([]))
  assert.match(removed.message ?? '', /existing ephemeral containers "debug" may not be removed/)
})

test('a resize changes resources and nothing else', async () => {
  const { json, fail } = await testServer()
  const resources = { requests: { cpu: '1' }, limits: { cpu: '2' } }
  await json(201, 'POST', PODS, { body: podBody('p', { containers: [{ name: 'main', image: 'nginx', resources }] }) })
  const patch = (container: object) => ({
    body: { spec: { containers: [{ name: 'main', ...container }] } },
    headers: { 'content-type': 'application/strategic-merge-patch+json' },
  })
  const { spec, metadata } = await json<Pod>(
    200,
    'PATCH',
    `${PODS}/p/resize`,
    patch({ image: 'other', resources: { requests: { cpu: '1500m' } } }),
  )
  assert.deepEqual([spec.containers[0]?.image, spec.containers[0]?.resources?.requests], ['nginx', { cpu: '1500m' }])
  assert.equal(metadata.generation, 2)
  const status = await fail('PATCH', `${PODS}/p/resize`, patch({ resources: { limits: { cpu: null } } }))
  assert.match(status.message ?? '', /resource limits cannot be removed/)
})

test('scale: how many there are and shall be', async () => {
  const { json, fail } = await testServer()
  const path = inDefault('deployments', '', '/apis/apps/v1')
  const template = { metadata: { labels: { app: 'web' } }, spec: podBody('x').spec }
  const spec = { replicas: 2, selector: { matchLabels: { app: 'web' } }, template }
  const body = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web' }, spec }
  await json(201, 'POST', path, { body })
  type Scale = KubeObject & { spec: { replicas: number }; status: { replicas: number; selector: string } }
  const scale = await json<Scale>(200, 'GET', `${path}/web/scale`)
  assert.deepEqual([scale.kind, scale.spec.replicas, scale.status], ['Scale', 2, { replicas: 0, selector: 'app=web' }])
  const put = await json<Scale>(200, 'PUT', `${path}/web/scale`, { body: { ...scale, spec: { replicas: 5 } } })
  assert.equal(put.spec.replicas, 5)
  assert.equal((await fail('PUT', `${path}/web/scale`, { body: scale })).reason, 'Conflict')
  const patched = await json<Scale>(200, 'PATCH', `${path}/web/scale`, {
    body: { spec: { replicas: 0 } },
    headers: MERGE,
  })
  assert.equal(patched.spec.replicas, undefined)
  const negative = await fail('PATCH', `${path}/web/scale`, { body: { spec: { replicas: -1 } }, headers: MERGE })
  assert.match(negative.message ?? '', /^Scale.autoscaling "web" is invalid: spec.replicas: Invalid value: -1/)
  const { metadata } = await json(200, 'GET', `${path}/web`)
  assert.equal(metadata.generation, 3)
})

/** A pod that is ready on a node. */
async function readyPod({ json }: TestServer): Promise<void> {
  await json(201, 'POST', PODS, { body: podBody('p', {}, { labels: { app: 'web' } }) })
  await json(201, 'POST', `${PODS}/p/binding`, bindingBody('p', { name: 'n' }))
  const status = { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] }
  await json(200, 'PATCH', `${PODS}/p/status`, { body: { status }, headers: MERGE })
}

test('an eviction asks the disruption budget first', async () => {
  const server = await testServer()
  const { json, fail } = server
  await readyPod(server)
  const budgets = inDefault('poddisruptionbudgets', '', '/apis/policy/v1')
  const spec = { minAvailable: 1, selector: { matchLabels: { app: 'web' } } }
  await json(201, 'POST', budgets, {
    body: { apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', metadata: { name: 'b' }, spec },
  })
  const report = (status: object) => json(200, 'PATCH', `${budgets}/b/status`, { body: { status }, headers: MERGE })
  const unknown = await fail('POST', `${PODS}/p/eviction`, evictionBody('p'))
  assert.equal(unknown.details?.causes?.[0]?.message, 'The disruption budget b is still being processed by the server.')
  const counts = { observedGeneration: 1, currentHealthy: 1, desiredHealthy: 1, expectedPods: 1 }
  await report({ ...counts, disruptionsAllowed: 0 })
  const refused = await fail('POST', `${PODS}/p/eviction`, evictionBody('p'))
  assert.deepEqual(
    [refused.code, refused.message],
    [429, "Cannot evict pod as it would violate the pod's disruption budget."],
  )
  await report({ ...counts, disruptionsAllowed: 1 })
  await json(201, 'POST', `${PODS}/p/eviction`, evictionBody('p'))
  const { metadata, status } = await json<Pod>(200, 'GET', `${PODS}/p`)
  assert.equal(metadata.deletionGracePeriodSeconds, 30)
  assert.equal(status.conditions?.find(({ type }) => type === 'DisruptionTarget')?.reason, 'EvictionByEvictionAPI')
  const budget = await json<KubeObject & { status: { disruptionsAllowed: number; disruptedPods: object } }>(
    200,
    'GET',
    `${budgets}/b`,
  )
  assert.deepEqual([budget.status.disruptionsAllowed, Object.keys(budget.status.disruptedPods)], [0, ['p']])
})

test('a pod that does not run yet is evicted without asking', async () => {
  const { json, fail } = await testServer()
  await json(201, 'POST', PODS, { body: podBody('p') })
  await json(201, 'POST', `${PODS}/p/eviction`, evictionBody('p'))
  assert.equal((await fail('GET', `${PODS}/p`)).code, 404)
})

interface Sent {
  target: ProxyTarget
  request: ProxyRequest
}

/** A server with a node, whose kubelet answers as `proxy` says. */
async function withNode(answer: Partial<Awaited<ReturnType<Proxy>>>): Promise<{ server: TestServer; sent: Sent[] }> {
  const sent: Sent[] = []
  const body = (async function* () {
    yield Buffer.from('line\n')
  })()
  const server = await testServer({
    async proxy(target, request) {
      sent.push({ target, request })
      return { status: 200, headers: {}, body, ...answer }
    },
  })
  const addresses = [
    { type: 'Hostname', address: 'n' },
    { type: 'InternalIP', address: '192.0.2.7' },
  ]
  const status = { addresses, daemonEndpoints: { kubeletEndpoint: { Port: 10333 } } }
  await server.json(201, 'POST', '/api/v1/nodes', { body: { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n' } } })
  await server.json(200, 'PATCH', '/api/v1/nodes/n/status', { body: { status }, headers: MERGE })
  await server.json(201, 'POST', PODS, {
    body: podBody('p', { containers: ['a', 'b'].map((name) => ({ name, image: 'i' })) }),
  })
  await server.json(201, 'POST', `${PODS}/p/binding`, bindingBody('p', { name: 'n' }))
  return { server, sent }
}

test('logs come from the kubelet of the pod', async () => {
  const { server, sent } = await withNode({})
  const answer = await server.send('GET', `${PODS}/p/log?container=a&follow=true&tailLines=3`)
  assert.deepEqual([answer.headers['content-type'], await textOf(answer.body)], ['text/plain', 'line\n'])
  assert.deepEqual(sent[0]?.target, { scheme: 'https', host: '192.0.2.7', port: 10333, insecure: undefined })
  assert.equal(sent[0]?.request.path, '/containerLogs/default/p/a?follow=true&tailLines=3')
})

test('which container, when there are several', async () => {
  const { server } = await withNode({})
  const tell = async (query: string) => (await server.fail('GET', `${PODS}/p/log${query}`)).message
  assert.equal(await tell(''), 'a container name must be specified for pod p, choose one of: [a b]')
  assert.equal(await tell('?container=z'), 'container z is not valid for pod p')
  assert.match(
    (await tell('?container=a&tailLines=-1')) ?? '',
    /tailLines: Invalid value: -1: must be greater than or equal to 0/,
  )
})

test('what the kubelet says instead of a log', async () => {
  const body = (async function* () {
    yield Buffer.from('container "a" in pod "p" is waiting to start: ContainerCreating')
  })()
  const { server } = await withNode({ status: 400, body })
  const { code, message } = await server.fail('GET', `${PODS}/p/log?container=a`)
  assert.deepEqual([code, message], [400, 'container "a" in pod "p" is waiting to start: ContainerCreating'])
})

test('exec, attach and port-forward hand the connection to the kubelet', async () => {
  const client = new PassThrough()
  const { server, sent } = await withNode({
    status: 101,
    headers: { upgrade: 'SPDY/3.1' },
    tunnel: (stream) => stream.end('hi'),
  })
  const headers = {
    connection: 'Upgrade',
    upgrade: 'SPDY/3.1',
    'x-stream-protocol-version': 'v4.channel.k8s.io',
    authorization: 'secret',
    'impersonate-user': 'bob',
    'impersonate-group': 'system:masters',
  }
  const answer = await server.server.handle(
    {
      method: 'POST',
      url: `${PODS}/p/exec?container=a&command=ls&command=-l&stdout=true&stdin=true&tty=false`,
      headers,
    },
    { user: { name: 'x', groups: ['system:masters'] }, remoteAddress: '192.0.2.9' },
  )
  assert.equal(answer.status, 101)
  answer.tunnel?.(client)
  assert.equal(String(await client.toArray()), 'hi')
  assert.equal(sent[0]?.request.path, '/exec/default/p/a?input=1&output=1&command=ls&command=-l')
  assert.deepEqual(sent[0]?.request.headers, {
    connection: 'Upgrade',
    upgrade: 'SPDY/3.1',
    'x-stream-protocol-version': 'v4.channel.k8s.io',
    'x-forwarded-for': '192.0.2.9',
  })
  await server.send('GET', `${PODS}/p/portforward?ports=80`, { headers })
  assert.equal(sent[1]?.request.path, '/portForward/default/p?port=80')
  assert.equal((await server.fail('POST', `${PODS}/p/attach?container=a`)).message, 'Upgrade request required')
})

test('a pod that runs nowhere has no streams', async () => {
  const { json, fail, send } = await testServer()
  await json(201, 'POST', PODS, { body: podBody('p') })
  const headers = { connection: 'Upgrade', upgrade: 'websocket' }
  assert.equal((await fail('GET', `${PODS}/p/exec`, { headers })).message, 'pod p does not have a host assigned')
  assert.equal((await send('GET', `${PODS}/p/log`)).status, 204)
})

test('proxies keep the path behind them', async () => {
  const { server, sent } = await withNode({})
  const body = { status: { phase: 'Running', podIPs: [{ ip: '10.1.2.3' }], podIP: '10.1.2.3' } }
  await server.json(200, 'PATCH', `${PODS}/p/status`, { body, headers: MERGE })
  const at = async (url: string) => {
    await server.send('GET', url)
    const last = sent.at(-1)
    return `${last?.target.scheme} ${last?.target.host}:${last?.target.port} ${last?.request.path}`
  }
  assert.equal(await at(`${PODS}/p:8080/proxy/a%20b/c?x=y`), 'http 10.1.2.3:8080 /a%20b/c?x=y')
  assert.equal(await at(`${PODS}/https:p:8443/proxy/`), 'https 10.1.2.3:8443 /')
  assert.equal(await at('/api/v1/nodes/n/proxy/stats/summary'), 'https 192.0.2.7:10333 /stats/summary')
  const moved = await server.send('GET', `${PODS}/p/proxy`)
  assert.deepEqual([moved.status, moved.headers['location']], [301, `${PODS}/p/proxy/`])
})
