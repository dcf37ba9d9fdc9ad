import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { PersistentVolumeClaim } from '../kinds/core/persistent-volume-claim.ts'
import type { Pod } from '../kinds/core/pod.ts'
import type { Service } from '../kinds/core/service.ts'
import { evaluatorOf, evaluatorsFor } from './evaluators.ts'
import { isInScopes, type ScopeRequirement, totalUsage } from './evaluator.ts'
import { persistentVolumeClaims } from './persistent-volume-claims.ts'
import { pods } from './pods.ts'
import { services } from './services.ts'
import { printUsage, readUsage, subtractUsage } from './usage.ts'

const NOW = Date.parse('2026-01-01T00:00:00Z')

const pod = (spec: object = {}, more: object = {}) =>
  ({ metadata: { name: 'p' }, spec: { containers: [{ name: 'c' }], ...spec }, status: {}, ...more }) as unknown as Pod

const containers = (...resources: object[]) => resources.map((each, i) => ({ name: `c${i}`, resources: each }))

suite('what pods use', () => {
  const cases: [what: string, pod: Pod, usage: string][] = [
    ['nothing but themselves', pod(), 'count/pods=1,pods=1'],
    [
      'requests count under two names',
      pod({ containers: containers({ requests: { cpu: '500m', memory: '1Gi' }, limits: { cpu: 1 } }) }),
      'count/pods=1,cpu=500m,limits.cpu=1,memory=1Gi,pods=1,requests.cpu=500m,requests.memory=1Gi',
    ],
    [
      'all containers together, or an init container alone',
      pod({
        containers: containers({ requests: { cpu: 1 } }, { requests: { cpu: 1 } }),
        initContainers: containers({ requests: { cpu: '1500m', memory: '1Mi' } }),
      }),
      'count/pods=1,cpu=2,memory=1Mi,pods=1,requests.cpu=2,requests.memory=1Mi',
    ],
    [
      'what is said for the pod as a whole, and its overhead',
      pod({
        resources: { requests: { cpu: 3 } },
        containers: containers({ requests: { cpu: 1 }, limits: { memory: '1Gi' } }),
        overhead: { cpu: '250m', memory: '120Mi' },
      }),
      'count/pods=1,cpu=3250m,limits.memory=1144Mi,memory=120Mi,pods=1,requests.cpu=3250m,requests.memory=120Mi',
    ],
    [
      'huge pages and devices',
      pod({ containers: containers({ requests: { 'hugepages-2Mi': '4Mi', 'example.com/gpu': 2 } }) }),
      'count/pods=1,hugepages-2Mi=4Mi,pods=1,requests.example.com/gpu=2,requests.hugepages-2Mi=4Mi',
    ],
    [
      'scratch space',
      pod({
        containers: containers({ requests: { 'ephemeral-storage': '1Gi' }, limits: { 'ephemeral-storage': '2Gi' } }),
      }),
      'count/pods=1,ephemeral-storage=1Gi,limits.ephemeral-storage=2Gi,pods=1,requests.ephemeral-storage=1Gi',
    ],
    [
      'what is allocated, while less is wanted',
      pod(
        { containers: containers({ requests: { cpu: 1 } }) },
        {
          status: {
            containerStatuses: [{ name: 'c0', resources: { requests: { cpu: 2 } }, allocatedResources: { cpu: 3 } }],
          },
        },
      ),
      'count/pods=1,cpu=3,pods=1,requests.cpu=3',
    ],
    [
      'not what is wanted in vain',
      pod(
        { containers: containers({ requests: { cpu: 9 } }) },
        {
          status: {
            conditions: [{ type: 'PodResizePending', reason: 'Infeasible' }],
            containerStatuses: [{ name: 'c0', resources: { requests: { cpu: 2 } } }],
          },
        },
      ),
      'count/pods=1,cpu=2,pods=1,requests.cpu=2',
    ],
    [
      'a pod that has ended takes nothing',
      pod({ containers: containers({ requests: { cpu: 1 } }) }, { status: { phase: 'Succeeded' } }),
      'count/pods=1',
    ],
    [
      'a dying pod takes what it takes',
      pod({}, { metadata: { deletionTimestamp: '2025-12-31T23:59:50Z', deletionGracePeriodSeconds: 30 } }),
      'count/pods=1,pods=1',
    ],
    [
      'until it should be long gone',
      pod({}, { metadata: { deletionTimestamp: '2025-12-31T23:59:00Z', deletionGracePeriodSeconds: 30 } }),
      'count/pods=1',
    ],
  ]
  for (const [what, object, usage] of cases) {
    test(what, () => assert.equal(printUsage(pods.usage(object, NOW)), usage))
  }
})

test('a quota for CPU or memory demands that containers say what they take', () => {
  const object = pod({
    containers: [{ name: 'a', resources: { requests: { cpu: 1 } } }, { name: 'b' }],
    initContainers: [{ name: 'i', resources: { limits: { cpu: 1 } } }],
  })
  const demanded = ['cpu', 'limits.cpu', 'requests.memory', 'pods', 'requests.example.com/gpu']
  const missing = 'must specify cpu for: b,i; limits.cpu for: a,b; requests.memory for: a,b,i'
  assert.equal(pods.missing?.(object, demanded), missing)
  assert.equal(pods.missing?.(object, ['pods']), undefined)
  assert.equal(pods.missing?.(pod({ ...object.spec, resources: { requests: { cpu: 1 } } }), demanded), undefined)
})

suite('scopes', () => {
  const exists = (scopeName: string) => ({ scopeName, operator: 'Exists' }) as ScopeRequirement
  const classIn = (operator: string, ...values: string[]) =>
    ({ scopeName: 'PriorityClass', operator, values }) as ScopeRequirement
  const high = pod({ priorityClassName: 'high' })
  const term = { topologyKey: 'zone', namespaces: ['other'] }
  const cases: [what: string, scope: ScopeRequirement, object: Pod, isIn: boolean][] = [
    ['with a deadline', exists('Terminating'), pod({ activeDeadlineSeconds: 0 }), true],
    ['without one', exists('Terminating'), pod(), false],
    ['not terminating', exists('NotTerminating'), pod(), true],
    ['says nothing', exists('BestEffort'), pod(), true],
    ['says something', exists('BestEffort'), pod({ containers: containers({ requests: { cpu: 1 } }) }), false],
    ['not best effort', exists('NotBestEffort'), pod({ containers: containers({ requests: { cpu: 1 } }) }), true],
    ['has a class', exists('PriorityClass'), high, true],
    ['has none', exists('PriorityClass'), pod(), false],
    ['has this class', classIn('In', 'low', 'high'), high, true],
    ['has another', classIn('In', 'low'), high, false],
    ['not this class', classIn('NotIn', 'low'), high, true],
    ['no class is not this one', classIn('NotIn', 'low'), pod(), true],
    ['has none, as it should', classIn('DoesNotExist'), pod(), true],
    [
      'looks into other namespaces',
      exists('CrossNamespacePodAffinity'),
      pod({ affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } } }),
      true,
    ],
    [
      'looks into all of them, if it can',
      exists('CrossNamespacePodAffinity'),
      pod({
        affinity: {
          podAffinity: {
            preferredDuringSchedulingIgnoredDuringExecution: [
              { weight: 1, podAffinityTerm: { topologyKey: 'zone', namespaceSelector: {} } },
            ],
          },
        },
      }),
      true,
    ],
    ['stays at home', exists('CrossNamespacePodAffinity'), pod({ affinity: { podAffinity: {} } }), false],
    ['is no claim', exists('VolumeAttributesClass'), pod(), false],
  ]
  for (const [what, scope, object, isIn] of cases) {
    test(`${scope.scopeName} ${scope.operator}: ${what}`, () => assert.equal(pods.isInScope(object, scope), isIn))
  }

  test('of a claim, the class it has and those it is on its way to', () => {
    const claim = (spec: object, status: object = {}) =>
      ({ metadata: {}, spec, status }) as unknown as PersistentVolumeClaim
    const gold = { scopeName: 'VolumeAttributesClass', operator: 'In', values: ['gold'] } as ScopeRequirement
    const isIn = (object: PersistentVolumeClaim) => persistentVolumeClaims.isInScope(object, gold)
    assert.equal(isIn(claim({ volumeAttributesClassName: 'gold' })), true)
    assert.equal(isIn(claim({}, { currentVolumeAttributesClassName: 'gold' })), true)
    assert.equal(
      isIn(claim({}, { modifyVolumeStatus: { targetVolumeAttributesClassName: 'gold', status: 'Pending' } })),
      true,
    )
    assert.equal(isIn(claim({ volumeAttributesClassName: 'tin' })), false)
    assert.equal(persistentVolumeClaims.isInScope(claim({}), { ...gold, operator: 'Exists', values: [] }), false)
    assert.equal(persistentVolumeClaims.isInScope(claim({}), { ...gold, operator: 'NotIn' }), true)
  })

  test('all scopes of a quota must hold', () => {
    const spec = { scopes: ['BestEffort'], scopeSelector: { matchExpressions: [classIn('In', 'high')] } } as never
    assert.equal(isInScopes(pods, high, spec), true)
    assert.equal(isInScopes(pods, pod(), spec), false)
    assert.equal(isInScopes(services as never, {} as never, spec), false)
  })
})

test('what services use', () => {
  const usage = (spec: object) => printUsage(services.usage({ spec } as Service, NOW))
  const ports = [{ port: 80 }, { port: 81, nodePort: 30000 }]
  const plain = 'count/services=1,services=1,services.loadbalancers=0,services.nodeports='
  assert.equal(usage({ type: 'ClusterIP', ports }), `${plain}0`)
  assert.equal(usage({ type: 'NodePort', ports }), `${plain}2`)
  const balanced = plain.replace('balancers=0', 'balancers=1')
  assert.equal(usage({ type: 'LoadBalancer', ports }), `${balanced}2`)
  assert.equal(usage({ type: 'LoadBalancer', ports, allocateLoadBalancerNodePorts: false }), `${balanced}1`)
})

test('what claims use, in all and of their class, in whole bytes', () => {
  const usage = (spec: object, status: object = {}) =>
    printUsage(persistentVolumeClaims.usage({ metadata: {}, spec, status } as unknown as PersistentVolumeClaim, NOW))
  const resources = { requests: { storage: '1Gi' } }
  assert.equal(usage({ resources }), 'count/persistentvolumeclaims=1,persistentvolumeclaims=1,requests.storage=1Gi')
  assert.equal(
    usage({ resources, storageClassName: 'gold' }),
    'count/persistentvolumeclaims=1,gold.storageclass.storage.k8s.io/persistentvolumeclaims=1,gold.storageclass.storage.k8s.io/requests.storage=1Gi,persistentvolumeclaims=1,requests.storage=1Gi',
  )
  assert.match(usage({ resources }, { allocatedResources: { storage: '2Gi' } }), /requests\.storage=2Gi$/)
  assert.match(usage({ resources: { requests: { storage: '1500m' } } }), /requests\.storage=2$/)
})

test('who measures what a quota names', () => {
  const who = (...names: string[]) => evaluatorsFor(names).map(({ resource }) => `${resource.plural} ${resource.group}`)
  assert.deepEqual(who('pods', 'limits.cpu', 'requests.example.com/gpu', 'hugepages-1Gi'), ['pods '])
  assert.deepEqual(who('count/pods'), ['pods '])
  assert.deepEqual(who('services.nodeports'), ['services '])
  assert.deepEqual(who('gold.storageclass.storage.k8s.io/requests.storage'), ['persistentvolumeclaims '])
  assert.deepEqual(who('secrets', 'count/secrets'), ['secrets '])
  assert.deepEqual(who('count/deployments.apps', 'count/widgets.example.com'), [
    'deployments apps',
    'widgets example.com',
  ])
  assert.deepEqual(who('count/events', 'requests.kubernetes.io/x'), [])
  assert.equal(evaluatorOf({ group: 'events.k8s.io', plural: 'events' }), undefined)
})

test('objects in scope are added up, and what there is none of is zero', () => {
  const objects = [pod(), pod(), pod({ activeDeadlineSeconds: 5 })]
  const total = totalUsage(pods, objects, { scopes: ['NotTerminating'] }, ['pods', 'cpu', 'secrets'], NOW)
  assert.equal(printUsage(total), 'cpu=0,pods=2')
})

test('less than nothing is nothing', () => {
  const left = subtractUsage(readUsage({ cpu: 1, memory: '1Gi' }), readUsage({ cpu: 2, memory: '512Mi', pods: 1 }))
  assert.equal(printUsage(left), 'cpu=0,memory=512Mi,pods=0')
})
