import assert from 'node:assert/strict'
import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { test } from 'node:test'
import { SignJWT } from 'jose'
import { virtualClock } from '../../../testing/virtual-clock.ts'
import { BadCredentials } from './authenticator.ts'
import { oidc } from './oidc.ts'
import type { JwtAuthenticatorConfig } from './oidc-config.ts'

const URL = 'https://issuer.example'
const SELF = ['https://self.example']

const CONFIG: JwtAuthenticatorConfig = {
  issuer: { url: URL, audiences: ['cluster'] },
  claimValidationRules: [{ claim: 'tenant', requiredValue: 'ours' }],
  claimMappings: {
    username: { claim: 'email', prefix: 'oidc:' },
    groups: { claim: 'groups', prefix: 'oidc:' },
    uid: { claim: 'sub' },
  },
}

const CLAIMS = { sub: '17', email: 'jane@example.org', email_verified: true, groups: ['dev'], tenant: 'ours' }

/** An issuer whose keys can be changed, and how often it was asked. */
function setUp(config = CONFIG) {
  const clock = virtualClock()
  const keys = new Map<string, KeyObject>()
  let reads = 0
  let issuer = URL
  const addKey = (kid: string) => {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    keys.set(kid, publicKey)
    return privateKey
  }
  const fetchJson = async (url: string) => {
    if (url === `${URL}/.well-known/openid-configuration`) return { issuer, jwks_uri: `${URL}/keys` }
    assert.equal(url, `${URL}/keys`)
    reads++
    return {
      keys: [...keys].map(([kid, key]) => ({ ...key.export({ format: 'jwk' }), kid, use: 'sig', alg: 'ES256' })),
    }
  }
  const authenticate = oidc(clock, fetchJson, config, SELF)
  const sign = (key: KeyObject, claims: object, kid = 'one') =>
    new SignJWT({ iss: URL, aud: 'cluster', exp: clock.now() / 1000 + 60, ...claims })
      .setProtectedHeader({ alg: 'ES256', kid })
      .sign(key)
  const tell = async (token: string) => {
    try {
      return (await authenticate(token, SELF))?.user
    } catch (error) {
      assert.ok(error instanceof BadCredentials)
      return error.message
    }
  }
  return { clock, addKey, sign, tell, reads: () => reads, call: (other: string) => (issuer = other) }
}

test('an ID token says who somebody is, as the configuration maps its claims', async () => {
  const { addKey, sign, tell, reads } = setUp()
  const key = addKey('one')
  const user = { name: 'oidc:jane@example.org', groups: ['oidc:dev'], uid: '17' }
  assert.deepEqual(await tell(await sign(key, CLAIMS)), user)
  assert.deepEqual(await tell(await sign(key, { ...CLAIMS, groups: 'dev' })), user)
  assert.equal(reads(), 1)
})

test('a token that is not for us, not in time or not complete is refused, and others are left alone', async () => {
  const { addKey, sign, tell, clock } = setUp()
  const key = addKey('one')
  const table: [claims: object, expected: RegExp | undefined][] = [
    [{ iss: 'https://elsewhere.example' }, undefined],
    [{ aud: 'another' }, /unexpected "aud" claim value/],
    [{ exp: clock.now() / 1000 - 1 }, /"exp" claim timestamp check failed/],
    [{ email_verified: false }, /email not verified/],
    [{ email: undefined }, /parse claim email: claim not present/],
    [{ groups: [1] }, /parse groups claim groups/],
    [{ tenant: 'theirs' }, /required claim tenant value does not match\. Got = theirs, want = ours/],
  ]
  for (const [change, expected] of table) {
    const told = await tell(await sign(key, { ...CLAIMS, ...change }))
    if (expected) assert.match(String(told), expected)
    else assert.equal(told, undefined)
  }
})

test('a key that is new is found, but the issuer is not asked again and again', async () => {
  const { addKey, sign, tell, reads, clock } = setUp()
  const [key, other] = [addKey('one'), generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey]
  const isKnown = async (token: string) => typeof (await tell(token)) === 'object'
  assert.ok(await isKnown(await sign(key, CLAIMS)))
  const second = addKey('two')
  assert.equal(await isKnown(await sign(second, CLAIMS, 'two')), false)
  await clock.advance('10s')
  assert.ok(await isKnown(await sign(second, CLAIMS, 'two')))
  assert.equal(await isKnown(await sign(other, CLAIMS)), false)
  assert.equal(reads(), 2)
})

test('an issuer that says it is another one is not trusted', async () => {
  const { addKey, sign, tell, call, clock } = setUp()
  const token = await sign(addKey('one'), CLAIMS)
  call('https://liar.example')
  assert.match(String(await tell(token)), /issuer did not match/)
  call(URL)
  assert.match(String(await tell(token)), /not initialized/)
  await clock.advance('10s')
  assert.equal(typeof (await tell(await sign(addKey('two'), CLAIMS, 'two'))), 'object')
})
