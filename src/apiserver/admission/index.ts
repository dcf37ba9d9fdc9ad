import type { Kind } from '../../api/kind.ts'
import type { Env } from '../../std/env.ts'
import type { Store } from '../../store/store.ts'
import { roleEscalation } from '../authz/rbac/role-escalation.ts'
import type { RbacIndex } from '../authz/rbac/rbac-index.ts'
import { type Authorize, certificateApproval, certificateSigning } from './certificate-signers.ts'
import { certificateSubjectRestriction } from './certificate-subject-restriction.ts'
import { defaultIngressClass } from './default-ingress-class.ts'
import { defaultStorageClass } from './default-storage-class.ts'
import { defaultTolerationSeconds } from './default-toleration-seconds.ts'
import { limitRanger } from './limit-ranger.ts'
import { namespaceLifecycle } from './namespace-lifecycle.ts'
import { nodeRestriction } from './node-restriction/node-restriction.ts'
import { ownerReferencesPermissionEnforcement } from './owner-references-permission-enforcement.ts'
import { persistentVolumeClaimResize } from './persistent-volume-claim-resize.ts'
import type { AdmissionPlugin } from './plugin.ts'
import { podPreset } from './pod-preset.ts'
import { podResizeValidator } from './pod-resize-validator.ts'
import { podSecurity } from './pod-security.ts'
import type { PodSecurityConfig } from './pod-security/config.ts'
import { podTopologyLabels } from './pod-topology-labels.ts'
import { priority } from './priority.ts'
import { resourceQuota } from './resource-quota.ts'
import { runtimeClass } from './runtime-class.ts'
import { serviceAccount } from './service-account.ts'
import { storageObjectInUseProtection } from './storage-object-in-use-protection.ts'
import { taintNodesByCondition } from './taint-nodes-by-condition.ts'

/** What admission plugins decide by. */
export interface AdmissionDeps {
  env: Env
  store: Store
  /** The kinds that are served now. */
  kinds(): readonly Kind[]
  authorize: Authorize
  /** The roles and bindings as of now. */
  rbac(): RbacIndex
  podSecurity?: PodSecurityConfig
}

/**
 * The admission plugins in upstream's order: whether the namespace is there comes before everything that looks into it, and quotas, which
 * charge for what the others have let pass, come last. What upstream checks when it stores roles stands behind them.
 */
export function admissionPlugins(deps: AdmissionDeps): readonly AdmissionPlugin[] {
  const { env, store, kinds, authorize } = deps
  const { clock } = env
  return [
    namespaceLifecycle(store),
    podPreset(store, env),
    limitRanger(store),
    serviceAccount(store, env),
    nodeRestriction(store, authorize),
    taintNodesByCondition,
    podSecurity(store, clock, deps.podSecurity),
    priority(store),
    defaultTolerationSeconds,
    defaultStorageClass(store),
    storageObjectInUseProtection,
    ownerReferencesPermissionEnforcement(authorize, kinds),
    persistentVolumeClaimResize(store),
    runtimeClass(store),
    certificateApproval(authorize),
    certificateSigning(authorize),
    certificateSubjectRestriction,
    defaultIngressClass(store),
    podTopologyLabels(store),
    podResizeValidator(store),
    resourceQuota(store, clock),
    roleEscalation(authorize, deps.rbac),
  ]
}
