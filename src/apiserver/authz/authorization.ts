import type { Env } from '../../std/env.ts'
import type { Store } from '../../store/store.ts'
import { type Authorizer, unionAuthorizer } from './authorizer.ts'
import { follow } from './follow.ts'
import { NODE_KINDS, nodeAuthorizer } from './node/node-authorizer.ts'
import { NodeIndex } from './node/node-index.ts'
import { privilegedGroup } from './privileged-group.ts'
import { RBAC_KINDS, rbacAuthorizer } from './rbac/rbac-authorizer.ts'
import { RbacIndex } from './rbac/rbac-index.ts'

/** Who may do what, as the store says it. */
export interface Authorization {
  authorizer: Authorizer
  /** The roles and bindings as of now. */
  rbac(): RbacIndex
  stop(): void
}

/** The authorizers in upstream's order, over indexes that follow the store. */
export async function authorization({ log }: Env, store: Store): Promise<Authorization> {
  const rbac = await follow(store, log, RBAC_KINDS, () => new RbacIndex())
  const nodes = await follow(store, log, NODE_KINDS, () => new NodeIndex())
  return {
    authorizer: unionAuthorizer([
      privilegedGroup,
      nodeAuthorizer(store, () => nodes.current),
      rbacAuthorizer(() => rbac.current),
    ]),
    rbac: () => rbac.current,
    stop() {
      rbac.stop()
      nodes.stop()
    },
  }
}
