import { addQuantities, compareQuantities, formatQuantity } from '../../../quantity.ts'
import { isHugePages, isOvercommitAllowed } from '../resource-names.ts'
import { isSidecar, type PodSpec, type ResourceList } from './types.ts'

/** Whether a resource can be asked for by a pod as a whole. */
export const isPodLevel = (name: string) => name === 'cpu' || name === 'memory' || isHugePages(name)

/** What all containers of a pod request together, when init containers have had their turn one by one. */
export function aggregateRequests(spec: PodSpec): ResourceList {
  return aggregate(spec, 'requests')
}

function aggregate({ containers = [], initContainers = [] }: PodSpec, field: 'requests' | 'limits'): ResourceList {
  const sum: ResourceList = {}
  const sidecars: ResourceList = {}
  const peak: ResourceList = {}
  for (const { resources } of containers) addAll(sum, resources?.[field])
  for (const container of initContainers) {
    const own = container.resources?.[field]
    if (isSidecar(container)) {
      addAll(sum, own)
      addAll(sidecars, own)
      raiseAll(peak, sidecars)
    } else {
      raiseAll(peak, addAll({ ...sidecars }, own))
    }
  }
  raiseAll(sum, peak)
  return sum
}

function addAll(sum: ResourceList, more: ResourceList = {}): ResourceList {
  for (const [name, amount] of Object.entries(more)) sum[name] = formatQuantity(addQuantities(sum[name] ?? 0, amount))
  return sum
}

function raiseAll(sum: ResourceList, atLeast: ResourceList): void {
  for (const [name, amount] of Object.entries(atLeast)) {
    const now = sum[name]
    if (now === undefined || compareQuantities(now, amount) < 0) sum[name] = amount
  }
}

/** A pod that asks for something as a whole gets the rest from its containers, or from its limits. */
export function defaultPodLevelResources(spec: PodSpec): void {
  const { resources } = spec
  if (!resources) return
  defaultHugePages(spec, resources)
  const { limits = {} } = resources
  if (Object.keys(limits).length === 0) return
  const requests = { ...resources.requests }
  for (const [name, amount] of Object.entries(aggregateRequests(spec))) {
    if (isPodLevel(name) && isOvercommitAllowed(name)) requests[name] ??= amount
  }
  for (const [name, limit] of Object.entries(limits)) if (isPodLevel(name)) requests[name] ??= limit
  if (Object.keys(requests).length) resources.requests = requests
}

function defaultHugePages(spec: PodSpec, resources: NonNullable<PodSpec['resources']>): void {
  if (!Object.keys(resources.limits ?? {}).length && !Object.keys(resources.requests ?? {}).length) return
  for (const [name, amount] of Object.entries(aggregate(spec, 'limits'))) {
    if (isHugePages(name) && resources.requests?.[name] === undefined) (resources.limits ??= {})[name] ??= amount
  }
}
