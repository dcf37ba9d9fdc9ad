import assert from 'node:assert/strict'
import { test } from 'node:test'
import { report as newReport } from '../report.ts'
import { compileRules, type RuleCompiler, type RuleProgram } from './rules.ts'
import type { JsonSchema } from './schema.ts'

/** Expressions of a language of one word each, so that only what surrounds them is tested. */
const compiler: RuleCompiler = {
  compile(expression): RuleProgram {
    const value = { no: false, yes: true, text: 'made up' }[expression]
    return {
      ...(expression === 'bad' && { error: 'no such thing' }),
      usesOldSelf: expression === 'old',
      maxCost: 1,
      evaluate(self, oldSelf) {
        if (expression === 'dear') return { value: true, cost: 6_000_000 }
        if (expression === 'throws') return { error: 'division by zero', cost: 1 }
        if (expression === 'old') return { value: self === oldSelf, cost: 1 }
        return { value, cost: 1 }
      },
    }
  },
}

const ruled = (schema: JsonSchema, ...rules: object[]): JsonSchema => ({
  ...schema,
  'x-kubernetes-validations': rules as { rule: string }[],
})

function problems(schema: JsonSchema, value: unknown, old?: unknown): string[] {
  const report = newReport()
  compileRules(schema, compiler)?.check(value, old, report)
  return report.causes.map(({ reason, field, message }) => `${reason.replace('FieldValue', '')} ${field}: ${message}`)
}

const TEXT: JsonSchema = { type: 'string' }
const spec = (a: JsonSchema): JsonSchema => ({
  type: 'object',
  properties: { spec: { type: 'object', properties: { a } } },
})
const at = (a: unknown) => ({ spec: { a } })

test('a schema without rules has none', () => assert.equal(compileRules(spec(TEXT), compiler), undefined))

const BROKEN: [string, object, string[]][] = [
  ['a rule', { rule: 'no' }, ['Invalid spec.a: Invalid value: "x": failed rule: no']],
  ['a message', { rule: 'no', message: 'must not' }, ['Invalid spec.a: Invalid value: "x": must not']],
  ['a message made up', { rule: 'no', messageExpression: 'text' }, ['Invalid spec.a: Invalid value: "x": made up']],
  ['a reason', { rule: 'no', reason: 'FieldValueForbidden' }, ['Forbidden spec.a: Forbidden: failed rule: no']],
  [
    'what does not compile',
    { rule: 'bad' },
    ['Invalid spec.a: Invalid value: "string": rule compile error: no such thing'],
  ],
  [
    'an error',
    { rule: 'throws' },
    ['Invalid spec.a: Invalid value: "string": division by zero evaluating rule: throws'],
  ],
  ['nothing', { rule: 'yes' }, []],
]

for (const [what, rule, expected] of BROKEN) {
  test(`told: ${what}`, () => assert.deepEqual(problems(spec(ruled(TEXT, rule)), at('x')), expected))
}

test('objects and lists are not shown, and a path points into them', () => {
  const schema = ruled(spec(TEXT), { rule: 'no', fieldPath: '.spec.a' }, { rule: 'no' })
  assert.deepEqual(problems(schema, at('x')), [
    'Invalid spec.a: Invalid value: failed rule: no',
    'Invalid <nil>: Invalid value: failed rule: no',
  ])
})

test('a rule about a change waits for one', () => {
  const schema = spec(ruled(TEXT, { rule: 'old', message: 'is immutable' }))
  assert.deepEqual(problems(schema, at('x')), [])
  assert.deepEqual(problems(schema, at('x'), at('x')), [])
  assert.deepEqual(problems(schema, at('y'), at('x')), ['Invalid spec.a: Invalid value: "y": is immutable'])
})

test('items of a map list are compared with their former selves', () => {
  const item: JsonSchema = { type: 'object', properties: { n: TEXT, v: ruled(TEXT, { rule: 'old' }) } }
  const schema: JsonSchema = spec({
    ...{ type: 'array', items: item },
    ...{ 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['n'] },
  })
  const [a, b] = [
    { n: 'a', v: '1' },
    { n: 'b', v: '2' },
  ]
  assert.deepEqual(problems(schema, at([b, a]), at([a, b])), [])
  assert.deepEqual(problems(schema, at([b, { ...a, v: '3' }]), at([a, b])), [
    'Invalid spec.a[1].v: Invalid value: "3": failed rule: old',
  ])
})

test('what breaks a rule and has not changed is let pass', () => {
  const schema = spec(ruled(TEXT, { rule: 'no' }))
  assert.deepEqual(problems(schema, { ...at('x'), other: 1 }, at('x')), [])
  assert.equal(problems(schema, at('y'), at('x')).length, 1)
})

test('rules may cost only so much together', () => {
  const schema = spec(ruled(TEXT, { rule: 'dear' }, { rule: 'dear' }, { rule: 'no' }))
  assert.deepEqual(problems(schema, at('x')), [
    'Invalid spec.a: Invalid value: "string": validation failed due to running out of cost budget, no further validation rules will be run',
  ])
})
