import { fileURLToPath } from 'node:url'
import { GrpcError, type GrpcService, type OpenGrpc, openGrpc } from '../../os/grpc.ts'
import { containerdEvents } from './containerd-events.ts'
import type {
  Container,
  ContainerStats,
  ContainerStatus,
  Cri,
  ExecSyncResponse,
  FilesystemUsage,
  Image,
  PodSandbox,
  PodSandboxStatus,
  RuntimeEvent,
  RuntimeStatusResponse,
} from './types.ts'

const PROTO = fileURLToPath(new URL('runtime.proto', import.meta.url))

/** How long a call may take that only looks something up or changes a record. */
const SHORT_MS = 30_000
/** Making and ending things waits for the kernel, the network plugins and the disk. */
const LONG_MS = 4 * 60_000
/** A pull that brings nothing for this long is given up by the runtime itself; this is the outermost limit. */
const PULL_MS = 60 * 60_000

const short = { timeoutMs: SHORT_MS }
const long = { timeoutMs: LONG_MS }

/** A client of the runtime that listens at `endpoint`, for example `unix:///run/containerd/containerd.sock`. */
export function criClient(endpoint: string, open: OpenGrpc = openGrpc): Cri {
  const address = endpoint.includes('://') ? endpoint : `unix://${endpoint}`
  const runtime = open(PROTO, 'runtime.v1.RuntimeService', address)
  const images = open(PROTO, 'runtime.v1.ImageService', address)
  return {
    ...runtimeCalls(runtime),
    ...sandboxCalls(runtime),
    ...containerCalls(runtime),
    ...streamCalls(runtime),
    ...imageCalls(images),
    events: (signal) => runtimeEvents(runtime, open, address, signal),
    close() {
      runtime.close()
      images.close()
    },
  }
}

/** How gRPC's Go library prints an error; kubectl users know these lines. */
export function rpcMessage(error: unknown): string {
  if (!(error instanceof GrpcError)) return error instanceof Error ? error.message : String(error)
  const camel = error.code.toLowerCase().replace(/(^|_)([a-z])/g, (_, __, letter: string) => letter.toUpperCase())
  return `rpc error: code = ${camel === 'Cancelled' ? 'Canceled' : camel} desc = ${error.message}`
}

/** Whether the runtime says that what was named does not exist. */
export const isNotFound = (error: unknown) => error instanceof GrpcError && error.code === 'NOT_FOUND'

async function ignoreNotFound(call: Promise<unknown>): Promise<void> {
  await call.catch((error: unknown) => {
    if (!isNotFound(error)) throw error
  })
}

type RuntimeCalls = Pick<Cri, 'version' | 'status' | 'updateRuntimeConfig' | 'containerStats' | 'listContainerStats'>

function runtimeCalls(runtime: GrpcService): RuntimeCalls {
  return {
    version: (options) => runtime.call('Version', {}, { ...short, ...options }),
    status: (options) => runtime.call<RuntimeStatusResponse>('Status', {}, { ...short, ...options }),
    async updateRuntimeConfig(podCidr, options) {
      await runtime.call(
        'UpdateRuntimeConfig',
        { runtimeConfig: { networkConfig: { podCidr } } },
        { ...short, ...options },
      )
    },
    async containerStats(containerId, options) {
      const { stats } = await runtime.call<{ stats: ContainerStats }>(
        'ContainerStats',
        { containerId },
        { ...short, ...options },
      )
      return stats
    },
    async listContainerStats(options) {
      const { stats } = await runtime.call<{ stats: ContainerStats[] }>(
        'ListContainerStats',
        {},
        { ...short, ...options },
      )
      return stats
    },
  }
}

type SandboxCalls = Pick<
  Cri,
  'runPodSandbox' | 'stopPodSandbox' | 'removePodSandbox' | 'podSandboxStatus' | 'listPodSandbox'
>

function sandboxCalls(runtime: GrpcService): SandboxCalls {
  return {
    async runPodSandbox(config, runtimeHandler = '', options) {
      const made = await runtime.call<{ podSandboxId: string }>(
        'RunPodSandbox',
        { config, runtimeHandler },
        { ...long, ...options },
      )
      return made.podSandboxId
    },
    stopPodSandbox: (podSandboxId, options) =>
      ignoreNotFound(runtime.call('StopPodSandbox', { podSandboxId }, { ...long, ...options })),
    removePodSandbox: (podSandboxId, options) =>
      ignoreNotFound(runtime.call('RemovePodSandbox', { podSandboxId }, { ...long, ...options })),
    async podSandboxStatus(podSandboxId, options) {
      const { status } = await runtime.call<{ status: PodSandboxStatus }>(
        'PodSandboxStatus',
        { podSandboxId },
        { ...short, ...options },
      )
      return status
    },
    async listPodSandbox(filter = {}, options) {
      const { items } = await runtime.call<{ items: PodSandbox[] }>(
        'ListPodSandbox',
        { filter },
        { ...short, ...options },
      )
      return items
    },
  }
}

type ContainerCalls = Pick<
  Cri,
  | 'createContainer'
  | 'startContainer'
  | 'stopContainer'
  | 'removeContainer'
  | 'listContainers'
  | 'containerStatus'
  | 'updateContainerResources'
  | 'reopenContainerLog'
>

function containerCalls(runtime: GrpcService): ContainerCalls {
  return {
    async createContainer(podSandboxId, config, sandboxConfig, options) {
      const request = { podSandboxId, config, sandboxConfig }
      const made = await runtime.call<{ containerId: string }>('CreateContainer', request, { ...long, ...options })
      return made.containerId
    },
    async startContainer(containerId, options) {
      await runtime.call('StartContainer', { containerId }, { ...long, ...options })
    },
    stopContainer: (containerId, graceSeconds, options) =>
      ignoreNotFound(
        runtime.call(
          'StopContainer',
          { containerId, timeout: graceSeconds },
          { timeoutMs: graceSeconds * 1000 + LONG_MS, ...options },
        ),
      ),
    removeContainer: (containerId, options) =>
      ignoreNotFound(runtime.call('RemoveContainer', { containerId }, { ...long, ...options })),
    async listContainers(filter = {}, options) {
      const { containers } = await runtime.call<{ containers: Container[] }>(
        'ListContainers',
        { filter },
        { ...short, ...options },
      )
      return containers
    },
    async containerStatus(containerId, options) {
      const { status } = await runtime.call<{ status: ContainerStatus }>(
        'ContainerStatus',
        { containerId },
        { ...short, ...options },
      )
      return status
    },
    async updateContainerResources(containerId, linux, options) {
      await runtime.call('UpdateContainerResources', { containerId, linux }, { ...short, ...options })
    },
    async reopenContainerLog(containerId, options) {
      await runtime.call('ReopenContainerLog', { containerId }, { ...short, ...options })
    },
  }
}

function streamCalls(runtime: GrpcService): Pick<Cri, 'execSync' | 'exec' | 'attach' | 'portForward'> {
  const url = async (method: string, request: object, options?: object) =>
    (await runtime.call<{ url: string }>(method, request, { ...short, ...options })).url
  return {
    execSync: (containerId, cmd, timeoutSeconds, options) =>
      runtime.call<ExecSyncResponse>('ExecSync', { containerId, cmd, timeout: timeoutSeconds }, options),
    exec: (request, options) => url('Exec', request, options),
    attach: (request, options) => url('Attach', request, options),
    portForward: (podSandboxId, port, options) => url('PortForward', { podSandboxId, port }, options),
  }
}

type ImageCalls = Pick<Cri, 'pullImage' | 'listImages' | 'imageStatus' | 'removeImage' | 'imageFsInfo'>

function imageCalls(images: GrpcService): ImageCalls {
  return {
    async pullImage(image, auth, sandboxConfig, options) {
      const request = { image, auth, sandboxConfig }
      const pulled = await images.call<{ imageRef: string }>('PullImage', request, { timeoutMs: PULL_MS, ...options })
      return pulled.imageRef
    },
    async listImages(options) {
      const list = await images.call<{ images: Image[] }>('ListImages', {}, { ...short, ...options })
      return list.images
    },
    async imageStatus(image, options) {
      const found = await images.call<{ image: Image | null }>('ImageStatus', { image }, { ...short, ...options })
      return found.image ?? undefined
    },
    removeImage: (image, options) => ignoreNotFound(images.call('RemoveImage', { image }, { ...short, ...options })),
    async imageFsInfo(options) {
      const info = await images.call<{ imageFilesystems: FilesystemUsage[] }>(
        'ImageFsInfo',
        {},
        { ...short, ...options },
      )
      return info.imageFilesystems
    },
  }
}

/** CRI's own events where the runtime has them, else those of containerd, which serves them on the same socket. */
async function* runtimeEvents(
  runtime: GrpcService,
  open: OpenGrpc,
  address: string,
  signal: AbortSignal,
): AsyncGenerator<RuntimeEvent> {
  try {
    for await (const event of runtime.stream<{ containerId: string }>('GetContainerEvents', {}, { signal })) {
      yield { id: event.containerId }
    }
  } catch (error) {
    // containerd 1.7 has the method and says UNKNOWN when it is not enabled; 1.6 does not have it.
    if (!(error instanceof GrpcError) || error.code === 'UNAVAILABLE') throw error
    yield* containerdEvents(open, address, signal)
  }
}
