import type { Kind } from '../../api/kind.ts'
import type { KubeObject } from '../../api/meta.ts'
import type { Log } from '../../std/log.ts'
import { listPrefix } from '../../store/keys.ts'
import type { Store } from '../../store/store.ts'
import type { Watch } from '../../store/watch.ts'

/** Takes every object of some kinds, then each change: `previous` is absent for a new object, `now` for one that is gone. */
export interface Sink {
  change(kind: Kind, previous: KubeObject | undefined, now: KubeObject | undefined): void
}

/** What is kept up to date from the store's history. */
export interface Following<S extends Sink> {
  /** The sink as of now: another one when following had to begin anew. */
  readonly current: S
  stop(): void
}

/**
 * Fills a sink with what the store holds, and keeps it up to date. Resolves when it holds everything. When history is
 * gone before it was read, a new sink is filled.
 */
export async function follow<S extends Sink>(
  store: Store,
  log: Log,
  kinds: readonly Kind[],
  sinkOf: () => S,
): Promise<Following<S>> {
  let watches: Watch[] = []
  let stopped = false
  const closeAll = () => {
    for (const watch of watches) watch.close()
    watches = []
  }
  const read = async (kind: Kind, watch: Watch, sink: S) => {
    for await (const events of watch) {
      for (const { type, stored, previous } of events) {
        sink.change(kind, previous?.object, type === 'DELETED' ? undefined : stored.object)
      }
    }
  }
  const begin = async (): Promise<S> => {
    const sink = sinkOf()
    for (const kind of kinds) {
      const { items, revision } = await store.list(listPrefix(kind))
      for (const { object } of items) sink.change(kind, undefined, object)
      const watch = store.watch(listPrefix(kind), { after: revision })
      watches.push(watch)
      void read(kind, watch, sink).catch((error: unknown) => void again(watch, error))
    }
    return sink
  }
  const again = async (watch: Watch, error: unknown) => {
    if (stopped || !watches.includes(watch)) return
    log.warn('what authorization follows is read anew', { error })
    closeAll()
    following.current = await begin()
  }
  const following = {
    current: await begin(),
    stop() {
      stopped = true
      closeAll()
    },
  }
  return following
}
