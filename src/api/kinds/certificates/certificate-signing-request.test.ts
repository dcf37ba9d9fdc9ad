import assert from 'node:assert/strict'
import { test } from 'node:test'
import { creates, row, statuses } from '../kind-tables.ts'
import { made } from '../problems.ts'
import { CertificateSigningRequest } from './certificate-signing-request.ts'

const pem = (type: string) => Buffer.from(`-----BEGIN ${type}-----\nMAA=\n-----END ${type}-----\n`).toString('base64')
const request = pem('CERTIFICATE REQUEST')
const csr = (more: object = {}) => ({
  spec: { request, signerName: 'kubernetes.io/kube-apiserver-client', usages: ['client auth'], ...more },
})

creates(CertificateSigningRequest, [
  [csr()],
  [
    csr({ request: pem('CERTIFICATE'), usages: [] }),
    `spec.request: Invalid value: "${pem('CERTIFICATE')}": PEM block type must be CERTIFICATE REQUEST`,
    'spec.usages: Required value',
  ],
  [
    csr({ usages: ['client auth', 'client auth'], expirationSeconds: 5 }),
    'spec.usages[1]: Duplicate value: "client auth"',
    'spec.expirationSeconds: Invalid value: 5: may not specify a duration less than 600 seconds (10 minutes)',
  ],
  [
    csr({ signerName: 'signer' }),
    'spec.signerName: Invalid value: "signer": must be a fully qualified domain and path of the form \'example.com/signer-name\'',
  ],
  [
    csr({ signerName: 'com/a' }),
    'spec.signerName: Invalid value: "com": should be a domain with at least two segments separated by dots',
  ],
])

test('who asks is for the server to say', () => {
  const sketch = made(CertificateSigningRequest, csr({ username: 'admin', groups: ['system:masters'] }))
  assert.equal(sketch.spec.username, undefined)
  const user = { name: 'jane', groups: ['dev'] }
  CertificateSigningRequest.prepareCreate?.(sketch, { now: 0, user })
  assert.deepEqual([sketch.spec.username, sketch.spec.groups], ['jane', ['dev']])
})

const approved = { type: 'Approved', status: 'True', lastUpdateTime: 't', lastTransitionTime: 't' }

statuses(CertificateSigningRequest, csr(), [
  [{ conditions: [approved] }, { conditions: [{ ...approved, reason: 'Mine' }] }],
  [{}, { conditions: [approved] }, 'status.conditions: Forbidden: updates may not add a condition of type "Approved"'],
  [
    { conditions: [approved] },
    { conditions: [] },
    'status.conditions: Forbidden: updates may not remove a condition of type "Approved"',
  ],
  [
    { certificate: 'old' },
    { certificate: pem('RSA KEY') },
    'status.certificate: Invalid value: "<certificate data>": only CERTIFICATE PEM blocks are allowed, found "RSA KEY"',
    'status.certificate: Forbidden: updates may not modify existing certificate content',
  ],
])

test('a request in a table', () => {
  const shown = row(CertificateSigningRequest, csr({ expirationSeconds: 3600 }), {
    conditions: [approved],
    certificate: 'x',
  })
  assert.deepEqual(shown, {
    Name: 'a',
    Age: '5m',
    SignerName: 'kubernetes.io/kube-apiserver-client',
    Requestor: '',
    RequestedDuration: '60m',
    Condition: 'Approved,Issued',
  })
  assert.equal(row(CertificateSigningRequest, csr())['Condition'], 'Pending')
})
