import assert from 'node:assert/strict'
import { test } from 'node:test'
import { creates, row, updates } from '../kind-tables.ts'
import { made } from '../problems.ts'
import { HorizontalPodAutoscalerV1 } from './horizontal-pod-autoscaler-v1.ts'
import { HorizontalPodAutoscaler } from './horizontal-pod-autoscaler.ts'
import { ANNOTATIONS } from './v1-annotations.ts'
import { fromV1, toV1 } from './v1-conversion.ts'

const scaleTargetRef = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' }
const hpa = (more: object = {}) => ({ spec: { scaleTargetRef, maxReplicas: 5, ...more } })
const cpu = (averageUtilization: number) => ({
  type: 'Resource',
  resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization } },
})

creates(HorizontalPodAutoscalerV1, [
  [hpa({ targetCPUUtilizationPercentage: 50 })],
  [
    hpa({ maxReplicas: 0, targetCPUUtilizationPercentage: -1 }),
    'spec.maxReplicas: Required value: must be set and greater than 0',
    'spec.maxReplicas: Invalid value: 0: must be greater than or equal to `minReplicas`',
    'spec.metrics[0].resource.target.averageUtilization: Invalid value: -1: must be greater than 0',
  ],
])

updates(HorizontalPodAutoscalerV1, hpa(), [
  ['fewer', ({ spec }) => void (spec.maxReplicas = 3)],
  [
    'none',
    ({ spec }) => void (spec.maxReplicas = -1),
    'spec.maxReplicas: Invalid value: -1: must be greater than or equal to 1',
    'spec.maxReplicas: Invalid value: -1: must be greater than or equal to `minReplicas`',
  ],
])

test('CPU is kept to 80 percent when nothing is said', () => {
  const v1 = made(HorizontalPodAutoscalerV1, hpa())
  assert.deepEqual(v1.spec, { scaleTargetRef, minReplicas: 1, maxReplicas: 5, targetCPUUtilizationPercentage: 80 })
  assert.deepEqual(v1.status, { currentReplicas: 0, desiredReplicas: 0 })
})

const pods = { type: 'Pods', pods: { metric: { name: 'q' }, target: { type: 'AverageValue', averageValue: '5' } } }
const object = {
  type: 'Object',
  object: {
    describedObject: { kind: 'Service', name: 's' },
    metric: { name: 'hits', selector: { matchLabels: { a: 'b' } } },
    target: { type: 'AverageValue', averageValue: '100m' },
  },
}
const external = { type: 'External', external: { metric: { name: 'jobs' }, target: { type: 'Value', value: '9' } } }
const memory = { type: 'Resource', resource: { name: 'memory', target: { type: 'AverageValue', averageValue: '1Gi' } } }
const container = {
  type: 'ContainerResource',
  containerResource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 60 }, container: 'main' },
}

test('what v1 has no fields for stands in annotations, as upstream writes them', () => {
  const metrics = [pods, cpu(70), object, external, memory, container]
  const behavior = { scaleDown: { policies: [{ type: 'Pods', value: 1, periodSeconds: 60 }], tolerance: '0.1' } }
  const stored = made(HorizontalPodAutoscaler, {
    ...hpa({ metrics, behavior }),
    metadata: { annotations: { mine: 'a' } },
  })
  const current = { averageUtilization: 12, averageValue: '120m' }
  stored.status = {
    currentReplicas: 2,
    desiredReplicas: 3,
    currentMetrics: [{ type: 'Resource', resource: { name: 'cpu', current } }],
    conditions: [{ type: 'AbleToScale', status: 'True', lastTransitionTime: '2026-01-01T00:00:00Z' }],
  }
  const v1 = toV1(stored)
  assert.deepEqual(v1.metadata.annotations, {
    mine: 'a',
    [ANNOTATIONS.metrics]:
      '[{"type":"Pods","pods":{"metricName":"q","targetAverageValue":"5"}},' +
      '{"type":"Object","object":{"target":{"kind":"Service","name":"s"},"metricName":"hits","targetValue":"0","selector":{"matchLabels":{"a":"b"}},"averageValue":"100m"}},' +
      '{"type":"External","external":{"metricName":"jobs","targetValue":"9"}},' +
      '{"type":"Resource","resource":{"name":"memory","targetAverageValue":"1Gi"}},' +
      '{"type":"ContainerResource","containerResource":{"name":"cpu","targetAverageUtilization":60,"container":"main"}}]',
    [ANNOTATIONS.currentMetrics]:
      '[{"type":"Resource","resource":{"name":"cpu","currentAverageUtilization":12,"currentAverageValue":"120m"}}]',
    [ANNOTATIONS.behavior]:
      '{"ScaleUp":{"StabilizationWindowSeconds":0,"SelectPolicy":"Max","Policies":[{"Type":"Pods","Value":4,"PeriodSeconds":15},{"Type":"Percent","Value":100,"PeriodSeconds":15}],"Tolerance":null},' +
      '"ScaleDown":{"StabilizationWindowSeconds":null,"SelectPolicy":"Max","Policies":[{"Type":"Pods","Value":1,"PeriodSeconds":60}],"Tolerance":"0.1"}}',
    [ANNOTATIONS.conditions]: '[{"type":"AbleToScale","status":"True","lastTransitionTime":"2026-01-01T00:00:00Z"}]',
  })
  assert.equal(v1.spec.targetCPUUtilizationPercentage, 70)
  assert.equal(v1.status.currentCPUUtilizationPercentage, 12)
  // The one that v1 has a field for comes last.
  assert.deepEqual(fromV1(v1), {
    ...stored,
    spec: { ...stored.spec, metrics: [pods, object, external, memory, container, cpu(70)] },
  })
})

test('annotations that v1 would not have written say nothing, and go', () => {
  const unreadable: [name: keyof typeof ANNOTATIONS, text: string][] = [
    ['metrics', '{'],
    ['metrics', '{}'],
    ['metrics', '[1]'],
    ['metrics', '[{"type":"Pods","pods":{"metricName":5}}]'],
    ['metrics', '[{"type":"Pods","pods":{"metricName":"a","targetAverageValue":"many"}}]'],
    ['behavior', '{"ScaleUp":{"Policies":"all"}}'],
    ['behavior', '{}'],
    ['currentMetrics', 'null'],
    ['conditions', '[{"type":1}]'],
  ]
  for (const [name, text] of unreadable) {
    const v1 = made(HorizontalPodAutoscalerV1, hpa({ targetCPUUtilizationPercentage: 50 }))
    v1.metadata.annotations = { [ANNOTATIONS[name]]: text }
    const { metadata, spec, status } = fromV1(v1)
    assert.equal(metadata.annotations, undefined, text)
    assert.deepEqual([spec.metrics, spec.behavior], [[cpu(50)], undefined], text)
    assert.deepEqual(status, { currentReplicas: 0, desiredReplicas: 0 }, text)
  }
})

test('an update does not write the status that annotations show', () => {
  const old = made(HorizontalPodAutoscalerV1, hpa())
  const next = structuredClone(old)
  next.metadata.annotations = { [ANNOTATIONS.conditions]: '[{"type":"AbleToScale","status":"True"}]' }
  HorizontalPodAutoscalerV1.prepareUpdate?.(next, old, { now: 0 })
  assert.deepEqual(next, old)
})

test('v2 has no use for what v1 keeps in annotations', () => {
  const annotations = { [ANNOTATIONS.metrics]: '[]', mine: 'a' }
  assert.deepEqual(made(HorizontalPodAutoscaler, { ...hpa(), metadata: { annotations } }).metadata.annotations, {
    mine: 'a',
  })
})

test('the table is that of v2', () => {
  const current = { currentReplicas: 2, currentCPUUtilizationPercentage: 12 }
  assert.deepEqual(
    row(HorizontalPodAutoscalerV1, hpa(), current),
    row(HorizontalPodAutoscaler, hpa(), {
      currentReplicas: 2,
      currentMetrics: [{ type: 'Resource', resource: { name: 'cpu', current: { averageUtilization: 12 } } }],
    }),
  )
})
