import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { compile, compileUnchecked } from './compile.ts'
import { fn, free } from './declarations.ts'
import { type Environment, makeEnvironment, withVariables } from './environment.ts'
import { estimateCost } from './estimate.ts'
import { LISTS } from './libraries/lists.ts'
import { TWO_VARIABLES } from './libraries/two-variables.ts'
import { KUBERNETES, show } from './test-kubernetes.ts'
import { DYN } from './types.ts'
import { isError } from './values.ts'

const COST_LIMIT = 5000
const ENVIRONMENT = withVariables(KUBERNETES, { object: DYN })
const OBJECT = { text: 'a-b', list: [1, 2.5, 'x', null, [true]], map: { a: { b: 1 } }, big: 2 ** 53 }

/** Compiles and evaluates, whatever it is; says what came out, so that two runs can be compared. */
function outcome(source: string, unchecked = false): string {
  const { program } = (unchecked ? compileUnchecked : compile)(source, ENVIRONMENT)
  if (!program) return 'refused'
  const { value, cost, isOverBudget } = program.evaluate({ object: OBJECT }, { costLimit: COST_LIMIT })
  assert.equal(isOverBudget, cost > COST_LIMIT)
  return `${isError(value) ? value.message : show(value)} ${cost}`
}

const TOKENS = [
  ...['1', '0', '-9223372036854775808', '3u', '2.5', "'a'", '"\\u00e9"', "b'\\xff'", 'true', 'null', 'x', 'object'],
  ...['(', ')', '[', ']', '{', '}', '.', ',', ':', '?', '+', '-', '*', '/', '%', '!', '&&', '||', '<', '==', 'in'],
  ...['.map', '.all', 'has', 'size', '.size()', '.?text', '[?', 'cel', '`', '#', '\n', '//', '\\', "'''", '😀'],
]

test('whatever tokens come in whatever order, nothing is thrown', () => {
  const source = fc.array(fc.constantFrom(...TOKENS), { maxLength: 14 }).map((tokens) => tokens.join(' '))
  fc.assert(
    fc.property(source, fc.boolean(), (text, unchecked) => {
      assert.equal(outcome(text, unchecked), outcome(text, unchecked))
    }),
    { numRuns: 3000 },
  )
})

/** All the calls that the environment has a name for, with as many arguments as some overload takes. */
const CALLS = [...ENVIRONMENT.functions.values()]
  .filter(({ name }) => /^[a-zA-Z]/.test(name) && !name.includes('@'))
  .flatMap(({ name, overloads }) => overloads.map(({ isMember, args }) => ({ name, isMember, count: args.length })))

const MACROS = ['all', 'exists', 'exists_one', 'map', 'filter', 'sortBy', 'optMap']
const MACROS_OF_TWO = ['all', 'exists', 'transformList', 'transformMap']
const OPERATORS = ['+', '-', '*', '/', '%', '<', '<=', '==', '!=', '&&', '||', 'in']

const LEAVES = [
  ...['0', '7', '-1', '9223372036854775807', '18446744073709551615u', '0.5', 'true', 'false', 'null', "''", "'a-b'"],
  ...["'10.0.0.1'", "'10.0.0.0/8'", "'1.2.3'", "'1Gi'", "'https://a.b/c?d'", "'(a+)+$'", "'%s %.3f'", "b'ab'"],
  ...["duration('1h')", "timestamp('2024-01-01T00:00:00Z')", "quantity('1')", "ip('::1')", 'optional.none()'],
  ...['object', 'object.list', 'object.map', 'object.?nothing', 'object.big', '[]', '{}', 'v', 'int', 'dyn([1, 2])'],
]

const EXPRESSIONS = fc.letrec<{ any: string }>((tie) => ({
  any: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom(...LEAVES),
    fc.tuple(tie('any'), fc.constantFrom(...OPERATORS), tie('any')).map(([a, op, b]) => `(${a} ${op} ${b})`),
    fc.tuple(tie('any'), tie('any'), tie('any')).map(([a, b, c]) => `(${a} ? ${b} : ${c})`),
    fc.array(tie('any'), { maxLength: 3 }).map((items) => `[${items.join(', ')}]`),
    fc.tuple(tie('any'), tie('any')).map(([a, b]) => `{${a}: ${b}}`),
    fc.tuple(tie('any'), tie('any')).map(([a, b]) => `dyn(${a})[${b}]`),
    fc.tuple(tie('any'), fc.constantFrom(...MACROS), tie('any')).map(([a, name, b]) => `dyn(${a}).${name}(v, ${b})`),
    fc
      .tuple(tie('any'), fc.constantFrom(...MACROS_OF_TWO), tie('any'))
      .map(([a, name, b]) => `dyn(${a}).${name}(w, v, ${b})`),
    fc.tuple(fc.constantFrom(...CALLS), fc.array(tie('any'), { minLength: 4, maxLength: 4 })).map(([call, given]) => {
      const args = given.slice(0, call.count).map((arg) => `dyn(${arg})`)
      return call.isMember ? `${args[0]}.${call.name}(${args.slice(1).join(', ')})` : `${call.name}(${args.join(', ')})`
    }),
  ),
}))

test('whatever is called with whatever, it comes to a value or an error within its cost, and to the same one again', () => {
  fc.assert(
    fc.property(EXPRESSIONS.any, (source) => {
      assert.equal(outcome(source), outcome(source))
      assert.equal(outcome(source, true), outcome(source, true))
    }),
    { numRuns: 2000 },
  )
})

test('an estimate is a range', () => {
  fc.assert(
    fc.property(EXPRESSIONS.any, (source) => {
      const { program } = compile(source, ENVIRONMENT)
      if (!program) return
      const { min, max } = estimateCost(program.checked, ENVIRONMENT)
      assert.ok(min >= 0 && min <= max && max <= 2 ** 64, `${min} to ${max}`)
    }),
    { numRuns: 1000 },
  )
})

/** An environment with a function that counts how often it is called. */
function counting(): { environment: Environment; calls: () => number } {
  let count = 0
  const tick = fn(
    'tick',
    free('tick', '-> bool', () => {
      count++
      return true
    }),
  )
  const libraries = [LISTS, TWO_VARIABLES, { functions: [tick] }]
  return { environment: makeEnvironment({ libraries }), calls: () => count }
}

test('loops within loops do no more work than they pay for', () => {
  for (const source of [
    'lists.range(5000).all(a, lists.range(5000).all(b, tick()))',
    'lists.range(20000).map(a, tick()).size() > 0',
    'lists.range(20000).filter(a, tick() && tick()).map(a, tick()).exists(a, !a)',
    'lists.range(20000).transformMap(a, b, tick()).all(a, tick())',
    'lists.range(20000).sortBy(a, tick() ? -a : a)[0] == 1',
    'lists.range(1000000000000).all(a, tick())',
  ]) {
    const { environment, calls } = counting()
    const { program, errors } = compile(source, environment)
    assert.ok(program, errors?.message ?? '')
    const { isOverBudget } = program.evaluate({}, { costLimit: 100_000 })
    assert.ok(isOverBudget, source)
    // A call costs at least 1, and the turn that it stands in as much again.
    assert.ok(calls() <= 50_000, `${source}: ${calls()} calls`)
  }
})

test('what would cost too much is not begun', () => {
  for (const source of [
    'lists.range(100000).distinct().size() > 0',
    'sets.contains(lists.range(100000), lists.range(100000))',
    'lists.range(100000).sort()[0] == 0',
  ]) {
    const { program, errors } = compile(source, KUBERNETES)
    assert.ok(program, errors?.message ?? '')
    assert.ok(program.evaluate({}, { costLimit: 1_000_000 }).isOverBudget, source)
  }
})

test('what is nested too deeply is refused, and what is not is evaluated', () => {
  const nested = (depth: number) => `${'('.repeat(depth)}1${')'.repeat(depth)}`
  assert.equal(outcome(nested(100)), '1 0')
  assert.match(compile(nested(300), KUBERNETES).errors?.message ?? '', /expression recursion limit exceeded: 250/)
  assert.match(
    compile(Array(300).fill('1').join('+'), KUBERNETES).errors?.message ?? '',
    /max recursion depth exceeded/,
  )
  assert.equal(outcome(Array(2000).fill('true').join(' && ')), 'true 0')
  assert.match(compile(`'${'x'.repeat(100_001)}'`, KUBERNETES).errors?.message ?? '', /code point size exceeds limit/)
})
