import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { ApiError } from './errors.ts'
import type { Labels } from './labels.ts'
import { matchesNodeSelector } from './node-selector.ts'
import {
  escapeFieldValue,
  formatLabelSelector,
  hasLabels,
  labelSelector,
  matchesFields,
  matchesLabels,
  parseFieldSelector,
  parseLabelSelector,
  printLabelSelector,
} from './selector.ts'

test('label selectors: what they select, and how they print', () => {
  const cases: [text: string, printed: string, yes: Labels[], no: Labels[]][] = [
    ['', '', [{}, { a: '1' }], []],
    ['a=1', 'a=1', [{ a: '1', b: '2' }], [{}, { a: '2' }]],
    ['a==1', 'a==1', [{ a: '1' }], [{ a: '2' }]],
    [' b != 2 , a = 1 ', 'a=1,b!=2', [{ a: '1' }, { a: '1', b: '3' }], [{ a: '1', b: '2' }, { b: '3' }]],
    ['a in (y, x)', 'a in (x,y)', [{ a: 'x' }, { a: 'y' }], [{}, { a: 'z' }]],
    ['a notin (x)', 'a notin (x)', [{}, { a: 'y' }], [{ a: 'x' }]],
    ['a', 'a', [{ a: '' }], [{}, { b: '1' }]],
    ['!a', '!a', [{}, { b: '1' }], [{ a: '' }]],
    ['a=', 'a=', [{ a: '' }], [{}, { a: '1' }]],
    ['a=,b', 'a=,b', [{ a: '', b: '1' }], [{ a: '1', b: '1' }]],
    ['a in ()', 'a in ()', [{ a: '' }], [{ a: 'x' }]],
    ['a in (,x)', 'a in (,x)', [{ a: '' }, { a: 'x' }], [{}]],
    ['a in (x,)', 'a in (,x)', [{ a: '' }, { a: 'x' }], [{}]],
    ['a>5', 'a>5', [{ a: '6' }], [{ a: '5' }, { a: 'x' }, {}]],
    ['a<5', 'a<5', [{ a: '4' }, { a: '-6' }], [{ a: '5' }]],
    ['in in (in,notin)', 'in in (in,notin)', [{ in: 'in' }], [{ in: 'x' }]],
    ['x.io/a-b_c=V.1', 'x.io/a-b_c=V.1', [{ 'x.io/a-b_c': 'V.1' }], [{}]],
    ['!toString', '!toString', [{}], [{ toString: 'x' }]],
  ]
  for (const [text, printed, yes, no] of cases) {
    const selector = parseLabelSelector(text)
    assert.equal(printLabelSelector(selector), printed)
    for (const labels of yes) assert.ok(selector.matches(labels), `${text} selects ${JSON.stringify(labels)}`)
    for (const labels of no) assert.ok(!selector.matches(labels), `${text} leaves ${JSON.stringify(labels)}`)
  }
})

function refused(run: () => unknown): string {
  try {
    run()
  } catch (error) {
    if (error instanceof ApiError && error.code === 400) return error.message
    throw error
  }
  throw new Error('nothing was thrown')
}

test('malformed label selectors are refused in upstream’s words', () => {
  const cases: [string, string][] = [
    [',a', "found ',', expected: !, identifier, or 'end of string'"],
    ['a,', "found '', expected: identifier after ','"],
    ['a=b c', "found 'c', expected: ',' or 'end of string'"],
    ['!', "unable to parse requirement: found '', expected: identifier"],
    ['a b', "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt"],
    ['a in x', "unable to parse requirement: found 'x' expected: '('"],
    ['a in (x y)', "unable to parse requirement: found 'y', expected: ',' or ')'"],
    ['a in (=)', "unable to parse requirement: found '=', expected: ',', ')' or identifier"],
    ['a in (x,=)', "unable to parse requirement: found '=', expected: ',', or identifier"],
    ['a=(', "unable to parse requirement: found '(', expected: identifier"],
  ]
  for (const [text, message] of cases)
    assert.equal(
      refused(() => parseLabelSelector(text)),
      message,
      text,
    )
  assert.match(
    refused(() => parseLabelSelector('-a=b')),
    /^unable to parse requirement: <nil>: Invalid value: "-a": name part must consist of alphanumeric/,
  )
  assert.match(
    refused(() => parseLabelSelector('a=-b')),
    /^unable to parse requirement: values\[0\]\[a\]: Invalid value: "-b": a valid label must be an empty string/,
  )
  assert.equal(
    refused(() => parseLabelSelector('a>x')),
    `unable to parse requirement: values[0]: Invalid value: "x": for 'Gt', 'Lt' operators, the value must be an integer`,
  )
})

test('selector objects', () => {
  const selector = {
    matchLabels: { app: 'web' },
    matchExpressions: [
      { key: 'tier', operator: 'In' as const, values: ['b', 'a'] },
      { key: 'old', operator: 'DoesNotExist' as const },
    ],
  }
  assert.ok(matchesLabels(selector, { app: 'web', tier: 'a' }))
  assert.ok(!matchesLabels(selector, { app: 'web', tier: 'a', old: '' }))
  assert.ok(!matchesLabels(selector, { tier: 'a' }))
  assert.ok(!matchesLabels(selector, undefined))
  assert.ok(matchesLabels({}, undefined))
  assert.ok(!matchesLabels(undefined, {}))
  assert.equal(formatLabelSelector(selector), 'app=web,!old,tier in (a,b)')
  assert.equal(formatLabelSelector({}), '<none>')
  assert.equal(formatLabelSelector(undefined), '<none>')
  const unknown = { matchExpressions: [{ key: 'a', operator: 'Eat' as 'In', values: [] }] }
  assert.equal(formatLabelSelector(unknown), '<error>')
  assert.ok(!labelSelector(unknown).matches({ a: '1' }))
  assert.ok(hasLabels({ a: '1', b: '2' }, { a: '1' }))
  assert.ok(!hasLabels({ a: '1' }, {}), 'no labels asked for: nothing selected')
  assert.ok(!hasLabels({}, { toString: 'x' }))
})

test('a printed selector selects the same', () => {
  const key = fc.constantFrom('a', 'b', 'in', 'x.io/c')
  const value = fc.constantFrom('', '1', '2', 'x')
  const labels = fc.dictionary(key, value)
  const requirement = fc.oneof(
    fc.record({
      key,
      operator: fc.constantFrom('In' as const, 'NotIn' as const),
      values: fc.array(value, { minLength: 1 }),
    }),
    fc.record({ key, operator: fc.constantFrom('Exists' as const, 'DoesNotExist' as const) }),
  )
  fc.assert(
    fc.property(fc.array(requirement), labels, (matchExpressions, labels) => {
      const selector = labelSelector({ matchExpressions })
      assert.equal(parseLabelSelector(printLabelSelector(selector)).matches(labels), selector.matches(labels))
      assert.equal(matchesLabels({ matchExpressions }, labels), selector.matches(labels))
    }),
  )
})

test('field selectors', () => {
  assert.deepEqual(parseFieldSelector(''), [])
  assert.deepEqual(parseFieldSelector('status.phase!=Running,metadata.name==a,,b='), [
    { field: 'b', operator: '=', value: '' },
    { field: 'metadata.name', operator: '=', value: 'a' },
    { field: 'status.phase', operator: '!=', value: 'Running' },
  ])
  assert.deepEqual(parseFieldSelector('a=x\\,y\\=z\\\\'), [{ field: 'a', operator: '=', value: 'x,y=z\\' }])
  const terms = parseFieldSelector('a=1,b!=2')
  const matches = (fields: Labels) => matchesFields(terms, (field) => fields[field] ?? '')
  assert.ok(matches({ a: '1' }))
  assert.ok(!matches({ a: '1', b: '2' }))
})

test('malformed field selectors are refused in upstream’s words', () => {
  const cases: [string, string][] = [
    ['a', "invalid selector: 'a'; can't understand 'a'"],
    ['x=1,a', "invalid selector: 'x=1,a'; can't understand 'a'"],
    ['a=b=c', 'invalid field selector: unescaped character in value: 61'],
    ['a=\\n', 'invalid field selector: invalid escape sequence: \\n'],
    ['a=b\\', 'invalid field selector: invalid escape sequence: \\'],
  ]
  for (const [text, message] of cases)
    assert.equal(
      refused(() => parseFieldSelector(text)),
      message,
      text,
    )
})

test('an escaped value is read back', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (a, b) => {
      const values = parseFieldSelector(`a=${escapeFieldValue(a)},b=${escapeFieldValue(b)}`).map(({ value }) => value)
      assert.deepEqual(values, [a, b])
    }),
  )
})

test('node selectors: terms are alternatives, the conditions of one hold together', () => {
  const node = { metadata: { name: 'n1', labels: { zone: 'a', cores: '8' } } }
  const label = (key: string, operator: string, ...values: string[]) => ({
    matchExpressions: [{ key, operator: operator as 'In', values }],
  })
  const field = (key: string, operator: string, ...values: string[]) => ({
    matchFields: [{ key, operator: operator as 'In', values }],
  })
  const matching = [
    [label('zone', 'In', 'b', 'a')],
    [label('zone', 'NotIn', 'b')],
    [label('gone', 'NotIn', 'b')],
    [label('zone', 'Exists')],
    [label('gone', 'DoesNotExist')],
    [label('cores', 'Gt', '7')],
    [label('cores', 'Lt', '9')],
    [label('zone', 'In', 'b'), label('zone', 'In', 'a')],
    [field('metadata.name', 'In', 'n1')],
    [field('metadata.name', 'NotIn', 'n2')],
    [{ ...label('zone', 'In', 'a'), ...field('metadata.name', 'In', 'n1') }],
  ]
  const other = [
    [],
    [{}],
    [label('zone', 'In', 'b')],
    [label('zone', 'Gt', '1')],
    [label('cores', 'Gt', '8')],
    [label('cores', 'Gt', '1', '2')],
    [label('cores', 'Gt', 'x')],
    [label('zone', 'Eat', 'a')],
    [field('metadata.name', 'In', 'n1', 'n2')],
    [field('metadata.name', 'Exists')],
    [field('metadata.uid', 'In', '')],
    [{ ...label('zone', 'In', 'a'), ...field('metadata.name', 'In', 'n2') }],
  ]
  for (const nodeSelectorTerms of matching) {
    assert.ok(matchesNodeSelector({ nodeSelectorTerms }, node), JSON.stringify(nodeSelectorTerms))
  }
  for (const nodeSelectorTerms of other) {
    assert.ok(!matchesNodeSelector({ nodeSelectorTerms }, node), JSON.stringify(nodeSelectorTerms))
  }
})
