import { isApiError } from '../../../api/errors.ts'
import { deepEqual } from '../../../api/equal.ts'
import { Endpoints } from '../../../api/kinds/core/endpoints.ts'
import { Pod } from '../../../api/kinds/core/pod.ts'
import { Service } from '../../../api/kinds/core/service.ts'
import { keyOf } from '../../../api/meta.ts'
import type { Context } from '../../context.ts'
import { ignoringNotFound, isNamespaceTerminating, messageOf } from '../../failures.ts'
import { controller } from '../../runtime.ts'
import {
  type Backend,
  backendsOf,
  byPorts,
  familiesOf,
  hostnameOf,
  isHeadless,
  isManaged,
  targetOf,
} from './backends.ts'
import { servicesOf } from './services-of.ts'

const MAX_ADDRESSES = 1000
const OVER_CAPACITY = 'endpoints.kubernetes.io/over-capacity'
const MANAGED_LABEL = 'endpoints.kubernetes.io/managed-by'
const MANAGER = 'endpoint-controller'
const HEADLESS_LABEL = 'service.kubernetes.io/headless'

type Subsets = NonNullable<Endpoints['subsets']>
type Subset = Subsets[number]
type Address = NonNullable<Subset['addresses']>[number]

/** Keeps the Endpoints object of each service: what slices say, as it was said before there were any. */
export const endpoints = controller({
  name: 'endpoint',
  for: Service,
  watches: [
    { kind: Pod, keys: (pod, context) => servicesOf(pod as Pod, context) },
    { kind: Endpoints, keys: (object) => [keyOf(object)] },
  ],

  async reconcile(service, context) {
    if (!isManaged(service)) return
    const { api, cache } = context
    const found = cache(Endpoints).get(service.metadata)
    const [family = 'IPv4'] = familiesOf(service)
    const backends = backendsOf(service, cache(Pod).list(service.metadata.namespace), family)
    const wanted = planEndpoints(service, backends, found)
    if (!wanted) return
    try {
      const { namespace, name } = service.metadata
      if (found) await api(Endpoints).update({ ...found, ...wanted })
      else await api(Endpoints).create({ ...wanted, metadata: { ...wanted.metadata, namespace, name } })
    } catch (error) {
      report(service, found ? 'Update' : 'Create', error, context)
    }
  },

  async gone(ref, { api, cache }) {
    const found = cache(Endpoints).get(ref)
    if (found?.metadata.labels?.[MANAGED_LABEL] === MANAGER) await ignoringNotFound(api(Endpoints).delete(ref))
  },
})

/** Passes a failure on, with an event, unless it is of no interest. */
function report({ metadata }: Service, doing: 'Create' | 'Update', error: unknown, { events }: Context): void {
  if (isNamespaceTerminating(error)) return
  if (isApiError(error, 'Conflict') || isApiError(error, 'AlreadyExists')) throw error
  const about = { apiVersion: 'v1', kind: 'Endpoints', metadata }
  const message = `Failed to ${doing.toLowerCase()} endpoint for service ${keyOf({ metadata })}: ${messageOf(error)}`
  events.record(about, 'Warning', `FailedTo${doing}Endpoint`, message)
  throw error
}

/** The Endpoints of a service as they should be; `undefined` when they are. */
export function planEndpoints(
  service: Service,
  backends: readonly Backend[],
  found: Endpoints | undefined,
): Pick<Endpoints, 'metadata' | 'subsets'> | undefined {
  const { labels: _, annotations: before = {}, ...metadata } = found?.metadata ?? {}
  const subsets = subsetsOf(service, backends)
  const { [OVER_CAPACITY]: __, ...annotations } = before
  if (count(subsets) > MAX_ADDRESSES) Object.assign(annotations, { [OVER_CAPACITY]: 'truncated' })
  const truncated = truncate(subsets)
  const labels = labelsFor(service)
  const same =
    found &&
    deepEqual(found.subsets ?? [], truncated) &&
    deepEqual(found.metadata.labels ?? {}, labels) &&
    deepEqual(before, annotations)
  if (same) return undefined
  return { metadata: { ...metadata, labels, annotations } as Endpoints['metadata'], subsets: truncated }
}

function labelsFor(service: Service): Record<string, string> {
  const { [HEADLESS_LABEL]: _, ...own } = service.metadata.labels ?? {}
  return { ...own, ...(isHeadless(service) && { [HEADLESS_LABEL]: '' }), [MANAGED_LABEL]: MANAGER }
}

/** One subset for each set of ports, ready addresses apart from the others. Pods that are going count only where readiness does not. */
function subsetsOf(service: Service, backends: readonly Backend[]): Subsets {
  const counted = backends.filter(({ terminating }) => !terminating || service.spec.publishNotReadyAddresses)
  const withPorts = counted.filter(({ ports }) => ports.length > 0 || isHeadlessWithoutPorts(service))
  return [...byPorts(withPorts)]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, group]) => {
      const [addresses, notReadyAddresses] = [true, false].map((ready) =>
        group
          .filter((backend) => backend.ready === ready)
          .map((backend) => addressOf(backend, service))
          .sort(byIp),
      )
      const ports = (group[0]?.ports ?? []).map(({ name, ...port }) => ({ ...(name && { name }), ...port }))
      return {
        ...(addresses?.length && { addresses }),
        ...(notReadyAddresses?.length && { notReadyAddresses }),
        ...(ports.length > 0 && { ports }),
      } as Subset
    })
}

function isHeadlessWithoutPorts(service: Service): boolean {
  return isHeadless(service) && (service.spec.ports ?? []).length === 0
}

function addressOf({ pod, address }: Backend, service: Service): Address {
  const hostname = hostnameOf(pod, service)
  const { nodeName } = pod.spec
  return { ip: address, ...(hostname && { hostname }), ...(nodeName && { nodeName }), targetRef: targetOf(pod) }
}

const byIp = (a: Address, b: Address) => (a.ip < b.ip ? -1 : a.ip > b.ip ? 1 : 0)

const count = (subsets: Subsets) =>
  subsets.reduce(
    (sum, { addresses = [], notReadyAddresses = [] }) => sum + addresses.length + notReadyAddresses.length,
    0,
  )

/** At most a thousand addresses, those that are ready first. */
function truncate(subsets: Subsets): Subsets {
  let left = MAX_ADDRESSES
  const cut = (list: Address[] = []) => {
    const kept = list.slice(0, left)
    left -= kept.length
    return kept
  }
  const ready = subsets.map(({ addresses }) => cut(addresses))
  const others = subsets.map(({ notReadyAddresses }) => cut(notReadyAddresses))
  return subsets.map(({ ports }, i) => ({
    ...(ready[i]?.length && { addresses: ready[i] }),
    ...(others[i]?.length && { notReadyAddresses: others[i] }),
    ...(ports && { ports }),
  }))
}
