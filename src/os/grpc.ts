import { systemClock } from '../std/clock.ts'
import { type Client, credentials, loadPackageDefinition, type ServiceError, status } from '@grpc/grpc-js'
import { loadSync } from '@grpc/proto-loader'

/** Why a call failed: the code's name as gRPC spells it (`NOT_FOUND`), and what the server said. */
export class GrpcError extends Error {
  readonly code: string
  constructor(code: string, details: string) {
    super(details)
    this.name = 'GrpcError'
    this.code = code
  }
}

export interface GrpcCallOptions {
  timeoutMs?: number
  signal?: AbortSignal
}

/** A service of a proto file. Names of methods are the proto's; fields of messages are in camel case. */
export interface GrpcService {
  call<Response>(method: string, request: object, options?: GrpcCallOptions): Promise<Response>
  /** A call that is answered with a stream; leaving the loop ends it. */
  stream<Response>(method: string, request: object, options?: { signal?: AbortSignal }): AsyncIterable<Response>
  close(): void
}

/** Opens a service of `protoFile` at an address as gRPC writes it: `unix:///run/containerd/containerd.sock`. */
export type OpenGrpc = (protoFile: string, service: string, address: string) => GrpcService

/** Lists of containers and outputs of commands are larger than gRPC's default allows; the kubelet takes 16 MiB too. */
const MESSAGE_MAX_BYTES = 16 * 1024 * 1024

const LOAD_OPTIONS = { longs: Number, enums: String, defaults: true, arrays: true, objects: true } as const

type Callback = (error: ServiceError | null, response: unknown) => void
interface Cancellable {
  cancel(): void
}
type Methods = Record<string, (...args: unknown[]) => Cancellable>

const errorOf = (error: ServiceError) => new GrpcError(status[error.code] ?? 'UNKNOWN', error.details)

function serviceIn(definition: object, path: string): new (address: string, ...rest: unknown[]) => Client {
  const found = path.split('.').reduce((at, name) => (at as Record<string, object>)[name] as object, definition)
  return found as never
}

/** Sends over HTTP/2 in the clear, which is what a unix socket needs. */
export const openGrpc: OpenGrpc = (protoFile, service, address) => {
  const Service = serviceIn(loadPackageDefinition(loadSync(protoFile, LOAD_OPTIONS)), service)
  const client = new Service(address, credentials.createInsecure(), {
    'grpc.max_receive_message_length': MESSAGE_MAX_BYTES,
    'grpc.max_send_message_length': MESSAGE_MAX_BYTES,
    // A runtime that was restarted is found again within a second, not within two minutes.
    'grpc.initial_reconnect_backoff_ms': 20,
    'grpc.max_reconnect_backoff_ms': 1000,
    // Without it, clients of one address share a connection, and closing one would not close it.
    'grpc.use_local_subchannel_pool': 1,
  })
  const methods = client as unknown as Methods
  return {
    call: (method, request, options = {}) => unary(methods, method, request, options),
    stream: (method, request, options = {}) => streaming(methods, method, request, options),
    close: () => client.close(),
  }
}

function unary<Response>(
  methods: Methods,
  method: string,
  request: object,
  options: GrpcCallOptions,
): Promise<Response> {
  const { timeoutMs, signal } = options
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted()
    const onAbort = () => call?.cancel()
    const done: Callback = (error, response) => {
      signal?.removeEventListener('abort', onAbort)
      if (!error) return resolve(response as Response)
      reject(signal?.aborted ? signal.reason : errorOf(error))
    }
    const settings = timeoutMs === undefined ? {} : { deadline: deadlineIn(timeoutMs) }
    const call = methods[method]?.call(methods, request, settings, done)
    signal?.addEventListener('abort', onAbort, { once: true })
  })
}

/** gRPC wants a moment of the real clock. */
const deadlineIn = (timeoutMs: number) => new Date(systemClock.now() + timeoutMs)

async function* streaming<Response>(
  methods: Methods,
  method: string,
  request: object,
  { signal }: { signal?: AbortSignal },
): AsyncGenerator<Response> {
  const call = methods[method]?.call(methods, request) as unknown as AsyncIterable<Response> & Cancellable
  const onAbort = () => call.cancel()
  signal?.addEventListener('abort', onAbort, { once: true })
  try {
    yield* call
  } catch (error) {
    if (!signal?.aborted) throw errorOf(error as ServiceError)
  } finally {
    signal?.removeEventListener('abort', onAbort)
    call.cancel()
  }
}
