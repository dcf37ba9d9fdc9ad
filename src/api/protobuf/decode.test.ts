import assert from 'node:assert/strict'
import { test } from 'node:test'
import table from '../../../data/protobuf-fields-1.36.json' with { type: 'json' }
import { message, messageField, stringField } from '../openapi/protobuf.ts'
import { decodeMessage, openEnvelope } from './decode.ts'
import { messageName, messagesOf } from './messages.ts'

const messages = messagesOf(table)

/** Bodies as kubectl 1.32 sends them. */
const DEPLOYMENT =
  'azhzAAoVCgdhcHBzL3YxEgpEZXBsb3ltZW50EroBCh8KA3dlYhIAGgAiACoAMgA4AEIAWgoKA2FwcBIDd2ViEogBCAISDAoKCgNhcHASA3dlYhpuChwKABIAGgAiACoAMgA4AEIAWgoKA2FwcBIDd2ViEk4SMAoFbmdpbngSB25naW54OjEqADIKCgAQABhQIgAqAEIAagByAIABAIgBAJABAKIBABoAMgBCAEoAUgBYAGAAaACCAQCKAQCaAQDCAQAiAgoAKAA4ABoMCAAQABgAIAAoADgAGgAiAA=='
const SERVICE =
  'azhzAAoNCgJ2MRIHU2VydmljZRJoCh0KAm5wEgAaACIAKgAyADgAQgBaCQoDYXBwEgJucBJDCh4KBzgwLWh0dHASA1RDUBhQIgoIARAAGgRodHRwKAASCQoDYXBwEgJucBoAIghOb2RlUG9ydDoAQgBSAFoAYABoABoCCgAaACIA'
const QUOTA = 'azhzAAoTCgJ2MRINUmVzb3VyY2VRdW90YRInChEKAXESABoAIgAqADIAOABCABIQCg4KA2NwdRIHCgUxNTAwbRoAGgAiAA=='
const SECRET = 'azhzAAoMCgJ2MRIGU2VjcmV0Eh0KEQoBcxIAGgAiACoAMgA4AEIAEgYKAWsSAXYaABoAIgA='

function decoded(body: string, name: string) {
  const { apiVersion, kind, raw } = openEnvelope(Buffer.from(body, 'base64'))
  return { what: `${apiVersion} ${kind}`, object: decodeMessage(messages, name, raw) }
}

test('a deployment: what says nothing is left out', () => {
  const { what, object } = decoded(DEPLOYMENT, 'apps.v1.Deployment')
  assert.equal(what, 'apps/v1 Deployment')
  assert.deepEqual(object, {
    metadata: { name: 'web', labels: { app: 'web' } },
    spec: {
      replicas: 2,
      selector: { matchLabels: { app: 'web' } },
      template: {
        metadata: { labels: { app: 'web' } },
        spec: { containers: [{ name: 'nginx', image: 'nginx:1', ports: [{ containerPort: 80 }], resources: {} }] },
      },
      strategy: {},
    },
    status: {},
  })
})

test('numbers or texts, quantities, bytes', () => {
  const service = decoded(SERVICE, 'core.v1.Service').object as { spec: { ports: { targetPort: unknown }[] } }
  assert.equal(service.spec.ports[0]?.targetPort, 'http')
  const quota = decoded(QUOTA, 'core.v1.ResourceQuota').object
  assert.deepEqual(quota['spec'], { hard: { cpu: '1500m' } })
  assert.deepEqual(decoded(SECRET, 'core.v1.Secret').object['data'], { k: Buffer.from('v').toString('base64') })
})

/** A field that holds a number. */
const number = (field: number, value: number) => Buffer.from([field << 3, value])

test('zero is kept where it means something', () => {
  const spec = message(number(1, 0), number(5, 0))
  assert.deepEqual(decodeMessage(messages, 'apps.v1.DeploymentSpec', spec), { replicas: 0 })
  const account = message(number(4, 0))
  assert.deepEqual(decodeMessage(messages, 'core.v1.ServiceAccount', account), { automountServiceAccountToken: false })
})

test('what JSON shows in place of the message that holds it', () => {
  const emptyDir = messageField(2, message(stringField(1, 'Memory')))
  const volume = message(stringField(1, 'tmp'), messageField(2, message(emptyDir)))
  assert.deepEqual(decodeMessage(messages, 'core.v1.Volume', volume), { name: 'tmp', emptyDir: { medium: 'Memory' } })
})

test('times: whole seconds, and millionths', () => {
  // 1700000000 as a varint, and 5 microseconds.
  const seconds = Buffer.from([0x08, 0x80, 0xe2, 0xcf, 0xaa, 0x06])
  const micros = Buffer.concat([seconds, Buffer.from([0x10, 0x88, 0x27])])
  const metadata = decodeMessage(messages, 'meta.v1.ObjectMeta', message(messageField(8, seconds)))
  assert.deepEqual(metadata, { creationTimestamp: '2023-11-14T22:13:20Z' })
  const lease = decodeMessage(messages, 'coordination.v1.LeaseSpec', message(messageField(4, micros)))
  assert.deepEqual(lease, { renewTime: '2023-11-14T22:13:20.000005Z' })
})

test('fields that the table does not know are passed over', () => {
  const known = stringField(1, 'a') as Buffer
  assert.deepEqual(
    decodeMessage(messages, 'meta.v1.ObjectMeta', Buffer.concat([known, Buffer.from([0xf8, 0x07, 1])])),
    { name: 'a' },
  )
})

test('what is no message is refused', () => {
  assert.throws(() => openEnvelope(Buffer.from('{}')), /does not appear to be a protobuf message/)
  const cut = Buffer.from(DEPLOYMENT, 'base64').subarray(0, 60)
  assert.throws(() => decodeMessage(messages, 'apps.v1.Deployment', openEnvelope(cut).raw), /unexpected EOF/)
  assert.throws(() => decodeMessage(messages, 'core.v1.Nothing', Buffer.alloc(0)), /no message is known/)
})

test('names of messages', () => {
  assert.equal(messageName('io.k8s.api.apps.v1.Deployment'), 'apps.v1.Deployment')
  assert.equal(messageName('io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions'), 'meta.v1.DeleteOptions')
})
