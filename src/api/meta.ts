import type { IObjectMeta } from '@kubernetes-models/apimachinery/apis/meta/v1/ObjectMeta'

/** The metadata of an object that the API server has served: what it always fills in is there. */
export type ObjectMeta = IObjectMeta &
  Required<Pick<IObjectMeta, 'name' | 'uid' | 'resourceVersion' | 'creationTimestamp'>>

/** Any object of the API. */
export interface KubeObject {
  apiVersion: string
  kind: string
  metadata: ObjectMeta
}

/** What the published type of a kind becomes once it is served: metadata is filled, and spec and status are there. */
export type Served<T> = Omit<T, 'apiVersion' | 'kind' | 'metadata' | 'spec' | 'status'> & {
  apiVersion: string
  kind: string
  metadata: ObjectMeta
} & { [K in keyof T & ('spec' | 'status')]-?: NonNullable<T[K]> }

/** What a client may send to create a `T`: names and labels, and as much of the rest as it likes. */
export type Draft<T> = Omit<Partial<T>, 'metadata'> & { metadata?: Partial<ObjectMeta> }

/** A list as served; `metadata.continue` is set when there is more. */
export interface ObjectList<T> {
  apiVersion: string
  kind: string
  metadata: { resourceVersion: string; continue?: string; remainingItemCount?: number }
  items: T[]
}

/** Names one object within a kind; `namespace` is absent for cluster-scoped kinds. */
export interface ObjectRef {
  name: string
  namespace?: string
}

export type WatchEventType = 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR'

/** `namespace/name`, or the name alone for cluster-scoped objects: client-go's cache key. */
export function keyOf({ metadata: { namespace, name } }: { metadata: { namespace?: string; name?: string } }): string {
  return namespace ? `${namespace}/${name}` : (name ?? '')
}

/** The reverse of `keyOf`. */
export function parseKey(key: string): ObjectRef {
  const slash = key.indexOf('/')
  return slash < 0 ? { name: key } : { namespace: key.slice(0, slash), name: key.slice(slash + 1) }
}

/** Splits `apps/v1` and `v1` into group and version. */
export function parseApiVersion(apiVersion: string): { group: string; version: string } {
  const slash = apiVersion.indexOf('/')
  return slash < 0
    ? { group: '', version: apiVersion }
    : { group: apiVersion.slice(0, slash), version: apiVersion.slice(slash + 1) }
}

export function apiVersionOf({ group, version }: { group: string; version: string }): string {
  return group ? `${group}/${version}` : version
}

/** The owner that controls the object, if one does. */
export function controllerOf(object: { metadata: IObjectMeta }) {
  return object.metadata.ownerReferences?.find((owner) => owner.controller)
}
