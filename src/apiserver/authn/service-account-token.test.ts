import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { suite, test } from 'node:test'
import { Pod } from '../../api/kinds/core/pod.ts'
import { ServiceAccount } from '../../api/kinds/core/service-account.ts'
import { inDefault, podBody, testServer } from '../test-server.ts'
import { BadCredentials } from './authenticator.ts'
import { serviceAccountToken } from './service-account-token.ts'
import { type Claims, tokenKeys } from './token-keys.ts'

const ISSUER = 'https://issuer.example'
const SELF = ['https://self.example']

async function setUp() {
  const { api, clock, store, json } = await testServer()
  const account = await api(ServiceAccount).get({ namespace: 'default', name: 'default' })
  const pod = await json<Pod>(201, 'POST', inDefault('pods'), { body: podBody('p') })
  const keys = tokenKeys()
  const authenticate = serviceAccountToken(store, clock, { issuer: ISSUER, audiences: SELF, keys })
  const now = clock.now() / 1000
  const bound = { namespace: 'default', serviceaccount: { name: 'default', uid: account.metadata.uid } }
  const claims: Claims = { iss: ISSUER, aud: SELF, exp: now + 600, iat: now, nbf: now, 'kubernetes.io': bound }
  const podRef = { name: 'p', uid: pod.metadata.uid }
  const tell = async (token: string, audiences = SELF) => {
    try {
      return (await authenticate(token, audiences))?.user.name
    } catch (error) {
      assert.ok(error instanceof BadCredentials)
      return error.message
    }
  }
  return { api, clock, keys, claims, bound, podRef, authenticate, tell, now }
}

const DEFAULT_ACCOUNT = 'system:serviceaccount:default:default'

suite('a token of a service account', () => {
  test('says who somebody is, and where they run', async () => {
    const { authenticate, keys, claims, bound, podRef } = await setUp()
    const node = { name: 'a', uid: '1' }
    const token = keys.sign({ ...claims, jti: 'id', 'kubernetes.io': { ...bound, pod: podRef, node } })
    assert.deepEqual(await authenticate(token, [...SELF, 'other']), {
      user: {
        name: DEFAULT_ACCOUNT,
        uid: bound.serviceaccount.uid,
        groups: ['system:serviceaccounts', 'system:serviceaccounts:default'],
        extra: {
          'authentication.kubernetes.io/credential-id': ['JTI=id'],
          'authentication.kubernetes.io/node-name': ['a'],
          'authentication.kubernetes.io/node-uid': ['1'],
          'authentication.kubernetes.io/pod-name': ['p'],
          'authentication.kubernetes.io/pod-uid': [podRef.uid],
        },
      },
      audiences: SELF,
    })
  })

  test('counts only in its time, for its audience, and as long as what it speaks of is there', async () => {
    const { keys, claims, bound, podRef, tell, now } = await setUp()
    const account = (uid: string) => ({ ...bound, serviceaccount: { name: 'default', uid } })
    const table: [claims: Claims, expected: string | undefined][] = [
      [claims, DEFAULT_ACCOUNT],
      [{ ...claims, iss: 'https://elsewhere.example' }, undefined],
      [{ ...claims, exp: now - 59 }, DEFAULT_ACCOUNT],
      [{ ...claims, exp: now - 61 }, 'service account token has expired'],
      [{ ...claims, nbf: now + 61 }, 'service account token is not valid yet'],
      [{ ...claims, iat: now + 61 }, 'service account token is issued in the future'],
      [
        { ...claims, aud: ['other'] },
        'token audiences ["other"] is invalid for the target audiences ["https://self.example"]',
      ],
      [{ ...claims, aud: [] }, DEFAULT_ACCOUNT],
      [
        { ...claims, 'kubernetes.io': { ...bound, serviceaccount: { name: 'gone', uid: '1' } } },
        'serviceaccounts "gone" not found',
      ],
      [
        { ...claims, 'kubernetes.io': account('1') },
        `service account UID (${bound.serviceaccount.uid}) does not match claim (1)`,
      ],
      [{ ...claims, 'kubernetes.io': { ...bound, pod: podRef } }, DEFAULT_ACCOUNT],
      [
        { ...claims, 'kubernetes.io': { ...bound, pod: { name: 'p', uid: '1' } } },
        `pod UID (${podRef.uid}) does not match service account pod ref claim (1)`,
      ],
      [
        { ...claims, 'kubernetes.io': { ...bound, pod: { name: 'gone', uid: '1' } } },
        'service account token has been invalidated',
      ],
      [
        { ...claims, 'kubernetes.io': { ...bound, secret: { name: 'gone', uid: '1' } } },
        'service account token has been invalidated',
      ],
      [
        { ...claims, 'kubernetes.io': { ...bound, node: { name: 'gone', uid: '1' } } },
        'service account token has been invalidated',
      ],
    ]
    for (const [changed, expected] of table) assert.equal(await tell(keys.sign(changed)), expected)
  })

  test('is not believed when somebody else signed it, or changed it', async () => {
    const { keys, claims, tell } = await setUp()
    const token = keys.sign(claims)
    assert.equal(await tell(token), DEFAULT_ACCOUNT)
    const [head = '', payload = '', signature = ''] = token.split('.')
    const forged = Buffer.from(JSON.stringify({ ...claims, exp: 9e9 })).toString('base64url')
    const none = Buffer.from(JSON.stringify({ ...JSON.parse(Buffer.from(head, 'base64url').toString()), alg: 'none' }))
    assert.equal(await tell(`${head}.${forged}.${signature}`), 'invalid signature')
    assert.equal(await tell(`${none.toString('base64url')}.${payload}.`), 'invalid signature')
    assert.equal(await tell(tokenKeys().sign(claims)), 'invalid signature, no keys found')
    for (const text of ['', 'a.b.c', 'x', `${head}.${payload}`]) assert.equal(await tell(text), undefined)
  })

  test('lives on through a change of keys, and not when the old key is dropped', () => {
    const make = (type: 'ec' | 'rsa') => {
      const options = { namedCurve: 'P-256', modulusLength: 2048 }
      const { privateKey } = generateKeyPairSync(type as 'ec', options)
      return privateKey.export({ type: 'pkcs8', format: 'pem' })
    }
    const [old, next] = [make('rsa'), make('ec')]
    const token = tokenKeys([old]).sign({ iss: ISSUER })
    const both = tokenKeys([next, old])
    assert.deepEqual(both.algorithms, ['ES256', 'RS256'])
    assert.equal(both.verify(token).iss, ISSUER)
    assert.throws(() => tokenKeys([next]).verify(token), /no keys found/)
    assert.deepEqual(
      both.jwks().keys.map((key) => Object.keys(key).includes('d')),
      [false, false],
    )
  })

  test('ends with its pod', async () => {
    const { api, keys, claims, bound, podRef, tell } = await setUp()
    const token = keys.sign({ ...claims, 'kubernetes.io': { ...bound, pod: podRef } })
    assert.equal(await tell(token), DEFAULT_ACCOUNT)
    await api(Pod).delete({ namespace: 'default', name: 'p' })
    assert.equal(await tell(token), 'service account token has been invalidated')
  })
})
