import assert from 'node:assert/strict'
import { test } from 'node:test'
import { configMapBody, inDefault, type TestServer, testServer } from '../test-server.ts'

interface List {
  metadata: { resourceVersion: string; continue?: string; remainingItemCount?: number }
  items: { metadata: { name: string } }[]
}

const CONFIG_MAPS = inDefault('configmaps')

async function withConfigMaps(...names: string[]): Promise<TestServer> {
  const server = await testServer()
  for (const name of names) {
    const labels = { odd: String(Number(name.slice(1)) % 2 === 1) }
    await server.json(201, 'POST', CONFIG_MAPS, { body: configMapBody(name, {}, { labels }) })
  }
  return server
}

const names = ({ items }: List) => items.map(({ metadata }) => metadata.name).join(' ')

test('pages show one moment, whatever happens between them', async () => {
  const { json } = await withConfigMaps('c1', 'c2', 'c3', 'c4', 'c5')
  const first = await json<List>(200, 'GET', `${CONFIG_MAPS}?limit=2`)
  assert.deepEqual([names(first), first.metadata.remainingItemCount], ['c1 c2', 3])
  await json(200, 'DELETE', `${CONFIG_MAPS}/c3`)
  await json(201, 'POST', CONFIG_MAPS, { body: configMapBody('c35') })
  const token = encodeURIComponent(first.metadata.continue ?? '')
  const second = await json<List>(200, 'GET', `${CONFIG_MAPS}?limit=2&continue=${token}`)
  assert.equal(names(second), 'c3 c4')
  assert.equal(second.metadata.resourceVersion, first.metadata.resourceVersion)
  const last = encodeURIComponent(second.metadata.continue ?? '')
  const third = await json<List>(200, 'GET', `${CONFIG_MAPS}?limit=2&continue=${last}`)
  assert.deepEqual(
    [names(third), third.metadata.continue, third.metadata.remainingItemCount],
    ['c5', undefined, undefined],
  )
})

test('a page is filled with what the selector matches, and does not count the rest', async () => {
  const { json } = await withConfigMaps('c1', 'c2', 'c3', 'c4', 'c5')
  const first = await json<List>(200, 'GET', `${CONFIG_MAPS}?limit=2&labelSelector=odd%3Dtrue`)
  assert.deepEqual([names(first), first.metadata.remainingItemCount], ['c1 c3', undefined])
  const token = encodeURIComponent(first.metadata.continue ?? '')
  assert.equal(
    names(await json<List>(200, 'GET', `${CONFIG_MAPS}?limit=2&labelSelector=odd%3Dtrue&continue=${token}`)),
    'c5',
  )
})

test('a list that has waited too long can go on with what is newest', async () => {
  const { json, fail, store, clock } = await withConfigMaps('c1', 'c2', 'c3')
  const first = await json<List>(200, 'GET', `${CONFIG_MAPS}?limit=1`)
  await json(200, 'DELETE', `${CONFIG_MAPS}/c2`)
  await clock.advance('20m')
  assert.ok((await store.size()).compacted > Number(first.metadata.resourceVersion))
  const token = encodeURIComponent(first.metadata.continue ?? '')
  const status = await fail('GET', `${CONFIG_MAPS}?limit=1&continue=${token}`)
  assert.deepEqual([status.code, status.reason], [410, 'Expired'])
  assert.match(status.message ?? '', /^The provided continue parameter is too old to display a consistent list result/)
  const again = encodeURIComponent((status.metadata as { continue: string }).continue)
  assert.equal(names(await json<List>(200, 'GET', `${CONFIG_MAPS}?limit=1&continue=${again}`)), 'c3')
})

test('resourceVersion: as of then, at least as new, not yet', async () => {
  const { json, fail } = await withConfigMaps('c1')
  const { metadata } = await json<List>(200, 'GET', CONFIG_MAPS)
  await json(201, 'POST', CONFIG_MAPS, { body: configMapBody('c2') })
  const at = (query: string) =>
    json<List>(200, 'GET', `${CONFIG_MAPS}?resourceVersion=${metadata.resourceVersion}${query}`)
  assert.equal(names(await at('&resourceVersionMatch=Exact')), 'c1')
  assert.equal(names(await at('&resourceVersionMatch=NotOlderThan')), 'c1 c2')
  assert.equal(names(await at('')), 'c1 c2')
  assert.equal(names(await at('&limit=5')), 'c1')
  const future = await fail('GET', `${CONFIG_MAPS}?resourceVersion=99999`)
  assert.deepEqual([future.code, future.reason, future.details?.retryAfterSeconds], [504, 'Timeout', 1])
})

test('options that make no sense are refused', async () => {
  const { fail } = await testServer()
  const cases: [query: string, code: number, message: RegExp][] = [
    ['resourceVersionMatch=Exact', 422, /resourceVersionMatch is forbidden unless resourceVersion is provided/],
    ['resourceVersion=1&resourceVersionMatch=Foo', 422, /Unsupported value: "Foo"/],
    ['sendInitialEvents=true', 422, /sendInitialEvents is forbidden for list/],
    ['resourceVersion=x', 400, /strconv.ParseUint: parsing "x": invalid syntax/],
    ['limit=x', 400, /strconv.ParseInt: parsing "x": invalid syntax/],
    ['continue=x', 400, /^continue key is not valid/],
    ['fieldSelector=a%3Db', 400, /^field label not supported: a$/],
    ['labelSelector=a%20in', 400, /^unable to parse requirement/],
  ]
  for (const [query, code, message] of cases) {
    const status = await fail('GET', `${CONFIG_MAPS}?${query}`)
    assert.equal(status.code, code, query)
    assert.match(status.message ?? '', message)
  }
})

test('a name or a namespace that a field selector asks for', async () => {
  const { json } = await withConfigMaps('c1', 'c2')
  assert.equal(names(await json<List>(200, 'GET', `${CONFIG_MAPS}?fieldSelector=metadata.name%3Dc2`)), 'c2')
  assert.equal(names(await json<List>(200, 'GET', '/api/v1/configmaps?fieldSelector=metadata.name%3Dc2')), 'c2')
  assert.equal(names(await json<List>(200, 'GET', '/api/v1/configmaps?fieldSelector=metadata.namespace%3Dother')), '')
  assert.equal(names(await json<List>(200, 'GET', `${CONFIG_MAPS}?fieldSelector=metadata.name!%3Dc2`)), 'c1')
})

test('as a table, as metadata alone, as YAML', async () => {
  const { json, send } = await withConfigMaps('c1')
  const accept = (as: string) => ({ headers: { accept: `application/json;as=${as};g=meta.k8s.io;v=v1` } })
  const table = await json<{
    columnDefinitions: { name: string }[]
    rows: { cells: unknown[]; object: { kind: string } }[]
  }>(200, 'GET', CONFIG_MAPS, accept('Table'))
  assert.deepEqual(
    table.columnDefinitions.map(({ name }) => name),
    ['Name', 'Data', 'Age'],
  )
  assert.deepEqual(table.rows[0]?.cells, ['c1', 0, '0s'])
  assert.equal(table.rows[0]?.object.kind, 'PartialObjectMetadata')
  const partial = await json<List & { kind: string }>(200, 'GET', CONFIG_MAPS, accept('PartialObjectMetadataList'))
  assert.deepEqual(
    [partial.kind, names(partial), Object.keys(partial.items[0] ?? {}).join(' ')],
    ['PartialObjectMetadataList', 'c1', 'kind apiVersion metadata'],
  )
  const yaml = await send('GET', CONFIG_MAPS, { headers: { accept: 'application/yaml' } })
  assert.match(String(yaml.body), /^ *kind: ConfigMapList$/m)
  const protobuf = { headers: { accept: 'application/vnd.kubernetes.protobuf' } }
  assert.equal((await send('GET', CONFIG_MAPS, protobuf)).status, 406)
  const either = { headers: { accept: 'application/vnd.kubernetes.protobuf,application/json' } }
  assert.equal((await send('GET', CONFIG_MAPS, either)).headers['content-type'], 'application/json')
})
