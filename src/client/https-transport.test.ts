import assert from 'node:assert/strict'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import 'reflect-metadata'
import * as x509 from '@peculiar/x509'
import { Pod } from '../api/kinds/core/pod.ts'
import { createApi } from './client.ts'
import { httpsTransport } from './https-transport.ts'

async function certificate(): Promise<{ cert: string; key: string }> {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
  const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  const names = new x509.SubjectAlternativeNameExtension([{ type: 'ip', value: '127.0.0.1' }])
  const created = await x509.X509CertificateGenerator.createSelfSigned({
    name: 'CN=test',
    notBefore: new Date('2020-01-01T00:00:00Z'),
    notAfter: new Date('2099-01-01T00:00:00Z'),
    keys,
    signingAlgorithm: algorithm,
    extensions: [names, new x509.BasicConstraintsExtension(true)],
  })
  const key = await crypto.subtle.exportKey('pkcs8', keys.privateKey)
  return { cert: created.toString('pem'), key: x509.PemConverter.encode(key, 'PRIVATE KEY') }
}

async function serving(handler: Parameters<typeof createServer>[1]) {
  const { cert, key } = await certificate()
  const server: Server = createServer({ cert, key }, handler)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    transport: httpsTransport({ server: `https://127.0.0.1:${port}`, ca: cert, token: 'secret' }),
    stranger: httpsTransport({ server: `https://127.0.0.1:${port}` }),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

test('requests and answers over TLS, on one connection, to a server that is trusted', async () => {
  const seen: string[] = []
  const ports = new Set<number | undefined>()
  await using served = await serving((request, response) => {
    ports.add(request.socket.remotePort)
    let body = ''
    request.on('data', (chunk) => (body += String(chunk)))
    request.on('end', () => {
      seen.push([request.method, request.url, request.headers.authorization, body].join(' '))
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"metadata":{"name":"ä"}}')
    })
  })
  const api = createApi(served.transport)
  const draft = { metadata: { namespace: 'shop', name: 'ä' } }
  assert.equal((await api(Pod).create(draft)).metadata.name, 'ä')
  await api(Pod).get(draft.metadata)
  assert.deepEqual(seen, [
    'POST /api/v1/namespaces/shop/pods Bearer secret {"apiVersion":"v1","kind":"Pod","metadata":{"namespace":"shop","name":"ä"}}',
    'GET /api/v1/namespaces/shop/pods/%C3%A4 Bearer secret ',
  ])
  assert.equal(ports.size, 1)
  await assert.rejects(createApi(served.stranger)(Pod).get(draft.metadata), /self-signed|unable to verify/)
})

test('a watch brings events as they happen, and its end closes the request', async () => {
  let closed: () => void
  const closing = new Promise<void>((resolve) => (closed = resolve))
  await using served = await serving((_, response) => {
    response.writeHead(200)
    response.write('{"type":"ADDED","object":{"metadata":{"name":"a"}}}\n')
    response.on('close', () => closed())
  })
  const stop = new AbortController()
  const seen: string[] = []
  for await (const { object } of createApi(served.transport)(Pod).watch({ signal: stop.signal })) {
    seen.push(object.metadata.name)
    stop.abort()
  }
  assert.deepEqual(seen, ['a'])
  await closing
})

test('no answer is an error', async () => {
  await using served = await serving((request) => request.socket.destroy())
  await assert.rejects(createApi(served.transport)(Pod).list(), /socket hang up|ECONNRESET/)
})
