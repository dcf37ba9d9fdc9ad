import type { IPolicyRule } from 'kubernetes-models/rbac.authorization.k8s.io/v1/PolicyRule'
import type { Report } from '../../report.ts'

/** What is wrong with the rules of a role; `report` stands at the role. */
export function validateRules(rules: readonly IPolicyRule[] = [], isNamespaced: boolean, report: Report): void {
  for (const [i, rule] of rules.entries()) validateRule(rule, isNamespaced, report.at('rules', i))
}

function validateRule(rule: IPolicyRule, isNamespaced: boolean, report: Report): void {
  const { verbs = [], apiGroups = [], resources = [], resourceNames = [], nonResourceURLs = [] } = rule
  if (verbs.length === 0) report.required('verbs', 'verbs must contain at least one value')
  if (nonResourceURLs.length > 0) {
    if (isNamespaced) {
      report.invalid('nonResourceURLs', nonResourceURLs, 'namespaced rules cannot apply to non-resource URLs')
    }
    if (apiGroups.length + resources.length + resourceNames.length > 0) {
      const why = 'rules cannot apply to both regular resources and non-resource URLs'
      report.invalid('nonResourceURLs', nonResourceURLs, why)
    }
    return
  }
  if (apiGroups.length === 0) report.required('apiGroups', 'resource rules must supply at least one api group')
  if (resources.length === 0) report.required('resources', 'resource rules must supply at least one resource')
}
