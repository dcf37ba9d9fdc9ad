import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { Secret } from '../../api/kinds/core/secret.ts'
import { goDuration } from './go-duration.ts'
import { parseImageName, withDefaultTag } from './image-name.ts'
import { secretCredentials } from './pull-secrets.ts'

const DIGEST = `sha256:${'a'.repeat(64)}`

suite('names of images', () => {
  for (const [name, repository, rest] of [
    ['nginx', 'docker.io/library/nginx', {}],
    ['busybox:1.28', 'docker.io/library/busybox', { tag: '1.28' }],
    ['team/app', 'docker.io/team/app', {}],
    ['localhost/app', 'localhost/app', {}],
    ['registry.k8s.io/pause:3.6', 'registry.k8s.io/pause', { tag: '3.6' }],
    ['127.0.0.1:5000/a/b-c__d:v1', '127.0.0.1:5000/a/b-c__d', { tag: 'v1' }],
    [`nginx@${DIGEST}`, 'docker.io/library/nginx', { digest: DIGEST }],
    [`nginx:1@${DIGEST}`, 'docker.io/library/nginx', { tag: '1', digest: DIGEST }],
  ] as const) {
    test(name, () => assert.deepEqual(parseImageName(name), { repository, ...rest }))
  }

  for (const name of ['', 'a b', 'nginx:', ':1', 'a//b', '-a', 'nginx@sha256:1', 'https://x/y', 'a/B']) {
    test(`${JSON.stringify(name)} is none`, () =>
      assert.throws(() => parseImageName(name), /couldn't parse image name/))
  }

  test('without a tag mean the latest', () => {
    assert.equal(withDefaultTag('nginx'), 'nginx:latest')
    assert.equal(withDefaultTag('nginx:1'), 'nginx:1')
    assert.equal(withDefaultTag(`nginx@${DIGEST}`), `nginx@${DIGEST}`)
  })
})

test('durations are printed as Go does', () => {
  assert.deepEqual([0, 5, 999, 1200, 61_500, 3_605_000].map(goDuration), [
    '0s',
    '5ms',
    '999ms',
    '1.2s',
    '1m1.5s',
    '1h0m5s',
  ])
})

suite('pull secrets', () => {
  const secret = (auths: object) =>
    ({
      type: 'kubernetes.io/dockerconfigjson',
      data: { '.dockerconfigjson': Buffer.from(JSON.stringify({ auths })).toString('base64') },
    }) as unknown as Secret
  const users = (auths: object, image: string) =>
    secretCredentials([secret(auths)], image).map(({ username }) => username)
  const auth = (username: string) => ({ username, password: 'p' })

  test('are used for the registry that they name', () => {
    const auths = { 'https://index.docker.io/v1/': auth('hub'), 'quay.io': auth('quay'), '*.example.com': auth('any') }
    assert.deepEqual(users(auths, 'nginx'), ['hub'])
    assert.deepEqual(users(auths, 'quay.io/a/b'), ['quay'])
    assert.deepEqual(users(auths, 'r.example.com/a'), ['any'])
    assert.deepEqual(users(auths, 'r.s.example.com/a'), [])
  })

  test('for a longer path go first', () => {
    assert.deepEqual(users({ 'quay.io': auth('all'), 'quay.io/team': auth('team') }, 'quay.io/team/a'), ['team', 'all'])
  })

  test('may hold name and password as one', () => {
    const both = Buffer.from('me:pass:word').toString('base64')
    const [found] = secretCredentials([secret({ 'quay.io': { auth: both } })], 'quay.io/a')
    assert.deepEqual([found?.username, found?.password], ['me', 'pass:word'])
  })
})
