import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PodSpec } from './kinds/core/pod-spec/types.ts'
import { podRequests } from './pod-resources.ts'

const asks = (cpu: string, memory?: string) => ({ resources: { requests: { cpu, ...(memory && { memory }) } } })
const container = (name: string, more: object) => ({ name, image: 'a', ...more })

const table: [what: string, spec: PodSpec, requests: Record<string, number>][] = [
  ['nothing is asked for', { containers: [container('a', {})] }, {}],
  [
    'containers add up before they are rounded',
    { containers: [container('a', asks('0.1m')), container('b', asks('1m', '1Ki'))] },
    { cpu: 2, memory: 1024 },
  ],
  [
    'sidecars count with the containers, and with the init containers behind them',
    {
      containers: [container('a', asks('100m', '1Gi'))],
      initContainers: [
        container('first', asks('500m')),
        container('sidecar', { ...asks('200m', '1Mi'), restartPolicy: 'Always' }),
        container('second', asks('400m')),
      ],
    },
    { cpu: 600, memory: 2 ** 30 + 2 ** 20 },
  ],
  [
    'what is asked for the pod as a whole stands instead; overhead comes on top',
    { containers: [container('a', asks('1', '1Gi'))], resources: { requests: { cpu: '2' } }, overhead: { cpu: '50m' } },
    { cpu: 2050, memory: 2 ** 30 },
  ],
]

for (const [what, spec, requests] of table) {
  test(`a pod's requests: ${what}`, () => assert.deepEqual(Object.fromEntries(podRequests({ spec })), requests))
}
