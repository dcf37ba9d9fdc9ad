import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Pod } from '../../api/kinds/core/pod.ts'
import { inDefault, podBody, testServer } from '../test-server.ts'
import { mergeTolerations } from './runtime-class.ts'

const PODS = inDefault('pods')

async function serverWithSandbox() {
  const server = await testServer()
  const body = {
    apiVersion: 'node.k8s.io/v1',
    kind: 'RuntimeClass',
    metadata: { name: 'sandbox' },
    handler: 'sandbox',
    overhead: { podFixed: { cpu: '250m', memory: '120Mi' } },
    scheduling: { nodeSelector: { sandbox: 'yes' }, tolerations: [{ key: 'sandbox', operator: 'Exists' }] },
  }
  await server.json(201, 'POST', '/apis/node.k8s.io/v1/runtimeclasses', { body })
  return server
}

test('a pod takes on what its class costs and where it runs', async () => {
  const { json } = await serverWithSandbox()
  const body = podBody('p', { runtimeClassName: 'sandbox', nodeSelector: { disk: 'ssd' } })
  const { spec } = await json<Pod>(201, 'POST', PODS, { body })
  assert.deepEqual(spec.overhead, { cpu: '250m', memory: '120Mi' })
  assert.deepEqual(spec.nodeSelector, { disk: 'ssd', sandbox: 'yes' })
  assert.ok(spec.tolerations?.some(({ key }) => key === 'sandbox'))
})

test('what contradicts the class is refused', async () => {
  const { fail } = await serverWithSandbox()
  const tell = async (spec: object) => (await fail('POST', PODS, { body: podBody('p', spec) })).message
  const refusal = 'pods "p" is forbidden: '
  assert.equal(await tell({ runtimeClassName: 'none' }), `${refusal}pod rejected: RuntimeClass "none" not found`)
  assert.equal(
    await tell({ runtimeClassName: 'sandbox', overhead: { cpu: '1' } }),
    `${refusal}pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead`,
  )
  assert.equal(
    await tell({ overhead: { cpu: '1' } }),
    `${refusal}pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead`,
  )
  assert.equal(
    await tell({ runtimeClassName: 'sandbox', nodeSelector: { sandbox: 'no' } }),
    `${refusal}conflict: runtimeClass.scheduling.nodeSelector[sandbox] = yes; pod.spec.nodeSelector[sandbox] = no`,
  )
})

test('of tolerations the wider stays', () => {
  const one = { key: 'a', operator: 'Equal', value: 'x', effect: 'NoSchedule' } as const
  const wide = { key: 'a', operator: 'Exists' } as const
  const other = { key: 'b', operator: 'Exists' } as const
  assert.deepEqual(mergeTolerations([one, other, wide, one]), [other, wide])
  assert.deepEqual(mergeTolerations([{ operator: 'Exists' }, one, other]), [{ operator: 'Exists' }])
  const short = { ...wide, effect: 'NoExecute', tolerationSeconds: 5 } as const
  const long = { ...short, tolerationSeconds: 10 } as const
  assert.deepEqual(mergeTolerations([short, long]), [long])
})
