import { deployment } from './apps/deployment/deployment.ts'
import { replicaSet } from './apps/replicaset.ts'
import { csrApproving } from './certificates/approver.ts'
import { csrCleaner } from './certificates/cleaner.ts'
import { csrSigning } from './certificates/signer.ts'
import type { Controller } from './context.ts'
import { endpoints } from './core/endpoints/endpoints.ts'
import { endpointSlice } from './core/endpoints/endpointslice.ts'
import { namespace } from './core/namespace.ts'
import { nodeIpam } from './core/node-ipam.ts'
import { nodeLifecycle } from './core/node-lifecycle.ts'
import { podGc } from './core/pod-gc.ts'
import { resourceQuota } from './core/resource-quota.ts'
import { rootCa } from './core/root-ca.ts'
import { serviceAccount } from './core/serviceaccount.ts'
import { pvcProtection, pvProtection, vacProtection } from './core/storage-protection.ts'
import { taintEviction } from './core/taint-eviction.ts'
import { garbageCollector } from './gc/garbage-collector.ts'
import { clusterRoleAggregation } from './rbac/clusterrole-aggregation.ts'

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
  resourceQuota,
  pvcProtection,
  pvProtection,
  vacProtection,
  clusterRoleAggregation,
  csrApproving,
  csrSigning,
  csrCleaner,
  garbageCollector,
]
