import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Secret } from '../../api/kinds/core/secret.ts'
import { ServiceAccount } from '../../api/kinds/core/service-account.ts'
import { silentLog } from '../../std/log.ts'
import { seededRandom } from '../../std/random.ts'
import { testServer } from '../test-server.ts'
import { BadCredentials } from './authenticator.ts'
import { bootstrapToken } from './bootstrap-token.ts'
import { legacyToken } from './legacy-token.ts'
import { tokenKeys } from './token-keys.ts'

const SELF = ['https://self.example']
const base64 = (text: string) => Buffer.from(text).toString('base64')
const CLAIM = 'kubernetes.io/serviceaccount'
const legacyClaims = (uid: string) => ({
  iss: 'kubernetes/serviceaccount',
  sub: 'system:serviceaccount:default:default',
  [`${CLAIM}/namespace`]: 'default',
  [`${CLAIM}/secret.name`]: 'old',
  [`${CLAIM}/service-account.name`]: 'default',
  [`${CLAIM}/service-account.uid`]: uid,
})
const encoded = (data: Record<string, string>) =>
  Object.fromEntries(Object.entries(data).map(([key, value]) => [key, base64(value)]))

test('a bootstrap token counts as its secret says', async () => {
  const { api, store, clock } = await testServer()
  const authenticate = bootstrapToken(store, clock, SELF)
  const good = {
    'token-id': 'abcdef',
    'token-secret': '0123456789abcdef',
    'usage-bootstrap-authentication': 'true',
    'auth-extra-groups': 'system:bootstrappers:b,system:bootstrappers:a',
    expiration: '2026-01-01T00:00:01Z',
  }
  const user = {
    name: 'system:bootstrap:abcdef',
    groups: ['system:bootstrappers', 'system:bootstrappers:a', 'system:bootstrappers:b'],
  }
  const secrets = api(Secret)
  const metadata = { namespace: 'kube-system', name: 'bootstrap-token-abcdef' }
  const type = 'bootstrap.kubernetes.io/token'
  const table: [change: Record<string, string>, type: string, isGood: boolean][] = [
    [{}, type, true],
    [{}, 'Opaque', false],
    [{ 'token-secret': 'fedcba9876543210' }, type, false],
    [{ 'token-id': 'fedcba' }, type, false],
    [{ 'usage-bootstrap-authentication': 'false' }, type, false],
    [{ 'auth-extra-groups': 'system:masters' }, type, false],
    [{ expiration: '2026-01-01T00:00:00Z' }, type, false],
    [{ expiration: 'soon' }, type, false],
  ]
  for (const [change, type, isGood] of table) {
    await secrets.create({ metadata, type, data: encoded({ ...good, ...change }) })
    const found = await authenticate('abcdef.0123456789abcdef', SELF)
    assert.deepEqual(found, isGood ? { user, audiences: SELF } : undefined, JSON.stringify(change))
    await secrets.delete(metadata)
  }
  assert.equal(await authenticate('abcdef.0123456789abcdef', SELF), undefined)
  assert.equal(await authenticate('ABCDEF.0123456789abcdef', SELF), undefined)
})

test('a token in a secret counts as long as secret and account are there, and is seen to be used', async () => {
  const { api, store, clock } = await testServer()
  const keys = tokenKeys()
  const env = { clock, random: seededRandom(1), log: silentLog }
  const authenticate = legacyToken(env, store, keys, SELF)
  const account = await api(ServiceAccount).get({ namespace: 'default', name: 'default' })
  const token = keys.sign(legacyClaims(account.metadata.uid))
  const ref = { namespace: 'default', name: 'old' }
  const tell = async (audiences = SELF) => {
    try {
      return await authenticate(token, audiences)
    } catch (error) {
      assert.ok(error instanceof BadCredentials)
      return error.message
    }
  }
  assert.equal(await tell(), 'Token has been invalidated')
  const annotations = { 'kubernetes.io/service-account.name': 'default' }
  const type = 'kubernetes.io/service-account-token'
  await api(Secret).create({ metadata: { ...ref, annotations }, type, data: encoded({ token: 'other' }) })
  assert.equal(await tell(), "Token does not match server's copy")
  const secret = await api(Secret).get(ref)
  await api(Secret).update({ ...secret, data: encoded({ token }) })
  const user = {
    name: 'system:serviceaccount:default:default',
    uid: account.metadata.uid,
    groups: ['system:serviceaccounts', 'system:serviceaccounts:default'],
  }
  assert.deepEqual(await tell(), { user, audiences: SELF })
  assert.equal(await tell(['other']), 'token audiences are invalid for the target audiences')
  await clock.settled()
  const used = await api(Secret).get(ref)
  assert.equal(used.metadata.labels?.['kubernetes.io/legacy-token-last-used'], '2026-01-01')
  await api(ServiceAccount).update({ ...account, secrets: [{ name: 'old' }] })
  assert.match(((await tell()) as { warning: string }).warning, /auto-generated secret-based tokens/)
  const labels = { ...used.metadata.labels, 'kubernetes.io/legacy-token-invalid-since': '2025-01-01' }
  await api(Secret).update({ ...used, metadata: { ...used.metadata, labels } })
  assert.match((await tell()) as string, /has been marked invalid/)
})
