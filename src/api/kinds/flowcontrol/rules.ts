import type { INonResourcePolicyRule } from 'kubernetes-models/flowcontrol.apiserver.k8s.io/v1/NonResourcePolicyRule'
import type { IPolicyRulesWithSubjects } from 'kubernetes-models/flowcontrol.apiserver.k8s.io/v1/PolicyRulesWithSubjects'
import type { IResourcePolicyRule } from 'kubernetes-models/flowcontrol.apiserver.k8s.io/v1/ResourcePolicyRule'
import type { ISubject } from 'kubernetes-models/flowcontrol.apiserver.k8s.io/v1/Subject'
import { nameIsDns1123Label, nameIsDns1123Subdomain } from '../../names.ts'
import type { Report } from '../../report.ts'
import { invalidEach, requireName } from '../check.ts'

const VERBS = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'proxy', 'update', 'watch']
const SUBJECT_FIELDS = { Group: 'group', ServiceAccount: 'serviceAccount', User: 'user' } as const
const subjectKinds = Object.keys(SUBJECT_FIELDS) as (keyof typeof SUBJECT_FIELDS)[]

/** What is wrong with a rule of a flow schema; `report` stands at it. */
export function validateFlowRule(rule: IPolicyRulesWithSubjects, report: Report): void {
  const { subjects = [], resourceRules = [], nonResourceRules = [] } = rule
  if (subjects.length === 0) report.required('subjects', 'subjects must contain at least one value')
  for (const [i, subject] of subjects.entries()) validateSubject(subject, report.at('subjects', i))
  if (resourceRules.length + nonResourceRules.length === 0) {
    report.required('', 'at least one of resourceRules and nonResourceRules has to be non-empty')
  }
  for (const [i, one] of resourceRules.entries()) validateResourceRule(one, report.at('resourceRules', i))
  for (const [i, one] of nonResourceRules.entries()) validateNonResourceRule(one, report.at('nonResourceRules', i))
}

function validateSubject(subject: ISubject, report: Report): void {
  const kind = subjectKinds.find((one) => one === subject.kind)
  if (!kind) return report.notSupported('kind', subject.kind, subjectKinds)
  const wanted = SUBJECT_FIELDS[kind]
  if (!subject[wanted]) report.required(wanted, `${wanted} is required when subject kind is '${kind}'`)
  else if (wanted === 'serviceAccount') validateServiceAccount(subject, report.at(wanted))
  else if (!subject[wanted].name) report.required(`${wanted}.name`)
  for (const other of subjectKinds) {
    const field = SUBJECT_FIELDS[other]
    if (other !== kind && subject[field]) {
      report.forbidden(field, `${field} is forbidden when subject kind is not '${other}'`)
    }
  }
}

function validateServiceAccount({ serviceAccount }: ISubject, report: Report): void {
  const { name, namespace } = serviceAccount ?? {}
  if (name !== '*') requireName(report, 'name', name, nameIsDns1123Subdomain)
  if (!namespace) report.required('namespace', 'must specify namespace for service account')
  else invalidEach(report, 'namespace', namespace, nameIsDns1123Label(namespace, false))
}

/** The wildcard says it all, so nothing may stand beside it. */
function rejectBesideWildcard(path: string, values: readonly string[], what: string, report: Report): void {
  if (values.length > 1 && values.includes('*')) {
    report.invalid(path, values, `if '*' is present, must not specify other ${what}`)
  }
}

function validateVerbs(verbs: readonly string[], report: Report): void {
  if (verbs.length === 0) return report.required('verbs', 'verbs must contain at least one value')
  if (verbs.includes('*')) return rejectBesideWildcard('verbs', verbs, 'verbs', report)
  if (!verbs.every((verb) => VERBS.includes(verb))) report.notSupported('verbs', verbs, VERBS)
}

function validateResourceRule(rule: IResourcePolicyRule, report: Report): void {
  const { verbs = [], apiGroups = [], resources = [], namespaces = [], clusterScope } = rule
  validateVerbs(verbs, report)
  if (apiGroups.length === 0) report.required('apiGroups', 'resource rules must supply at least one api group')
  rejectBesideWildcard('apiGroups', apiGroups, 'api groups', report)
  if (resources.length === 0) report.required('resources', 'resource rules must supply at least one resource')
  rejectBesideWildcard('resources', resources, 'resources', report)
  if (namespaces.length === 0 && !clusterScope) {
    const why = 'resource rules that are not cluster scoped must supply at least one namespace'
    return report.required('namespaces', why)
  }
  if (namespaces.includes('*')) return rejectBesideWildcard('namespaces', namespaces, 'namespaces', report)
  for (const [i, namespace] of namespaces.entries()) {
    const messages = nameIsDns1123Label(namespace, false)
    const intro = "each member of this list must be '*' or a DNS-1123 label; "
    invalidEach(
      report,
      `namespaces[${i}]`,
      namespace,
      messages.map((message) => intro + message),
    )
  }
}

function validateNonResourceRule({ verbs = [], nonResourceURLs = [] }: INonResourcePolicyRule, report: Report): void {
  validateVerbs(verbs, report)
  if (nonResourceURLs.length === 0) {
    return report.required('nonResourceURLs', 'nonResourceURLs must contain at least one value')
  }
  if (nonResourceURLs.includes('*')) {
    return rejectBesideWildcard('nonResourceURLs', nonResourceURLs, 'non-resource URLs', report)
  }
  for (const [i, url] of nonResourceURLs.entries()) {
    const problem = urlProblem(url)
    if (problem) report.invalid(`nonResourceURLs[${i}]`, url, problem)
  }
}

function urlProblem(url: string): string | undefined {
  if (url === '') return 'must not be empty'
  if (url === '/') return undefined
  if (!url.startsWith('/')) return 'must start with slash'
  if (url.includes(' ')) return 'must not contain white-space'
  if (url.includes('//')) return 'must not contain double slash'
  const wildcards = url.split('*').length - 1
  return wildcards > 1 || (wildcards === 1 && !url.endsWith('/*')) ? 'wildcard can only do suffix matching' : undefined
}
