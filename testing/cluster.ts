import { isApiError } from '../src/api/errors.ts'
import type { Kind } from '../src/api/kind.ts'
import { Event } from '../src/api/kinds/core/event.ts'
import { Node } from '../src/api/kinds/core/node.ts'
import { KINDS } from '../src/api/kinds/index.ts'
import { keyOf, type KubeObject, type ObjectRef } from '../src/api/meta.ts'
import { parseYamlDocuments } from '../src/api/yaml.ts'
import type { ApiServer } from '../src/apiserver/server.ts'
import type { Api, DeleteOptions, ListOptions, Transport } from '../src/client/api.ts'
import { createApi } from '../src/client/client.ts'
import { discoverKinds } from '../src/client/discovery.ts'
import { assert } from '../src/std/assert.ts'
import type { Env } from '../src/std/env.ts'
import type { Store } from '../src/store/store.ts'
import type { Watch } from '../src/store/watch.ts'
import type { LogLine } from './envs.ts'
import { FakeNode, type NodeOption, type RuntimeOptions } from './fake-node.ts'
import type { VirtualClock } from './virtual-clock.ts'

/** One change to one object, as the store has it. */
export interface Change<T extends KubeObject = KubeObject> {
  revision: number
  type: 'ADDED' | 'MODIFIED' | 'DELETED'
  object: T
}

interface Parts {
  clock: VirtualClock
  log: LogLine[]
  store: Store
  server: ApiServer
  history: Watch
  transportOf(user: string, group?: string): Transport
  envOf(component: string): Env
  /** The components that run until `stopping` is aborted, by name. */
  running: Record<string, Promise<void>>
  stopping: AbortController
  runtime: RuntimeOptions
}

/** Nothing but heartbeats for this long means that the cluster has come to rest. */
const REST_MS = 1000
/** A cluster that has not come to rest after this time never will. */
const RESTLESS_MS = 10 * 60_000
const FIELD_MANAGER = 'test'

/** A cluster in this process, under a clock of its own. */
export class Cluster {
  readonly clock: VirtualClock
  /** Warnings and errors that components logged. */
  readonly log: readonly LogLine[]
  /** The API, as an administrator. */
  readonly api: Api
  readonly transport: Transport
  private readonly parts: Parts
  private readonly nodes = new Map<string, FakeNode>()
  private readonly changes: Change[] = []
  private readonly recording: Promise<void>
  /** How many changes were more than heartbeats. */
  private movements = 0

  constructor(parts: Parts) {
    this.parts = parts
    this.clock = parts.clock
    this.log = parts.log
    this.transport = parts.transportOf('admin', 'system:masters')
    this.api = createApi(this.transport, { userAgent: FIELD_MANAGER, fieldManager: FIELD_MANAGER, clock: parts.clock })
    this.recording = this.record(parts.history)
  }

  /** Server-side apply, in order, of YAML documents or objects; resolves with the objects as they are then. */
  async apply(manifest: string | object | readonly object[]): Promise<KubeObject[]> {
    const objects = typeof manifest === 'string' ? parseYamlDocuments(manifest) : [manifest].flat()
    const applied: KubeObject[] = []
    for (const object of objects as KubeObject[]) {
      const kind = await this.kindOf(object)
      const { name, namespace = 'default' } = object.metadata
      const ref = kind.scope === 'Namespaced' ? { name, namespace } : { name }
      const how = { type: 'apply', fieldManager: FIELD_MANAGER, force: true } as const
      applied.push(await this.api(kind).patch(ref, object, how))
    }
    return applied
  }

  /** The object, of the namespace `default` when none is named; rejects when it is not there. */
  get<T extends KubeObject>(kind: Kind<T>, name: string, namespace?: string): Promise<T> {
    return this.api(kind).get(refOf(kind, name, namespace))
  }

  /** The object, or `undefined`. */
  async find<T extends KubeObject>(kind: Kind<T>, name: string, namespace?: string): Promise<T | undefined> {
    try {
      return await this.get(kind, name, namespace)
    } catch (error) {
      if (isApiError(error, 'NotFound')) return undefined
      throw error
    }
  }

  /** The objects of all namespaces, or of one. */
  async list<T extends KubeObject>(kind: Kind<T>, options?: ListOptions): Promise<T[]> {
    return (await this.api(kind).list(options)).items
  }

  delete(kind: Kind, name: string, options: DeleteOptions & { namespace?: string } = {}): Promise<void> {
    const { namespace, ...how } = options
    return this.api(kind).delete(refOf(kind, name, namespace), how)
  }

  /** Reads the object, changes it, and writes it back; again when somebody else was faster. */
  async edit<T extends KubeObject>(kind: Kind<T>, name: string, change: (object: T) => void): Promise<T> {
    for (;;) {
      const object = await this.get(kind, name)
      change(object)
      try {
        return await this.api(kind).update(object)
      } catch (error) {
        if (!isApiError(error, 'Conflict')) throw error
      }
    }
  }

  /** What was said about an object, oldest first: `Warning BackOff Back-off restarting …`. Repeats end in ` x3`. */
  async events({ kind, metadata }: { kind: string; metadata: ObjectRef }): Promise<string[]> {
    const { items } = await this.api(Event).list({ namespace: metadata.namespace ?? 'default' })
    return items
      .filter(({ involvedObject: about }) => about.kind === kind && about.name === metadata.name)
      .sort((a, b) => this.createdAt(a) - this.createdAt(b))
      .map(({ type, reason, message, count = 1 }) => `${type} ${reason} ${message}${count > 1 ? ` x${count}` : ''}`)
  }

  /** All that has happened to the objects of a kind, or to all, in the order of revisions. */
  history(): readonly Change[]
  history<T extends KubeObject>(kind: Kind<T>): readonly Change<T>[]
  history(kind?: Kind): readonly Change[] {
    if (!kind) return this.changes
    return this.changes.filter(({ object }) => object.kind === kind.kind && object.apiVersion === kind.apiVersion)
  }

  /** Lets as much time pass as it takes until nothing has changed for a second, heartbeats of nodes apart. */
  async settled(): Promise<void> {
    const startedAt = this.clock.monotonic()
    for (let before = -1; before !== this.movements; ) {
      before = this.movements
      await this.clock.advance(REST_MS)
      assert(this.clock.monotonic() - startedAt < RESTLESS_MS, 'the cluster does not come to rest')
    }
  }

  /** Lets time pass: milliseconds, or a duration as Go writes it (`5m`, `1h30m`). */
  advance(by: number | string): Promise<void> {
    return this.clock.advance(by)
  }

  node(name: string): FakeNode {
    const found = this.nodes.get(name)
    assert(found, `the cluster has no node ${name}`)
    return found
  }

  /** Adds a machine and starts its kubelet. */
  async addNode(option: NodeOption): Promise<FakeNode> {
    const { name, labels, ...machine } = typeof option === 'string' ? { name: option } : option
    assert(!this.nodes.has(name), `the cluster has a node ${name} already`)
    const { transportOf, envOf, runtime } = this.parts
    const transport = transportOf(`system:node:${name}`, 'system:nodes')
    const number = this.nodes.size + 1
    const node = new FakeNode({ name, number, env: envOf(`kubelet ${name}`), transport, machine, runtime })
    this.nodes.set(name, node)
    await node.start()
    await this.clock.settled()
    if (labels) await this.api(Node).patch({ name }, { metadata: { labels } }, { type: 'merge' })
    return node
  }

  /** Ends all components and closes the store. Rejects when one does not end. */
  async [Symbol.asyncDispose](): Promise<void> {
    const { stopping, server, store, running } = this.parts
    const nodes = [...this.nodes.values()].map((node) => [`kubelet of ${node.name}`, node.stop()] as const)
    stopping.abort(new Error('the cluster stops'))
    const left = new Set<string>()
    for (const [name, end] of [...Object.entries(running), ...nodes]) {
      left.add(name)
      void end.finally(() => left.delete(name))
    }
    await this.clock.settled()
    assert(left.size === 0, `these do not end: ${[...left].join(', ')}`)
    server.stop()
    await store.close()
    await this.recording
  }

  /** Custom kinds are asked for: they come and go. */
  private async kindOf({ apiVersion, kind, metadata }: KubeObject): Promise<Kind> {
    const isIt = (each: Kind) => each.kind === kind && each.apiVersion === apiVersion
    const found = KINDS.find(isIt) ?? (await discoverKinds(this.transport)).find(isIt)
    assert(found, `${keyOf({ metadata })} is of a kind that is not there: ${apiVersion} ${kind}`)
    return found
  }

  private createdAt({ metadata }: KubeObject): number {
    return this.changes.findIndex(({ object }) => object.metadata.uid === metadata.uid)
  }

  private async record(history: Watch): Promise<void> {
    for await (const events of history) {
      for (const { type, stored } of events) {
        this.changes.push({ revision: stored.revision, type, object: stored.object })
        if (stored.object.kind !== 'Lease') this.movements++
      }
    }
  }
}

function refOf({ scope }: Pick<Kind, 'scope'>, name: string, namespace = 'default'): ObjectRef {
  return scope === 'Namespaced' ? { name, namespace } : { name }
}
