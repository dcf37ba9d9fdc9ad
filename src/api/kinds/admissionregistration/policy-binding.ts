import type { IMatchResources } from 'kubernetes-models/admissionregistration.k8s.io/v1/MatchResources'
import type { IParamRef } from 'kubernetes-models/admissionregistration.k8s.io/v1/ParamRef'
import { formatLabelSelector } from '../../selector.ts'
import { nameIsDns1123Subdomain, pathSegment } from '../../names.ts'
import type { Report } from '../../report.ts'
import { invalidEach, requireName, requireOneOf } from '../check.ts'
import { validateLabelSelector } from '../label-selector.ts'
import { validateMatchResources } from './match-rules.ts'

/** What the specs of bindings of both kinds have in common. */
export interface BindingSpec {
  policyName?: string
  paramRef?: IParamRef
  matchResources?: IMatchResources
}

const EXCLUSIVE = 'name and selector are mutually exclusive'

/** What is wrong with a binding; `report` stands at its spec. */
export function validatePolicyBinding({ policyName, paramRef, matchResources }: BindingSpec, report: Report): void {
  requireName(report, 'policyName', policyName, nameIsDns1123Subdomain)
  if (paramRef) validateParamRef(paramRef, report.at('paramRef'))
  validateMatchResources(matchResources, report.at('matchResources'))
}

function validateParamRef({ name = '', selector, parameterNotFoundAction }: IParamRef, report: Report): void {
  if (name !== '') invalidEach(report, 'name', name, pathSegment(name, false))
  validateLabelSelector(selector, report.at('selector'))
  if (name !== '' && selector) {
    report.forbidden('name', EXCLUSIVE)
    report.forbidden('selector', EXCLUSIVE)
  }
  if (name === '' && !selector) report.required('', 'one of name or selector must be specified')
  requireOneOf(report, 'parameterNotFoundAction', parameterNotFoundAction, ['Deny', 'Allow'])
}

/** `default/limits`, or the selector. Whether parameters have a namespace is not known here, so none is a star. */
export function paramRefText({ paramRef }: BindingSpec): string {
  if (!paramRef) return '<unset>'
  if (paramRef.name) return `${paramRef.namespace || '*'}/${paramRef.name}`
  return paramRef.selector ? formatLabelSelector(paramRef.selector) : '<unset>'
}
