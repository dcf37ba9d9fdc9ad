import { badRequest } from '../../api/errors.ts'
import type { ProxyTarget } from '../../os/https-proxy.ts'
import { type Answer, type Call, isUpgrade } from '../call.ts'
import type { Context } from '../context.ts'
import { booleanIn } from '../options/query.ts'
import type { Handler, Subresource } from '../registry.ts'
import { assignedKubelet, containerOf, forwardedHeaders, podOf, send } from './kubelet.ts'

/** What the kubelet calls the streams that a client asks for. */
const STREAMS = { stdin: 'input', stdout: 'output', stderr: 'error', tty: 'tty' } as const

/** A command in a container, with its streams. */
export const exec: Subresource = connect((context, call) => {
  const commands = call.query.getAll('command').map((word) => ['command', word])
  return inContainer(context, call, 'exec', [...streamsOf(call), ...commands])
})

/** The streams of a container's first process. */
export const attach: Subresource = connect((context, call) => inContainer(context, call, 'attach', streamsOf(call)))

/** Connections to ports of a pod. */
export const portForward: Subresource = connect((context, call) => {
  const pod = podOf(context, call)
  const ports = call.query.getAll('ports').join(',')
  const { namespace, name } = pod.metadata
  const query = ports ? `?${new URLSearchParams({ port: ports })}` : ''
  return { target: assignedKubelet(context, pod), path: `/portForward/${namespace}/${name}${query}` }
})

interface Destination {
  target: ProxyTarget
  path: string
}

/** A subresource whose connection goes on to the kubelet, byte by byte: which protocol it speaks is between the two ends. */
function connect(destination: (context: Context, call: Call) => Destination): Subresource {
  const handler: Handler = async (context, call) => {
    if (call.query.has('dryRun')) throw badRequest('dryRun is not supported')
    const { target, path } = destination(context, call)
    if (!isUpgrade(call)) throw badRequest('Upgrade request required')
    const { method } = call.request
    return passOn(await send(context, target, { method, path, headers: forwardedHeaders(call) }))
  }
  return { get: handler, create: handler }
}

/** What came back, as our own answer. */
function passOn({ status, headers, body, tunnel }: Answer): Answer {
  const { 'transfer-encoding': _, 'content-length': __, ...kept } = headers
  return { status, headers: tunnel ? headers : kept, body, ...(tunnel && { tunnel }) }
}

function inContainer(context: Context, call: Call, action: string, parameters: string[][]): Destination {
  const pod = podOf(context, call)
  const container = containerOf(pod, call.query.get('container') ?? '')
  const target = assignedKubelet(context, pod)
  const { namespace, name } = pod.metadata
  return { target, path: `/${action}/${namespace}/${name}/${container}?${new URLSearchParams(parameters)}` }
}

function streamsOf({ query }: Call): string[][] {
  return Object.entries(STREAMS)
    .filter(([name]) => booleanIn(query, name))
    .map(([, parameter]) => [parameter, '1'])
}
