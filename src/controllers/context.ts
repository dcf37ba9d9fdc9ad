import type { Kind } from '../api/kind.ts'
import type { KubeObject } from '../api/meta.ts'
import type { Api } from '../client/api.ts'
import type { EventRecorder } from '../client/event-recorder.ts'
import type { Informers } from '../client/informers.ts'
import type { ObjectCache } from '../client/object-cache.ts'
import type { Env } from '../std/env.ts'
import type { ControllerConfig } from './config.ts'

/** What all controllers of a process share. */
export interface Shared {
  env: Env
  api: Api
  informers: Informers
  config: ControllerConfig
  /** The kinds that the API server serves now, custom ones included. */
  kinds(): Promise<readonly Kind[]>
  /** A recorder whose events come from `component`. */
  recorder(component: string): EventRecorder
}

/** A cache as controllers read it. */
export type ControllerCache<T extends KubeObject> = Pick<ObjectCache<T>, 'get' | 'list' | 'ownedBy' | 'by' | 'orphans'>

/** What a reconcile gets. */
export interface Context<S = unknown> {
  env: Env
  /** Writes through it are remembered: the key is not reconciled again before the caches show them. */
  api: Api
  /** The cache of a kind that the controller named as `for`, `owns`, `watches` or `reads`. */
  cache<T extends KubeObject>(kind: Kind<T>): ControllerCache<T>
  events: EventRecorder
  config: ControllerConfig
  kinds(): Promise<readonly Kind[]>
  /** Puts another key of this controller into its queue. */
  wake(key: string): void
  /** What the controller's `state` made when it started. */
  state: S
}

/** One thing that runs as long as the process leads. */
export interface Controller {
  name: string
  run(shared: Shared, signal: AbortSignal): Promise<void>
}
