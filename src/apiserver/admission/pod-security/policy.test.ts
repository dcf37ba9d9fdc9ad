import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Policy, policyOf, PRIVILEGED_POLICY, printLevel, printSetModes } from './policy.ts'

const P = 'pod-security.kubernetes.io/'
const print = ({ enforce, audit, warn }: Policy) => [enforce, audit, warn].map(printLevel).join(' ')
const read = (labels: Record<string, string>, defaults = PRIVILEGED_POLICY) =>
  policyOf(Object.fromEntries(Object.entries(labels).map(([key, value]) => [P + key, value])), defaults)

test('labels over defaults; who refuses also warns', () => {
  const cases: [labels: Record<string, string>, policy: string][] = [
    [{}, 'privileged:latest privileged:latest privileged:latest'],
    [{ enforce: 'baseline' }, 'baseline:latest privileged:latest baseline:latest'],
    [{ enforce: 'baseline', 'enforce-version': 'v1.25' }, 'baseline:v1.25 privileged:latest baseline:v1.25'],
    [{ enforce: 'baseline', 'warn-version': 'v1.30' }, 'baseline:latest privileged:latest baseline:v1.30'],
    [{ enforce: 'restricted', warn: 'baseline' }, 'restricted:latest privileged:latest baseline:latest'],
    [{ audit: 'restricted', 'audit-version': 'latest' }, 'privileged:latest restricted:latest privileged:latest'],
  ]
  for (const [labels, policy] of cases) assert.equal(print(read(labels).policy), policy)
  const strict: Policy = { ...PRIVILEGED_POLICY, warn: { level: 'restricted', minor: 24 } }
  assert.equal(
    print(read({ enforce: 'baseline' }, strict).policy),
    'baseline:latest privileged:latest restricted:v1.24',
  )
})

test('what cannot be read is refused by its name, and fails safely', () => {
  const { policy, causes } = read({
    enforce: 'strict',
    audit: 'x',
    warn: 'y',
    'enforce-version': 'v2.0',
    'warn-version': 'v1.01',
  })
  assert.equal(print(policy), 'restricted:latest privileged:latest privileged:latest')
  const level = 'must be one of privileged, baseline, restricted'
  const version = 'must be "latest" or "v1.x"'
  assert.deepEqual(
    causes.map(({ field, message }) => `${field}: ${message}`),
    [
      `metadata.labels[${P}enforce]: Invalid value: "strict": ${level}`,
      `metadata.labels[${P}enforce-version]: Invalid value: "v2.0": ${version}`,
      `metadata.labels[${P}audit]: Invalid value: "x": ${level}`,
      `metadata.labels[${P}warn]: Invalid value: "y": ${level}`,
      `metadata.labels[${P}warn-version]: Invalid value: "v1.01": ${version}`,
    ],
  )
})

test('the modes that labels set', () => {
  const labels = { [`${P}enforce`]: 'baseline', [`${P}warn-version`]: 'v1.30', [`${P}audit`]: 'privileged' }
  const { policy } = policyOf(labels, PRIVILEGED_POLICY)
  assert.equal(printSetModes(labels, policy), 'enforce=baseline:latest, warn=baseline:v1.30')
})
