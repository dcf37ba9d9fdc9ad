import { type Environment, type EnvironmentOptions, makeEnvironment } from './environment.ts'
import { authzLibrary } from './libraries/authz.ts'
import { JSON_PATCH } from './libraries/json-patch.ts'
import { KUBERNETES_COSTS } from './libraries/kubernetes-costs.ts'
import { KUBERNETES_LISTS } from './libraries/kubernetes-lists.ts'
import { KUBERNETES_REGEX } from './libraries/kubernetes-regex.ts'
import { LISTS } from './libraries/lists.ts'
import { formatLibrary, type NameRules } from './libraries/named-format.ts'
import { CIDR, IP } from './libraries/net.ts'
import { OPTIONAL_TYPES } from './libraries/optional.ts'
import { type ParseQuantity, quantityLibrary } from './libraries/quantity.ts'
import { SEMVER } from './libraries/semver.ts'
import { SETS } from './libraries/sets.ts'
import { STRINGS } from './libraries/strings.ts'
import { TWO_VARIABLES } from './libraries/two-variables.ts'
import { URLS } from './libraries/url.ts'
import { LITERAL_VALIDATION } from './libraries/validate-literals.ts'

/** The cost beyond which one expression is not evaluated any further. */
export const PER_CALL_LIMIT = 1_000_000

/** What all expressions of one object, or of one policy binding, may cost together. */
export const RUNTIME_COST_BUDGET = 10_000_000

/** What all match conditions of one webhook, or of one policy binding, may cost together. */
export const MATCH_CONDITIONS_COST_BUDGET = 2_500_000

/** What the expressions of Kubernetes borrow from the rest of its API. */
export interface ApiRules extends NameRules {
  parseQuantity: ParseQuantity
}

/** The environment of Kubernetes 1.36, in which all its expressions are compiled; variables come on top. */
export function kubernetesEnvironment(
  rules: ApiRules,
  { libraries = [], ...options }: Pick<EnvironmentOptions, 'variables' | 'libraries' | 'provider'> = {},
): Environment {
  return makeEnvironment({
    ...options,
    validatesLiterals: true,
    libraries: [
      URLS,
      KUBERNETES_REGEX,
      KUBERNETES_LISTS,
      authzLibrary(rules),
      OPTIONAL_TYPES,
      quantityLibrary(rules.parseQuantity),
      LITERAL_VALIDATION,
      STRINGS,
      SETS,
      IP,
      CIDR,
      formatLibrary(rules),
      TWO_VARIABLES,
      SEMVER,
      LISTS,
      KUBERNETES_COSTS,
      ...libraries,
    ],
  })
}

/** What expressions of mutating policies have besides. */
export const MUTATION_LIBRARIES = [JSON_PATCH]
