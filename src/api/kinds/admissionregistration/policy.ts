import type { IMatchCondition } from 'kubernetes-models/admissionregistration.k8s.io/v1/MatchCondition'
import type { IMatchResources } from 'kubernetes-models/admissionregistration.k8s.io/v1/MatchResources'
import type { IParamKind } from 'kubernetes-models/admissionregistration.k8s.io/v1/ParamKind'
import type { IVariable } from 'kubernetes-models/admissionregistration.k8s.io/v1/Variable'
import { parseApiVersion } from '../../meta.ts'
import { dns1035Label, dns1123Subdomain } from '../../names.ts'
import type { Report } from '../../report.ts'
import { requireOneOf } from '../check.ts'
import { validateMatchConditions } from './match-conditions.ts'
import { defaultMatchResources, validateMatchResources } from './match-rules.ts'

/** What the specs of policies of both kinds have in common. */
export interface PolicySpec {
  failurePolicy?: 'Fail' | 'Ignore'
  paramKind?: IParamKind
  matchConstraints?: IMatchResources
  matchConditions?: IMatchCondition[]
  variables?: IVariable[]
}

const FAILURE_POLICIES = ['Fail', 'Ignore']
export const REINVOCATION_POLICIES = ['IfNeeded', 'Never']

const CEL_IDENTIFIER = /^[_a-zA-Z][_a-zA-Z0-9]*$/
const CEL_RESERVED = new Set(
  (
    'true false null in as break const continue else for function if import let ' +
    'loop package namespace return var void while'
  ).split(' '),
)

export function defaultPolicy(spec: PolicySpec): void {
  spec.failurePolicy ??= 'Fail'
  defaultMatchResources(spec.matchConstraints)
}

/** What is wrong with a policy, but for its expressions; `report` stands at its spec. */
export function validatePolicy(spec: PolicySpec, report: Report): void {
  requireOneOf(report, 'failurePolicy', spec.failurePolicy, FAILURE_POLICIES)
  if (spec.paramKind) validateParamKind(spec.paramKind, report.at('paramKind'))
  if (!spec.matchConstraints) report.required('matchConstraints')
  else {
    validateMatchResources(spec.matchConstraints, report.at('matchConstraints'))
    // Without a rule there would be no type to check expressions against.
    if (!spec.matchConstraints.resourceRules?.length) report.required('matchConstraints.resourceRules')
  }
  validateMatchConditions(spec.matchConditions, report.at('matchConditions'))
  for (const [i, variable] of (spec.variables ?? []).entries()) validateVariable(variable, report.at('variables', i))
}

function validateVariable({ name = '', expression = '' }: IVariable, report: Report): void {
  if (name.trim() === '') report.required('name', 'name is not specified')
  else if (!CEL_IDENTIFIER.test(name) || CEL_RESERVED.has(name)) {
    report.invalid('name', name, 'must be a valid CEL identifier')
  }
  if (expression.trim() === '') report.required('expression', 'expression is not specified')
}

function validateParamKind({ apiVersion = '', kind = '' }: IParamKind, report: Report): void {
  if (apiVersion === '') report.required('apiVersion')
  else validateApiVersion(apiVersion, report)
  if (kind === '') return report.required('kind')
  const messages = dns1035Label(kind.toLowerCase())
  if (messages.length === 0) return
  report.invalid('kind', kind, `may have mixed case, but should otherwise match: ${messages.join(',')}`)
}

function validateApiVersion(apiVersion: string, report: Report): void {
  if (apiVersion.split('/').length > 2) {
    return report.invalid('apiVersion', apiVersion, `unexpected GroupVersion string: ${apiVersion}`)
  }
  const { group, version } = parseApiVersion(apiVersion)
  const ofGroup = group ? dns1123Subdomain(group) : []
  if (ofGroup.length > 0) report.invalid('apiVersion', group, ofGroup.join(','))
  if (version === '') return report.invalid('apiVersion', apiVersion, 'version must be specified')
  const ofVersion = dns1035Label(version)
  if (ofVersion.length > 0) report.invalid('apiVersion', version, ofVersion.join(','))
}

/** `v1/ConfigMap`. */
export function paramKindText({ paramKind }: PolicySpec): string {
  return paramKind ? `${paramKind.apiVersion}/${paramKind.kind}` : '<unset>'
}
