import type { Pod } from './kinds/core/pod.ts'
import { milliValue, value } from './quantity.ts'

/** Amounts by resource name: cpu in thousandths of a core, all else in whole units (bytes, pieces). */
export type Amounts = ReadonlyMap<string, number>

/** A ResourceList as amounts. */
export function amountsOf(list: Readonly<Record<string, string | number>> | undefined): Map<string, number> {
  return new Map(
    Object.entries(list ?? {}).map(([name, quantity]) => [
      name,
      name === 'cpu' ? milliValue(quantity) : value(quantity),
    ]),
  )
}

/** Adds `more` to `sum`, in place. */
export function addTo(sum: Map<string, number>, more: Amounts): void {
  for (const [name, amount] of more) sum.set(name, (sum.get(name) ?? 0) + amount)
}

function raiseTo(sum: Map<string, number>, atLeast: Amounts): void {
  for (const [name, amount] of atLeast) sum.set(name, Math.max(sum.get(name) ?? 0, amount))
}

/**
 * What a pod takes of its node: its containers and sidecars together, or more where an init container needs more at
 * its turn, or what is asked for the pod as a whole; plus its overhead (component-helpers `resource.PodRequests`).
 */
export function podRequests({ spec }: Pick<Pod, 'spec'>): Map<string, number> {
  const sum = new Map<string, number>()
  for (const container of spec.containers ?? []) addTo(sum, amountsOf(container.resources?.requests))
  const sidecars = new Map<string, number>()
  const peak = new Map<string, number>()
  for (const container of spec.initContainers ?? []) {
    const requests = amountsOf(container.resources?.requests)
    if (container.restartPolicy === 'Always') {
      addTo(sum, requests)
      addTo(sidecars, requests)
      raiseTo(peak, sidecars)
    } else {
      // It runs beside the sidecars that were started before it.
      addTo(requests, sidecars)
      raiseTo(peak, requests)
    }
  }
  raiseTo(sum, peak)
  for (const [name, amount] of amountsOf(spec.resources?.requests)) sum.set(name, amount)
  addTo(sum, amountsOf(spec.overhead))
  return sum
}
