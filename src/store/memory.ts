import type { Change, Driver, Entry, RangeQuery, RangeResult, Write, WriteResult } from './driver.ts'
import { Compacted, FutureRevision } from './driver.ts'
import { firstIndex, SortedMap } from './sorted-map.ts'

/** An empty store is at revision 1, as etcd's is: 0 means "any" in the Kubernetes API. */
const FIRST_REVISION = 1

/** What a key held from `revision` on; `entry` is absent from its deletion on. */
interface Version {
  revision: number
  entry: Entry | undefined
}

/** A driver that forgets everything when the process ends. Each commit is carried out before the call returns. */
export function memoryDriver(): Driver {
  const memory = new Memory()
  let closed = false
  const open = () => {
    if (closed) throw new Error('the store is closed')
    return memory
  }
  return {
    range: async (query) => open().range(query),
    commit: async (writes) => open().commit(writes),
    changes: async (revision, limit) => open().changes(revision, limit),
    compact: async (revision) => open().compact(revision),
    size: async () => open().size(),
    close: async () => {
      closed = true
    },
  }
}

class Memory {
  #revision = FIRST_REVISION
  #compacted = FIRST_REVISION
  #bytes = 0
  /** Each key that lives or has history, with its versions from old to new. */
  readonly #versions = new SortedMap<Version[]>()
  /** All changes after `#compacted`: that of revision r stands at r - #compacted - 1. */
  #log: Change[] = []

  range({ prefix, after, limit = Number.POSITIVE_INFINITY, revision = this.#revision }: RangeQuery): RangeResult {
    this.#mustHave(revision)
    if (revision > this.#revision) throw new FutureRevision(this.#revision)
    const entries: Entry[] = []
    for (const key of this.#versions.keys(prefix, after)) {
      const entry = this.#at(key, revision)
      if (!entry) continue
      if (entries.length >= limit) return { revision, entries, more: true }
      entries.push({ ...entry })
    }
    return { revision, entries, more: false }
  }

  commit(writes: Write[]): WriteResult[] {
    return writes.map((write) => this.#write(write))
  }

  #write({ key, value, expected }: Write): WriteResult {
    const current = this.#at(key, this.#revision)
    const refused = (current?.modRevision ?? 0) !== expected || (value === undefined && !current)
    if (refused) return { ok: false, current: current && { ...current } }
    const revision = ++this.#revision
    const createRevision = current?.createRevision ?? revision
    const entry = value === undefined ? undefined : { key, value, modRevision: revision, createRevision }
    const versions = this.#versions.get(key)
    if (versions) versions.push({ revision, entry })
    else this.#versions.set(key, [{ revision, entry }])
    this.#log.push({ revision, key, value, previous: current })
    this.#bytes += weight(entry)
    return { ok: true, revision }
  }

  changes(revision: number, limit: number): Change[] {
    this.#mustHave(revision)
    const from = revision - this.#compacted
    return this.#log
      .slice(from, from + limit)
      .map((change) => ({ ...change, previous: change.previous && { ...change.previous } }))
  }

  compact(revision: number): void {
    if (revision > this.#revision) throw new FutureRevision(this.#revision)
    if (revision <= this.#compacted) return
    const forgotten = this.#log.splice(0, revision - this.#compacted)
    this.#compacted = revision
    for (const { key } of forgotten) this.#trim(key)
  }

  size() {
    return { revision: this.#revision, compacted: this.#compacted, bytes: this.#bytes }
  }

  /** Drops the versions of a key that nothing from `#compacted` on can see. */
  #trim(key: string): void {
    const versions = this.#versions.get(key)
    if (!versions) return
    const later = firstIndex(versions.length, (i) => (versions[i] as Version).revision > this.#compacted)
    const seen = later > 0 && versions[later - 1]?.entry ? later - 1 : later
    for (const { entry } of versions.splice(0, seen)) this.#bytes -= weight(entry)
    if (versions.length === 0) this.#versions.delete(key)
  }

  #at(key: string, revision: number): Entry | undefined {
    const versions = this.#versions.get(key)
    if (!versions) return undefined
    const last = versions.at(-1) as Version
    if (last.revision <= revision) return last.entry
    return versions[firstIndex(versions.length, (i) => (versions[i] as Version).revision > revision) - 1]?.entry
  }

  #mustHave(revision: number): void {
    if (revision < this.#compacted) throw new Compacted(this.#compacted)
  }
}

function weight(entry: Entry | undefined): number {
  return entry ? entry.key.length + entry.value.length : 0
}
