import { deepEqual } from '../api/equal.ts'
import { isApiError } from '../api/errors.ts'
import type { Kind } from '../api/kind.ts'
import { Endpoints } from '../api/kinds/core/endpoints.ts'
import { Namespace } from '../api/kinds/core/namespace.ts'
import { Service } from '../api/kinds/core/service.ts'
import { EndpointSlice } from '../api/kinds/discovery/endpoint-slice.ts'
import { PriorityClass } from '../api/kinds/scheduling/priority-class.ts'
import type { Draft, KubeObject } from '../api/meta.ts'
import type { Api } from '../client/api.ts'
import type { Env } from '../std/env.ts'

/** Where the API server is found from inside the cluster. */
export interface Bootstrap {
  /** The address of the `kubernetes` service. */
  serviceIp: string
  /** Where the server really listens, as pods reach it. */
  advertise: { address: string; port: number }
}

const NAMESPACES = ['kube-system', 'kube-public', 'kube-node-lease', 'default']

const PRIORITY_CLASSES = [
  {
    metadata: { name: 'system-node-critical' },
    value: 2000001000,
    description: 'Used for system critical pods that must not be moved from their current node.',
  },
  {
    metadata: { name: 'system-cluster-critical' },
    value: 2000000000,
    description:
      'Used for system critical pods that must run in the cluster, but can be moved to another node if necessary.',
  },
]

const KUBERNETES = { name: 'kubernetes', namespace: 'default' } as const
const HTTPS = { name: 'https', protocol: 'TCP' } as const
const SERVICE_PORT = 443

/** How often what every cluster has is looked after. */
const INTERVAL_MS = 10_000

/** Makes again what somebody deleted, and keeps the server's address right, until it is stopped. */
export function keepBootstrapped({ clock, log }: Env, api: Api, where: Bootstrap): { stop(): void } {
  let stopped = false
  const arm = () =>
    clock.after(INTERVAL_MS, async () => {
      try {
        await bootstrap(api, where)
      } catch (error) {
        if (!stopped) log.warn('what every cluster has could not be looked after', { error })
      }
      if (!stopped) timer = arm()
    })
  let timer = arm()
  return {
    stop() {
      stopped = true
      timer.cancel()
    },
  }
}

/** Makes what every cluster has; what is there already is left alone, but for where the server is. */
export async function bootstrap(api: Api, where: Bootstrap): Promise<void> {
  for (const name of NAMESPACES) await ensure(api, Namespace, { metadata: { name } })
  for (const priorityClass of PRIORITY_CLASSES) await ensure(api, PriorityClass, priorityClass)
  await ensure(api, Service, kubernetesService(where))
  await publish(api, Endpoints, endpointsOf(where), 'subsets')
  await publish(api, EndpointSlice, sliceOf(where), 'endpoints', 'ports')
}

type Named<T extends KubeObject> = Draft<T> & { metadata: { name: string; namespace?: string } }

/** The object as it is, made first when it is not there. */
async function ensure<T extends KubeObject>(api: Api, kind: Kind<T>, draft: Named<T>): Promise<T> {
  const find = () => api(kind).get(draft.metadata)
  try {
    return await find()
  } catch (error) {
    if (!isApiError(error, 'NotFound')) throw error
  }
  try {
    return await api(kind).create(draft)
  } catch (error) {
    if (!isApiError(error, 'AlreadyExists')) throw error
    return find()
  }
}

/** Makes the object, or brings these fields of it up to date. */
async function publish<T extends KubeObject>(
  api: Api,
  kind: Kind<T>,
  draft: Named<T>,
  ...fields: (keyof T & string)[]
): Promise<void> {
  const found = await ensure(api, kind, draft)
  const wanted = Object.fromEntries(fields.map((field) => [field, (draft as Partial<T>)[field]]))
  if (fields.some((field) => !deepEqual(found[field], wanted[field]))) await api(kind).update({ ...found, ...wanted })
}

function kubernetesService({ serviceIp, advertise }: Bootstrap): Named<Service> {
  return {
    metadata: { ...KUBERNETES, labels: { component: 'apiserver', provider: 'kubernetes' } },
    spec: {
      type: 'ClusterIP',
      clusterIP: serviceIp,
      ipFamilyPolicy: 'SingleStack',
      sessionAffinity: 'None',
      ports: [{ ...HTTPS, port: SERVICE_PORT, targetPort: advertise.port }],
    },
  }
}

/** It says itself that it needs no mirror among the slices: one is made beside it. */
function endpointsOf({ advertise: { address, port } }: Bootstrap): Named<Endpoints> {
  return {
    metadata: { ...KUBERNETES, labels: { 'endpointslice.kubernetes.io/skip-mirror': 'true' } },
    subsets: [{ addresses: [{ ip: address }], ports: [{ ...HTTPS, port }] }],
  }
}

function sliceOf({ advertise: { address, port } }: Bootstrap): Named<EndpointSlice> {
  return {
    metadata: { ...KUBERNETES, labels: { 'kubernetes.io/service-name': KUBERNETES.name } },
    addressType: address.includes(':') ? 'IPv6' : 'IPv4',
    endpoints: [{ addresses: [address], conditions: { ready: true } }],
    ports: [{ ...HTTPS, port }],
  }
}
