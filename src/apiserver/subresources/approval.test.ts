import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CertificateSigningRequest } from '../../api/kinds/certificates/certificate-signing-request.ts'
import { testServer } from '../test-server.ts'

const URL = '/apis/certificates.k8s.io/v1/certificatesigningrequests'
const PEM = '-----BEGIN CERTIFICATE REQUEST-----\nAA==\n-----END CERTIFICATE REQUEST-----\n'
const APPROVED = { type: 'Approved', status: 'True', reason: 'x' } as const

async function setUp() {
  const server = await testServer()
  const spec = { request: Buffer.from(PEM).toString('base64'), signerName: 'example.org/x', usages: ['client auth'] }
  const body = {
    apiVersion: 'certificates.k8s.io/v1',
    kind: 'CertificateSigningRequest',
    metadata: { name: 'r' },
    spec,
  }
  const made = await server.json<CertificateSigningRequest>(201, 'POST', URL, { body })
  return { ...server, made }
}

test('a decision changes the conditions, and nothing else', async () => {
  const { made, json } = await setUp()
  const spec = { ...made.spec, signerName: 'example.org/other' }
  const status = { certificate: 'AAAA', conditions: [APPROVED] }
  const body = { ...made, spec, status }
  const decided = await json<CertificateSigningRequest>(200, 'PUT', `${URL}/r/approval`, { body })
  const time = '2026-01-01T00:00:00Z'
  assert.deepEqual(decided.status, { conditions: [{ ...APPROVED, lastUpdateTime: time, lastTransitionTime: time }] })
  assert.deepEqual(decided.spec, made.spec)
})

test('nobody decides by writing the status, or takes a decision back', async () => {
  const { made, json, fail } = await setUp()
  const body = { ...made, status: { conditions: [APPROVED] } }
  const { message } = await fail('PUT', `${URL}/r/status`, { body })
  assert.match(message ?? '', /updates may not add a condition of type "Approved"/)
  const decided = await json<CertificateSigningRequest>(200, 'PUT', `${URL}/r/approval`, { body })
  const undecided = { ...decided, status: {} }
  const refused = await fail('PUT', `${URL}/r/approval`, { body: undecided })
  assert.match(refused.message ?? '', /updates may not remove a condition of type "Approved"/)
})

test('who decides must be allowed to for the signer', async () => {
  const { made, fail } = await setUp()
  const body = { ...made, status: { conditions: [APPROVED] } }
  const user = { name: 'system:kube-controller-manager', groups: [] }
  const { code, message } = await fail('PUT', `${URL}/r/approval`, { body, user })
  assert.equal(code, 403)
  assert.match(message ?? '', /user not permitted to approve requests with signerName "example\.org\/x"/)
})
