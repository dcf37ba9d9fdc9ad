import type { Policy } from './policy.ts'
import { PRIVILEGED_POLICY } from './policy.ts'

/** What pod security asks where no label says so, and whom it asks nothing. */
export interface PodSecurityConfig {
  defaults: Policy
  exemptions: {
    usernames: readonly string[]
    namespaces: readonly string[]
    runtimeClasses: readonly string[]
  }
}

/** Without a configuration labels alone ask for something, and they ask it of everybody. */
export const NO_POD_SECURITY_CONFIG: PodSecurityConfig = {
  defaults: PRIVILEGED_POLICY,
  exemptions: { usernames: [], namespaces: [], runtimeClasses: [] },
}
