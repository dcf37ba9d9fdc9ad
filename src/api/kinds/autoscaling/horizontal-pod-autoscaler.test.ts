import assert from 'node:assert/strict'
import { test } from 'node:test'
import { creates, row } from '../kind-tables.ts'
import { made } from '../problems.ts'
import { HorizontalPodAutoscaler } from './horizontal-pod-autoscaler.ts'

const scaleTargetRef = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' }
const hpa = (more: object = {}) => ({ spec: { scaleTargetRef, maxReplicas: 5, ...more } })
const cpu = (target: object) => ({ type: 'Resource', resource: { name: 'cpu', target } })

creates(HorizontalPodAutoscaler, [
  [hpa()],
  [hpa({ scaleTargetRef: { kind: 'ReplicationController', name: 'web' } })],
  [
    hpa({ maxReplicas: 0, scaleTargetRef: { kind: 'Deployment', name: 'web' } }),
    'spec.maxReplicas: Required value: must be set and greater than 0',
    'spec.maxReplicas: Invalid value: 0: must be greater than or equal to `minReplicas`',
    'spec.scaleTargetRef.apiVersion: Invalid value: "": apiVersion must specify API group',
  ],
  [
    hpa({ metrics: [cpu({ type: 'Utilization', averageUtilization: 0, averageValue: '1' })] }),
    'spec.metrics[0].resource.target.averageUtilization: Invalid value: 0: must be greater than 0',
    'spec.metrics[0].resource.target.averageValue: Forbidden: may not set both a target raw value and a target utilization',
  ],
  [
    hpa({ metrics: [{ type: 'Pods' }] }),
    'spec.metrics[0].pods: Required value: must populate information for the given metric source',
  ],
  [
    hpa({
      metrics: [
        {
          ...cpu({ type: 'Value', averageValue: '1' }),
          pods: { metric: { name: 'q' }, target: { type: 'Value', averageValue: '0' } },
        },
      ],
    }),
    'spec.metrics[0].pods.target.averageValue: Invalid value: "0": must be positive',
    'spec.metrics[0].pods: Forbidden: must populate the given metric source only',
  ],
  [
    hpa({ behavior: { scaleDown: { stabilizationWindowSeconds: 4000, policies: [{ type: 'Pods', value: 0 }] } } }),
    'spec.behavior.scaleDown.stabilizationWindowSeconds: Invalid value: 4000: must be less than or equal to 3600',
    'spec.behavior.scaleDown.policies[0].value: Invalid value: 0: must be greater than zero',
    'spec.behavior.scaleDown.policies[0].periodSeconds: Invalid value: 0: must be greater than zero',
  ],
])

test('an autoscaler goes by the use of CPU when nothing is said', () => {
  const { spec } = made(HorizontalPodAutoscaler, hpa({ behavior: { scaleUp: { selectPolicy: 'Min' } } }))
  assert.deepEqual(spec.metrics, [cpu({ type: 'Utilization', averageUtilization: 80 })])
  const doubling = { type: 'Percent', value: 100, periodSeconds: 15 }
  assert.deepEqual(spec.behavior, {
    scaleUp: {
      stabilizationWindowSeconds: 0,
      selectPolicy: 'Min',
      policies: [{ type: 'Pods', value: 4, periodSeconds: 15 }, doubling],
    },
    scaleDown: { selectPolicy: 'Max', policies: [doubling] },
  })
})

test('an autoscaler in a table', () => {
  const current = { averageUtilization: 12, averageValue: '120m' }
  const status = { currentReplicas: 2, currentMetrics: [{ type: 'Resource', resource: { name: 'cpu', current } }] }
  assert.deepEqual(row(HorizontalPodAutoscaler, hpa(), status), {
    Name: 'a',
    Reference: 'Deployment/web',
    Targets: 'cpu: 12%/80%',
    MinPods: '1',
    MaxPods: 5,
    Replicas: 2,
    Age: '5m',
  })
  const queue = (target: object) => ({ type: 'External', external: { metric: { name: 'q' }, target } })
  const metrics = [queue({ averageValue: '5' }), queue({ value: '9' }), queue({ value: '1' })]
  assert.equal(row(HorizontalPodAutoscaler, hpa({ metrics }))['Targets'], '<unknown>/5 (avg), <unknown>/9 + 1 more...')
})
