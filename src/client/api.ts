import type { ApiRequest, ApiResponse } from '../api/exchange.ts'
import type { Kind } from '../api/kind.ts'
import type { Draft, KubeObject, ObjectList, ObjectRef, WatchEventType } from '../api/meta.ts'

/** Carries requests to an API server: over TLS, or within the process. Rejects only when no answer came. */
export type Transport = (request: ApiRequest) => Promise<ApiResponse>

/** The API, kind by kind: `api(Pod).get({ namespace, name })`. Every call rejects with an ApiError for a Status. */
export type Api = <T extends KubeObject>(kind: Kind<T>) => Resource<T>

export interface ListOptions {
  /** All namespaces when absent. */
  namespace?: string
  labelSelector?: string
  fieldSelector?: string
  limit?: number
  continue?: string
  resourceVersion?: string
  resourceVersionMatch?: 'Exact' | 'NotOlderThan'
}

export interface WatchOptions extends ListOptions {
  allowWatchBookmarks?: boolean
  sendInitialEvents?: boolean
  timeoutSeconds?: number
  signal?: AbortSignal
}

export interface DeleteOptions {
  gracePeriodSeconds?: number
  propagationPolicy?: 'Orphan' | 'Background' | 'Foreground'
  preconditions?: { uid?: string; resourceVersion?: string }
}

export type PatchType = 'json' | 'merge' | 'strategic' | 'apply'

export interface PatchOptions {
  type: PatchType
  subresource?: string
  fieldManager?: string
  force?: boolean
}

export interface WatchEvent<T> {
  type: WatchEventType
  /** A Status for ERROR; only kind, apiVersion and metadata.resourceVersion for BOOKMARK. */
  object: T
}

export interface Resource<T extends KubeObject> {
  get(ref: ObjectRef): Promise<T>
  list(options?: ListOptions): Promise<ObjectList<T>>
  watch(options?: WatchOptions): AsyncIterable<WatchEvent<T>>
  create(object: Draft<T>): Promise<T>
  /** Refused with Conflict unless `object.metadata.resourceVersion` is the newest. */
  update(object: T): Promise<T>
  /** Writes `status` onto the object as read; sends nothing when it is deeply equal to what is there. */
  updateStatus(object: T, status: T extends { status: infer S } ? S : never): Promise<T>
  patch(ref: ObjectRef, patch: object, options: PatchOptions): Promise<T>
  delete(ref: ObjectRef, options?: DeleteOptions): Promise<void>
  deleteCollection(list: ListOptions, options?: DeleteOptions): Promise<void>
  /** POST to a subresource: binding, eviction, token. */
  post<R = unknown>(ref: ObjectRef, subresource: string, body: object): Promise<R>
  /** PUT to a subresource: finalize, scale, approval. */
  put<R = unknown>(ref: ObjectRef, subresource: string, body: object): Promise<R>
}

/** The objects of one kind as last seen, kept up to date by a watch. All that it returns is shared: never change it. */
export interface Cache<T extends KubeObject> {
  get(ref: ObjectRef): T | undefined
  /** All, or those of one namespace. */
  list(namespace?: string): readonly T[]
  /** Objects whose controller is `owner` (by uid), through an index. */
  ownedBy(owner: KubeObject): readonly T[]
  /** Through an index that was named when the informer was made. */
  by(index: string, value: string): readonly T[]
}
