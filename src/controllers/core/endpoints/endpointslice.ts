import { Node } from '../../../api/kinds/core/node.ts'
import { Pod } from '../../../api/kinds/core/pod.ts'
import { Service } from '../../../api/kinds/core/service.ts'
import { EndpointSlice } from '../../../api/kinds/discovery/endpoint-slice.ts'
import { isApiError } from '../../../api/errors.ts'
import { allTried } from '../../batches.ts'
import type { Context } from '../../context.ts'
import { ignoringNotFound, isNamespaceTerminating, messageOf } from '../../failures.ts'
import { controller } from '../../runtime.ts'
import { backendsOf, familiesOf, isManaged } from './backends.ts'
import { servicesOf } from './services-of.ts'
import { MANAGED_LABEL, MANAGER, planSlices, type SlicePlan } from './slices.ts'

const ZONE_LABEL = 'topology.kubernetes.io/zone'

/** Keeps, in slices of up to a hundred, where the pods behind each service are. */
export const endpointSlice = controller({
  name: 'endpointslice',
  component: 'endpoint-slice-controller',
  for: Service,
  owns: [EndpointSlice],
  watches: [{ kind: Pod, keys: (pod, context) => servicesOf(pod as Pod, context) }],
  reads: [Node],

  async reconcile(service, context) {
    if (!isManaged(service)) return
    const { cache } = context
    const pods = cache(Pod).list(service.metadata.namespace)
    const existing = cache(EndpointSlice).ownedBy(service).filter(isOurs)
    const zoneOf = (name = '') => cache(Node).get({ name })?.metadata.labels?.[ZONE_LABEL]
    const families = familiesOf(service)
    const plans = families.map((family) => {
      return planSlices(service, family, backendsOf(service, pods, family), existing, zoneOf)
    })
    const foreign = existing.filter(({ addressType }) => !(families as string[]).includes(addressType))
    await perform(service, [...plans, { create: [], update: [], remove: foreign }], context)
  },
})

function isOurs({ metadata }: EndpointSlice): boolean {
  return metadata.labels?.[MANAGED_LABEL] === MANAGER && !metadata.deletionTimestamp
}

async function perform(service: Service, plans: readonly SlicePlan[], { api, events }: Context): Promise<void> {
  const slices = api(EndpointSlice)
  try {
    for (const { create, update, remove } of plans) {
      await allTried(create, (slice) => slices.create(slice))
      await allTried(update, (slice) => slices.update(slice))
      await allTried(remove, ({ metadata }) => ignoringNotFound(slices.delete(metadata)))
    }
  } catch (error) {
    if (isNamespaceTerminating(error)) return
    if (!isApiError(error, 'Conflict')) {
      const { namespace, name } = service.metadata
      const message = `Error updating Endpoint Slices for Service ${namespace}/${name}: ${messageOf(error)}`
      events.record(service, 'Warning', 'FailedToUpdateEndpointSlices', message)
    }
    throw error
  }
}
