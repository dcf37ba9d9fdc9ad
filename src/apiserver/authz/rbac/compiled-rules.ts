import type { IPolicyRule } from 'kubernetes-models/rbac.authorization.k8s.io/v1/PolicyRule'
import type { Attributes } from '../attributes.ts'

const ALL = '*'

/** One rule, apart from its resources; what is absent is not limited. */
interface Matcher {
  verbs?: ReadonlySet<string>
  groups?: ReadonlySet<string>
  names?: ReadonlySet<string>
}

/** The rules of a role, made fit for being asked often: what concerns a resource is found by its name. */
export class CompiledRules {
  readonly rules: readonly IPolicyRule[]
  private readonly byResource = new Map<string, Matcher[]>()
  private readonly urlRules: { verbs: ReadonlySet<string> | undefined; urls: readonly string[] }[] = []

  constructor(rules: readonly IPolicyRule[]) {
    this.rules = rules
    for (const rule of rules) this.add(rule)
  }

  /** Whether one of the rules allows what is asked. */
  allows(asked: Attributes): boolean {
    if (!asked.isResource) return this.allowsPath(asked)
    const { resource, subresource } = asked
    const whole = subresource ? `${resource}/${subresource}` : resource
    if (matches(this.byResource.get(whole), asked) || matches(this.byResource.get(ALL), asked)) return true
    return subresource !== '' && matches(this.byResource.get(`*/${subresource}`), asked)
  }

  private add({ verbs, apiGroups = [], resources = [], resourceNames = [], nonResourceURLs = [] }: IPolicyRule): void {
    const limits = (values: readonly string[]) => (values.includes(ALL) ? undefined : new Set(values))
    if (nonResourceURLs.length) this.urlRules.push({ verbs: limits(verbs), urls: nonResourceURLs })
    const [allowedVerbs, groups] = [limits(verbs), limits(apiGroups)]
    const matcher: Matcher = {
      ...(allowedVerbs && { verbs: allowedVerbs }),
      ...(groups && { groups }),
      ...(resourceNames.length && { names: new Set(resourceNames) }),
    }
    for (const resource of resources) {
      const known = this.byResource.get(resource)
      if (known) known.push(matcher)
      else this.byResource.set(resource, [matcher])
    }
  }

  private allowsPath({ verb, path }: Attributes): boolean {
    return this.urlRules.some(({ verbs, urls }) => (!verbs || verbs.has(verb)) && urls.some((url) => covers(url, path)))
  }
}

function matches(matchers: readonly Matcher[] | undefined, { verb, group, name }: Attributes): boolean {
  if (!matchers) return false
  for (const { verbs, groups, names } of matchers) {
    if ((!verbs || verbs.has(verb)) && (!groups || groups.has(group)) && (!names || names.has(name))) return true
  }
  return false
}

/** Whether a URL of a rule, which may end in `*`, stands for a path. */
export function covers(url: string, path: string): boolean {
  return url === path || (url.endsWith(ALL) && path.startsWith(url.replace(/\*+$/, '')))
}
