import { ApiError, isApiError, notFound } from '../../api/errors.ts'
import { Pod } from '../../api/kinds/core/pod.ts'
import { httpsServer, type HttpsServer, type IncomingRequest, type OutgoingAnswer } from '../../os/https-server.ts'
import type { OpenLogFile } from '../../os/log-file.ts'
import type { Env } from '../../std/env.ts'
import type { ContainerStatus, Cri } from '../cri/types.ts'
import { selectContainer, selectPod } from '../labels.ts'
import { containerLogs } from './container-logs.ts'
import { parseLogOptions } from './log-options.ts'
import { streamAnswer } from './streaming.ts'

/** Who may ask the kubelet for anything but its health: the API server's client certificate says so. */
const TRUSTED_GROUP = 'system:masters'

export interface KubeletServerConfig {
  address: string
  port: number
  tls: { key: string; cert: string; clientCa: string }
}

/** What the kubelet's server asks of the rest of the kubelet. */
export interface KubeletServerContext {
  env: Env
  cri: Cri
  openLogFile: OpenLogFile
  /** The pods of this node, as the API server has them. */
  pods(): readonly Pod[]
  /** Calls `listener` whenever something happens to a container. Returns what ends that. */
  onContainerEvent(listener: (containerId: string) => void): () => void
}

/** One request, its path already cut into parts. */
export interface KubeletRequest extends IncomingRequest {
  parts: readonly string[]
  query: URLSearchParams
}

type Handler = (context: KubeletServerContext, request: KubeletRequest) => Promise<OutgoingAnswer>

/** By the first part of the path (kubelet's `server.go`). */
const HANDLERS: Readonly<Record<string, Handler>> = {
  healthz: async () => text(200, 'ok'),
  pods: async ({ pods }) => json(200, { kind: 'PodList', apiVersion: 'v1', metadata: {}, items: pods() }),
  containerLogs: logs,
  exec: stream,
  attach: stream,
  portForward: stream,
}

const PUBLIC = new Set(['healthz'])

/** The kubelet's own HTTPS port: logs, exec, attach and port-forward for the API server. */
export function kubeletServer(context: KubeletServerContext, config: KubeletServerConfig): Promise<HttpsServer> {
  return httpsServer(config, (request) => answer(context, request))
}

async function answer(context: KubeletServerContext, request: IncomingRequest): Promise<OutgoingAnswer> {
  try {
    const url = new URL(request.url, 'https://kubelet')
    const parts = url.pathname.split('/').filter(Boolean).map(decodeURIComponent)
    const [first = ''] = parts
    if (!PUBLIC.has(first) && !isTrusted(request)) return text(request.peer.certificate ? 403 : 401, 'Unauthorized')
    const handler = Object.hasOwn(HANDLERS, first) ? HANDLERS[first] : undefined
    if (!handler) return text(404, '404 page not found')
    return await handler(context, { ...request, parts, query: url.searchParams })
  } catch (error) {
    if (isApiError(error)) return text(error.code, error.message)
    context.env.log.error('a request to the kubelet failed', { url: request.url, error: String(error) })
    return text(500, (error as Error).message)
  }
}

function isTrusted({ peer }: IncomingRequest): boolean {
  return peer.certificate?.organizations.includes(TRUSTED_GROUP) ?? false
}

const text = (status: number, body: string): OutgoingAnswer => ({
  status,
  headers: { 'content-type': 'text/plain; charset=utf-8' },
  body,
})

const json = (status: number, body: object): OutgoingAnswer => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
})

/** `/containerLogs/NAMESPACE/POD/CONTAINER` */
async function logs(context: KubeletServerContext, request: KubeletRequest): Promise<OutgoingAnswer> {
  const { env, cri, openLogFile, onContainerEvent } = context
  const [, namespace = '', name = '', container = ''] = request.parts
  const options = parseLogOptions(request.query, env.clock.now())
  const found = await findContainer(context, namespace, name, container, options.previous ? 1 : 0)
  const ended = new AbortController()
  const look = async () => {
    if ((await cri.containerStatus(found.id)).state === 'CONTAINER_EXITED') ended.abort()
  }
  const stop = options.follow
    ? onContainerEvent((id) => {
        // A container that is gone cannot write any more either.
        if (id === found.id) look().catch(() => ended.abort())
      })
    : () => {}
  if (options.follow) await look()
  const body = containerLogs(openLogFile, { path: found.logPath, ended: ended.signal }, options, request.signal)
  return { status: 200, headers: { 'content-type': 'text/plain' }, body: finallyRun(body, stop) }
}

async function* finallyRun<T>(items: AsyncIterable<T>, run: () => void): AsyncGenerator<T> {
  try {
    yield* items
  } finally {
    run()
  }
}

/** The newest container of that name in the pod, or the one `back` before it. Throws in the words that kubectl shows. */
async function findContainer(
  { cri, pods }: KubeletServerContext,
  namespace: string,
  name: string,
  container: string,
  back: number,
): Promise<ContainerStatus> {
  const pod = findPod(pods(), namespace, name)
  const all = await cri.listContainers({ labelSelector: selectContainer(pod.metadata.uid, container) })
  const wanted = all.sort((a, b) => b.createdAt - a.createdAt)[back]
  if (wanted) return cri.containerStatus(wanted.id)
  const what =
    back > 0
      ? `previous terminated container "${container}" in pod "${name}" not found`
      : waitingMessage(pod, container)
  throw new ApiError(400, 'BadRequest', what)
}

/** What the commonest reasons of waiting mean for somebody who wants to see logs. */
const WAITING: Readonly<Record<string, string>> = {
  ErrImagePull: "image can't be pulled",
  ImagePullBackOff: 'trying and failing to pull image',
}

function waitingMessage({ metadata, status }: Pod, container: string): string {
  const statuses = [status.initContainerStatuses, status.containerStatuses, status.ephemeralContainerStatuses]
  const found = statuses.flatMap((each) => each ?? []).find(({ name }) => name === container)
  const what = `container "${container}" in pod "${metadata.name}"`
  if (!found) return `${what} is not available`
  const reason = found.state?.waiting?.reason
  return reason
    ? `${what} is waiting to start: ${WAITING[reason] ?? reason}`
    : `${what} is waiting to start - no logs yet`
}

function findPod(pods: readonly Pod[], namespace: string, name: string): Pod {
  const pod = pods.find(({ metadata }) => metadata.namespace === namespace && metadata.name === name)
  if (!pod) throw notFound(Pod, name)
  return pod
}

/** `/exec/…`, `/attach/…` and `/portForward/…`: all three change protocols. */
async function stream(context: KubeletServerContext, request: KubeletRequest): Promise<OutgoingAnswer> {
  const [what = '', namespace = '', name = ''] = request.parts
  const pod = findPod(context.pods(), namespace, name)
  if (what === 'portForward') {
    const sandboxes = await context.cri.listPodSandbox({
      labelSelector: selectPod(pod.metadata.uid),
      state: { state: 'SANDBOX_READY' },
    })
    const [sandbox] = sandboxes.sort((a, b) => b.createdAt - a.createdAt)
    if (!sandbox)
      throw new ApiError(
        404,
        'NotFound',
        `unable to forward port because pod is not running. Current status=${pod.status.phase}`,
      )
    return streamAnswer(context, request, { what: 'portForward', sandboxId: sandbox.id })
  }
  const { id, state } = await findContainer(context, namespace, name, request.parts.at(-1) ?? '', 0)
  if (state !== 'CONTAINER_RUNNING')
    throw new ApiError(400, 'BadRequest', `container not found ("${request.parts.at(-1)}")`)
  return streamAnswer(context, request, { what: what === 'exec' ? 'exec' : 'attach', containerId: id })
}
