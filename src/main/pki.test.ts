import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { openPki } from './pki.ts'

const dir = mkdtempSync(join(tmpdir(), 'skiff-pki-'))
after(() => rmSync(dir, { recursive: true }))
const names = { nodeName: 'box', addresses: ['192.0.2.7'], serviceIp: '10.43.0.1' }
const NOW = Date.parse('2026-06-01T00:00:00Z')
const DAY_MS = 24 * 3600 * 1000

test('the CA vouches for all, and each says who it is', async () => {
  const pki = await openPki(dir, names, NOW)
  const ca = new X509Certificate(pki.ca.cert)
  assert.ok(ca.ca)
  for (const { cert } of [pki.admin, pki.apiServer, pki.apiServerKubeletClient, pki.kubelet])
    assert.ok(new X509Certificate(cert).verify(ca.publicKey))
  assert.deepEqual(new X509Certificate(pki.admin.cert).subject.split('\n').sort(), [
    'CN=kubernetes-admin',
    'O=system:masters',
  ])
  assert.deepEqual(new X509Certificate(pki.kubelet.cert).subject.split('\n').sort(), [
    'CN=system:node:box',
    'O=system:nodes',
  ])
  const server = new X509Certificate(pki.apiServer.cert)
  for (const host of ['kubernetes.default.svc', 'localhost', 'box']) assert.ok(server.checkHost(host), host)
  for (const ip of ['127.0.0.1', '192.0.2.7', '10.43.0.1']) assert.ok(server.checkIP(ip), ip)
})

test('keys can be read by their owner alone', () => {
  assert.equal(statSync(join(dir, 'ca.key')).mode & 0o777, 0o600)
})

test('certificates are kept until they run out soon or lack a name; the CA is kept', async () => {
  const first = await openPki(dir, names, NOW)
  assert.deepEqual(await openPki(dir, names, NOW + DAY_MS), first)
  const later = await openPki(dir, names, NOW + 300 * DAY_MS)
  assert.equal(later.ca.cert, first.ca.cert)
  assert.notEqual(later.apiServer.cert, first.apiServer.cert)
  const moved = await openPki(dir, { ...names, addresses: ['192.0.2.8'] }, NOW + 300 * DAY_MS)
  assert.equal(moved.admin.cert, later.admin.cert)
  assert.ok(new X509Certificate(moved.apiServer.cert).checkIP('192.0.2.8'))
})

test("the key of service accounts stays what it is, and is not anybody else's", async () => {
  const first = await openPki(dir, names, NOW)
  const later = await openPki(dir, { ...names, nodeName: 'other' }, NOW + 3000 * DAY_MS)
  assert.equal(later.serviceAccountKey, first.serviceAccountKey)
  assert.match(first.serviceAccountKey, /^-----BEGIN PRIVATE KEY-----/)
  assert.equal(statSync(join(dir, 'sa.key')).mode & 0o777, 0o600)
})

test('a file that is not a certificate is named', async () => {
  writeFileSync(join(dir, 'admin.crt'), 'nonsense')
  await assert.rejects(openPki(dir, names, NOW), /admin\.crt and its \.key cannot be read/)
})
