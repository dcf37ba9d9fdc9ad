import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { test } from 'node:test'
import { authority } from '../../../os/test-authority.ts'
import { keyPairProblem } from './pem.ts'

const base64 = (text: string) => Buffer.from(text).toString('base64')

test('a certificate goes with its own key only', async () => {
  const [one, two] = [await authority(), await authority()]
  const { privateKey: other } = generateKeyPairSync('ed25519', {
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  })
  const problem = (key: string) => keyPairProblem(base64(one.cert), base64(key))
  assert.equal(problem(one.key), undefined)
  assert.equal(problem(two.key), 'tls: private key does not match public key')
  assert.equal(problem(other), 'tls: private key type does not match public key type')
  assert.equal(problem(one.key.replaceAll(/^[A-Za-z0-9+/]{20}/gm, 'A'.repeat(20))), 'tls: failed to parse private key')
  assert.equal(
    problem('-----BEGIN CERTIFICATE-----\nYQ==\n-----END CERTIFICATE-----\n'.repeat(2)),
    'tls: failed to find PEM block with type ending in "PRIVATE KEY" in key input after skipping PEM blocks of the following types: [CERTIFICATE CERTIFICATE]',
  )
})
