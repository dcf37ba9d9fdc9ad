import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { ConfigMap } from '../../api/kinds/core/config-map.ts'
import type { Pod } from '../../api/kinds/core/pod.ts'
import { ResourceQuota } from '../../api/kinds/core/resource-quota.ts'
import type { Service } from '../../api/kinds/core/service.ts'
import { Conflict } from '../../store/store.ts'
import { keyFor } from '../context.ts'
import { configMapBody, inDefault, podBody, testServer, type TestServer } from '../test-server.ts'
import { QuotaLedger } from './quota/ledger.ts'
import { evaluatorOf } from '../../api/quota/evaluators.ts'

const PODS = inDefault('pods')
const QUOTAS = inDefault('resourcequotas')
const CONFIG_MAPS = inDefault('configmaps')

/** A quota that has been counted: what is used of each resource is 0, or what is said. */
async function addQuota({ json, api }: TestServer, name: string, hard: Record<string, string>, spec: object = {}) {
  const body = { apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name }, spec: { hard, ...spec } }
  const made = await json<ResourceQuota>(201, 'POST', QUOTAS, { body })
  const used = Object.fromEntries(Object.keys(hard).map((resource) => [resource, '0']))
  return api(ResourceQuota).updateStatus(made, { hard, used })
}

const usedOf = async ({ api }: TestServer, name: string) =>
  (await api(ResourceQuota).get({ namespace: 'default', name })).status.used

const cpu = (requests: string) => ({
  containers: [{ name: 'main', image: 'nginx', resources: { requests: { cpu: requests } } }],
})

suite('a quota', () => {
  test('is charged for what is made, and refuses what is too much', async () => {
    const server = await testServer()
    await addQuota(server, 'small', { pods: '2', 'requests.cpu': '1' })
    await server.json(201, 'POST', PODS, { body: podBody('a', cpu('600m')) })
    const { code, message } = await server.fail('POST', PODS, { body: podBody('b', cpu('600m')) })
    const why = 'exceeded quota: small, requested: requests.cpu=600m, used: requests.cpu=600m, limited: requests.cpu=1'
    assert.deepEqual([code, message], [403, `pods "b" is forbidden: ${why}`])
    await server.json(201, 'POST', PODS, { body: podBody('b', cpu('400m')) })
    assert.deepEqual(await usedOf(server, 'small'), { pods: '2', 'requests.cpu': '1' })
    assert.match(
      (await server.fail('POST', PODS, { body: podBody('c', cpu('1m')) })).message ?? '',
      /exceeded quota: small, requested: pods=1,requests.cpu=1m, used: pods=2,requests.cpu=1, limited: pods=2,requests.cpu=1$/,
    )
  })

  test('of which nobody knows yet what is used refuses all', async () => {
    const { json, fail, api } = await testServer()
    const spec = { hard: { pods: '1', cpu: '1' } }
    const body = { apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'new' }, spec }
    const made = await json<ResourceQuota>(201, 'POST', QUOTAS, { body })
    // Until the controller has seen it, the quota limits nothing.
    await json(201, 'POST', PODS, { body: podBody('early') })
    await api(ResourceQuota).updateStatus(made, { hard: spec.hard })
    const { message } = await fail('POST', PODS, { body: podBody('p', cpu('1')) })
    assert.equal(message, 'pods "p" is forbidden: status unknown for quota: new, resources: cpu,pods')
  })

  test('for CPU demands that containers say what they take', async () => {
    const server = await testServer()
    await addQuota(server, 'cpu', { 'limits.cpu': '1' })
    const { message } = await server.fail('POST', PODS, { body: podBody('p') })
    assert.equal(message, 'pods "p" is forbidden: failed quota: cpu: must specify limits.cpu for: main')
  })

  test('with scopes counts what falls under them', async () => {
    const server = await testServer()
    const high = { scopeName: 'PriorityClass', operator: 'In', values: ['high'] }
    await addQuota(server, 'high', { pods: '0' }, { scopeSelector: { matchExpressions: [high] } })
    await addQuota(server, 'jobs', { pods: '0' }, { scopes: ['Terminating'] })
    const body = { apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass', metadata: { name: 'high' }, value: 1 }
    await server.json(201, 'POST', '/apis/scheduling.k8s.io/v1/priorityclasses', { body })
    await server.json(201, 'POST', PODS, { body: podBody('plain') })
    const tell = async (spec: object) => (await server.fail('POST', PODS, { body: podBody('p', spec) })).message ?? ''
    assert.match(await tell({ priorityClassName: 'high' }), /exceeded quota: high/)
    assert.match(await tell({ activeDeadlineSeconds: 5 }), /exceeded quota: jobs/)
  })

  test('is charged when a pod comes into its scope', async () => {
    const server = await testServer()
    await addQuota(server, 'jobs', { pods: '1' }, { scopes: ['Terminating'] })
    const headers = { 'content-type': 'application/merge-patch+json' }
    const terminate = { headers, body: { spec: { activeDeadlineSeconds: 60 } } }
    for (const name of ['a', 'b']) await server.json(201, 'POST', PODS, { body: podBody(name) })
    await server.json(200, 'PATCH', `${PODS}/a`, terminate)
    assert.deepEqual(await usedOf(server, 'jobs'), { pods: '1' })
    assert.match((await server.fail('PATCH', `${PODS}/b`, terminate)).message ?? '', /exceeded quota: jobs/)
  })

  test('of services counts node ports and load balancers, also of those that become such', async () => {
    const server = await testServer()
    // The service of the API server itself is there already.
    await addQuota(server, 'services', { services: '3', 'services.nodeports': '1', 'services.loadbalancers': '0' })
    const service = (name: string, type: string) => ({
      body: { apiVersion: 'v1', kind: 'Service', metadata: { name }, spec: { type, ports: [{ port: 80 }] } },
    })
    const path = inDefault('services')
    await server.json(201, 'POST', path, service('a', 'NodePort'))
    const { spec } = await server.json<Service>(201, 'POST', path, service('b', 'ClusterIP'))
    assert.ok(spec.clusterIP)
    const headers = { 'content-type': 'application/merge-patch+json' }
    const { message } = await server.fail('PATCH', `${path}/b`, { headers, body: { spec: { type: 'NodePort' } } })
    assert.match(
      message ?? '',
      /requested: services.nodeports=1, used: services.nodeports=1, limited: services.nodeports=1$/,
    )
    const used = { services: '3', 'services.nodeports': '1', 'services.loadbalancers': '0' }
    assert.deepEqual(await usedOf(server, 'services'), used)
  })

  test('counts objects of any kind', async () => {
    const server = await testServer()
    await addQuota(server, 'counts', { 'count/deployments.apps': '0', configmaps: '1', 'count/configmaps': '5' })
    await server.json(201, 'POST', CONFIG_MAPS, { body: configMapBody('a') })
    const used = { 'count/deployments.apps': '0', configmaps: '1', 'count/configmaps': '1' }
    assert.deepEqual(await usedOf(server, 'counts'), used)
    assert.match(
      (await server.fail('POST', CONFIG_MAPS, { body: configMapBody('b') })).message ?? '',
      /exceeded quota: counts/,
    )
    const spec = {
      selector: { matchLabels: { a: 'b' } },
      template: { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'nginx' }] } },
    }
    const body = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'd' }, spec }
    const { message } = await server.fail('POST', inDefault('deployments', '', '/apis/apps/v1'), { body })
    assert.match(
      message ?? '',
      /deployments.apps "d" is forbidden: exceeded quota: counts, requested: count\/deployments.apps=1/,
    )
  })

  test('is not charged for a dry run, which is refused all the same', async () => {
    const server = await testServer()
    await addQuota(server, 'one', { configmaps: '1' })
    await server.json(201, 'POST', `${CONFIG_MAPS}?dryRun=All`, { body: configMapBody('a') })
    assert.deepEqual(await usedOf(server, 'one'), { configmaps: '0' })
    await server.json(201, 'POST', CONFIG_MAPS, { body: configMapBody('a') })
    await server.fail('POST', `${CONFIG_MAPS}?dryRun=All`, { body: configMapBody('b') })
  })
})

suite('usage is never wrong', () => {
  test('of 100 pods at once, 10 fit a quota for 10', async () => {
    const server = await testServer()
    await addQuota(server, 'ten', { pods: '10', 'count/pods': '20' })
    const statuses = await Promise.all(
      Array.from({ length: 100 }, async (_, i) => (await server.send('POST', PODS, { body: podBody(`p${i}`) })).status),
    )
    assert.equal(statuses.filter((status) => status === 201).length, 10)
    assert.equal(statuses.filter((status) => status === 403).length, 90)
    const { items } = await server.json<{ items: unknown[] } & Pod>(200, 'GET', PODS)
    assert.equal(items.length, 10)
    assert.deepEqual(await usedOf(server, 'ten'), { pods: '10', 'count/pods': '10' })
  })

  test('what does not come to be is given back', async () => {
    const server = await testServer()
    await addQuota(server, 'two', { configmaps: '2' })
    await server.json(201, 'POST', CONFIG_MAPS, { body: configMapBody('a') })
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => server.send('POST', CONFIG_MAPS, { body: configMapBody('a') })),
    )
    assert.ok(answers.every(({ status }) => status === 409 || status === 403))
    assert.deepEqual(await usedOf(server, 'two'), { configmaps: '1' })
    await server.json(201, 'POST', CONFIG_MAPS, { body: configMapBody('b') })
  })

  test('what one quota refuses is not charged to another', async () => {
    const server = await testServer()
    await addQuota(server, 'large', { configmaps: '10' })
    await addQuota(server, 'small', { 'count/configmaps': '3' })
    await Promise.all(
      Array.from({ length: 8 }, (_, i) => server.send('POST', CONFIG_MAPS, { body: configMapBody(`c${i}`) })),
    )
    assert.deepEqual(await usedOf(server, 'large'), { configmaps: '3' })
    assert.deepEqual(await usedOf(server, 'small'), { 'count/configmaps': '3' })
  })

  test('several servers over one store charge one after the other', async () => {
    const server = await testServer()
    await addQuota(server, 'ten', { configmaps: '10', 'count/configmaps': '10' })
    const ledgers = [1, 2, 3].map(() => new QuotaLedger(server.store, server.clock))
    const evaluator = evaluatorOf(ConfigMap)
    assert.ok(evaluator)
    const answers = await Promise.all(
      Array.from({ length: 30 }, (_, i) => {
        const object = configMapBody(`c${i}`) as unknown as ConfigMap
        const write = { operation: 'CREATE', subresource: '', object } as const
        const bill = { namespace: 'default', evaluator, write, key: `k${i}`, dryRun: false }
        return ledgers[i % 3]?.charge(bill)
      }),
    )
    assert.equal(answers.filter((answer) => typeof answer === 'object').length, 10)
    assert.deepEqual(await usedOf(server, 'ten'), { configmaps: '10', 'count/configmaps': '10' })
  })

  test('a count that was taken before a pod came does not lose it', async () => {
    const server = await testServer()
    await addQuota(server, 'q', { pods: '5' })
    await server.json(201, 'POST', PODS, { body: podBody('a') })
    const quota = await server.api(ResourceQuota).get({ namespace: 'default', name: 'q' })
    const stale = { hard: { pods: '5' }, used: { pods: '0' } }
    await server.api(ResourceQuota).updateStatus(quota, stale)
    assert.deepEqual(await usedOf(server, 'q'), { pods: '1' })
  })

  test('nor one that is on its way', async () => {
    const { store, clock, ...server } = await testServer()
    const whole = { ...server, store, clock }
    const quota = await addQuota(whole, 'q', { configmaps: '5' })
    const ledger = new QuotaLedger(store, clock)
    const evaluator = evaluatorOf(ConfigMap)
    assert.ok(evaluator)
    const object = configMapBody('a') as unknown as ConfigMap
    const key = keyFor(ConfigMap, 'default', 'a')
    const write = { operation: 'CREATE', subresource: '', object } as const
    const paid = await ledger.charge({ namespace: 'default', evaluator, write, key, dryRun: false })
    assert.ok(typeof paid === 'object')
    const zero = { ...quota, status: { hard: { configmaps: '5' }, used: { configmaps: '0' } } }
    assert.deepEqual((await ledger.correct(zero)).used, { configmaps: '1' })
    await store.create(key, object)
    assert.deepEqual((await ledger.correct(zero)).used, { configmaps: '1' })
    paid.keep()
    assert.deepEqual((await ledger.correct(zero)).used, { configmaps: '1' })
    await assert.rejects(store.create(key, object), Conflict)
  })
})
