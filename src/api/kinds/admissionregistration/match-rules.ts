import type { IMatchResources } from 'kubernetes-models/admissionregistration.k8s.io/v1/MatchResources'
import type { INamedRuleWithOperations } from 'kubernetes-models/admissionregistration.k8s.io/v1/NamedRuleWithOperations'
import type { IRuleWithOperations } from 'kubernetes-models/admissionregistration.k8s.io/v1/RuleWithOperations'
import { pathSegment } from '../../names.ts'
import type { Report } from '../../report.ts'
import { invalidEach, optionalOneOf, requireOneOf } from '../check.ts'
import { rejectDuplicates } from '../duplicates.ts'
import { validateLabelSelector } from '../label-selector.ts'

const OPERATIONS = ['*', 'CONNECT', 'CREATE', 'DELETE', 'UPDATE']
/** What is deleted can not be changed on its way. */
const MUTABLE_OPERATIONS = ['*', 'CONNECT', 'CREATE', 'UPDATE']
const SCOPES = ['*', 'Cluster', 'Namespaced']
export const MATCH_POLICIES = ['Equivalent', 'Exact']

export function defaultRules(rules: readonly IRuleWithOperations[] = []): void {
  for (const rule of rules) rule.scope ??= '*'
}

export function defaultMatchResources(match: IMatchResources | undefined): void {
  if (!match) return
  match.matchPolicy ??= 'Equivalent'
  match.namespaceSelector ??= {}
  match.objectSelector ??= {}
  defaultRules([...(match.resourceRules ?? []), ...(match.excludeResourceRules ?? [])])
}

/** What is wrong with what a policy is about; `report` stands at it. */
export function validateMatchResources(match: IMatchResources | undefined, report: Report): void {
  if (!match) return
  requireOneOf(report, 'matchPolicy', match.matchPolicy, MATCH_POLICIES)
  for (const field of ['namespaceSelector', 'objectSelector'] as const) {
    if (!match[field]) report.required(field)
    else validateLabelSelector(match[field], report.at(field))
  }
  for (const field of ['resourceRules', 'excludeResourceRules'] as const) {
    for (const [i, rule] of (match[field] ?? []).entries()) validateNamedRule(rule, report.at(field, i))
  }
}

/** Reports operations that a mutating policy can not be about. */
export function validateMutableOperations(match: IMatchResources | undefined, path: string, report: Report): void {
  for (const { operations = [] } of match?.resourceRules ?? []) {
    for (const operation of operations) {
      optionalOneOf(report, `${path}.resourceRules.operations`, operation, MUTABLE_OPERATIONS)
    }
  }
}

function validateNamedRule(rule: INamedRuleWithOperations, report: Report): void {
  const { resourceNames = [] } = rule
  for (const [i, name] of resourceNames.entries()) {
    invalidEach(report, `resourceNames[${i}]`, name, pathSegment(name, false))
  }
  rejectDuplicates(report, resourceNames, (i) => `resourceNames[${i}]`)
  validateRule(rule, report)
}

/** What is wrong with a rule that says which requests are meant; `report` stands at it. */
export function validateRule(rule: IRuleWithOperations, report: Report): void {
  const { operations = [], apiGroups = [], apiVersions = [], resources = [], scope } = rule
  if (operations.length === 0) report.required('operations')
  rejectBesideWildcard('operations', operations, 'operations', report)
  for (const [i, operation] of operations.entries()) optionalOneOf(report, `operations[${i}]`, operation, OPERATIONS)
  if (apiGroups.length === 0) report.required('apiGroups')
  rejectBesideWildcard('apiGroups', apiGroups, 'API groups', report)
  if (apiVersions.length === 0) report.required('apiVersions')
  rejectBesideWildcard('apiVersions', apiVersions, 'API versions', report)
  for (const [i, version] of apiVersions.entries()) if (version === '') report.required(`apiVersions[${i}]`)
  validateResources(resources, report)
  optionalOneOf(report, 'scope', scope, SCOPES)
}

function rejectBesideWildcard(path: string, values: readonly string[], what: string, report: Report): void {
  if (values.length < 2 || !values.includes('*')) return
  report.invalid(path, values, `if '*' is present, must not specify other ${what}`)
}

// Resources are named alone, with a subresource, or with a star for either part.
function validateResources(resources: readonly string[], report: Report): void {
  if (resources.length === 0) report.required('resources')
  const [covered, subCovered] = [new Set<string>(), new Set<string>()]
  for (const [i, resource] of resources.entries()) {
    const path = `resources[${i}]`
    if (resource === '') report.required(path)
    const slash = resource.indexOf('/')
    if (slash < 0) continue
    const [parent, sub] = [resource.slice(0, slash), resource.slice(slash + 1)]
    if (covered.has(parent)) report.invalid(path, resource, isPresent(`${parent}/*`, resource))
    if (subCovered.has(sub)) report.invalid(path, resource, isPresent(`*/${sub}`, resource))
    if (sub === '*') covered.add(parent)
    if (parent === '*') subCovered.add(sub)
  }
  if (resources.length > 1 && resources.includes('*/*')) {
    report.invalid('resources', resources, isPresent('*/*', 'other resources'))
  }
  // As upstream has it, only the last resource without a subresource counts.
  const last = resources.findLast((resource) => resource !== '' && !resource.includes('/'))
  if (resources.includes('*') && last !== '*') {
    report.invalid('resources', resources, isPresent('*', 'other resources without subresources'))
  }
}

const isPresent = (present: string, others: string) => `if '${present}' is present, must not specify ${others}`
