import type { IContainerStatus } from 'kubernetes-models/v1/ContainerStatus'
import { isPodLevel } from '../kinds/core/pod-spec/pod-level.ts'
import { type Container, isSidecar, type PodSpec, type ResourceList } from '../kinds/core/pod-spec/types.ts'
import type { Pod } from '../kinds/core/pod.ts'
import { podQosClass } from '../kinds/core/pod/qos.ts'
import { isHugePages, isNative } from '../kinds/core/resource-names.ts'
import { deepEqual } from '../equal.ts'
import { containersTotal } from '../pod-resources.ts'
import { addQuantities, compareQuantities, parseQuantity } from '../quantity.ts'
import { type Evaluator, meetsScope } from './evaluator.ts'
import { countName } from './object-count.ts'
import { addUsage, ONE, type Usage } from './usage.ts'

const RESOURCE = { group: '', plural: 'pods' }
const COUNT = countName(RESOURCE)
const COMPUTE = ['cpu', 'memory', 'ephemeral-storage']
const REQUESTS = 'requests.'
const LIMITS = 'limits.'
const DEVICE_CLASS = 'requests.deviceclass.resource.kubernetes.io/'
const NAMES = new Set([COUNT, 'pods', ...COMPUTE.flatMap((name) => [name, REQUESTS + name, LIMITS + name])])

/** With a quota for one of these every container has to say what it takes; upstream regrets that, and keeps it. */
const DEMANDED = ['cpu', 'memory'].flatMap((name) => [name, REQUESTS + name, LIMITS + name])

type Field = 'requests' | 'limits'
type Lists = Partial<Record<Field, ResourceList>>

/** What pods use: themselves, and what they ask their nodes for. */
export const pods: Evaluator<Pod> = {
  resource: RESOURCE,
  measures: (name) =>
    NAMES.has(name) || isHugePages(name) || name.startsWith('requests.hugepages-') || isExtended(name),

  // Whatever is stored counts as an object; only what may still run takes resources.
  usage(pod, now) {
    const count = new Map([[COUNT, ONE]])
    if (hasEnded(pod) || now > (expiresAt(pod) ?? Infinity)) return count
    return addUsage(count, computeUsage(totalOf(pod, 'requests'), totalOf(pod, 'limits')))
  },

  isInScope(pod, scope) {
    switch (scope.scopeName) {
      case 'Terminating':
        return isTerminating(pod)
      case 'NotTerminating':
        return !isTerminating(pod)
      case 'BestEffort':
        return podQosClass(pod) === 'BestEffort'
      case 'NotBestEffort':
        return podQosClass(pod) !== 'BestEffort'
      case 'PriorityClass':
        return meetsScope(scope, pod.spec.priorityClassName ?? '')
      case 'CrossNamespacePodAffinity':
        return looksAcrossNamespaces(pod)
      default:
        return false
    }
  },

  concerns({ operation, subresource, object, old }) {
    if (subresource === 'resize') return operation === 'UPDATE'
    if (subresource !== '') return false
    return operation === 'CREATE' || (old !== undefined && isTerminating(old) !== isTerminating(object))
  },

  frees: (old, now) =>
    isTerminating(old) !== isTerminating(now) ||
    (!hasEnded(old) && hasEnded(now)) ||
    expiresAt(old) !== expiresAt(now) ||
    !deepEqual(resourcesOf(old), resourcesOf(now)),

  missing({ spec }, names) {
    if (Object.keys({ ...spec.resources?.requests, ...spec.resources?.limits }).length > 0) return undefined
    const containers = [...(spec.containers ?? []), ...(spec.initContainers ?? [])]
    const missing = DEMANDED.filter((name) => names.includes(name))
      .sort()
      .map((name) => [name, containers.filter((container) => !says(container, name)).map((c) => c.name)] as const)
      .filter(([, silent]) => silent.length > 0)
      .map(([name, silent]) => `${name} for: ${[...new Set(silent)].sort().join(',')}`)
    return missing.length ? `must specify ${missing.join('; ')}` : undefined
  },
}

/** When a dying pod no longer counts: it should have gone long ago, and must not keep others from taking its place. */
export function expiresAt({ metadata }: Pod): number | undefined {
  const { deletionTimestamp, deletionGracePeriodSeconds } = metadata
  if (!deletionTimestamp || deletionGracePeriodSeconds === undefined) return undefined
  return Date.parse(deletionTimestamp) + deletionGracePeriodSeconds * 1000
}

function hasEnded({ status }: Pod): boolean {
  return status?.phase === 'Failed' || status?.phase === 'Succeeded'
}

function isTerminating({ spec }: Pod): boolean {
  return spec.activeDeadlineSeconds !== undefined && spec.activeDeadlineSeconds >= 0
}

/** Devices and the like are limited by what is asked for, which is all that there is of them. */
function isExtended(name: string): boolean {
  return name.startsWith(REQUESTS) && (!isNative(name) || name.startsWith(DEVICE_CLASS))
}

function says({ resources }: Container, name: string): boolean {
  const { requests = {}, limits = {} } = resources ?? {}
  if (name.startsWith(LIMITS)) return limits[name.slice(LIMITS.length)] !== undefined
  return requests[name.replace(REQUESTS, '')] !== undefined
}

function computeUsage(requests: Usage, limits: Usage): Usage {
  const usage = new Map([['pods', ONE]])
  for (const name of COMPUTE) {
    const limit = limits.get(name)
    if (limit) usage.set(LIMITS + name, limit)
  }
  for (const [name, amount] of requests) {
    const isCompute = COMPUTE.includes(name)
    if (isCompute || isHugePages(name)) usage.set(name, amount)
    if (isCompute || isHugePages(name) || isExtended(REQUESTS + name)) usage.set(REQUESTS + name, amount)
  }
  return usage
}

/** What the pod takes in all: component-helpers' PodRequests and PodLimits, with what is allocated while it is resized. */
function totalOf(pod: Pod, field: Field): Usage {
  const { spec } = pod
  const total = containersTotal(allocatedSpec(pod, field), field)
  for (const [name, amount] of Object.entries(spec.resources?.[field] ?? {})) {
    if (isPodLevel(name)) total.set(name, parseQuantity(amount))
  }
  for (const [name, amount] of Object.entries(spec.overhead ?? {})) {
    const own = total.get(name)
    // What has no limit is not limited by its overhead.
    if (own || field === 'requests') total.set(name, own ? addQuantities(own, amount) : parseQuantity(amount))
  }
  return total
}

/** The spec with what containers really have, where that is more than what is wanted. */
function allocatedSpec(pod: Pod, field: Field): PodSpec {
  const { spec, status } = pod
  const statuses = [...(status?.containerStatuses ?? []), ...(status?.initContainerStatuses ?? [])]
  if (!statuses.some(({ resources }) => resources)) return spec
  const isRefused = isResizeInfeasible(pod)
  const allocated = (container: Container): Container => {
    const found = statuses.find(({ name }) => name === container.name)
    if (!found?.resources) return container
    const lists = [...(isRefused ? [] : [container.resources?.[field]]), ...listsOf(found, field)]
    return { ...container, resources: { [field]: largest(lists) } }
  }
  return {
    ...spec,
    containers: spec.containers.map(allocated),
    initContainers: (spec.initContainers ?? []).map((init) => (isSidecar(init) ? allocated(init) : init)),
  }
}

function listsOf({ resources, allocatedResources }: IContainerStatus, field: Field): (ResourceList | undefined)[] {
  return field === 'requests' ? [resources?.requests, allocatedResources] : [resources?.limits]
}

function largest(lists: readonly (ResourceList | undefined)[]): ResourceList {
  const sum: ResourceList = {}
  for (const [name, amount] of lists.flatMap((list) => Object.entries(list ?? {}))) {
    const now = sum[name]
    if (now === undefined || compareQuantities(now, amount) < 0) sum[name] = amount
  }
  return sum
}

function isResizeInfeasible({ status }: Pod): boolean {
  return status.conditions?.some(({ type, reason }) => type === 'PodResizePending' && reason === 'Infeasible') ?? false
}

/** All that says what a running pod takes. */
function resourcesOf({ spec, status }: Pod): [unknown, unknown] {
  const statuses = [...(status?.containerStatuses ?? []), ...(status?.initContainerStatuses ?? [])]
  const wanted = [...spec.containers, ...(spec.initContainers ?? [])].map(
    ({ resources }): Lists | undefined => resources,
  )
  return [wanted, statuses.map(({ resources, allocatedResources }) => [resources, allocatedResources])]
}

interface AffinityTerm {
  namespaces?: readonly string[]
  namespaceSelector?: object
}

function looksAcrossNamespaces({ spec: { affinity } }: Pod): boolean {
  const kinds = [affinity?.podAffinity, affinity?.podAntiAffinity]
  const terms = kinds.flatMap((kind): AffinityTerm[] => [
    ...(kind?.requiredDuringSchedulingIgnoredDuringExecution ?? []),
    ...(kind?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map(({ podAffinityTerm }) => podAffinityTerm),
  ])
  return terms.some(({ namespaces, namespaceSelector }) => namespaces?.length || namespaceSelector !== undefined)
}
