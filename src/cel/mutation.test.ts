import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compile } from './compile.ts'
import { withVariables } from './environment.ts'
import { LazyObject } from './lazy.ts'
import { appliedObject, MUTATION_TYPES, patchOperations } from './mutation.ts'
import { KUBERNETES } from './test-kubernetes.ts'
import { DYN } from './types.ts'
import { CelError, isError, type Value } from './values.ts'

const ENVIRONMENT = withVariables(KUBERNETES, { object: DYN, variables: DYN }, MUTATION_TYPES)

function evaluate(expression: string, variables: Record<string, unknown> = {}): Value {
  const { program, errors } = compile(expression, ENVIRONMENT)
  assert.ok(program, errors?.message ?? '')
  return program.evaluate({ object: { spec: { replicas: 2 } }, ...variables }).value
}

const messageOf = (value: unknown) => (isError(value) ? value.message : value)

test('an object is made of what is set, and becomes JSON', () => {
  const object = evaluate(`Object{
    metadata: Object.metadata{labels: {'a': 'b'}, ?annotations: optional.none()},
    spec: Object.spec{replicas: object.spec.replicas + 1, template: Object.spec.template{hosts: ['x', 'y']}}
  }`)
  assert.deepEqual(appliedObject(object), {
    metadata: { labels: { a: 'b' } },
    spec: { replicas: 3, template: { hosts: ['x', 'y'] } },
  })
})

test('its fields can be read, and two of one type compared', () => {
  assert.equal(evaluate('Object{spec: Object.spec{replicas: 1}}.spec.replicas'), 1)
  assert.equal(evaluate('has(Object{spec: 1}.spec) && !has(Object{spec: 1}.status)'), true)
  assert.equal(evaluate('Object{spec: Object.spec{a: 1}} == Object{spec: Object.spec{a: 1}}'), true)
  assert.equal(evaluate('Object{spec: Object.spec{a: 1}} == Object{spec: Object.other{a: 1}}'), false)
})

test('a type that is not that of its field is told of', () => {
  assert.equal(
    messageOf(appliedObject(evaluate('Object{spec: Object.spec{selector: Object.spec.wrong{}}}'))),
    'type mismatch: unexpected type name "Object.spec.wrong", expected "Object.spec.selector", which matches field name path from root Object type',
  )
  assert.equal(messageOf(appliedObject(evaluate('{}'))), 'unsupported return type from ApplyConfiguration expression')
})

test('patches become operations', () => {
  const patches = evaluate(`[
    JSONPatch{op: 'test', path: '/spec/replicas', value: object.spec.replicas},
    JSONPatch{op: 'copy', from: '/a', path: '/b'},
    JSONPatch{op: 'add', path: '/metadata/labels/' + 'k8s.io/a~b'.replace('~', '-'), value: Object.x{y: 1u, z: duration('1s')}}
  ]`)
  assert.deepEqual(patchOperations(patches), [
    { op: 'test', path: '/spec/replicas', value: 2 },
    { op: 'copy', path: '/b', from: '/a' },
    { op: 'add', path: '/metadata/labels/k8s.io/a-b', value: { y: 1, z: '1s' } },
  ])
})

test('what is no list of patches is an error', () => {
  assert.match(String(messageOf(patchOperations(evaluate('1')))), /should evaluate to array$/)
  assert.match(String(messageOf(patchOperations(evaluate('[1]')))), /array of JSONPatch$/)
  assert.deepEqual(compile("JSONPatch{nothing: 'x'}", ENVIRONMENT).errors?.issues, [
    { message: "undefined field 'nothing'", offset: 17 },
  ])
})

test('a lazy object evaluates what is looked at, once, errors included', () => {
  const asked: string[] = []
  const field = (name: string, value: Value) => () => {
    asked.push(name)
    return value
  }
  const variables = new LazyObject('kubernetes.variables', {
    one: field('one', 1),
    two: field('two', 2),
    bad: field('bad', new CelError('it failed')),
  })
  assert.equal(evaluate('variables.one + variables.one == 2 || variables.two == 2', { variables }), true)
  assert.deepEqual(asked, ['one'])
  assert.equal(messageOf(evaluate('variables.bad == 1 && variables.bad == 2', { variables })), 'it failed')
  assert.deepEqual(asked, ['one', 'bad'])
})
