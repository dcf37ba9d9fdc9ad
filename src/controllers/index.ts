import { deployment } from './apps/deployment/deployment.ts'
import { replicaSet } from './apps/replicaset.ts'
import type { Controller } from './context.ts'
import { endpoints } from './core/endpoints/endpoints.ts'
import { endpointSlice } from './core/endpoints/endpointslice.ts'
import { namespace } from './core/namespace.ts'
import { nodeIpam } from './core/node-ipam.ts'
import { nodeLifecycle } from './core/node-lifecycle.ts'
import { podGc } from './core/pod-gc.ts'
import { rootCa } from './core/root-ca.ts'
import { serviceAccount } from './core/serviceaccount.ts'
import { taintEviction } from './core/taint-eviction.ts'
import { garbageCollector } from './gc/garbage-collector.ts'

/** All controllers. The garbage collector stands last: it follows metadata only of what no other follows whole. */
export const CONTROLLERS: readonly Controller[] = [
  deployment,
  replicaSet,
  namespace,
  serviceAccount,
  rootCa,
  endpointSlice,
  endpoints,
  nodeIpam,
  nodeLifecycle,
  taintEviction,
  podGc,
  garbageCollector,
]
