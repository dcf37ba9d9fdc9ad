import assert from 'node:assert/strict'
import { test } from 'node:test'
import { textOf } from '../../client/body.ts'
import { configMapBody, inDefault, testServer } from '../test-server.ts'

const CONFIG_MAPS = inDefault('configmaps')

interface Named {
  metadata: { name?: string; resourceVersion: string; annotations?: Record<string, string> }
}

const shown = (lines: { type: string; object: Named }[]) =>
  lines.map(({ type, object }) => `${type} ${object.metadata.name ?? ''}`.trim())

async function newest(json: Awaited<ReturnType<typeof testServer>>['json']): Promise<string> {
  return (await json<Named>(200, 'GET', CONFIG_MAPS)).metadata.resourceVersion
}

test('without a version: what is there, and then what happens', async () => {
  const { json, watchLines } = await testServer()
  await json(201, 'POST', CONFIG_MAPS, { body: configMapBody('a') })
  const lines = watchLines<Named>(`${CONFIG_MAPS}?watch=1`, 4)
  await json(201, 'POST', CONFIG_MAPS, { body: configMapBody('b') })
  await json(200, 'PUT', `${CONFIG_MAPS}/b`, { body: configMapBody('b', { k: 'v' }) })
  await json(200, 'DELETE', `${CONFIG_MAPS}/a`)
  assert.deepEqual(shown(await lines), ['ADDED a', 'ADDED b', 'MODIFIED b', 'DELETED a'])
})

test('from a version: all that happened since, in order, also in the past', async () => {
  const { json, watchLines } = await testServer()
  const from = await newest(json)
  await json(201, 'POST', CONFIG_MAPS, { body: configMapBody('a') })
  await json(200, 'DELETE', `${CONFIG_MAPS}/a`)
  const lines = await watchLines<Named>(`${CONFIG_MAPS}?watch=1&resourceVersion=${from}`, 2)
  assert.deepEqual(shown(lines), ['ADDED a', 'DELETED a'])
  const [added, deleted] = lines.map(({ object }) => Number(object.metadata.resourceVersion))
  assert.ok((deleted as number) > (added as number))
})

test('a selector sees objects come and go', async () => {
  const { json, watchLines } = await testServer()
  const from = await newest(json)
  const put = (labels: object) => json(200, 'PUT', `${CONFIG_MAPS}/a`, { body: configMapBody('a', {}, { labels }) })
  await json(201, 'POST', CONFIG_MAPS, { body: configMapBody('a') })
  await put({ x: 'y' })
  await put({ x: 'y', more: 'z' })
  await put({ x: 'n' })
  const lines = await watchLines<Named & { metadata: { labels: object } }>(
    `${CONFIG_MAPS}?watch=1&resourceVersion=${from}&labelSelector=x%3Dy`,
    3,
  )
  assert.deepEqual(shown(lines), ['ADDED a', 'MODIFIED a', 'DELETED a'])
  // What left is shown as it was when it still belonged, at the version that took it out.
  assert.deepEqual(lines[2]?.object.metadata.labels, { x: 'y', more: 'z' })
  assert.equal(lines[2]?.object.metadata.resourceVersion, await newest(json))
})

test('initial events end with a bookmark that says so', async () => {
  const { json, watchLines } = await testServer()
  await json(201, 'POST', CONFIG_MAPS, { body: configMapBody('a') })
  const query = 'watch=1&sendInitialEvents=true&allowWatchBookmarks=true&resourceVersionMatch=NotOlderThan'
  const [added, bookmark] = await watchLines<Named>(`${CONFIG_MAPS}?${query}`, 2)
  assert.deepEqual(shown([added, bookmark] as never), ['ADDED a', 'BOOKMARK'])
  assert.deepEqual(bookmark?.object.metadata.annotations, { 'k8s.io/initial-events-end': 'true' })
  assert.equal(bookmark?.object.metadata.resourceVersion, await newest(json))
})

test('bookmarks tell how far a quiet watch has come', async () => {
  const { json, watchLines, clock } = await testServer()
  const from = await newest(json)
  const lines = watchLines<Named>(`${CONFIG_MAPS}?watch=1&allowWatchBookmarks=true&resourceVersion=${from}`, 1)
  await json(201, 'POST', inDefault('secrets'), { body: { kind: 'Secret', apiVersion: 'v1', metadata: { name: 's' } } })
  await clock.advance('61s')
  const [bookmark] = await lines
  assert.equal(bookmark?.type, 'BOOKMARK')
  assert.equal(Number(bookmark?.object.metadata.resourceVersion), Number(from) + 1)
})

test('a watch ends when its time is over', async () => {
  const { send, clock } = await testServer()
  const { body } = await send('GET', `${CONFIG_MAPS}?watch=1&timeoutSeconds=5`)
  const text = textOf(body)
  await clock.advance('6s')
  assert.equal(await text, '')
})

test('a version whose history is gone is an ERROR event', async () => {
  const { json, clock, watchLines } = await testServer({ ringEvents: 1 })
  const from = await newest(json)
  await json(201, 'POST', CONFIG_MAPS, { body: configMapBody('a') })
  await clock.advance('20m')
  await json(201, 'POST', CONFIG_MAPS, { body: configMapBody('b') })
  const [line] = await watchLines<{ code: number; reason: string; message: string }>(
    `${CONFIG_MAPS}?watch=1&resourceVersion=${Number(from) - 3}`,
    1,
  )
  assert.deepEqual([line?.type, line?.object.code, line?.object.reason], ['ERROR', 410, 'Expired'])
  assert.match(line?.object.message ?? '', /^too old resource version: \d+ \(\d+\)$/)
})

test('all watches of one form are sent the same text', async () => {
  const { json, send } = await testServer()
  const from = await newest(json)
  const read = async () => {
    const leaving = new AbortController()
    const { body } = await send('GET', `${CONFIG_MAPS}?watch=1&resourceVersion=${from}`, { signal: leaving.signal })
    for await (const chunk of body as AsyncIterable<string>) return chunk
    return ''
  }
  const chunks = Promise.all([read(), read()])
  await json(201, 'POST', CONFIG_MAPS, { body: configMapBody('a') })
  const [one, other] = await chunks
  assert.equal(one, other)
  assert.match(one, /^\{"type":"ADDED","object":\{"kind":"ConfigMap"/)
})

test('as a table, with its headers once', async () => {
  const { json, send } = await testServer()
  await json(201, 'POST', CONFIG_MAPS, { body: configMapBody('a') })
  await json(201, 'POST', CONFIG_MAPS, { body: configMapBody('b') })
  const headers = { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' }
  const { body } = await send('GET', `${CONFIG_MAPS}?watch=1&timeoutSeconds=1`, { headers })
  const tables: { columnDefinitions: unknown[] | null; rows: { cells: unknown[] }[] }[] = []
  for await (const chunk of body as AsyncIterable<string>) {
    tables.push(JSON.parse(chunk).object)
    if (tables.length === 2) break
  }
  assert.deepEqual(
    tables.map(({ columnDefinitions }) => columnDefinitions?.length),
    [3, undefined],
  )
  assert.deepEqual(
    tables.map(({ rows }) => rows[0]?.cells[0]),
    ['a', 'b'],
  )
})
