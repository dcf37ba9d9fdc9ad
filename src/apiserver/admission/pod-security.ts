import { forbidden, invalid } from '../../api/errors.ts'
import type { AnyContainer } from '../../api/kinds/core/pod-spec/types.ts'
import { Namespace } from '../../api/kinds/core/namespace.ts'
import { Pod } from '../../api/kinds/core/pod.ts'
import type { Clock } from '../../std/clock.ts'
import { deepEqual } from '../../api/equal.ts'
import { listPrefix } from '../../store/keys.ts'
import type { Store } from '../../store/store.ts'
import { lookup, resourceOf } from '../context.ts'
import { type AdmissionPlugin, type AdmissionRequest, refused } from './plugin.ts'
import { NO_POD_SECURITY_CONFIG, type PodSecurityConfig } from './pod-security/config.ts'
import { printDetails, violations } from './pod-security/evaluate.ts'
import { podWarnings } from './pod-security/namespace-check.ts'
import type { CheckedPod } from './pod-security/pod-check.ts'
import {
  AUDIT_PREFIX,
  compareLevels,
  isEquivalent,
  isPrivileged,
  type LevelVersion,
  type Policy,
  policyOf,
  printLevel,
  printSetModes,
  sameLevel,
} from './pod-security/policy.ts'

/** Kinds that pods are made from, and where their template stands. */
const TEMPLATES: Readonly<Record<string, readonly string[]>> = {
  podtemplates: ['template'],
  replicationcontrollers: ['spec', 'template'],
  'replicasets.apps': ['spec', 'template'],
  'deployments.apps': ['spec', 'template'],
  'statefulsets.apps': ['spec', 'template'],
  'daemonsets.apps': ['spec', 'template'],
  'jobs.batch': ['spec', 'template'],
  'cronjobs.batch': ['spec', 'jobTemplate', 'spec', 'template'],
}

/** What of a pod does not touch what it may do. */
const IGNORED_SUBRESOURCES = ['exec', 'attach', 'binding', 'eviction', 'log', 'portforward', 'proxy', 'status']

/** Pods keep to the Pod Security Standards that the labels of their namespace ask for. */
export function podSecurity(
  store: Store,
  clock: Clock,
  config: PodSecurityConfig = NO_POD_SECURITY_CONFIG,
): AdmissionPlugin {
  const admission = new PodSecurity(store, clock, config)
  return {
    name: 'PodSecurity',
    operations: ['CREATE', 'UPDATE'],

    validate(request) {
      const resource = resourceOf(request.kind)
      if (resource === Namespace.plural) return admission.namespace(request)
      if (resource === Pod.plural) return admission.pod(request)
      const path = TEMPLATES[resource]
      return path && admission.template(request, path)
    },
  }
}

class PodSecurity {
  private readonly store: Store
  private readonly clock: Clock
  private readonly config: PodSecurityConfig

  constructor(store: Store, clock: Clock, config: PodSecurityConfig) {
    this.store = store
    this.clock = clock
    this.config = config
  }

  /** The labels must make sense, and pods that a stricter level would not let in are told of. */
  async namespace(request: AdmissionRequest): Promise<void> {
    if (request.subresource !== '') return
    const { metadata } = request.object as Namespace
    const { policy, causes } = policyOf(metadata.labels, this.config.defaults)
    const old = request.old && policyOf(request.old.metadata.labels, this.config.defaults)
    if (causes.length && !deepEqual(causes, old?.causes)) throw invalid(request.kind, metadata.name, causes)
    const { enforce } = policy
    if (old && !isStricter(enforce, old.policy.enforce)) return
    if (this.isExempt('namespaces', metadata.name)) {
      this.warnOfExemption(request, policy)
    } else if (old) {
      const { items } = await this.store.list(listPrefix(Pod, metadata.name))
      const pods = items.map(({ object }) => object as unknown as Pod)
      const counting = pods.filter(({ spec }) => !this.isExempt('runtimeClasses', spec.runtimeClassName))
      podWarnings(metadata.name, enforce, counting, () => this.clock.now()).forEach(request.warn)
    }
  }

  pod(request: AdmissionRequest): void {
    if (IGNORED_SUBRESOURCES.includes(request.subresource) || this.isExemptRequest(request)) return
    const policy = this.policyIn(request)
    if (isPrivileged(policy)) {
      annotate(request, 'enforce-policy', printLevel(policy.enforce))
      return
    }
    const pod = request.object as Pod
    if (request.old && !isSignificant(pod, request.old as Pod)) return
    this.evaluate(request, policy, pod, true)
  }

  /** A template is never refused: who is to make pods from it may be another. */
  template(request: AdmissionRequest, path: readonly string[]): void {
    if (request.subresource !== '' || this.isExemptRequest(request)) return
    const policy = this.policyIn(request)
    if (policy.warn.level === 'privileged' && policy.audit.level === 'privileged') return
    const template = path.reduce<unknown>(
      (at, name) => (at as Record<string, unknown> | undefined)?.[name],
      request.object,
    )
    if (template) this.evaluate(request, policy, template as CheckedPod, false)
  }

  private evaluate(request: AdmissionRequest, policy: Policy, pod: CheckedPod, enforce: boolean): void {
    const exempt = this.isExempt('runtimeClasses', pod.spec.runtimeClassName)
    if (exempt) return annotate(request, 'exempt', 'runtimeClass')
    const would = (at: LevelVersion) => {
      const found = violations(at, pod)
      return found.length ? `would violate PodSecurity "${printLevel(at)}": ${printDetails(found)}` : ''
    }
    if (enforce) annotate(request, 'enforce-policy', printLevel(policy.enforce))
    const audited = would(policy.audit)
    if (audited) annotate(request, 'audit-violations', audited)
    const enforced = enforce ? would(policy.enforce) : ''
    if (enforced) throw refused(request, enforced.replace('would violate', 'violates'))
    const warned = would(policy.warn)
    if (warned) request.warn(warned)
  }

  private policyIn({ namespace, kind, name, ...request }: AdmissionRequest): Policy {
    const found = lookup(this.store, Namespace, { name: namespace })
    if (!found) throw forbidden(kind, name, `failed to lookup namespace "${namespace}"`)
    const { policy, causes } = policyOf(found.metadata.labels, this.config.defaults)
    const problems = causes.map(({ field, message }) => `${field}: ${message}`)
    if (problems.length) request.annotate?.(`${AUDIT_PREFIX}error`, `Failed to parse policy: ${problems.join(', ')}`)
    return policy
  }

  private isExemptRequest(request: AdmissionRequest): boolean {
    const by = this.isExempt('namespaces', request.namespace)
      ? 'namespace'
      : this.isExempt('usernames', request.user.name) && 'user'
    if (by) annotate(request, 'exempt', by)
    return by !== false
  }

  private isExempt(list: keyof PodSecurityConfig['exemptions'], name: string | undefined): boolean {
    return name !== undefined && this.config.exemptions[list].includes(name)
  }

  private warnOfExemption({ object, warn }: AdmissionRequest, policy: Policy): void {
    if (isPrivileged(policy) || isEquivalent(policy, this.config.defaults)) return
    const { name, labels = {} } = (object as Namespace).metadata
    const modes = printSetModes(labels, policy)
    warn(`namespace "${name}" is exempt from Pod Security, and the policy (${modes}) will be ignored`)
  }
}

function annotate(request: AdmissionRequest, key: string, value: string): void {
  request.annotate?.(AUDIT_PREFIX + key, value)
}

/** Whether pods that were let in may not be let in again. */
function isStricter(now: LevelVersion, before: LevelVersion): boolean {
  if (sameLevel(now, before) || now.level === 'privileged') return false
  return now.minor !== before.minor || compareLevels(now, before) > 0
}

/** Whether an update changes anything that a level looks at: other images, or other containers. */
function isSignificant({ spec: now }: Pod, { spec: before }: Pod): boolean {
  const changed = (list: readonly AnyContainer[] = [], old: readonly AnyContainer[] = []) =>
    list.length !== old.length || list.some(({ image }, i) => image !== old[i]?.image)
  const added = (now.ephemeralContainers ?? []).some(
    ({ name, image }) => before.ephemeralContainers?.find((other) => other.name === name)?.image !== image,
  )
  return changed(now.containers, before.containers) || changed(now.initContainers, before.initContainers) || added
}
