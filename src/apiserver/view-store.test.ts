import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { KubeObject } from '../api/meta.ts'
import { inDefault, testServer } from './test-server.ts'

const EVENTS = inDefault('events')
const NEW_EVENTS = inDefault('events', '', '/apis/events.k8s.io/v1')
const HPAS = inDefault('horizontalpodautoscalers', '', '/apis/autoscaling/v2')
const HPAS_V1 = inDefault('horizontalpodautoscalers', '', '/apis/autoscaling/v1')
const MERGE = { 'content-type': 'application/merge-patch+json' }
const APPLY = { 'content-type': 'application/apply-patch+yaml' }
const TABLE = { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' }

type Fields = KubeObject & { [field: string]: unknown }
type List = KubeObject & { items: Fields[] }

const event = (name: string) => ({
  apiVersion: 'v1',
  kind: 'Event',
  metadata: { name },
  involvedObject: { kind: 'Pod', namespace: 'default', name: 'web' },
  message: 'pulled',
  reason: 'Pulled',
  type: 'Normal',
})

const newEvent = (name: string, more: object = {}) => ({
  apiVersion: 'events.k8s.io/v1',
  kind: 'Event',
  metadata: { name },
  eventTime: '2026-01-01T00:00:00.000000Z',
  reportingController: 'example.com/test',
  reportingInstance: 'a',
  action: 'Pulling',
  reason: 'Pulled',
  type: 'Normal',
  note: 'pulled',
  regarding: { kind: 'Pod', namespace: 'default', name: 'web' },
  ...more,
})

const names = ({ items }: List) => items.map(({ metadata }) => metadata.name)

test('an event of either shape is read in both', async () => {
  const { json, fail } = await testServer()
  await json(201, 'POST', EVENTS, { body: event('old') })
  const created = await json<Fields>(201, 'POST', NEW_EVENTS, { body: newEvent('new') })
  assert.deepEqual([created.apiVersion, created['note']], ['events.k8s.io/v1', 'pulled'])
  const old = await json<Fields>(200, 'GET', `${NEW_EVENTS}/old`)
  assert.deepEqual([old.apiVersion, old['note'], old['message']], ['events.k8s.io/v1', 'pulled', undefined])
  const core = await json<Fields>(200, 'GET', `${EVENTS}/new`)
  assert.deepEqual([core.apiVersion, core['message'], core.metadata.uid], ['v1', 'pulled', created.metadata.uid])
  assert.equal(core.metadata.resourceVersion, created.metadata.resourceVersion)
  assert.equal((await fail('POST', EVENTS, { body: event('new') })).reason, 'AlreadyExists')
  assert.equal((await fail('GET', `${NEW_EVENTS}/none`)).message, 'events.events.k8s.io "none" not found')
})

test('lists, pages and selectors speak the shape that is asked', async () => {
  const { json } = await testServer()
  for (const name of ['a', 'b']) await json(201, 'POST', EVENTS, { body: event(name) })
  await json(201, 'POST', NEW_EVENTS, { body: newEvent('c', { reason: 'Other' }) })
  const all = await json<List>(200, 'GET', '/apis/events.k8s.io/v1/events')
  assert.deepEqual([all.kind, all.apiVersion, names(all)], ['EventList', 'events.k8s.io/v1', ['a', 'b', 'c']])
  assert.deepEqual(names(await json<List>(200, 'GET', EVENTS)), ['a', 'b', 'c'])
  const page = await json<List & { metadata: { continue: string } }>(200, 'GET', `${NEW_EVENTS}?limit=2`)
  assert.deepEqual(names(page), ['a', 'b'])
  assert.deepEqual(names(await json<List>(200, 'GET', `${NEW_EVENTS}?continue=${page.metadata.continue}`)), ['c'])
  const query = 'fieldSelector=regarding.name%3Dweb,reason%3DOther'
  assert.deepEqual(names(await json<List>(200, 'GET', `${NEW_EVENTS}?${query}`)), ['c'])
})

test('a watch of one shape sees what happens in the other', async () => {
  const { json, watchLines, store } = await testServer()
  const from = store.revision()
  await json(201, 'POST', EVENTS, { body: event('a') })
  const change = { metadata: { labels: { x: 'y' } } }
  await json(200, 'PATCH', `${EVENTS}/a`, { body: change, headers: MERGE })
  await json(200, 'DELETE', `${NEW_EVENTS}/a`)
  const seen = async (url: string) =>
    (await watchLines<Fields>(url, 3)).map(({ type, object }) => [
      type,
      object['note'] ?? object['message'],
      object.apiVersion,
    ])
  const types = ['ADDED', 'MODIFIED', 'DELETED']
  assert.deepEqual(
    await seen(`${NEW_EVENTS}?watch=1&resourceVersion=${from}`),
    types.map((type) => [type, 'pulled', 'events.k8s.io/v1']),
  )
  assert.deepEqual(
    await seen(`${EVENTS}?watch=1&resourceVersion=${from}`),
    types.map((type) => [type, 'pulled', 'v1']),
  )
  const labelled = await watchLines<Fields>(`${NEW_EVENTS}?watch=1&resourceVersion=${from}&labelSelector=x`, 2)
  assert.deepEqual(
    labelled.map(({ type }) => type),
    ['ADDED', 'DELETED'],
  )
})

test('each shape has rules of its own, and both the same table', async () => {
  const { json, fail } = await testServer()
  assert.match(
    (await fail('POST', NEW_EVENTS, { body: newEvent('a', { deprecatedCount: 1 }) })).message ?? '',
    /count: Invalid value/,
  )
  await json(201, 'POST', EVENTS, { body: event('a') })
  const table = { headers: TABLE }
  type Table = KubeObject & { rows: { cells: unknown[] }[] }
  const [old, now] = [await json<Table>(200, 'GET', EVENTS, table), await json<Table>(200, 'GET', NEW_EVENTS, table)]
  assert.deepEqual(now.rows[0]?.cells, old.rows[0]?.cells)
  assert.ok(now.rows[0]?.cells.includes('pod/web'))
})

test('an update may make an event, and a collection goes at once', async () => {
  const { json } = await testServer()
  const url = `${NEW_EVENTS}/a`
  await json(201, 'PUT', url, { body: newEvent('a') })
  const series = { count: 2, lastObservedTime: '2026-01-01T00:01:00.000000Z' }
  const updated = await json<Fields>(200, 'PUT', url, { body: newEvent('a', { series }) })
  assert.deepEqual(updated['series'], series)
  await json(200, 'DELETE', NEW_EVENTS)
  assert.deepEqual(names(await json<List>(200, 'GET', EVENTS)), [])
})

const spec = { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' }, maxReplicas: 5 }
const hpa = (version: string, more: object = {}) => ({
  apiVersion: `autoscaling/${version}`,
  kind: 'HorizontalPodAutoscaler',
  metadata: { name: 'a' },
  spec: { ...spec, ...more },
})

type Hpa = Fields & { spec: Record<string, unknown>; status: Record<string, unknown> }

test('an autoscaler is read and changed in both versions', async () => {
  const { json } = await testServer()
  const created = await json<Hpa>(201, 'POST', HPAS_V1, { body: hpa('v1') })
  assert.equal(created.spec['targetCPUUtilizationPercentage'], 80)
  const metrics = [
    { type: 'Pods', pods: { metric: { name: 'q' }, target: { type: 'AverageValue', averageValue: '5' } } },
  ]
  const target = `${HPAS}/a`
  await json(200, 'PATCH', target, { body: { spec: { metrics } }, headers: MERGE })
  const v1 = await json<Hpa>(200, 'GET', `${HPAS_V1}/a`)
  assert.deepEqual(Object.keys(v1.metadata.annotations ?? {}), ['autoscaling.alpha.kubernetes.io/metrics'])
  await json(200, 'PUT', `${HPAS_V1}/a`, { body: { ...v1, spec: { ...v1.spec, maxReplicas: 9 } } })
  const v2 = await json<Hpa>(200, 'GET', target)
  assert.deepEqual([v2.spec['metrics'], v2.spec['maxReplicas'], v2.metadata.annotations], [metrics, 9, undefined])
  const status = { currentReplicas: 1, desiredReplicas: 2, currentCPUUtilizationPercentage: 30 }
  const body = { ...v1, metadata: { name: 'a' }, spec: {}, status }
  assert.deepEqual((await json<Hpa>(200, 'PUT', `${HPAS_V1}/a/status`, { body })).status, status)
  assert.deepEqual((await json<Hpa>(200, 'GET', target)).spec, v2.spec)
})

test('what changes nothing writes nothing, whichever version says it', async () => {
  const { json, store } = await testServer()
  await json(201, 'POST', HPAS, { body: hpa('v2', { behavior: { scaleUp: { selectPolicy: 'Min' } } }) })
  const v1 = await json<Hpa>(200, 'GET', `${HPAS_V1}/a`)
  const revision = store.revision()
  await json(200, 'PUT', `${HPAS_V1}/a`, { body: v1 })
  assert.equal(store.revision(), revision)
})

test('managers of one version own what they wrote in the other', async () => {
  const { json, fail } = await testServer()
  const apply = (url: string, body: object) =>
    [`${url}/a?fieldManager=${url === HPAS ? 'two' : 'one'}`, { body, headers: APPLY }] as const
  await json(201, 'PATCH', ...apply(HPAS_V1, hpa('v1', { targetCPUUtilizationPercentage: 50 })))
  const target = { type: 'Utilization', averageUtilization: 70 }
  const metrics = [{ type: 'Resource', resource: { name: 'cpu', target } }]
  const conflict = await fail('PATCH', ...apply(HPAS, hpa('v2', { metrics })))
  assert.equal(
    conflict.message,
    'Apply failed with 1 conflict: conflict with "one": .spec.targetCPUUtilizationPercentage',
  )
  await json(200, 'PATCH', `${HPAS}/a`, { body: { spec: { metrics } }, headers: MERGE })
  const { metadata } = await json<Hpa>(200, 'GET', `${HPAS_V1}/a`)
  const one = metadata.managedFields?.find(({ manager }) => manager === 'one')?.fieldsV1 as Record<string, object>
  assert.deepEqual(Object.keys(one['f:spec'] ?? {}), ['f:maxReplicas', 'f:scaleTargetRef'])
})

test('an apply in the older version is an apply to the object', async () => {
  const { json } = await testServer()
  const url = `${HPAS_V1}/a?fieldManager=me`
  const applied = (more: object) => ({ body: hpa('v1', more), headers: APPLY })
  await json(201, 'PATCH', url, applied({ targetCPUUtilizationPercentage: 50 }))
  const again = await json<Hpa>(200, 'PATCH', url, applied({ targetCPUUtilizationPercentage: 60, minReplicas: 2 }))
  assert.deepEqual([again.spec['targetCPUUtilizationPercentage'], again.spec['minReplicas']], [60, 2])
  assert.deepEqual(
    again.metadata.managedFields?.map(({ manager, apiVersion }) => [manager, apiVersion]),
    [['me', 'autoscaling/v1']],
  )
})
