import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compile, errorOf } from '../compile.ts'
import { withVariables } from '../environment.ts'
import { PER_CALL_LIMIT } from '../kubernetes.ts'
import { KUBERNETES } from '../test-kubernetes.ts'
import {
  AUTHORIZER_TYPE,
  type AuthorizationQuestion,
  type Authorizer,
  authorizerValue,
  RESOURCE_CHECK_TYPE,
  resourceCheckValue,
} from './authz.ts'

const ENVIRONMENT = withVariables(KUBERNETES, {
  authorizer: AUTHORIZER_TYPE,
  'authorizer.requestResource': RESOURCE_CHECK_TYPE,
})

/** Evaluates an expression for the user `ada`, who may get and nothing else, and remembers what was asked. */
function ask(expression: string) {
  const questions: AuthorizationQuestion<string>[] = []
  const authorizer: Authorizer<string> = {
    authorize(question) {
      questions.push(question)
      if (question.verb === 'fail') return { isAllowed: false, reason: '', error: 'no answer' }
      return { isAllowed: question.verb === 'get', reason: `about ${question.verb}` }
    },
    serviceAccount: (namespace, name) => `system:serviceaccount:${namespace}:${name}`,
  }
  const { program, errors } = compile(expression, ENVIRONMENT)
  assert.ok(program, errors?.message ?? '')
  const evaluation = program.evaluate(
    {
      authorizer: authorizerValue(authorizer, 'ada'),
      'authorizer.requestResource': resourceCheckValue(authorizer, 'ada', {
        group: 'apps',
        resource: 'deployments',
        namespace: 'shop',
        name: 'web',
      }),
    },
    { costLimit: PER_CALL_LIMIT },
  )
  return { ...evaluation, error: errorOf(evaluation), questions }
}

const NOTHING = { subresource: '', namespace: '', name: '', fieldSelector: '', labelSelector: '' }

test('a check asks about the resource that was described', () => {
  const { value, questions, cost } = ask(
    "authorizer.group('').resource('pods').subresource('log').namespace('a').name('b').check('get').allowed()",
  )
  assert.equal(value, true)
  const resource = { ...NOTHING, group: '', resource: 'pods', subresource: 'log', namespace: 'a', name: 'b' }
  assert.deepEqual(questions, [{ user: 'ada', verb: 'get', resource }])
  assert.equal(cost, 350_007)
})

test('selectors are handed on as they were written', () => {
  const { questions } = ask(
    "authorizer.group('').resource('pods').fieldSelector('spec.nodeName=n').labelSelector('a in (b)').check('list').allowed()",
  )
  assert.deepEqual(questions[0]?.resource, {
    ...NOTHING,
    group: '',
    resource: 'pods',
    fieldSelector: 'spec.nodeName=n',
    labelSelector: 'a in (b)',
  })
})

test('a path, another user, and the resource of the request can be asked about', () => {
  assert.deepEqual(ask("authorizer.path('/healthz').check('get').allowed()").questions, [
    { user: 'ada', verb: 'get', path: '/healthz' },
  ])
  const other = ask("authorizer.serviceAccount('shop', 'robot').path('/x').check('get').allowed()")
  assert.equal(other.questions[0]?.user, 'system:serviceaccount:shop:robot')
  const own = ask("authorizer.requestResource.check('delete').reason()")
  assert.equal(own.value, 'about delete')
  assert.equal(own.questions[0]?.resource?.name, 'web')
})

test('a decision tells whether it is one', () => {
  assert.equal(ask("authorizer.path('/x').check('fail').errored()").value, true)
  assert.equal(ask("authorizer.path('/x').check('fail').error()").value, 'no answer')
  assert.equal(ask("authorizer.path('/x').check('get').errored()").value, false)
  assert.equal(ask("authorizer.path('/x').check('get').error()").value, '')
})

test('what cannot be asked is an error', () => {
  assert.equal(ask("authorizer.path(' ').check('get').allowed()").error, 'path must not be empty')
  assert.equal(ask("authorizer.group('').resource('').check('get').allowed()").error, 'resource must not be empty')
  assert.equal(
    ask("authorizer.serviceAccount('a', 'B').path('/').check('get').allowed()").error,
    'Invalid service account name',
  )
  assert.equal(
    ask("authorizer.serviceAccount('A', 'b').path('/').check('get').allowed()").error,
    'Invalid service account namespace',
  )
})

test('an expression can pay for two checks', () => {
  const check = "authorizer.path('/x').check('get').allowed()"
  assert.equal(ask(`${check} && ${check}`).value, true)
  const third = ask(`${check} && ${check} && ${check}`)
  assert.ok(third.isOverBudget)
  assert.equal(third.error, 'operation cancelled: actual cost limit exceeded')
  assert.equal(third.questions.length, 2)
})
