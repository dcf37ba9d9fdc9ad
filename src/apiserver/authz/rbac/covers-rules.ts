import type { IPolicyRule } from 'kubernetes-models/rbac.authorization.k8s.io/v1/PolicyRule'
import { covers } from './compiled-rules.ts'

const ALL = '*'

/** What of `wanted` the rules of an owner do not cover, broken down to single verbs, groups, resources and names. */
export function uncovered(owned: readonly IPolicyRule[], wanted: readonly IPolicyRule[]): IPolicyRule[] {
  return wanted.flatMap(breakDown).filter((single) => !owned.some((rule) => ruleCovers(rule, single)))
}

/** A rule as rules that each allow one verb on one thing. */
function breakDown(rule: IPolicyRule): IPolicyRule[] {
  const { verbs, apiGroups = [], resources = [], resourceNames = [], nonResourceURLs = [] } = rule
  const names = resourceNames.length ? resourceNames.map((name) => ({ resourceNames: [name] })) : [{}]
  const ofResources = apiGroups.flatMap((group) =>
    resources.flatMap((resource) =>
      verbs.flatMap((verb) =>
        names.map((name) => ({ apiGroups: [group], resources: [resource], verbs: [verb], ...name })),
      ),
    ),
  )
  const ofUrls = nonResourceURLs.flatMap((url) => verbs.map((verb) => ({ nonResourceURLs: [url], verbs: [verb] })))
  return [...ofResources, ...ofUrls]
}

function ruleCovers(owner: IPolicyRule, single: IPolicyRule): boolean {
  const { resourceNames: owned = [] } = owner
  const { resourceNames: wanted = [], nonResourceURLs: urls = [] } = single
  return (
    hasAll(owner.verbs, single.verbs) &&
    hasAll(owner.apiGroups, single.apiGroups) &&
    (single.resources ?? []).every((resource) => hasResource(owner.resources ?? [], resource)) &&
    (owned.length === 0 || (wanted.length > 0 && wanted.every((name) => owned.includes(name)))) &&
    urls.every((url) => (owner.nonResourceURLs ?? []).some((own) => covers(own, url)))
  )
}

function hasAll(owned: readonly string[] = [], wanted: readonly string[] = []): boolean {
  return owned.includes(ALL) || wanted.every((value) => owned.includes(value))
}

function hasResource(owned: readonly string[], resource: string): boolean {
  if (owned.includes(ALL) || owned.includes(resource)) return true
  const slash = resource.indexOf('/')
  return slash >= 0 && owned.includes(`*${resource.slice(slash)}`)
}

/** Rules that differ only in verbs, put together; others stay as they are. */
export function compact(rules: readonly IPolicyRule[]): IPolicyRule[] {
  const simple = new Map<string, IPolicyRule>()
  const others: IPolicyRule[] = []
  for (const rule of rules) {
    const { apiGroups = [], resources = [], resourceNames = [], nonResourceURLs = [] } = rule
    if (apiGroups.length !== 1 || resources.length !== 1 || resourceNames.length > 1 || nonResourceURLs.length) {
      others.push(rule)
      continue
    }
    const key = JSON.stringify([apiGroups, resources, resourceNames])
    const known = simple.get(key)
    simple.set(key, { ...rule, verbs: [...(known?.verbs ?? []), ...rule.verbs] })
  }
  return [...others, ...simple.values()]
}

/** A rule as messages show it: `{APIGroups:[""], Resources:["pods"], Verbs:["get" "list"]}`. */
export function ruleText({ apiGroups, resources, nonResourceURLs, resourceNames, verbs }: IPolicyRule): string {
  const parts: [string, readonly string[] | undefined][] = [
    ['APIGroups', apiGroups],
    ['Resources', resources],
    ['NonResourceURLs', nonResourceURLs],
    ['ResourceNames', resourceNames],
    ['Verbs', verbs],
  ]
  return `{${parts.flatMap(([name, values]) => (values?.length ? [`${name}:${listText(values)}`] : [])).join(', ')}}`
}

/** Strings as Go prints a list of them: `["a" "b"]`. */
export function listText(values: readonly string[]): string {
  return `[${values.map((value) => JSON.stringify(value)).join(' ')}]`
}
