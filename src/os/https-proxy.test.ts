import assert from 'node:assert/strict'
import { duplexPair } from 'node:stream'
import { test } from 'node:test'
import { httpsProxy, type ProxyAnswer } from './https-proxy.ts'
import { httpsServer, type IncomingRequest, type OutgoingAnswer } from './https-server.ts'
import { authority } from './test-authority.ts'

/** A server, and a proxy that knows it and is known by it. */
async function backend(handle: (request: IncomingRequest) => Promise<OutgoingAnswer>) {
  const ca = await authority()
  const tls = { ...(await ca.sign('CN=backend')), clientCa: ca.cert }
  const server = await httpsServer({ address: '127.0.0.1', port: 0, tls }, handle)
  const proxy = httpsProxy({ ca: ca.cert, ...(await ca.sign('O=front, CN=proxy')) })
  const target = { scheme: 'https', host: '127.0.0.1', port: server.port } as const
  return { proxy, target, [Symbol.asyncDispose]: () => server.close(0) }
}

async function textOf({ body }: ProxyAnswer): Promise<string> {
  let text = ''
  for await (const chunk of body) text += Buffer.from(chunk).toString()
  return text
}

test('a request is passed on with its body, and the proxy shows who it is', async () => {
  await using it = await backend(async ({ method, url, headers, body, peer }) => {
    let text = ''
    for await (const chunk of body) text += Buffer.from(chunk).toString()
    const who = `${peer.certificate?.commonName} of ${peer.certificate?.organizations.join()}`
    return { status: 201, headers: { 'x-own': 'a' }, body: `${method} ${url} ${headers['x-test']} ${text} ${who}` }
  })
  const body = (async function* () {
    yield 'one '
    yield 'two'
  })()
  const request = { method: 'PUT', path: '/a%20b?c=d', headers: { 'x-test': 't' }, body }
  const answer = await it.proxy(it.target, request)
  assert.deepEqual([answer.status, answer.headers['x-own']], [201, 'a'])
  assert.equal(await textOf(answer), 'PUT /a%20b?c=d t one two proxy of front')
})

test('an answer arrives as it is sent', async () => {
  const more = Promise.withResolvers<void>()
  await using it = await backend(async () => ({
    status: 200,
    headers: {},
    body: (async function* () {
      yield 'first'
      await more.promise
      yield 'second'
    })(),
  }))
  const { body } = await it.proxy(it.target, { method: 'GET', path: '/', headers: {} })
  const chunks: string[] = []
  for await (const chunk of body) {
    chunks.push(Buffer.from(chunk).toString())
    more.resolve()
  }
  assert.deepEqual(chunks, ['first', 'second'])
})

test('an upgrade joins the two connections', async () => {
  await using it = await backend(async () => ({
    status: 101,
    headers: { connection: 'Upgrade', upgrade: 'test' },
    body: '',
    tunnel: (stream) => stream.pipe(stream),
  }))
  const headers = { connection: 'Upgrade', upgrade: 'test' }
  const answer = await it.proxy(it.target, { method: 'POST', path: '/exec', headers })
  assert.deepEqual([answer.status, answer.headers['upgrade']], [101, 'test'])
  const [ours, client] = duplexPair()
  answer.tunnel?.(ours)
  client.end('x'.repeat(300_000))
  assert.equal(Buffer.concat(await client.toArray()).length, 300_000)
})

test('an upgrade that is refused is an answer like any other', async () => {
  await using it = await backend(async () => ({ status: 403, headers: {}, body: 'no' }))
  const headers = { connection: 'Upgrade', upgrade: 'test' }
  const answer = await it.proxy(it.target, { method: 'POST', path: '/exec', headers })
  assert.deepEqual([answer.status, await textOf(answer), answer.tunnel], [403, 'no', undefined])
})

test('a server that is not who it should be is not spoken to, unless it does not matter', async () => {
  await using it = await backend(async () => ({ status: 200, headers: {}, body: 'ok' }))
  const stranger = httpsProxy({ ca: (await authority()).cert })
  const request = { method: 'GET', path: '/', headers: {} }
  await assert.rejects(stranger(it.target, request), { code: /CERT/ })
  assert.equal(await textOf(await stranger({ ...it.target, insecure: true }, request)), 'ok')
})

test('a server that is not there is an error', async () => {
  const target = { scheme: 'https', host: '127.0.0.1', port: 1 } as const
  await assert.rejects(httpsProxy({})(target, { method: 'GET', path: '/', headers: {} }), { code: 'ECONNREFUSED' })
})
