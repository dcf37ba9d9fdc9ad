import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { Namespace } from '../../api/kinds/core/namespace.ts'
import { ADMIN, podBody, testServer, type TestServer } from '../test-server.ts'
import type { AdmissionRequest } from './plugin.ts'
import { podSecurity } from './pod-security.ts'
import { NO_POD_SECURITY_CONFIG, type PodSecurityConfig } from './pod-security/config.ts'
import { Pod } from '../../api/kinds/core/pod.ts'

const P = 'pod-security.kubernetes.io/'
const NAMESPACES = '/api/v1/namespaces'
const PODS = `${NAMESPACES}/strict/pods`
const MERGE = { 'content-type': 'application/merge-patch+json' }

const labelled = (labels: Record<string, string>) =>
  Object.fromEntries(Object.entries(labels).map(([key, value]) => [P + key, value]))

async function serverWith(labels: Record<string, string>, podSecurity?: PodSecurityConfig): Promise<TestServer> {
  const server = await testServer(podSecurity && { podSecurity })
  const metadata = { name: 'strict', labels: labelled(labels) }
  await server.json(201, 'POST', NAMESPACES, { body: { apiVersion: 'v1', kind: 'Namespace', metadata } })
  const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default' } }
  await server.json(201, 'POST', `${NAMESPACES}/strict/serviceaccounts`, { body: account })
  return server
}

/** The texts of an answer's Warning headers. */
const warningsOf = ({ headers }: { headers: Readonly<Record<string, string>> }) =>
  [...(headers['warning'] ?? '').matchAll(/299 - "((?:\\.|[^"\\])*)"/g)].map(([, text = '']) =>
    text.replaceAll('\\', ''),
  )

const WOULD = 'would violate PodSecurity "baseline:latest": host namespaces (hostNetwork=true)'

suite('pods', () => {
  test('that a namespace does not let in are refused', async () => {
    const { json, fail } = await serverWith({ enforce: 'baseline' })
    const { code, message } = await fail('POST', PODS, { body: podBody('p', { hostNetwork: true }) })
    const why = 'violates PodSecurity "baseline:latest": host namespaces (hostNetwork=true)'
    assert.deepEqual([code, message], [403, `pods "p" is forbidden: ${why}`])
    await json(201, 'POST', PODS, { body: podBody('p') })
  })

  test('are warned of, where nothing more is asked', async () => {
    const { send } = await serverWith({ warn: 'baseline', audit: 'restricted' })
    const answer = await send('POST', PODS, { body: podBody('p', { hostNetwork: true }) })
    assert.deepEqual([answer.status, warningsOf(answer)], [201, [WOULD]])
  })

  test('that are there already are not looked at, unless their images change', async () => {
    const { json, fail, api } = await serverWith({})
    await json(201, 'POST', PODS, { body: podBody('p', { hostNetwork: true }) })
    const namespace = await api(Namespace).get({ name: 'strict' })
    const metadata = { ...namespace.metadata, labels: labelled({ enforce: 'baseline' }) }
    await api(Namespace).update({ ...namespace, metadata })
    await json(200, 'PATCH', `${PODS}/p`, { headers: MERGE, body: { metadata: { labels: { a: 'b' } } } })
    const headers = { 'content-type': 'application/strategic-merge-patch+json' }
    const other = { spec: { containers: [{ name: 'main', image: 'other' }] } }
    assert.match((await fail('PATCH', `${PODS}/p`, { headers, body: other })).message ?? '', /violates PodSecurity/)
    const debug = { spec: { ephemeralContainers: [{ name: 'debug', image: 'busybox' }] } }
    const answer = await fail('PATCH', `${PODS}/p/ephemeralcontainers`, { headers, body: debug })
    assert.match(answer.message ?? '', /violates PodSecurity/)
  })
})

test('templates are never refused, but who makes them is told', async () => {
  const { send } = await serverWith({ enforce: 'baseline' })
  const labels = { app: 'web' }
  const template = { metadata: { labels }, spec: podBody('x', { hostNetwork: true }).spec }
  const spec = { selector: { matchLabels: labels }, template }
  const body = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web' }, spec }
  const answer = await send('POST', '/apis/apps/v1/namespaces/strict/deployments', { body })
  assert.deepEqual([answer.status, warningsOf(answer)], [201, [WOULD]])
  const cron = {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name: 'cron' },
    spec: {
      schedule: '* * * * *',
      jobTemplate: { spec: { template: { spec: { ...template.spec, restartPolicy: 'Never' } } } },
    },
  }
  const other = await send('POST', '/apis/batch/v1/namespaces/strict/cronjobs', { body: cron })
  assert.deepEqual([other.status, warningsOf(other)], [201, [WOULD]])
})

suite('namespaces', () => {
  test('have labels that make sense', async () => {
    const { json, fail } = await serverWith({})
    const label = (value: string) => ({ headers: MERGE, body: { metadata: { labels: labelled({ enforce: value }) } } })
    const { code, message } = await fail('PATCH', `${NAMESPACES}/strict`, label('tight'))
    assert.deepEqual(
      [code, message],
      [
        422,
        `Namespace "strict" is invalid: metadata.labels[${P}enforce]: Invalid value: "tight": must be one of privileged, baseline, restricted`,
      ],
    )
    await json(200, 'PATCH', `${NAMESPACES}/strict`, label('restricted'))
  })

  test('that become stricter than their pods say so', async () => {
    const { json, send } = await serverWith({})
    for (const [name, spec] of [
      ['a', { hostNetwork: true }],
      ['b', { hostNetwork: true }],
      ['c', { hostPID: true, hostNetwork: true }],
      ['d', {}],
    ] as const) {
      await json(201, 'POST', PODS, { body: podBody(name, spec) })
    }
    const privileged = [{ name: 'main', image: 'nginx', securityContext: { privileged: true } }]
    await json(201, 'POST', PODS, { body: podBody('e', { containers: privileged }) })
    const body = { metadata: { labels: labelled({ enforce: 'baseline' }) } }
    const answer = await send('PATCH', `${NAMESPACES}/strict`, { headers: MERGE, body })
    assert.deepEqual(warningsOf(answer), [
      'existing pods in namespace "strict" violate the new PodSecurity enforce level "baseline:latest"',
      'a (and 2 other pods): host namespaces',
      'e: privileged',
    ])
    const again = await send('PATCH', `${NAMESPACES}/strict`, {
      headers: MERGE,
      body: { metadata: { labels: { x: 'y' } } },
    })
    assert.deepEqual(warningsOf(again), [])
  })
})

suite('the configuration', () => {
  const strict = { level: 'restricted', minor: 'latest' } as const
  const config: PodSecurityConfig = {
    defaults: { enforce: strict, audit: strict, warn: strict },
    exemptions: { usernames: ['robot'], namespaces: ['kube-system'], runtimeClasses: ['sandbox'] },
  }
  const bad = podBody('p', { hostNetwork: true })

  test('says what holds where no label says so', async () => {
    const { fail, json } = await serverWith({}, config)
    assert.match((await fail('POST', PODS, { body: bad })).message ?? '', /violates PodSecurity "restricted:latest"/)
    const permissive = await serverWith({ enforce: 'privileged', warn: 'privileged', audit: 'privileged' }, config)
    await permissive.json(201, 'POST', PODS, { body: bad })
    await assert.rejects(json(201, 'POST', PODS, { body: bad }))
  })

  test('exempts users, namespaces and runtime classes, which the audit tells', async () => {
    const { store, clock } = await serverWith({})
    const plugin = podSecurity(store, clock, config)
    const noted = async (change: Partial<AdmissionRequest>, spec: object = {}) => {
      const notes: Record<string, string> = {}
      await plugin.validate?.({
        operation: 'CREATE',
        kind: Pod,
        subresource: '',
        namespace: 'strict',
        name: 'p',
        object: podBody('p', { hostNetwork: true, ...spec }) as unknown as Pod,
        user: ADMIN,
        dryRun: false,
        warn: () => {},
        annotate: (key, value) => {
          notes[key] = value
        },
        ...change,
      })
      return notes
    }
    assert.deepEqual(await noted({ user: { name: 'robot', groups: [] } }), { [`${P}exempt`]: 'user' })
    assert.deepEqual(await noted({ namespace: 'kube-system' }), { [`${P}exempt`]: 'namespace' })
    assert.deepEqual(await noted({}, { runtimeClassName: 'sandbox' }), { [`${P}exempt`]: 'runtimeClass' })
    await assert.rejects(noted({}), /violates PodSecurity/)
    const open = podSecurity(store, clock, NO_POD_SECURITY_CONFIG)
    assert.equal(open.name, plugin.name)
  })

  test('tells who labels an exempt namespace that it is in vain', async () => {
    const { send } = await serverWith({}, config)
    const body = { metadata: { labels: labelled({ enforce: 'baseline' }) } }
    const answer = await send('PATCH', `${NAMESPACES}/kube-system`, { headers: MERGE, body })
    assert.equal(answer.status, 200)
    assert.deepEqual(warningsOf(answer), [])
    const stricter = { metadata: { labels: labelled({ enforce: 'restricted', 'enforce-version': 'v1.30' }) } }
    const second = await send('PATCH', `${NAMESPACES}/kube-system`, { headers: MERGE, body: stricter })
    assert.deepEqual(warningsOf(second), [
      'namespace "kube-system" is exempt from Pod Security, and the policy (enforce=restricted:v1.30) will be ignored',
    ])
  })
})
