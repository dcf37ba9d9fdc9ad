import type { IPolicyRule } from 'kubernetes-models/rbac.authorization.k8s.io/v1/PolicyRule'
import type { UserInfo } from '../../api/exchange.ts'
import { type Attributes, type Decision, NO_OPINION, noOpinion } from './attributes.ts'

/** The rules that apply to a user in a namespace, as far as they can be told. */
export interface UserRules {
  rules: readonly IPolicyRule[]
  /** Whether the user may do more than can be listed. */
  incomplete: boolean
  /** What went wrong while the rules were looked up. */
  errors: readonly string[]
}

/** Says who may do what. */
export interface Authorizer {
  authorize(attributes: Attributes): Decision
  rulesFor(user: UserInfo, namespace: string): UserRules
}

/** Asks one authorizer after the other until one allows; the reasons of those that did not are put together. */
export function unionAuthorizer(authorizers: readonly Authorizer[]): Authorizer {
  return {
    authorize(attributes) {
      let reason = ''
      for (const authorizer of authorizers) {
        const decision = authorizer.authorize(attributes)
        if (decision.allowed) return decision
        if (decision.reason) reason += reason ? `\n${decision.reason}` : decision.reason
      }
      return reason ? noOpinion(reason) : NO_OPINION
    },

    rulesFor(user, namespace) {
      const all = authorizers.map((authorizer) => authorizer.rulesFor(user, namespace))
      return {
        rules: all.flatMap(({ rules }) => rules),
        incomplete: all.some(({ incomplete }) => incomplete),
        errors: all.flatMap(({ errors }) => errors),
      }
    },
  }
}
