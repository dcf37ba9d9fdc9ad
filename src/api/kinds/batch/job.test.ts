import assert from 'node:assert/strict'
import { test } from 'node:test'
import { creates, row, statuses, updates } from '../kind-tables.ts'
import { made } from '../problems.ts'
import { Job } from './job.ts'

const container = { name: 'c', image: 'busybox' }
const template = (spec: object = {}) => ({ spec: { containers: [container], restartPolicy: 'Never', ...spec } })
const metadata = { name: 'pi', uid: 'u1' }
const job = (more: object = {}) => ({ metadata, spec: { template: template(), ...more } })
const indexed = { completionMode: 'Indexed', completions: 3, parallelism: 3 }
const RESTART = 'spec.template.spec.restartPolicy'
const codes = (onExitCodes: object) => ({ podFailurePolicy: { rules: [{ action: 'FailJob', onExitCodes }] } })

creates(Job, [
  [job()],
  [job({ ...indexed, backoffLimitPerIndex: 1, maxFailedIndexes: 2 })],
  [
    job({ template: template({ restartPolicy: 'Always' }) }),
    `${RESTART}: Required value: valid values: "OnFailure", "Never"`,
  ],
  [
    job({ template: template({ restartPolicy: undefined }) }),
    `${RESTART}: Required value: valid values: "OnFailure", "Never"`,
  ],
  [job({ parallelism: -1 }), 'spec.parallelism: Invalid value: -1: must be greater than or equal to 0'],
  [job({ backoffLimitPerIndex: 1 }), 'spec.backoffLimitPerIndex: Invalid value: 1: requires indexed completion mode'],
  [
    job({ completionMode: 'Indexed', parallelism: 100_001 }),
    'spec.completions: Required value: when completion mode is Indexed',
    'spec.parallelism: Invalid value: 100001: must be less than or equal to 100000 when completion mode is Indexed',
  ],
  [
    { ...job(indexed), metadata: { ...metadata, name: 'a.b' } },
    'metadata.name: Invalid value: "a.b": will not able to create pod with invalid DNS label: a.b-2',
  ],
  [
    job({ manualSelector: true }),
    'spec.selector: Required value',
    'spec.template.metadata.labels: Invalid value: {}: `selector` does not match template `labels`',
  ],
  [
    job({ template: { ...template(), metadata: { labels: { 'job-name': 'e' } } } }),
    'spec.template.metadata.labels[job-name]: Invalid value: {"controller-uid":"u1","job-name":"e","batch.kubernetes.io/controller-uid":"u1","batch.kubernetes.io/job-name":"pi"}: must be \'pi\'',
  ],
  [
    job({ ...codes({ operator: 'In', values: [0, 3, 2, 3] }), podReplacementPolicy: 'TerminatingOrFailed' }),
    'spec.podFailurePolicy.rules[0].onExitCodes.values[0]: Invalid value: 0: must not be 0 for the In operator',
    'spec.podFailurePolicy.rules[0].onExitCodes.values[3]: Duplicate value: 3',
    'spec.podFailurePolicy.rules[0].onExitCodes.values: Invalid value: [0,3,2,3]: must be ordered',
    'spec.podReplacementPolicy: Unsupported value: "TerminatingOrFailed": supported values: "Failed"',
  ],
  [
    job({ podFailurePolicy: { rules: [{ action: 'Ignore' }] } }),
    'spec.podFailurePolicy.rules[0]: Invalid value: specifying one of OnExitCodes and OnPodConditions is required',
  ],
  [
    job({ podFailurePolicy: { rules: [{ onPodConditions: [{ type: 'DisruptionTarget' }] }] } }),
    'spec.podFailurePolicy.rules[0].action: Required value: valid values: ["Count" "FailIndex" "FailJob" "Ignore"]',
  ],
  [
    job({ ...codes({ operator: 'In', values: [1] }), template: template({ restartPolicy: 'OnFailure' }) }),
    `${RESTART}: Invalid value: "OnFailure": only "Never" is supported when podFailurePolicy is specified`,
  ],
  [
    job({ ...indexed, successPolicy: { rules: [{ succeededIndexes: '0,5', succeededCount: 4 }] } }),
    'spec.successPolicy.rules[0].succeededIndexes: Invalid value: "0,5": error parsing succeededIndexes: too large index: "5"',
    'spec.successPolicy.rules[0].succeededCount: Invalid value: 4: must be less than or equal to 3 (the number of specified completions)',
    'spec.successPolicy.rules[0].succeededCount: Invalid value: 4: must be less than or equal to 0 (the number of indexes in the specified succeededIndexes field)',
  ],
])

test('a job finds its pods by labels of its own', () => {
  const { spec, metadata: meta } = made(Job, job({ template: { ...template(), metadata: { labels: { app: 'pi' } } } }))
  assert.deepEqual(meta.labels, { app: 'pi' })
  assert.deepEqual(spec.selector, { matchLabels: { 'batch.kubernetes.io/controller-uid': 'u1' } })
  assert.deepEqual(spec.template.metadata?.labels, {
    app: 'pi',
    'controller-uid': 'u1',
    'job-name': 'pi',
    'batch.kubernetes.io/controller-uid': 'u1',
    'batch.kubernetes.io/job-name': 'pi',
  })
})

test('what a job does not say', () => {
  const { completions, parallelism, backoffLimit, completionMode, suspend, podReplacementPolicy } = made(
    Job,
    job(),
  ).spec
  assert.deepEqual(
    { completions, parallelism, backoffLimit, completionMode, suspend, podReplacementPolicy },
    {
      completions: 1,
      parallelism: 1,
      backoffLimit: 6,
      completionMode: 'NonIndexed',
      suspend: false,
      podReplacementPolicy: 'TerminatingOrFailed',
    },
  )
  assert.equal(made(Job, job({ parallelism: 2 })).spec.completions, undefined)
  assert.equal(made(Job, job({ ...indexed, backoffLimitPerIndex: 1 })).spec.backoffLimit, 2147483647)
})

updates(Job, job(), [
  ['more parallelism', ({ spec }) => void (spec.parallelism = 5)],
  [
    'more completions',
    ({ spec }) => void (spec.completions = 5),
    'spec.completions: Invalid value: 5: field is immutable',
  ],
])
updates(Job, job(indexed), [
  ['grow', ({ spec }) => Object.assign(spec, { completions: 5, parallelism: 5 })],
  [
    'more completions alone',
    ({ spec }) => void (spec.completions = 5),
    'spec.completions: Invalid value: 5: can only be modified in tandem with spec.parallelism',
  ],
])
updates(Job, job({ suspend: true }), [
  ['another node', ({ spec }) => void Object.assign(spec.template.spec ?? {}, { nodeSelector: { disk: 'ssd' } })],
  [
    'more memory',
    ({ spec }) => {
      for (const one of spec.template.spec?.containers ?? []) one.resources = { limits: { memory: '1Gi' } }
    },
  ],
])

test('the template of a running job stays', () => {
  const old = made(Job, job())
  const next = structuredClone(old)
  Object.assign(next.spec.template.spec ?? {}, { nodeSelector: { disk: 'ssd' } })
  const fields: string[] = []
  Job.validateUpdate?.(next, old, { ...reportOf(fields) })
  assert.deepEqual(fields, ['spec.template'])
})

function reportOf(fields: string[], base = '') {
  const note = (path: string) => void fields.push(base ? `${base}.${path}` : path)
  return {
    causes: [],
    invalid: note,
    required: note,
    forbidden: note,
    notSupported: note,
    duplicate: note,
    tooLong: note,
    tooMany: note,
    typeInvalid: note,
    notFound: note,
    internal: note,
    at: (...parts: (string | number)[]) => reportOf(fields, parts.join('.')),
  }
}

const T0 = '2026-01-01T00:00:00Z'
const T1 = '2026-01-01T00:01:30Z'
const is = (...types: string[]) => ({ conditions: types.map((type) => ({ type, status: 'True' })) })
const COMPLETE = { ...is('SuccessCriteriaMet', 'Complete'), startTime: T0, completionTime: T1, succeeded: 1 }

statuses(Job, job(), [
  [{}, { active: 1, ready: 1, startTime: T0 }],
  [{ startTime: T0, active: 1 }, COMPLETE],
  [
    { startTime: T0 },
    { ...COMPLETE, completionTime: undefined },
    'status.completionTime: Required value: completionTime is required for Complete jobs',
  ],
  [
    {},
    { ...is('Complete'), startTime: T1, completionTime: T0 },
    'status.conditions: Invalid value: cannot set Complete=True condition without the SuccessCriteriaMet=true condition',
    'status.completionTime: Invalid value: "2026-01-01T00:00:00Z": must be equal to or after `startTime`',
  ],
  [
    {},
    { ...is('Failed', 'FailureTarget'), active: 1 },
    'status.active: Invalid value: 1: active>0 is invalid for finished job',
    'status.startTime: Required value: startTime is required for finished job',
  ],
  [
    COMPLETE,
    { ...COMPLETE, ...is('SuccessCriteriaMet'), completionTime: undefined, succeeded: 0 },
    'status.conditions: Invalid value: cannot disable the terminal Complete=True condition',
    'status.succeeded: Invalid value: 0: cannot decrease the succeeded counter',
  ],
  [{}, { active: 1, ready: 2 }, 'status.ready: Invalid value: 2: cannot set more ready pods than active'],
  [
    {},
    { completedIndexes: '0' },
    'status.completedIndexes: Invalid value: "0": cannot set non-empty completedIndexes when non-indexed completion mode',
  ],
])
statuses(Job, job({ ...indexed, backoffLimitPerIndex: 1 }), [
  [{}, { completedIndexes: '0-1', failedIndexes: '2' }],
  [
    {},
    { completedIndexes: '0-1', failedIndexes: '1-2' },
    'status.failedIndexes: Invalid value: "1-2": failedIndexes and completedIndexes overlap at index: 1',
  ],
])

test('a job in a table', () => {
  const columns = (status: object, spec: object = {}) => {
    const { Status, Completions, Duration } = row(Job, job(spec), status)
    return [Status, Completions, Duration]
  }
  assert.deepEqual(columns({}), ['Running', '0/1', ''])
  assert.deepEqual(columns({ startTime: T0 }), ['Running', '0/1', '5m'])
  assert.deepEqual(columns(COMPLETE), ['Complete', '1/1', '90s'])
  assert.deepEqual(columns(is('Suspended'), { parallelism: 3 }), ['Suspended', '0/1 of 3', ''])
  assert.deepEqual(columns(is('FailureTarget')), ['FailureTarget', '0/1', ''])
})
