import { badRequest, notFound, unavailable } from '../../api/errors.ts'
import { isLinkLocalMulticast, isLinkLocalUnicast, isLoopback, isUnspecified, parseIp } from '../../api/ip.ts'
import { EndpointSlice } from '../../api/kinds/discovery/endpoint-slice.ts'
import { Pod } from '../../api/kinds/core/pod.ts'
import { Service } from '../../api/kinds/core/service.ts'
import type { ProxyTarget } from '../../os/https-proxy.ts'
import { listPrefix } from '../../store/keys.ts'
import type { Answer, Call } from '../call.ts'
import { type Context, lookup } from '../context.ts'
import type { Handler, Subresource } from '../registry.ts'
import { forwardedHeaders, kubeletOf, send } from './kubelet.ts'

/** What `<scheme>:<name>:<port>` names; scheme and port may be absent. */
export interface ProxyName {
  scheme: 'http' | 'https'
  name: string
  port: string
}

/** Splits `web`, `web:80` and `https:web:443`; 400 for anything else. */
export function parseProxyName(id: string, what: string): ProxyName {
  const parts = id.split(':')
  const [scheme, name, port] = parts.length < 3 ? ['http', parts[0], parts[1] ?? ''] : parts
  if (parts.length > 3 || !name || !['', 'http', 'https'].includes(scheme)) {
    throw badRequest(`invalid ${what} request ${JSON.stringify(id)}`)
  }
  return { scheme: scheme === 'https' ? 'https' : 'http', name, port: port }
}

/** To a port of a pod. */
export const podProxy: Subresource = proxy((context, call) => {
  const { scheme, name, port } = parseProxyName(call.info.name, 'pod')
  const pod = lookup(context.store, Pod, { namespace: call.info.namespace, name })
  if (!pod) throw notFound(Pod, name)
  const host = pod.status.podIPs?.[0]?.ip ?? ''
  if (!mayBeCalled(host)) throw badRequest('address not allowed')
  const first = pod.spec.containers.flatMap(({ ports = [] }) => ports)[0]?.containerPort
  return { scheme, host, port: Number(port) || (first ?? (scheme === 'https' ? 443 : 80)), insecure: true }
})

/** Addresses that mean another thing on this machine than on the pod's are not called. */
function mayBeCalled(host: string): boolean {
  const ip = parseIp(host)
  return ip !== undefined && ![isLoopback, isUnspecified, isLinkLocalUnicast, isLinkLocalMulticast].some((is) => is(ip))
}

/** To a port of a node: its kubelet's, when none is named. */
export const nodeProxy: Subresource = proxy((context, call) => {
  const { scheme, name, port } = parseProxyName(call.info.name, 'node')
  const kubelet = kubeletOf(context, name)
  return port === '' || Number(port) === kubelet.port
    ? kubelet
    : { ...kubelet, scheme, port: Number(port), insecure: true }
})

/** To a port of one of a service's endpoints. */
export const serviceProxy: Subresource = proxy(async (context, call) => {
  const { namespace } = call.info
  const { scheme, name, port } = parseProxyName(call.info.name, 'service')
  const service = lookup(context.store, Service, { namespace, name })
  if (!service) throw notFound(Service, name)
  const wanted = (service.spec.ports ?? []).find((one) => !port || one.name === port || String(one.port) === port)
  if (!wanted) throw unavailable(`no service port ${JSON.stringify(port)} found for service ${JSON.stringify(name)}`)
  const { items } = await context.store.list(listPrefix(EndpointSlice, namespace))
  const targets = items
    .map(({ object }) => object as EndpointSlice)
    .filter(({ metadata }) => metadata.labels?.['kubernetes.io/service-name'] === name)
    .flatMap(({ endpoints = [], ports = [] }) => {
      const number = ports?.find((one) => (one.name ?? '') === (wanted.name ?? ''))?.port
      const ready = (endpoints ?? []).filter(({ conditions }) => conditions?.ready !== false)
      return number ? ready.flatMap(({ addresses }) => addresses[0] ?? []).map((host) => ({ host, port: number })) : []
    })
  const target = targets[Math.floor(context.env.random.next() * targets.length)]
  if (!target) throw unavailable(`no endpoints available for service ${JSON.stringify(name)}`)
  return { scheme, ...target, insecure: true }
})

/** A subresource that passes any request on, with the path behind it. */
function proxy(targetOf: (context: Context, call: Call) => ProxyTarget | Promise<ProxyTarget>): Subresource {
  const handler: Handler = async (context, call) => {
    const target = await targetOf(context, call)
    const { url, method, body } = call.request
    const { pathname, search } = new URL(url, 'http://localhost')
    const path = pathBehind(call, pathname)
    // Relative links in what is answered shall stay below the proxy's path.
    if (path === '') return { status: 301, headers: { location: `${pathname}/${search}` }, body: '' }
    const headers = forwardedHeaders(call)
    const length = call.request.headers['content-length']
    const request = {
      method,
      path: path + search,
      headers: length ? { ...headers, 'content-length': length } : headers,
    }
    const answer = await send(context, target, { ...request, ...(body && { body }), signal: call.signal })
    return withoutHops(answer)
  }
  return { get: handler, create: handler, update: handler, patch: handler, delete: handler }
}

/** The path behind `…/proxy`, as it was sent; '' when there is not even a slash. */
function pathBehind({ info: { parts } }: Call, pathname: string): string {
  const segments = pathname.replace(/^\/+/, '').split('/')
  const depth = segments.length - (pathname.endsWith('/') ? 1 : 0)
  const rest = segments.slice(depth - (parts.length - 3))
  return parts.length === 3 && !pathname.endsWith('/') ? '' : `/${rest.join('/')}`
}

function withoutHops({ status, headers, body, tunnel }: Answer): Answer {
  const { connection: _, 'keep-alive': __, 'transfer-encoding': ___, ...kept } = headers
  return { status, headers: tunnel ? headers : kept, body, ...(tunnel && { tunnel }) }
}
