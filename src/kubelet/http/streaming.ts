import type { Duplex } from 'node:stream'
import { badRequest } from '../../api/errors.ts'
import type { OutgoingAnswer } from '../../os/https-server.ts'
import { joinStreams } from '../../os/tunnel.ts'
import { upgradeConnection } from '../../os/upgrade.ts'
import { acceptBytes, acceptMessages } from '../../os/websocket.ts'
import type { Cri } from '../cri/types.ts'
import { type StreamOptions, translate, WEBSOCKET_PROTOCOLS } from './remote-command.ts'
import type { KubeletRequest, KubeletServerContext } from './server.ts'

export type StreamTarget = { what: 'exec' | 'attach'; containerId: string } | { what: 'portForward'; sandboxId: string }

/** Port-forward over a WebSocket is SPDY inside its messages (KEP 4006). */
const TUNNEL_PROTOCOL = 'SPDY/3.1+portforward.k8s.io'
const PORT_FORWARD_PROTOCOL = 'portforward.k8s.io'

/** Joins the client to the runtime's streaming server: SPDY as it is, a WebSocket through a translation. */
export async function streamAnswer(
  context: KubeletServerContext,
  request: KubeletRequest,
  target: StreamTarget,
): Promise<OutgoingAnswer> {
  const upgrade = request.headers['upgrade']?.toLowerCase()
  if (upgrade !== 'websocket' && upgrade !== 'spdy/3.1') throw badRequest('Upgrade request required')
  const options = streamOptions(request.query)
  const url = await runtimeUrl(context.cri, request, target, options)
  const fail = (client: Duplex) => (error: unknown) => {
    context.env.log.warn('a stream to a container broke', { url: request.url, error: String(error) })
    client.destroy()
  }
  if (upgrade === 'spdy/3.1') return passOn(request, url, fail)
  const protocol = agreedProtocol(request, target)
  // The WebSocket library writes the head of the answer itself.
  return {
    status: 101,
    headers: {},
    body: '',
    takeOver: (client) => {
      const joined =
        target.what === 'portForward' ? tunnel(request, client, url) : command(request, client, url, protocol, options)
      joined.catch(fail(client))
    },
  }
}

async function command(
  request: KubeletRequest,
  client: Duplex,
  url: string,
  protocol: string,
  options: StreamOptions,
): Promise<void> {
  await translate(await acceptMessages(request.headers, request.url, client, protocol), url, options)
}

async function tunnel(request: KubeletRequest, client: Duplex, url: string): Promise<void> {
  const { socket: runtime } = await upgradeConnection(url, {
    upgrade: 'SPDY/3.1',
    'x-stream-protocol-version': PORT_FORWARD_PROTOCOL,
  })
  joinStreams(await acceptBytes(request.headers, request.url, client, TUNNEL_PROTOCOL), runtime)
}

async function passOn(
  { headers }: KubeletRequest,
  url: string,
  fail: (client: Duplex) => (error: unknown) => void,
): Promise<OutgoingAnswer> {
  const wanted = headers['x-stream-protocol-version']
  const { socket, protocol } = await upgradeConnection(url, {
    upgrade: 'SPDY/3.1',
    ...(wanted && { 'x-stream-protocol-version': wanted }),
  })
  return {
    status: 101,
    headers: { connection: 'Upgrade', upgrade: 'SPDY/3.1', ...(protocol && { 'x-stream-protocol-version': protocol }) },
    body: '',
    tunnel: (client) => {
      socket.on('error', fail(client))
      joinStreams(client, socket)
    },
  }
}

/** The kubelet's own names for them, and those of PodExecOptions. */
function streamOptions(query: URLSearchParams): StreamOptions {
  const isSet = (...names: string[]) => names.some((name) => ['1', 'true'].includes(query.get(name) ?? ''))
  return {
    stdin: isSet('input', 'stdin'),
    stdout: isSet('output', 'stdout'),
    stderr: isSet('error', 'stderr'),
    tty: isSet('tty'),
  }
}

function runtimeUrl(
  cri: Cri,
  { query }: KubeletRequest,
  target: StreamTarget,
  options: StreamOptions,
): Promise<string> {
  if (target.what === 'portForward') return cri.portForward(target.sandboxId, [])
  const { containerId } = target
  // A terminal has one output: the runtime refuses a separate stderr.
  const request = { containerId, ...options, stderr: options.stderr && !options.tty }
  return target.what === 'exec' ? cri.exec({ ...request, cmd: query.getAll('command') }) : cri.attach(request)
}

function agreedProtocol({ headers }: KubeletRequest, target: StreamTarget): string {
  const offered = (headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim())
  const known: readonly string[] = target.what === 'portForward' ? [TUNNEL_PROTOCOL] : WEBSOCKET_PROTOCOLS
  const agreed = known.find((name) => offered.includes(name))
  if (!agreed) throw badRequest(`unable to upgrade: none of the subprotocols is known: ${offered.join(', ')}`)
  return agreed
}
