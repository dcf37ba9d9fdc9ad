import type { Kind } from '../api/kind.ts'
import type { KubeObject } from '../api/meta.ts'
import type { Env } from '../std/env.ts'
import type { Api } from './api.ts'
import { type Informer, informer, type InformerOptions } from './informer.ts'

/** The informers of a process: one for each kind and selection, however many ask. */
export interface Informers {
  /** The informer of a kind; indexes are added to what there is. */
  of<T extends KubeObject>(kind: Kind<T>, options?: InformerOptions<T>): Informer<T>
  /** Of metadata alone, unless whole objects are followed anyway. */
  metadataOf(kind: Kind): Informer<KubeObject>
  /** Ends the informer of a kind's metadata: the kind is no longer served. Asked for again, it begins anew. */
  forget(kind: Kind): void
  /** Runs all informers, those asked for later too, until the signal is aborted. */
  start(signal: AbortSignal): void
  /** Resolves when all that have been asked for so far hold their first list. */
  synced(): Promise<void>
}

/** `metadataApi` asks for metadata only; without it `metadataOf` follows whole objects. */
export function createInformers(api: Api, env: Env, metadataApi: Api = api): Informers {
  const known = new Map<string, Informer<KubeObject>>()
  /** What ends those that can be forgotten. */
  const ends = new Map<Informer<KubeObject>, AbortController>()
  let running: AbortSignal | undefined

  const run = (started: Informer<KubeObject>, signal: AbortSignal) => {
    const end = ends.get(started)
    started
      .run(end ? AbortSignal.any([signal, end.signal]) : signal)
      .catch((error: unknown) => env.log.error('an informer ended', { kind: started.kind.kind, error }))
  }
  const add = (name: string, created: Informer<KubeObject>) => {
    known.set(name, created)
    if (running) run(created, running)
    return created
  }
  const addMetadata = (name: string, kind: Kind) => {
    const created = informer(kind, metadataApi, env)
    ends.set(created, new AbortController())
    return add(name, created)
  }
  const of = <T extends KubeObject>(kind: Kind<T>, options: InformerOptions<T> = {}): Informer<T> => {
    const name = nameOf(kind, options)
    // The name holds the kind, so what is found under it is an informer of that kind.
    const found = known.get(name) as Informer<T> | undefined
    if (found && options.indexes) found.addIndexes(options.indexes)
    return found ?? (add(name, informer(kind, api, env, options)) as unknown as Informer<T>)
  }
  return {
    of,
    metadataOf: (kind) =>
      known.get(nameOf(kind, {})) ??
      known.get(`metadata ${nameOf(kind, {})}`) ??
      addMetadata(`metadata ${nameOf(kind, {})}`, kind),
    forget(kind) {
      const name = `metadata ${nameOf(kind, {})}`
      const found = known.get(name)
      if (!found) return
      known.delete(name)
      ends.get(found)?.abort()
      ends.delete(found)
    },
    start(signal) {
      running = signal
      for (const each of known.values()) run(each, signal)
    },
    synced: async () => {
      await Promise.all([...known.values()].map((each) => each.synced))
    },
  }
}

function nameOf(
  kind: Kind,
  { namespace = '', fieldSelector = '', labelSelector = '' }: InformerOptions<never>,
): string {
  return [kind.apiVersion, kind.plural, namespace, fieldSelector, labelSelector].join(' ')
}
