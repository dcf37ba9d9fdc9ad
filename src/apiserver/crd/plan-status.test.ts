import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CustomResourceDefinition } from '../../api/kinds/apiextensions/custom-resource-definition.ts'
import { planStatus } from './plan-status.ts'

const NOW = Date.parse('2026-01-01T00:00:00Z')

type Names = CustomResourceDefinition['spec']['names']

function definition(names: Partial<Names>, status: object = {}, group = 'example.com'): CustomResourceDefinition {
  const { plural = 'pots', kind = 'Pot' } = names
  const whole = { plural, kind, singular: kind.toLowerCase(), listKind: `${kind}List`, ...names }
  return {
    ...{ apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition' },
    metadata: { name: `${plural}.${group}`, uid: 'u', resourceVersion: '1', creationTimestamp: '' },
    spec: { group, scope: 'Cluster', names: whole, versions: [] },
    status: { storedVersions: ['v1'], ...status },
  }
}

/** With names and status as planned. */
const accepted = (names: Partial<Names>) => {
  const fresh = definition(names)
  return { ...fresh, status: planStatus(fresh, [], NOW) }
}

const told = ({ conditions = [] }: CustomResourceDefinition['status']) =>
  conditions.map(({ type, status, reason, message }) => `${type}=${status} ${reason}: ${message}`)

test('names that nobody has are accepted, and established', () => {
  const status = planStatus(definition({ shortNames: ['p'], categories: ['all'] }), [], NOW)
  assert.deepEqual(told(status), [
    'NamesAccepted=True NoConflicts: no conflicts found',
    'Established=True InitialNamesAccepted: the initial names have been accepted',
  ])
  assert.deepEqual(status.acceptedNames, {
    ...{ plural: 'pots', singular: 'pot', kind: 'Pot', listKind: 'PotList', shortNames: ['p'], categories: ['all'] },
  })
})

test('planning again changes nothing', () => {
  const done = accepted({})
  assert.deepEqual(planStatus(done, [], NOW + 5000), done.status)
})

const CONFLICTS: [what: string, mine: Partial<Names>, theirs: Partial<Names>, told: string][] = [
  [
    'plural',
    { plural: 'pots', kind: 'A' },
    { plural: 'b', shortNames: ['pots'], kind: 'B' },
    'PluralConflict: "pots" is already in use',
  ],
  [
    'singular',
    { plural: 'a', kind: 'A', singular: 'x' },
    { plural: 'b', kind: 'B', singular: 'x' },
    'SingularConflict: "x" is already in use',
  ],
  [
    'short names',
    { plural: 'a', kind: 'A', shortNames: ['x', 'y', 'z'] },
    { plural: 'b', kind: 'B', shortNames: ['x', 'y'] },
    'ShortNamesConflict: ["x" is already in use, "y" is already in use]',
  ],
  [
    'kind',
    { plural: 'a', kind: 'A' },
    { plural: 'b', kind: 'A', singular: 'b', listKind: 'BList' },
    'KindConflict: "A" is already in use',
  ],
  [
    'list kind',
    { plural: 'a', kind: 'A' },
    { plural: 'b', kind: 'B', listKind: 'AList' },
    'ListKindConflict: "AList" is already in use',
  ],
]

for (const [what, mine, theirs, expected] of CONFLICTS) {
  test(`a conflict of ${what}`, () => {
    const status = planStatus(definition(mine), [accepted(theirs)], NOW)
    assert.deepEqual(told(status), [
      `NamesAccepted=False ${expected}`,
      'Established=False NotAccepted: not all names are accepted',
    ])
  })
}

test('another group may have the same names', () => {
  const other = definition({}, accepted({}).status, 'other.com')
  assert.match(told(planStatus(definition({}), [other], NOW))[0] ?? '', /^NamesAccepted=True/)
})

test('what is established stays so when it asks for names that others have', () => {
  const mine = accepted({ shortNames: ['p'] })
  const next = { ...mine, spec: { ...mine.spec, names: { ...mine.spec.names, shortNames: ['q'] } } }
  const status = planStatus(next, [accepted({ plural: 'queues', kind: 'Queue', shortNames: ['q'] })], NOW)
  assert.deepEqual(told(status), [
    'NamesAccepted=False ShortNamesConflict: "q" is already in use',
    'Established=True InitialNamesAccepted: the initial names have been accepted',
  ])
  assert.deepEqual(status.acceptedNames?.shortNames, ['p'])
})

test('in a group of the community it is told who approved', () => {
  const mine = definition({}, {}, 'x.k8s.io')
  mine.metadata.annotations = { 'api-approved.kubernetes.io': 'unapproved, experimental' }
  assert.equal(
    told(planStatus(mine, [], NOW))[2],
    'KubernetesAPIApprovalPolicyConformant=False UnapprovedAnnotation: not approved: "unapproved, experimental"',
  )
})

test('a webhook that cannot be trusted is not served', () => {
  const mine = definition({})
  const clientConfig = { url: 'https://a', caBundle: Buffer.from('no PEM').toString('base64') }
  mine.spec.conversion = { strategy: 'Webhook', webhook: { clientConfig, conversionReviewVersions: ['v1'] } }
  assert.match(told(planStatus(mine, [], NOW))[1] ?? '', /^Established=False InvalidCABundle/)
})
