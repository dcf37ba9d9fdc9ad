import type { IValidatingAdmissionPolicyBinding } from 'kubernetes-models/admissionregistration.k8s.io/v1/ValidatingAdmissionPolicyBinding'
import { age, defineKind } from '../../kind.ts'
import type { Served } from '../../meta.ts'
import type { Report } from '../../report.ts'
import { optionalOneOf } from '../check.ts'
import { rejectDuplicates } from '../duplicates.ts'
import { defaultMatchResources } from './match-rules.ts'
import { paramRefText, validatePolicyBinding } from './policy-binding.ts'
import { warnOfStaticName } from './static-name.ts'

export type ValidatingAdmissionPolicyBinding = Served<IValidatingAdmissionPolicyBinding>

export const ValidatingAdmissionPolicyBinding = defineKind<ValidatingAdmissionPolicyBinding>({
  group: 'admissionregistration.k8s.io',
  version: 'v1',
  kind: 'ValidatingAdmissionPolicyBinding',
  plural: 'validatingadmissionpolicybindings',
  categories: ['api-extensions'],
  scope: 'Cluster',
  allowUnconditionalUpdate: false,

  defaults(binding) {
    binding.spec ??= { policyName: '', validationActions: [] }
    defaultMatchResources(binding.spec.matchResources)
  },

  warnings: warnOfStaticName,

  validate({ spec }, report) {
    validatePolicyBinding(spec, report.at('spec'))
    validateActions(spec.validationActions ?? [], report.at('spec', 'validationActions'))
  },

  columns: [['PolicyName', ({ spec }) => spec.policyName ?? ''], ['ParamRef', ({ spec }) => paramRefText(spec)], age],
})

const ACTIONS = ['Audit', 'Deny', 'Warn']

function validateActions(actions: readonly string[], report: Report): void {
  for (const [i, action] of actions.entries()) optionalOneOf(report, `[${i}]`, action, ACTIONS)
  rejectDuplicates(report, actions, (i) => `[${i}]`)
  if (actions.includes('Deny') && actions.includes('Warn')) {
    const why =
      'must not contain both Deny and Warn (repeating the same validation failure information in the API response and headers serves no purpose)'
    report.invalid('', actions, why)
  }
  if (actions.length === 0) report.required('', 'at least one validation action is required')
}
