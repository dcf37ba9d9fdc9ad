import assert from 'node:assert/strict'
import { test } from 'node:test'
import { creates, row } from '../kind-tables.ts'
import { made } from '../problems.ts'
import { MutatingAdmissionPolicy } from './mutating-admission-policy.ts'
import { MutatingAdmissionPolicyBinding } from './mutating-admission-policy-binding.ts'
import { MutatingWebhookConfiguration } from './mutating-webhook-configuration.ts'
import { ValidatingAdmissionPolicy } from './validating-admission-policy.ts'
import { ValidatingAdmissionPolicyBinding } from './validating-admission-policy-binding.ts'
import { ValidatingWebhookConfiguration } from './validating-webhook-configuration.ts'

const rule = { operations: ['CREATE'], apiGroups: [''], apiVersions: ['v1'], resources: ['pods'] }
const hook = (more: object = {}) => ({
  name: 'check.example.com',
  rules: [rule],
  sideEffects: 'None',
  admissionReviewVersions: ['v1'],
  clientConfig: { service: { name: 'check', namespace: 'default' } },
  ...more,
})

creates(ValidatingWebhookConfiguration, [
  [{ webhooks: [hook()] }],
  [{}],
  [
    { webhooks: [{ name: 'check' }] },
    'webhooks[0].name: Invalid value: "check": should be a domain with at least three segments separated by dots',
    'webhooks[0].sideEffects: Required value: must specify one of None, NoneOnDryRun',
    'webhooks[0].clientConfig: Required value: exactly one of url or service is required',
    'webhooks[0].admissionReviewVersions: Required value: must specify one of v1, v1beta1',
  ],
  [
    { webhooks: [hook({ sideEffects: 'Some', timeoutSeconds: 31, admissionReviewVersions: ['v2'] }), hook()] },
    'webhooks[0].sideEffects: Unsupported value: "Some": supported values: "None", "NoneOnDryRun"',
    'webhooks[0].timeoutSeconds: Invalid value: 31: the timeout value must be between 1 and 30 seconds',
    'webhooks[0].admissionReviewVersions: Invalid value: ["v2"]: must include at least one of v1, v1beta1',
    'webhooks[1].name: Duplicate value: "check.example.com"',
  ],
  [
    { webhooks: [hook({ clientConfig: { url: 'http://me@example.com/a?b#c' } })] },
    'webhooks[0].clientConfig.url: Invalid value: "http": \'https\' is the only allowed URL scheme; desired format: https://host[/path]',
    'webhooks[0].clientConfig.url: Invalid value: "me": user information is not permitted in the URL',
    'webhooks[0].clientConfig.url: Invalid value: "c": fragments are not permitted in the URL',
    'webhooks[0].clientConfig.url: Invalid value: "b": query parameters are not permitted in the URL',
  ],
  [
    { webhooks: [hook({ rules: [{ ...rule, resources: ['pods/*', 'pods/log', '*', 'nodes'] }] })] },
    'webhooks[0].rules[0].resources[1]: Invalid value: "pods/log": if \'pods/*\' is present, must not specify pods/log',
    'webhooks[0].rules[0].resources: Invalid value: ["pods/*","pods/log","*","nodes"]: if \'*\' is present, must not specify other resources without subresources',
  ],
  [
    {
      webhooks: [
        hook({
          matchConditions: [
            { name: 'a', expression: ' ' },
            { name: 'a', expression: 'true' },
          ],
        }),
      ],
    },
    'webhooks[0].matchConditions[0].expression: Required value',
    'webhooks[0].matchConditions[1].name: Duplicate value: "a"',
  ],
])

creates(MutatingWebhookConfiguration, [
  [
    { webhooks: [hook({ reinvocationPolicy: 'Always' })] },
    'webhooks[0].reinvocationPolicy: Unsupported value: "Always": supported values: "IfNeeded", "Never"',
  ],
])

test('what a webhook does not say', () => {
  const [first] = made(MutatingWebhookConfiguration, { webhooks: [hook()] }).webhooks ?? []
  const { failurePolicy, matchPolicy, timeoutSeconds, reinvocationPolicy, rules, clientConfig } = first ?? {}
  assert.deepEqual(
    {
      failurePolicy,
      matchPolicy,
      timeoutSeconds,
      reinvocationPolicy,
      scope: rules?.[0]?.scope,
      port: clientConfig?.service?.port,
    },
    {
      failurePolicy: 'Fail',
      matchPolicy: 'Equivalent',
      timeoutSeconds: 10,
      reinvocationPolicy: 'Never',
      scope: '*',
      port: 443,
    },
  )
})

const matchConstraints = { resourceRules: [rule] }

creates(ValidatingAdmissionPolicy, [
  [{ spec: { matchConstraints, validations: [{ expression: 'true' }] } }],
  [
    {},
    'spec.matchConstraints: Required value',
    'spec.validations: Required value: validations or auditAnnotations must contain at least one item',
    'spec.auditAnnotations: Required value: validations or auditAnnotations must contain at least one item',
  ],
  [
    {
      spec: {
        matchConstraints: {},
        paramKind: { apiVersion: 'a/b/c', kind: '' },
        variables: [{ name: 'in', expression: 'true' }],
        validations: [{ message: 'a\nb', reason: 'Because' }],
      },
    },
    'spec.paramKind.apiVersion: Invalid value: "a/b/c": unexpected GroupVersion string: a/b/c',
    'spec.paramKind.kind: Required value',
    'spec.matchConstraints.resourceRules: Required value',
    'spec.variables[0].name: Invalid value: "in": must be a valid CEL identifier',
    'spec.validations[0].expression: Required value: expression is not specified',
    'spec.validations[0].message: Invalid value: "a\\nb": must not contain line breaks',
    'spec.validations[0].reason: Unsupported value: "Because": supported values: "Forbidden", "Invalid", "RequestEntityTooLarge"',
  ],
])

creates(MutatingAdmissionPolicy, [
  [
    {
      spec: {
        matchConstraints,
        reinvocationPolicy: 'Never',
        mutations: [{ patchType: 'JSONPatch', jsonPatch: { expression: '[]' } }],
      },
    },
  ],
  [
    {
      spec: {
        matchConstraints: { resourceRules: [{ ...rule, operations: ['DELETE'] }] },
        mutations: [{ patchType: 'JSONPatch', applyConfiguration: { expression: '{}' } }],
      },
    },
    'spec.matchConstraints.resourceRules.operations: Unsupported value: "DELETE": supported values: "*", "CONNECT", "CREATE", "UPDATE"',
    'spec.mutations[0].jsonPatch: Required value: must be specified when patchType is JSONPatch',
    'spec.mutations[0].applyConfiguration: Invalid value: "{applyConfiguration}": must not be specified when patchType is JSONPatch',
    'spec.reinvocationPolicy: Required value',
  ],
])

creates(ValidatingAdmissionPolicyBinding, [
  [{ spec: { policyName: 'p', validationActions: ['Deny'] } }],
  [
    { spec: { paramRef: { name: 'x', selector: {} }, validationActions: ['Deny', 'Warn'] } },
    'spec.policyName: Required value',
    'spec.paramRef.name: Forbidden: name and selector are mutually exclusive',
    'spec.paramRef.selector: Forbidden: name and selector are mutually exclusive',
    'spec.paramRef.parameterNotFoundAction: Required value',
    'spec.validationActions: Invalid value: ["Deny","Warn"]: must not contain both Deny and Warn (repeating the same validation failure information in the API response and headers serves no purpose)',
  ],
])

creates(MutatingAdmissionPolicyBinding, [
  [{ spec: { policyName: 'p', paramRef: { name: 'x', parameterNotFoundAction: 'Deny' } } }],
  [
    { spec: { policyName: 'p', paramRef: { parameterNotFoundAction: 'Allow' } } },
    'spec.paramRef: Required value: one of name or selector must be specified',
  ],
])

test('admission in tables', () => {
  assert.deepEqual(row(ValidatingWebhookConfiguration, { webhooks: [hook()] }), { Name: 'a', Webhooks: 1, Age: '5m' })
  const spec = { paramKind: { apiVersion: 'v1', kind: 'ConfigMap' }, validations: [{ expression: 'true' }] }
  assert.deepEqual(row(ValidatingAdmissionPolicy, { spec }), {
    Name: 'a',
    Validations: 1,
    ParamKind: 'v1/ConfigMap',
    Age: '5m',
  })
  const binding = row(MutatingAdmissionPolicyBinding, { spec: { policyName: 'p', paramRef: { name: 'x' } } })
  assert.deepEqual(binding, { Name: 'a', PolicyName: 'p', ParamRef: '*/x', Age: '5m' })
})
