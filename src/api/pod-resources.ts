import { isSidecar, type PodSpec, type ResourceList } from './kinds/core/pod-spec/types.ts'
import { addQuantities, compareQuantities, milliValue, parseQuantity, type Quantity, value } from './quantity.ts'

/** Amounts by resource name: cpu in thousandths of a core, all else in whole units (bytes, pieces). */
export type Amounts = ReadonlyMap<string, number>

type Quantities = Map<string, Quantity>

/** A ResourceList as amounts. */
export function amountsOf(list: Readonly<ResourceList> | undefined): Map<string, number> {
  return amountsOfEach(Object.entries(list ?? {}))
}

function amountsOfEach(quantities: Iterable<[string, string | number | Quantity]>): Map<string, number> {
  const amounts = new Map<string, number>()
  for (const [name, quantity] of quantities) {
    amounts.set(name, name === 'cpu' ? milliValue(quantity) : value(quantity))
  }
  return amounts
}

/** Adds `more` to `sum`, in place. */
export function addTo(sum: Map<string, number>, more: Amounts): void {
  for (const [name, amount] of more) sum.set(name, (sum.get(name) ?? 0) + amount)
}

/** What the containers of a pod ask for: all that run together, or more where an init container needs more at its turn. */
export function containersTotal(
  { containers = [], initContainers = [] }: PodSpec,
  field: 'requests' | 'limits',
): Quantities {
  const sum: Quantities = new Map()
  const sidecars: Quantities = new Map()
  const peak: Quantities = new Map()
  for (const { resources } of containers) add(sum, resources?.[field])
  for (const container of initContainers) {
    const own = container.resources?.[field]
    if (isSidecar(container)) {
      add(sum, own)
      add(sidecars, own)
      raise(peak, sidecars)
    } else {
      // It runs beside the sidecars that were started before it.
      const turn = new Map(sidecars)
      add(turn, own)
      raise(peak, turn)
    }
  }
  raise(sum, peak)
  return sum
}

function add(sum: Quantities, more: Readonly<ResourceList> = {}): void {
  for (const [name, amount] of Object.entries(more)) {
    const now = sum.get(name)
    sum.set(name, now ? addQuantities(now, amount) : parseQuantity(amount))
  }
}

function raise(sum: Quantities, atLeast: Quantities): void {
  for (const [name, amount] of atLeast) {
    const now = sum.get(name)
    if (!now || compareQuantities(now, amount) < 0) sum.set(name, amount)
  }
}

/**
 * What a pod takes of its node: what its containers ask for, or what is asked for the pod as a whole; plus its overhead
 * (component-helpers `resource.PodRequests`).
 */
export function podRequests({ spec }: { spec: PodSpec }): Map<string, number> {
  const sum = containersTotal(spec, 'requests')
  for (const [name, amount] of Object.entries(spec.resources?.requests ?? {})) sum.set(name, parseQuantity(amount))
  add(sum, spec.overhead)
  return amountsOfEach(sum)
}
