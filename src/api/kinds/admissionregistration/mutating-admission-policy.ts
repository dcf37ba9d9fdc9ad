import type { IMutatingAdmissionPolicy } from 'kubernetes-models/admissionregistration.k8s.io/v1/MutatingAdmissionPolicy'
import type { IMutation } from 'kubernetes-models/admissionregistration.k8s.io/v1/Mutation'
import { age, defineKind } from '../../kind.ts'
import type { Served } from '../../meta.ts'
import type { Report } from '../../report.ts'
import { requireOneOf } from '../check.ts'
import { validateMutableOperations } from './match-rules.ts'
import { defaultPolicy, paramKindText, REINVOCATION_POLICIES, validatePolicy } from './policy.ts'
import { warnOfStaticName } from './static-name.ts'

export type MutatingAdmissionPolicy = Served<IMutatingAdmissionPolicy>

/** The field that goes with each type of patch. */
const PATCHES = { ApplyConfiguration: 'applyConfiguration', JSONPatch: 'jsonPatch' } as const
type PatchType = keyof typeof PATCHES
const patchTypes = Object.keys(PATCHES) as PatchType[]

export const MutatingAdmissionPolicy = defineKind<MutatingAdmissionPolicy>({
  group: 'admissionregistration.k8s.io',
  version: 'v1',
  kind: 'MutatingAdmissionPolicy',
  plural: 'mutatingadmissionpolicies',
  categories: ['api-extensions'],
  scope: 'Cluster',
  allowUnconditionalUpdate: false,

  defaults(policy) {
    policy.spec ??= {}
    defaultPolicy(policy.spec)
  },

  warnings: warnOfStaticName,

  validate({ spec }, report) {
    const { mutations = [], matchConstraints, reinvocationPolicy } = spec
    const at = report.at('spec')
    validatePolicy(spec, at)
    validateMutableOperations(matchConstraints, 'matchConstraints', at)
    if (mutations.length === 0) at.required('mutations', 'mutations must contain at least one item')
    for (const [i, mutation] of mutations.entries()) validateMutation(mutation, at.at('mutations', i))
    requireOneOf(at, 'reinvocationPolicy', reinvocationPolicy, REINVOCATION_POLICIES)
  },

  columns: [
    ['Mutations', ({ spec }) => spec.mutations?.length ?? 0, { type: 'integer' }],
    ['ParamKind', ({ spec }) => paramKindText(spec)],
    age,
  ],
})

function validateMutation(mutation: IMutation, report: Report): void {
  const { patchType } = mutation
  requireOneOf(report, 'patchType', patchType, patchTypes)
  if (!patchTypes.includes(patchType)) return
  const field = PATCHES[patchType]
  const patch = mutation[field]
  if (!patch) report.required(field, `must be specified when patchType is ${patchType}`)
  else if (!patch.expression?.trim()) report.required(`${field}.expression`)
  const other = patchType === 'JSONPatch' ? 'applyConfiguration' : 'jsonPatch'
  if (mutation[other]) report.invalid(other, `{${other}}`, `must not be specified when patchType is ${patchType}`)
}
