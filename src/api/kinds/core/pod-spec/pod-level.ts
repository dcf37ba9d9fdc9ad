import { containersTotal } from '../../../pod-resources.ts'
import { formatQuantity } from '../../../quantity.ts'
import { isHugePages, isOvercommitAllowed } from '../resource-names.ts'
import type { PodSpec } from './types.ts'

/** Whether a resource can be asked for by a pod as a whole. */
export const isPodLevel = (name: string) => name === 'cpu' || name === 'memory' || isHugePages(name)

/** A pod that asks for something as a whole gets the rest from its containers, or from its limits. */
export function defaultPodLevelResources(spec: PodSpec): void {
  const { resources } = spec
  if (!resources) return
  defaultHugePages(spec, resources)
  const { limits = {} } = resources
  if (Object.keys(limits).length === 0) return
  const requests = { ...resources.requests }
  for (const [name, amount] of containersTotal(spec, 'requests')) {
    if (isPodLevel(name) && isOvercommitAllowed(name)) requests[name] ??= formatQuantity(amount)
  }
  for (const [name, limit] of Object.entries(limits)) if (isPodLevel(name)) requests[name] ??= limit
  if (Object.keys(requests).length) resources.requests = requests
}

function defaultHugePages(spec: PodSpec, resources: NonNullable<PodSpec['resources']>): void {
  if (!Object.keys(resources.limits ?? {}).length && !Object.keys(resources.requests ?? {}).length) return
  for (const [name, amount] of containersTotal(spec, 'limits')) {
    if (isHugePages(name) && resources.requests?.[name] === undefined) {
      ;(resources.limits ??= {})[name] ??= formatQuantity(amount)
    }
  }
}
