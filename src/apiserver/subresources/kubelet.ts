import { ApiError, badRequest, internalError, notFound } from '../../api/errors.ts'
import { Node } from '../../api/kinds/core/node.ts'
import { Pod } from '../../api/kinds/core/pod.ts'
import type { ProxyAnswer, ProxyRequest, ProxyTarget } from '../../os/https-proxy.ts'
import { type Call, isUpgrade } from '../call.ts'
import { type Context, lookup } from '../context.ts'

/** Where kubelets listen that do not say. */
const KUBELET_PORT = 10250

/** By which of its addresses a node is called, the best first. */
const ADDRESS_TYPES = ['InternalIP', 'ExternalIP', 'Hostname']

/** How the kubelet of a node is reached. */
export function kubeletOf({ store }: Context, nodeName: string): ProxyTarget {
  const node = lookup(store, Node, { name: nodeName })
  if (!node) throw notFound(Node, nodeName)
  const addresses = node.status.addresses ?? []
  const found = ADDRESS_TYPES.flatMap((type) => addresses.find((address) => address.type === type) ?? [])[0]
  if (!found) throw internalError(`no preferred addresses found; known addresses: ${JSON.stringify(addresses)}`)
  return {
    scheme: 'https',
    host: found.address,
    port: node.status.daemonEndpoints?.kubeletEndpoint?.Port || KUBELET_PORT,
  }
}

/** The pod that a request is about. */
export function podOf({ store }: Context, { info: { namespace, name } }: Call): Pod {
  const pod = lookup(store, Pod, { namespace, name })
  if (!pod) throw notFound(Pod, name)
  return pod
}

/** The container that a request is about: the one it names, or the only one. Throws 400, in upstream's words. */
export function containerOf({ metadata: { name }, spec }: Pod, asked: string): string {
  const { initContainers = [], containers, ephemeralContainers = [] } = spec
  const names = [...initContainers, ...containers, ...ephemeralContainers].map((container) => container.name)
  if (asked) {
    if (names.includes(asked)) return asked
    throw badRequest(`container ${asked} is not valid for pod ${name}`)
  }
  const [only, ...others] = containers
  if (only && others.length === 0) return only.name
  const choice = only ? `, choose one of: [${names.join(' ')}]` : ''
  throw badRequest(`a container name must be specified for pod ${name}${choice}`)
}

/** The kubelet that has the pod; 400 when none has it yet. */
export function assignedKubelet(context: Context, { metadata, spec }: Pod): ProxyTarget {
  if (!spec.nodeName) throw badRequest(`pod ${metadata.name} does not have a host assigned`)
  return kubeletOf(context, spec.nodeName)
}

/** What of a client's request is about its connection to us, or tells who it is. */
const OWN_HEADERS = new Set([
  'host',
  'authorization',
  'content-length',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
])
/** As whom the client acts is between it and us: whoever is behind us knows neither. */
const IMPERSONATION = 'impersonate-'
const UPGRADE_HEADERS = new Set(['connection', 'upgrade'])

/** The client's headers, as they go on to whom its request is for. */
export function forwardedHeaders(call: Call): Record<string, string> {
  const keepsUpgrade = isUpgrade(call)
  const isKept = (name: string) =>
    !OWN_HEADERS.has(name) && !name.startsWith(IMPERSONATION) && (keepsUpgrade || !UPGRADE_HEADERS.has(name))
  const kept = Object.entries(call.request.headers).filter(([name]) => isKept(name))
  const from = [call.request.headers['x-forwarded-for'], call.connection.remoteAddress].filter(Boolean).join(', ')
  return { ...Object.fromEntries(kept), ...(from && { 'x-forwarded-for': from }) }
}

/** Passes a request on; an answer that does not come is a 500 that says why. */
export async function send(context: Context, target: ProxyTarget, request: ProxyRequest): Promise<ProxyAnswer> {
  try {
    return await context.proxy(target, request)
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    const url = `${target.scheme}://${target.host}:${target.port}${request.path}`
    throw new ApiError(500, 'InternalError', `error dialing backend: ${request.method} ${url}: ${why}`)
  }
}
