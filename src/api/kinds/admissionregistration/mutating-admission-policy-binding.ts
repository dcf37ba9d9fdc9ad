import type { IMutatingAdmissionPolicyBinding } from 'kubernetes-models/admissionregistration.k8s.io/v1/MutatingAdmissionPolicyBinding'
import { age, defineKind } from '../../kind.ts'
import type { Served } from '../../meta.ts'
import { defaultMatchResources, validateMutableOperations } from './match-rules.ts'
import { paramRefText, validatePolicyBinding } from './policy-binding.ts'
import { warnOfStaticName } from './static-name.ts'

export type MutatingAdmissionPolicyBinding = Served<IMutatingAdmissionPolicyBinding>

export const MutatingAdmissionPolicyBinding = defineKind<MutatingAdmissionPolicyBinding>({
  group: 'admissionregistration.k8s.io',
  version: 'v1',
  kind: 'MutatingAdmissionPolicyBinding',
  plural: 'mutatingadmissionpolicybindings',
  categories: ['api-extensions'],
  scope: 'Cluster',
  allowUnconditionalUpdate: false,

  defaults(binding) {
    binding.spec ??= {}
    defaultMatchResources(binding.spec.matchResources)
  },

  warnings: warnOfStaticName,

  validate({ spec }, report) {
    validatePolicyBinding(spec, report.at('spec'))
    validateMutableOperations(spec.matchResources, 'matchResources', report.at('spec'))
  },

  columns: [['PolicyName', ({ spec }) => spec.policyName ?? ''], ['ParamRef', ({ spec }) => paramRefText(spec)], age],
})
