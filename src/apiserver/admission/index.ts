import type { Env } from '../../std/env.ts'
import type { Store } from '../../store/store.ts'
import { defaultTolerationSeconds } from './default-toleration-seconds.ts'
import { namespaceLifecycle } from './namespace-lifecycle.ts'
import type { AdmissionPlugin } from './plugin.ts'
import { priority } from './priority.ts'
import { serviceAccount } from './service-account.ts'

/** The admission plugins in upstream's order: whether the namespace is there comes before everything that looks into it. */
export function admissionPlugins({ clock }: Env, store: Store): readonly AdmissionPlugin[] {
  return [namespaceLifecycle(store), serviceAccount(store, clock), priority(store), defaultTolerationSeconds]
}
