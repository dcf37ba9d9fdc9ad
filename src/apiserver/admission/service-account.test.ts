import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Pod } from '../../api/kinds/core/pod.ts'
import { ServiceAccount } from '../../api/kinds/core/service-account.ts'
import { inDefault, podBody, testServer } from '../test-server.ts'

const PODS = inDefault('pods')
const MOUNT_PATH = '/var/run/secrets/kubernetes.io/serviceaccount'
const ACCOUNT = { namespace: 'default', name: 'default' }

async function setUp({
  annotations,
  ...change
}: Partial<ServiceAccount> & { annotations?: Record<string, string> } = {}) {
  const server = await testServer()
  const account = await server.api(ServiceAccount).get(ACCOUNT)
  const metadata = { ...account.metadata, ...(annotations && { annotations }) }
  await server.api(ServiceAccount).update({ ...account, ...change, metadata })
  const create = (spec: object = {}) => server.json<Pod>(201, 'POST', PODS, { body: podBody('p', spec) })
  const refusal = async (spec: object, metadata: object = {}) =>
    (await server.fail('POST', PODS, { body: podBody('p', spec, metadata) })).message
  return { ...server, create, refusal }
}

const main = (more: object = {}) => ({ name: 'main', image: 'x', ...more })

test('each container gets the token of the account', async () => {
  const { create } = await setUp()
  const { spec } = await create({ initContainers: [main({ name: 'init' })] })
  const [volume, ...others] = spec.volumes ?? []
  assert.match(volume?.name ?? '', /^kube-api-access-[a-z0-9]{5}$/)
  assert.deepEqual(others, [])
  assert.deepEqual(volume?.projected, {
    defaultMode: 420,
    sources: [
      { serviceAccountToken: { expirationSeconds: 3607, path: 'token' } },
      { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
      {
        downwardAPI: {
          items: [{ path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } }],
        },
      },
    ],
  })
  for (const { volumeMounts } of [...spec.containers, ...(spec.initContainers ?? [])]) {
    assert.deepEqual(volumeMounts, [{ name: volume?.name, readOnly: true, mountPath: MOUNT_PATH }])
  }
})

test('the pod decides whether it wants one, before its account does', async () => {
  const table: [ofAccount: boolean | undefined, ofPod: boolean | undefined, mounted: boolean][] = [
    [undefined, undefined, true],
    [false, undefined, false],
    [false, true, true],
    [true, false, false],
  ]
  for (const [ofAccount, ofPod, mounted] of table) {
    const { create } = await setUp(ofAccount === undefined ? {} : { automountServiceAccountToken: ofAccount })
    const { spec } = await create(ofPod === undefined ? {} : { automountServiceAccountToken: ofPod })
    assert.equal((spec.volumes ?? []).length > 0, mounted, `${ofAccount} ${ofPod}`)
  }
})

test('what a container mounts there itself stays', async () => {
  const { create } = await setUp()
  const volumes = [{ name: 'own', emptyDir: {} }]
  const own = main({ volumeMounts: [{ name: 'own', mountPath: MOUNT_PATH }] })
  const alone = await create({ containers: [own], volumes })
  assert.deepEqual(
    alone.spec.volumes?.map(({ name }) => name),
    ['own'],
  )
})

test('an account may limit its pods to the secrets that it lists', async () => {
  const annotations = { 'kubernetes.io/enforce-mountable-secrets': 'true' }
  const { create, refusal } = await setUp({ annotations, secrets: [{ name: 'listed' }] })
  const volume = (secretName: string) => ({ volumes: [{ name: 'v', secret: { secretName } }] })
  const why = 'is not allowed because service account default does not reference that secret'
  const told = (text: string) => `pods "p" is forbidden: ${text}`
  assert.equal(await refusal(volume('else')), told(`volume with secret.secretName="else" ${why}`))
  const env = [{ name: 'E', valueFrom: { secretKeyRef: { name: 'else', key: 'k' } } }]
  assert.equal(
    await refusal({ containers: [main({ env })] }),
    told(`container main with envVar E referencing secret.secretName="else" ${why}`),
  )
  assert.match(
    (await refusal({ imagePullSecrets: [{ name: 'else' }] })) ?? '',
    /imagePullSecrets\[0\]\.name="else" is not/,
  )
  await create(volume('listed'))
})

test('a mirror pod speaks to nobody', async () => {
  const { refusal } = await setUp()
  const mirror = { annotations: { 'kubernetes.io/config.mirror': 'x' } }
  const told = async (spec: object) => (await refusal({ nodeName: 'a', ...spec }, mirror))?.replace(/.*forbidden: /, '')
  assert.equal(await told({ serviceAccountName: 'default' }), 'a mirror pod may not reference service accounts')
  const volumes = [{ name: 'v', secret: { secretName: 'x' } }]
  assert.equal(await told({ volumes }), 'a mirror pod may not reference secrets')
  const token = [{ name: 'v', projected: { sources: [{ serviceAccountToken: { path: 'x' } }] } }]
  assert.equal(await told({ volumes: token }), 'a mirror pod may not use ServiceAccountToken volume projections')
})
