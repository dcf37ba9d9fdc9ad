import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { KubeObject } from '../api/meta.ts'
import { textOf } from '../client/body.ts'
import { ADMIN, inDefault, testServer } from './test-server.ts'

const SECRET = Buffer.from('azhzAAoMCgJ2MRIGU2VjcmV0Eh0KEQoBcxIAGgAiACoAMgA4AEIAEgYKAWsSAXYaABoAIgA=', 'base64')

test('an object may come as protobuf, and is answered in JSON', async () => {
  const { server } = await testServer()
  const headers = {
    'content-type': 'application/vnd.kubernetes.protobuf',
    accept: 'application/vnd.kubernetes.protobuf,application/json',
  }
  const post = (plural: string) =>
    server.handle({ method: 'POST', url: inDefault(plural), headers, body: SECRET }, { user: ADMIN })
  const answer = await post('secrets')
  assert.equal(answer.status, 201)
  const made = JSON.parse(await textOf(answer.body)) as KubeObject & { data: object }
  assert.deepEqual([made.metadata.name, made.data], ['s', { k: 'dg==' }])
  const wrong = JSON.parse(await textOf((await post('configmaps')).body)) as { code: number; message: string }
  assert.equal(wrong.code, 400)
  assert.match(wrong.message, /^Secret in version "v1" cannot be handled as a ConfigMap/)
})
