import type { IResourceQuotaSpec } from 'kubernetes-models/v1/ResourceQuotaSpec'
import type { Report } from '../../report.ts'
import { isQuotaResource, validateAmount, validateQuotaResourceName } from './resource-names.ts'
import type { ResourceList } from './pod-spec/types.ts'

const COMPUTE = ['cpu', 'memory', 'limits.cpu', 'limits.memory', 'requests.cpu', 'requests.memory', 'pods']
const STORAGE = ['persistentvolumeclaims', 'requests.storage']

/** What each scope can count. */
const SCOPES: Readonly<Record<string, readonly string[]>> = {
  Terminating: COMPUTE,
  NotTerminating: COMPUTE,
  BestEffort: ['pods'],
  NotBestEffort: COMPUTE,
  PriorityClass: COMPUTE,
  CrossNamespacePodAffinity: COMPUTE,
  VolumeAttributesClass: STORAGE,
}
const CONFLICTS = [
  ['BestEffort', 'NotBestEffort'],
  ['Terminating', 'NotTerminating'],
]
/** Scopes that a pod is in or not; they have no values to compare. */
const VALUELESS = ['BestEffort', 'NotBestEffort', 'Terminating', 'NotTerminating', 'CrossNamespacePodAffinity']

/** What is wrong with the amounts of a quota; `report` stands at the list. */
export function validateQuotaAmounts(amounts: ResourceList | undefined, report: Report): void {
  for (const [name, amount] of Object.entries(amounts ?? {})) {
    validateQuotaResourceName(report, `[${name}]`, name)
    validateAmount(report, `[${name}]`, name, amount)
  }
}

/** What is wrong with a quota; `report` stands at its spec. */
export function validateQuotaSpec(spec: IResourceQuotaSpec, report: Report): void {
  validateQuotaAmounts(spec.hard, report.at('hard'))
  const { scopes = [] } = spec
  for (const scope of scopes) {
    if (!SCOPES[scope]) report.invalid('scopes', scopes, 'unsupported scope')
    for (const _ of outOfScope(scope, spec)) report.invalid('scopes', scopes, 'unsupported scope applied to resource')
  }
  validateConflicts(scopes, spec, report)
  validateSelector(spec, report)
}

/** The resources that the scope cannot count. */
function outOfScope(scope: string, { hard = {} }: IResourceQuotaSpec): string[] {
  return Object.keys(hard).filter((name) => isQuotaResource(name) && !SCOPES[scope]?.includes(name))
}

function validateConflicts(scopes: readonly string[], spec: IResourceQuotaSpec, report: Report): void {
  for (const pair of CONFLICTS) {
    if (pair.every((scope) => scopes.includes(scope)))
      report.invalid('scopes', spec.scopes ?? null, 'conflicting scopes')
  }
}

type Requirement = NonNullable<NonNullable<IResourceQuotaSpec['scopeSelector']>['matchExpressions']>[number]

function validateSelector(spec: IResourceQuotaSpec, report: Report): void {
  const { scopeSelector: selector } = spec
  if (!selector) return
  const at = report.at('scopeSelector', 'matchExpressions')
  const { matchExpressions = [] } = selector
  for (const requirement of matchExpressions) {
    for (const _ of outOfScope(requirement.scopeName, spec)) {
      at.invalid('', selector, 'unsupported scope applied to resource')
    }
    validateRequirement(requirement, at)
  }
  validateConflicts(
    matchExpressions.map(({ scopeName }) => scopeName),
    spec,
    report,
  )
}

function validateRequirement({ scopeName = '' as never, operator, values = [] }: Requirement, report: Report): void {
  if (!SCOPES[scopeName]) report.invalid('scopeName', scopeName, 'unsupported scope')
  if (VALUELESS.includes(scopeName) && operator !== 'Exists') report.invalid('operator', operator ?? '', MUST_EXIST)
  switch (operator) {
    case 'In':
    case 'NotIn':
      if (values.length === 0) {
        report.required('values', "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector")
      }
      return
    case 'Exists':
    case 'DoesNotExist':
      if (values.length > 0) {
        const why = "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector"
        report.invalid('values', values, why)
      }
      return
    default:
      report.invalid('operator', operator ?? '', 'not a valid selector operator')
  }
}

const MUST_EXIST =
  "must be 'Exists' when scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, " +
  'ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity'
