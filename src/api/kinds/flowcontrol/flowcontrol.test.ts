import assert from 'node:assert/strict'
import { test } from 'node:test'
import { creates, row } from '../kind-tables.ts'
import { FlowSchema } from './flow-schema.ts'
import { PriorityLevelConfiguration } from './priority-level-configuration.ts'

const level = { priorityLevelConfiguration: { name: 'workload-low' } }
const user = { kind: 'User', user: { name: '*' } }
const resourceRule = { verbs: ['*'], apiGroups: ['*'], resources: ['*'], clusterScope: true }
const schema = (rule: object) => ({ spec: { ...level, rules: [rule] } })

creates(FlowSchema, [
  [schema({ subjects: [user], resourceRules: [resourceRule] })],
  [{}, 'spec.priorityLevelConfiguration.name: Required value: must reference a priority level'],
  [
    { spec: { ...level, matchingPrecedence: 1, distinguisherMethod: { type: 'ByColor' } } },
    "spec.matchingPrecedence: Invalid value: 1: only the schema named 'exempt' may have matchingPrecedence 1",
    'spec.distinguisherMethod.type: Unsupported value: {"type":"ByColor"}: supported values: "ByNamespace", "ByUser"',
  ],
  [
    schema({ subjects: [{ kind: 'Group', user: { name: 'a' } }] }),
    "spec.rules[0].subjects[0].group: Required value: group is required when subject kind is 'Group'",
    "spec.rules[0].subjects[0].user: Forbidden: user is forbidden when subject kind is not 'User'",
    'spec.rules[0]: Required value: at least one of resourceRules and nonResourceRules has to be non-empty',
  ],
  [
    schema({
      subjects: [user],
      resourceRules: [{ verbs: ['eat'], apiGroups: ['*', 'apps'], resources: ['pods'] }],
      nonResourceRules: [{ verbs: ['get'], nonResourceURLs: ['healthz', '/a*b'] }],
    }),
    'spec.rules[0].resourceRules[0].verbs: Unsupported value: ["eat"]: supported values: "create", "delete", "deletecollection", "get", "list", "patch", "proxy", "update", "watch"',
    'spec.rules[0].resourceRules[0].apiGroups: Invalid value: ["*","apps"]: if \'*\' is present, must not specify other api groups',
    'spec.rules[0].resourceRules[0].namespaces: Required value: resource rules that are not cluster scoped must supply at least one namespace',
    'spec.rules[0].nonResourceRules[0].nonResourceURLs[0]: Invalid value: "healthz": must start with slash',
    'spec.rules[0].nonResourceRules[0].nonResourceURLs[1]: Invalid value: "/a*b": wildcard can only do suffix matching',
  ],
])

const limited = (limitResponse: object) => ({ spec: { type: 'Limited', limited: { limitResponse } } })

creates(PriorityLevelConfiguration, [
  [limited({ type: 'Reject' })],
  [limited({ type: 'Queue', queuing: {} })],
  [{ metadata: { name: 'exempt' }, spec: { type: 'Exempt', exempt: {} } }],
  [
    { spec: { type: 'Exempt' } },
    "spec.type: Invalid value: \"Exempt\": must be 'Exempt' if and only if `name` is 'exempt'",
  ],
  [{ spec: { type: 'Limited' } }, 'spec.limited: Required value: must not be empty when type is Limited'],
  [
    limited({ type: 'Queue', queuing: { queues: 1024, handSize: 20 } }),
    'spec.limited.limitResponse.queuing.handSize: Invalid value: 20: required entropy bits of deckSize 1024 and handSize 20 should not be greater than 60',
  ],
])

test('flow control in tables', () => {
  assert.deepEqual(row(FlowSchema, { spec: level }), {
    Name: 'a',
    PriorityLevel: 'workload-low',
    MatchingPrecedence: 1000,
    DistinguisherMethod: '<none>',
    Age: '5m',
    MissingPL: '?',
  })
  assert.deepEqual(row(PriorityLevelConfiguration, limited({ type: 'Queue', queuing: {} })), {
    Name: 'a',
    Type: 'Limited',
    NominalConcurrencyShares: 30,
    Queues: 64,
    HandSize: 8,
    QueueLengthLimit: 50,
    Age: '5m',
  })
})
