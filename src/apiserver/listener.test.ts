import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { connect, constants } from 'node:http2'
import { request, type RequestOptions } from 'node:https'
import type { Duplex } from 'node:stream'
import { test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { httpsTransport } from '../client/https-transport.ts'
import { linesOf } from '../client/body.ts'
import type { Proxy } from '../os/https-proxy.ts'
import { type Authority, authority, type KeyPair } from '../os/test-authority.ts'
import { type Listener, listen } from './listener.ts'
import { configMapBody, inDefault, podBody, type TestServer, testServer } from './test-server.ts'

interface Served {
  server: TestServer
  listener: Listener
  ca: Authority
  admin: KeyPair
  /** Over HTTP/1.1. */
  ask(
    path: string,
    options?: RequestOptions,
    body?: string,
  ): Promise<{ status: number; headers: IncomingMessage['headers']; body: Buffer }>
}

async function served(proxy?: Proxy): Promise<Served & AsyncDisposable> {
  const server = await testServer({ ...(proxy && { proxy }) })
  const ca = await authority()
  const [own, admin] = [await ca.sign('CN=server'), await ca.sign('O=system:masters, CN=boss')]
  const listener = await listen(server.server, { address: '127.0.0.1', port: 0, tls: { ...own, clientCa: ca.cert } })
  const base = { host: '127.0.0.1', port: listener.port, ca: ca.cert, agent: false } as const
  return {
    server,
    listener,
    ca,
    admin,
    async ask(path, options = {}, body) {
      const sent = request({ ...base, ...admin, path, ...options }).end(body)
      const [answer] = (await once(sent, 'response')) as [IncomingMessage]
      return { status: answer.statusCode ?? 0, headers: answer.headers, body: Buffer.concat(await answer.toArray()) }
    },
    [Symbol.asyncDispose]: () => listener.close(0),
  }
}

const NOBODY = { cert: undefined, key: undefined }

test('clients are known by their certificates', async () => {
  await using it = await served()
  assert.equal((await it.ask('/api/v1/namespaces')).status, 200)
  assert.equal((await it.ask('/api/v1/namespaces', NOBODY)).status, 401)
  assert.equal((await it.ask('/version', NOBODY)).status, 200)
  const jane = await it.ca.sign('O=developers, CN=jane')
  const refused = await it.ask('/api/v1/namespaces', jane)
  assert.equal(refused.status, 403)
  assert.match(String(refused.body), /User \\"jane\\" cannot list resource/)
  const forged = await (await authority()).sign('O=system:masters, CN=boss')
  assert.equal((await it.ask('/version', forged)).status, 401)
})

test('HTTP/2 on the same port, many requests on one connection', async () => {
  await using it = await served()
  const session = connect(`https://127.0.0.1:${it.listener.port}`, {
    ca: it.ca.cert,
    cert: it.admin.cert,
    key: it.admin.key,
  })
  const ask = async (path: string) => {
    const stream = session.request({ [constants.HTTP2_HEADER_PATH]: path })
    const [headers] = (await once(stream, 'response')) as [Record<string, unknown>]
    return { status: headers[constants.HTTP2_HEADER_STATUS], text: Buffer.concat(await stream.toArray()).toString() }
  }
  const answers = await Promise.all(['/version', '/api/v1/namespaces/default', '/nope'].map(ask))
  assert.deepEqual(
    answers.map(({ status }) => status),
    [200, 200, 404],
  )
  assert.equal(JSON.parse(answers[1]?.text ?? '').metadata.name, 'default')
  session.close()
})

test('writes with a body, and large answers made small', async () => {
  await using it = await served()
  const headers = { 'content-type': 'application/json' }
  const body = JSON.stringify(configMapBody('big', { k: 'v'.repeat(200_000) }))
  const made = await it.ask(inDefault('configmaps'), { method: 'POST', headers }, body)
  assert.equal(made.status, 201)
  const found = await it.ask(inDefault('configmaps', 'big'), { headers: { 'accept-encoding': 'gzip' } })
  assert.equal(found.headers['content-encoding'], 'gzip')
  assert.ok(found.body.length < 10_000)
  assert.equal(JSON.parse(gunzipSync(found.body).toString()).data.k.length, 200_000)
  const plain = await it.ask(inDefault('configmaps', 'big'))
  assert.equal(plain.headers['content-encoding'], undefined)
  const head = await it.ask(inDefault('configmaps', 'big'), { method: 'HEAD' })
  assert.deepEqual([head.status, head.body.length], [200, 0])
})

test('a watch arrives line by line, and ends with the server', async () => {
  await using it = await served()
  const transport = httpsTransport({ server: `https://127.0.0.1:${it.listener.port}`, ca: it.ca.cert, ...it.admin })
  const { body } = await transport({ method: 'GET', url: `${inDefault('configmaps')}?watch=1`, headers: {} })
  const lines = linesOf(body)
  await it.server.json(201, 'POST', inDefault('configmaps'), { body: configMapBody('a') })
  assert.equal(JSON.parse((await lines.next()).value ?? '').object.metadata.name, 'a')
  const closed = it.listener.close()
  assert.equal((await lines.next()).done, true)
  await closed
})

/** A pod on a node, whose kubelet answers upgrades with `serve`. */
async function withKubelet(serve: (stream: Duplex) => void): Promise<Served & AsyncDisposable> {
  const it = await served(async () => ({
    status: 101,
    headers: { connection: 'Upgrade', upgrade: 'test' },
    body: (async function* () {})(),
    tunnel: serve,
  }))
  const status = { addresses: [{ type: 'InternalIP', address: '192.0.2.7' }] }
  const { json } = it.server
  await json(201, 'POST', '/api/v1/nodes', { body: { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n' } } })
  const merge = { 'content-type': 'application/merge-patch+json' }
  await json(200, 'PATCH', '/api/v1/nodes/n/status', { body: { status }, headers: merge })
  await json(201, 'POST', inDefault('pods'), { body: podBody('p') })
  const binding = { apiVersion: 'v1', kind: 'Binding', metadata: { name: 'p' }, target: { name: 'n' } }
  await json(201, 'POST', inDefault('pods', 'p/binding'), { body: binding })
  return it
}

async function upgrade({ listener, ca, admin }: Served): Promise<Duplex> {
  const headers = { connection: 'Upgrade', upgrade: 'test' }
  const target = {
    host: '127.0.0.1',
    port: listener.port,
    ca: ca.cert,
    ...admin,
    agent: false,
    allowHalfOpen: true,
  } as RequestOptions
  const sent = request({
    ...target,
    method: 'POST',
    path: inDefault('pods', 'p/exec?command=cat&stdin=1'),
    headers,
  }).end()
  const [answer, socket, first] = (await once(sent, 'upgrade')) as [IncomingMessage, Duplex, Buffer]
  assert.equal(answer.statusCode, 101)
  if (first.length) socket.unshift(first)
  return socket
}

test('an upgraded connection carries bytes both ways, however many, and each way ends by itself', async () => {
  await using it = await withKubelet((stream) => stream.pipe(stream))
  const socket = await upgrade(it)
  const megabyte = Buffer.alloc(1024 * 1024, 'x')
  const received = socket.toArray()
  for (let i = 0; i < 8; i++) if (!socket.write(megabyte)) await once(socket, 'drain')
  socket.end()
  assert.equal(Buffer.concat(await received).length, 8 * megabyte.length)
})

test('an upgrade that is refused is answered as any request', async () => {
  await using it = await withKubelet(() => {})
  const headers = { connection: 'Upgrade', upgrade: 'test' }
  const answer = await it.ask(inDefault('pods', 'q/exec'), { method: 'POST', headers })
  assert.equal(answer.status, 404)
  assert.equal(JSON.parse(answer.body.toString()).message, 'pods "q" not found')
})

test('a port that is taken is an error', async () => {
  await using it = await served()
  const tls = { ...it.admin, clientCa: it.ca.cert }
  const again = listen(it.server.server, { address: '127.0.0.1', port: it.listener.port, tls })
  await assert.rejects(again, { code: 'EADDRINUSE' })
})
