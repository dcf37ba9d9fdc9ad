import { ApiError, errorFromStatus, type Status } from '../api/errors.ts'
import type { Kind } from '../api/kind.ts'
import type { KubeObject, ObjectList, ObjectRef } from '../api/meta.ts'
import { type Clock, sleep, systemClock } from '../std/clock.ts'
import { deepEqual } from '../api/equal.ts'
import type {
  Api,
  DeleteOptions,
  ListOptions,
  PatchType,
  Resource,
  Transport,
  WatchEvent,
  WatchOptions,
} from './api.ts'
import { linesOf, textOf } from './body.ts'
import { deleteBody, listQuery, pathOf, queryOf, watchQuery } from './paths.ts'

export interface ClientOptions {
  userAgent?: string
  /** Whom managed fields name; the server takes it from the user agent when absent. */
  fieldManager?: string
  /** What waits before a request is sent again; the system's clock when absent. */
  clock?: Clock
  /** Ask for metadata only: objects come without spec and status. */
  metadataOnly?: boolean
}

const CONTENT_TYPES: Readonly<Record<PatchType, string>> = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  apply: 'application/apply-patch+yaml',
}

/** How often a request is sent again that the server answered with "later". */
const MAX_RETRIES = 10

interface Call {
  method: string
  url: string
  body?: object
  contentType?: string
  signal?: AbortSignal
  /** The kind of answer wanted, when only metadata is asked for. */
  partial?: string
}

/** The API over a transport. An answer that says "later" (Retry-After) is waited for and asked again, a bounded number of times. */
export function createApi(transport: Transport, options: ClientOptions = {}): Api {
  const send = sender(transport, options)
  return (kind) => resourceOf(kind, send, options)
}

type Send = (call: Call) => Promise<Awaited<ReturnType<Transport>>>

function sender(transport: Transport, { userAgent = 'skiff', metadataOnly, clock = systemClock }: ClientOptions): Send {
  return async ({ method, url, body, contentType = 'application/json', signal, partial }) => {
    const headers = {
      accept: metadataOnly && partial ? `application/json;as=${partial};g=meta.k8s.io;v=v1` : 'application/json',
      'user-agent': userAgent,
      ...(body && { 'content-type': contentType }),
    }
    const request = { method, url, headers, ...(body && { body: JSON.stringify(body) }), ...(signal && { signal }) }
    for (let attempt = 0; ; attempt++) {
      const response = await transport(request)
      if (response.status < 400) return response
      const laterSeconds =
        response.status === 429 || response.status >= 500 ? Number(response.headers['retry-after']) : 0
      if (!(laterSeconds > 0) || attempt >= MAX_RETRIES) throw failure(response.status, await textOf(response.body))
      await sleep(clock, laterSeconds * 1000, signal)
    }
  }
}

/** The error that an answer stands for: its Status, or what can be said without one. */
function failure(code: number, text: string): ApiError {
  const status = parseStatus(text)
  return status ? errorFromStatus(status) : new ApiError(code, 'Unknown', text.trim() || `the server answered ${code}`)
}

function parseStatus(text: string): Status | undefined {
  try {
    const parsed: unknown = JSON.parse(text)
    return isStatus(parsed) ? parsed : undefined
  } catch {
    return undefined // Not JSON: a proxy's page, say. The caller keeps the text.
  }
}

function isStatus(value: unknown): value is Status {
  return typeof value === 'object' && value !== null && (value as Status).kind === 'Status'
}

function resourceOf<T extends KubeObject>(kind: Kind<T>, send: Send, { fieldManager }: ClientOptions): Resource<T> {
  const call = async <R>(call: Call): Promise<R> =>
    JSON.parse(await textOf((await send({ partial: 'PartialObjectMetadata', ...call })).body)) as R
  const at = ({ namespace, name }: ObjectRef, subresource?: string) => pathOf(kind, namespace, name, subresource)
  const managed = queryOf({ fieldManager })
  const typed = (object: object) => ({ apiVersion: kind.apiVersion, kind: kind.kind, ...object })
  const put = (object: T, subresource?: string) =>
    call<T>({ method: 'PUT', url: at(object.metadata, subresource) + managed, body: typed(object) })
  return {
    get: (ref) => call({ method: 'GET', url: at(ref) }),
    list: (options = {}) => list(kind, call, options),
    watch: (options = {}) => watch<T>(kind, send, options),
    create: (object) =>
      call({ method: 'POST', url: pathOf(kind, object.metadata?.namespace) + managed, body: typed(object) }),
    update: (object) => put(object),
    updateStatus: async (object, status) =>
      deepEqual((object as { status?: unknown }).status, status) ? object : put({ ...object, status }, 'status'),
    patch: (ref, patch, { type, subresource, fieldManager: manager = fieldManager, force }) =>
      call({
        method: 'PATCH',
        url: at(ref, subresource) + queryOf({ fieldManager: manager, force }),
        body: patch,
        contentType: CONTENT_TYPES[type],
      }),
    delete: (ref, options) => remove(send, at(ref), options),
    deleteCollection: (options, how) =>
      remove(send, pathOf(kind, options.namespace) + queryOf(listQuery(options)), how),
    post: (ref, subresource, body) => call({ method: 'POST', url: at(ref, subresource) + managed, body }),
    put: (ref, subresource, body) => call({ method: 'PUT', url: at(ref, subresource) + managed, body }),
  }
}

async function remove(send: Send, url: string, options?: DeleteOptions): Promise<void> {
  const body = deleteBody(options)
  const answer = await send({ method: 'DELETE', url, ...(body && { body }) })
  await textOf(answer.body) // Read to its end, so that the connection can be used again.
}

async function list<T extends KubeObject>(
  kind: Kind<T>,
  call: (call: Call) => Promise<ObjectList<T>>,
  options: ListOptions,
): Promise<ObjectList<T>> {
  const url = pathOf(kind, options.namespace) + queryOf(listQuery(options))
  const answer = await call({ method: 'GET', url, partial: 'PartialObjectMetadataList' })
  // Items of a list come without the names of their type; whoever holds one alone wants to know.
  const items = (answer.items ?? []).map((item) => ({ ...item, apiVersion: kind.apiVersion, kind: kind.kind }))
  return { ...answer, items }
}

/** Ends when the server ends it or the signal is aborted; throws for an answer that is an error, and when the connection breaks. */
async function* watch<T extends KubeObject>(
  kind: Kind<T>,
  send: Send,
  options: WatchOptions,
): AsyncGenerator<WatchEvent<T>> {
  const { signal } = options
  const url = pathOf(kind, options.namespace) + queryOf(watchQuery(options))
  try {
    const { body } = await send({ method: 'GET', url, partial: 'PartialObjectMetadata', ...(signal && { signal }) })
    for await (const line of linesOf(body)) {
      if (signal?.aborted) return
      yield JSON.parse(line) as WatchEvent<T>
    }
  } catch (error) {
    if (!signal?.aborted) throw error
  }
}
