import type { VersionInfo } from '../api/discovery.ts'
import type { UserInfo } from '../api/exchange.ts'
import type { Kind } from '../api/kind.ts'
import type { KubeObject, ObjectRef } from '../api/meta.ts'
import type { Descriptions } from '../api/openapi/definitions.ts'
import type { SchemaTable } from '../api/schema.ts'
import type { Proxy } from '../os/https-proxy.ts'
import type { Env } from '../std/env.ts'
import { objectKey } from '../store/keys.ts'
import type { Store } from '../store/store.ts'
import type { Admission } from './admission/plugin.ts'
import type { Authentication } from './authn/authentication.ts'
import type { Authorizer } from './authz/authorizer.ts'
import type { HealthCheck } from './health.ts'
import type { Registry } from './registry.ts'
import type { Hooks } from './strategy/hooks.ts'

/** What requests are answered with. */
export interface Context {
  env: Env
  store: Store
  registry: Registry
  schema: SchemaTable
  /** What OpenAPI documents say beside the schema; read when they are first asked for. */
  descriptions(): Promise<Descriptions>
  admission: Admission
  authentication: Authentication
  authorizer: Authorizer
  /** What is particular to storing one kind, by `resourceOf`. */
  hooks: ReadonlyMap<string, Hooks>
  /** Reaches kubelets, pods and services. */
  proxy: Proxy
  version: VersionInfo
  /** `host:port` at which the server is reached from outside; what a client says when absent. */
  externalAddress?: string
  /** What has to be in order before the server counts as ready. */
  readyChecks: readonly HealthCheck[]
}

/** An object as it is served: what it says, and its JSON. Both are shared; copy before you change. */
export interface Served<T extends KubeObject = KubeObject> {
  readonly object: T
  readonly text: string
}

/** Who writes, and who is told what they should know. */
export interface Writer {
  user: UserInfo
  warn(text: string): void
}

/** `pods`, `deployments.apps`: what hooks and admission tell resources apart by. */
export function resourceOf({ group, plural }: { group: string; plural: string }): string {
  return group ? `${plural}.${group}` : plural
}

export function keyFor(kind: Kind, namespace: string, name: string): string {
  return objectKey(kind, kind.scope === 'Namespaced' ? namespace : undefined, name)
}

/** An object of the store, for those who decide by it. Shared: never change it. */
export function lookup<T extends KubeObject>(
  store: Store,
  kind: Kind<T>,
  { namespace = '', name }: ObjectRef,
): T | undefined {
  return store.get(keyFor(kind, namespace, name))?.object as T | undefined
}
