import { deepEqual } from '../../../api/equal.ts'
import type { Service } from '../../../api/kinds/core/service.ts'
import type { EndpointSlice } from '../../../api/kinds/discovery/endpoint-slice.ts'
import type { Draft } from '../../../api/meta.ts'
import { controllerRef } from '../../owner.ts'
import {
  type Backend,
  byPorts,
  type EndpointPort,
  type Family,
  hostnameOf,
  isHeadless,
  portsKey,
  targetOf,
} from './backends.ts'

const SLICE_MAX = 100

export const SERVICE_LABEL = 'kubernetes.io/service-name'
export const MANAGED_LABEL = 'endpointslice.kubernetes.io/managed-by'
export const MANAGER = 'endpointslice-controller.k8s.io'
const HEADLESS_LABEL = 'service.kubernetes.io/headless'

type Endpoint = EndpointSlice['endpoints'] extends (infer E)[] | undefined ? E : never

export interface SlicePlan {
  create: Draft<EndpointSlice>[]
  update: EndpointSlice[]
  remove: EndpointSlice[]
}

/**
 * Brings the slices of one address family to what is behind the service, with as few writes as can be: an endpoint
 * stays in its slice, and new ones go where there is room. Without any endpoint one empty slice stays.
 */
export function planSlices(
  service: Service,
  family: Family,
  backends: readonly Backend[],
  existing: readonly EndpointSlice[],
  zoneOf: (nodeName: string | undefined) => string | undefined,
): SlicePlan {
  const labels = labelsFor(service)
  const wanted = byPorts(backends)
  if (wanted.size === 0) wanted.set('', [])
  const plan: SlicePlan = { create: [], update: [], remove: [] }
  const left = new Set(existing.filter(({ addressType }) => addressType === family))
  for (const [key, group] of wanted) {
    const slices = [...left].filter(({ ports }) => portsKey(ports) === key)
    for (const slice of slices) left.delete(slice)
    const endpoints = group.map((backend) => endpointOf(backend, service, zoneOf))
    fill(plan, slices, endpoints, labels, (chunk) => newSlice(service, family, labels, group[0]?.ports ?? [], chunk))
  }
  plan.remove.push(...left)
  return plan
}

type Labels = Record<string, string>

/** Distributes the endpoints of one set of ports. */
function fill(
  plan: SlicePlan,
  slices: readonly EndpointSlice[],
  endpoints: readonly Endpoint[],
  labels: Labels,
  create: (endpoints: Endpoint[]) => Draft<EndpointSlice>,
): void {
  const wanted = new Map(endpoints.map((endpoint) => [keyOf(endpoint), endpoint]))
  const contents = slices.map((slice) => (slice.endpoints ?? []).map((endpoint) => take(wanted, keyOf(endpoint))))
  const kept = contents.map((content) => content.filter((endpoint) => endpoint !== undefined))
  const rest = [...wanted.values()]
  // Those that are written anyway are filled first.
  const order = slices
    .map((_, i) => i)
    .sort((a, b) => Number(isKept(slices[a], kept[a])) - Number(isKept(slices[b], kept[b])))
  for (const i of order) kept[i]?.push(...rest.splice(0, SLICE_MAX - kept[i].length))
  for (const [i, slice] of slices.entries())
    settle(plan, slice, kept[i] ?? [], labels, endpoints.length === 0 && i === 0)
  while (rest.length > 0) plan.create.push(create(rest.splice(0, SLICE_MAX)))
  if (endpoints.length === 0 && slices.length === 0) plan.create.push(create([]))
}

function take(wanted: Map<string, Endpoint>, key: string): Endpoint | undefined {
  const endpoint = wanted.get(key)
  wanted.delete(key)
  return endpoint
}

const isKept = (slice: EndpointSlice | undefined, kept: readonly Endpoint[] | undefined) =>
  deepEqual(slice?.endpoints ?? [], kept)

function settle(
  plan: SlicePlan,
  slice: EndpointSlice,
  endpoints: Endpoint[],
  labels: Labels,
  placeholder: boolean,
): void {
  if (endpoints.length === 0 && !placeholder) return void plan.remove.push(slice)
  if (deepEqual(slice.endpoints ?? [], endpoints) && deepEqual(slice.metadata.labels, labels)) return
  plan.update.push({ ...slice, metadata: { ...slice.metadata, labels }, endpoints })
}

/** A pod keeps its endpoint as long as it lives, whatever becomes of its address. */
function keyOf({ targetRef, addresses }: Endpoint): string {
  return targetRef?.uid ?? addresses.join()
}

function endpointOf(
  { pod, address, ready, serving, terminating }: Backend,
  service: Service,
  zoneOf: (nodeName: string | undefined) => string | undefined,
): Endpoint {
  const { nodeName } = pod.spec
  const zone = zoneOf(nodeName)
  const hostname = hostnameOf(pod, service)
  return {
    addresses: [address],
    conditions: { ready, serving, terminating },
    ...(hostname && { hostname }),
    targetRef: targetOf(pod),
    ...(nodeName && { nodeName }),
    ...(zone && { zone }),
  }
}

function labelsFor(service: Service): Labels {
  const { [HEADLESS_LABEL]: _, ...own } = service.metadata.labels ?? {}
  return {
    ...own,
    ...(isHeadless(service) && { [HEADLESS_LABEL]: '' }),
    [SERVICE_LABEL]: service.metadata.name,
    [MANAGED_LABEL]: MANAGER,
  }
}

function newSlice(
  service: Service,
  addressType: Family,
  labels: Labels,
  ports: EndpointPort[],
  endpoints: Endpoint[],
): Draft<EndpointSlice> {
  const { name, namespace } = service.metadata
  return {
    metadata: { generateName: `${name}-`, namespace, labels, ownerReferences: [controllerRef(service)] },
    addressType,
    endpoints,
    ports,
  }
}
