import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CertificateSigningRequest } from '../../api/kinds/certificates/certificate-signing-request.ts'
import { expiresAtMs } from './cleaner.ts'
import { CLIENT_SIGNER, KUBELET_CLIENT_SIGNER, KUBELET_SERVING_SIGNER, refusal } from './requests.ts'
import { lifetimeSeconds } from './signer.ts'

const NODE = {
  commonName: 'system:node:a',
  organizations: ['system:nodes'],
  dnsNames: [] as string[],
  ipAddresses: [] as string[],
  emailAddresses: [] as string[],
  uris: [] as string[],
}
const CLIENT = ['client auth', 'digital signature']
const SERVING = ['server auth', 'digital signature', 'key encipherment']

test('each signer issues only what it is there for', () => {
  const server = { ...NODE, dnsNames: ['a'] }
  const table: [signer: string, subject: typeof NODE, usages: string[], expected: string | undefined][] = [
    [CLIENT_SIGNER, { ...NODE, organizations: ['anybody'] }, CLIENT, undefined],
    [CLIENT_SIGNER, NODE, SERVING, 'invalid usage for client certificate: server auth'],
    [CLIENT_SIGNER, NODE, ['digital signature'], 'missing required usage for client certificate: client auth'],
    [KUBELET_CLIENT_SIGNER, NODE, CLIENT, undefined],
    [KUBELET_CLIENT_SIGNER, NODE, [...CLIENT, 'key encipherment'], undefined],
    [
      KUBELET_CLIENT_SIGNER,
      NODE,
      ['client auth'],
      'usages did not match [client auth digital signature key encipherment]',
    ],
    [KUBELET_CLIENT_SIGNER, NODE, SERVING, 'usages did not match [client auth digital signature key encipherment]'],
    [KUBELET_CLIENT_SIGNER, server, CLIENT, 'DNS subjectAltNames are not allowed'],
    [
      KUBELET_CLIENT_SIGNER,
      { ...NODE, organizations: ['system:nodes', 'system:masters'] },
      CLIENT,
      'subject organization is not system:nodes',
    ],
    [
      KUBELET_CLIENT_SIGNER,
      { ...NODE, commonName: 'jane' },
      CLIENT,
      'subject common name does not begin with system:node:',
    ],
    [KUBELET_SERVING_SIGNER, server, SERVING, undefined],
    [KUBELET_SERVING_SIGNER, { ...NODE, ipAddresses: ['192.0.2.1'] }, SERVING.slice(0, 2), undefined],
    [KUBELET_SERVING_SIGNER, NODE, SERVING, 'DNS or IP subjectAltName is required'],
    [KUBELET_SERVING_SIGNER, { ...server, uris: ['x:y'] }, SERVING, 'URI subjectAltNames are not allowed'],
    ['example.org/other', NODE, CLIENT, 'unrecognized signerName: "example.org/other"'],
  ]
  for (const [signer, subject, usages, expected] of table) assert.equal(refusal(signer, subject, usages), expected)
})

test('a certificate is good for as long as was asked, within bounds', () => {
  assert.deepEqual([undefined, 60, 3600, 9e9].map(lifetimeSeconds), [31_536_000, 600, 3600, 31_536_000])
})

test('a request goes when nobody needs it any more', () => {
  const request = (conditions: [type: string, minute: string][], more: object = {}) =>
    ({
      metadata: { creationTimestamp: '2026-01-01T00:00:00Z' },
      status: {
        ...(conditions.length && {
          conditions: conditions.map(([type, minute]) => ({ type, lastUpdateTime: `2026-01-01T00:${minute}:00Z` })),
        }),
        ...more,
      },
    }) as unknown as CertificateSigningRequest
  const goes = (...args: Parameters<typeof request>) =>
    new Date(expiresAtMs(request(...args))).toISOString().slice(8, 16)
  assert.equal(goes([]), '02T00:00')
  assert.equal(goes([['Denied', '10']]), '01T01:10')
  assert.equal(goes([['Approved', '10']]), '02T00:10')
  assert.equal(
    goes([
      ['Approved', '10'],
      ['Failed', '20'],
    ]),
    '01T01:20',
  )
})
