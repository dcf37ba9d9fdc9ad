import type { KubeObject, ObjectRef } from '../api/meta.ts'
import { controllerOf, keyOf } from '../api/meta.ts'
import type { Cache } from './api.ts'

/** The values under which an index files an object. */
export type IndexValues<T> = (object: T) => readonly string[]

export type Indexes<T> = Readonly<Record<string, IndexValues<T>>>

const NAMESPACE = 'namespace'
const CONTROLLER = 'controller'

/** A set of objects by key, that hands them out as an array and makes that only when it changed. */
class Bucket<T> {
  readonly objects = new Map<string, T>()
  private listed: readonly T[] | undefined

  set(key: string, object: T): void {
    this.objects.set(key, object)
    this.listed = undefined
  }

  delete(key: string): void {
    this.objects.delete(key)
    this.listed = undefined
  }

  list(): readonly T[] {
    this.listed ??= [...this.objects.values()]
    return this.listed
  }
}

class Index<T> {
  readonly valuesOf: IndexValues<T>
  private readonly buckets = new Map<string, Bucket<T>>()

  constructor(valuesOf: IndexValues<T>) {
    this.valuesOf = valuesOf
  }

  add(key: string, object: T): void {
    for (const value of this.valuesOf(object)) {
      let bucket = this.buckets.get(value)
      if (!bucket) this.buckets.set(value, (bucket = new Bucket()))
      bucket.set(key, object)
    }
  }

  remove(key: string, object: T): void {
    for (const value of this.valuesOf(object)) {
      const bucket = this.buckets.get(value)
      bucket?.delete(key)
      if (bucket?.objects.size === 0) this.buckets.delete(value)
    }
  }

  list(value: string): readonly T[] {
    return this.buckets.get(value)?.list() ?? []
  }
}

/** The cache that an informer fills: objects by key, by namespace, by controller, and by indexes of the caller's. */
export class ObjectCache<T extends KubeObject> implements Cache<T> {
  private readonly all = new Bucket<T>()
  private readonly indexes = new Map<string, Index<T>>()

  constructor(indexes: Indexes<T> = {}) {
    this.addIndexes({
      [NAMESPACE]: ({ metadata: { namespace } }) => [namespace ?? ''],
      // Orphans are filed by namespace: a slash does not occur in a uid.
      [CONTROLLER]: (object) => [controllerOf(object)?.uid ?? `/${object.metadata.namespace ?? ''}`],
      ...indexes,
    })
  }

  /** Adds indexes; what is cached already is filed at once. An index that is there stays as it is. */
  addIndexes(indexes: Indexes<T>): void {
    for (const [name, valuesOf] of Object.entries(indexes)) {
      if (this.indexes.has(name)) continue
      const index = new Index(valuesOf)
      for (const [key, object] of this.all.objects) index.add(key, object)
      this.indexes.set(name, index)
    }
  }

  get(ref: ObjectRef): T | undefined {
    return this.all.objects.get(keyOf({ metadata: ref }))
  }

  list(namespace?: string): readonly T[] {
    return namespace === undefined ? this.all.list() : this.by(NAMESPACE, namespace)
  }

  ownedBy(owner: KubeObject): readonly T[] {
    return this.by(CONTROLLER, owner.metadata.uid)
  }

  by(index: string, value: string): readonly T[] {
    const found = this.indexes.get(index)
    if (!found) throw new Error(`bug: no index named ${index}`)
    return found.list(value)
  }

  /** The objects of a namespace that have no controller. */
  orphans(namespace: string): readonly T[] {
    return this.by(CONTROLLER, `/${namespace}`)
  }

  keys(): string[] {
    return [...this.all.objects.keys()]
  }

  /** Stores an object; returns what it replaced. */
  put(object: T): T | undefined {
    const key = keyOf(object)
    const old = this.remove(key)
    this.all.set(key, object)
    for (const index of this.indexes.values()) index.add(key, object)
    return old
  }

  /** Forgets an object; returns what was there. */
  remove(key: string): T | undefined {
    const old = this.all.objects.get(key)
    if (old === undefined) return undefined
    this.all.delete(key)
    for (const index of this.indexes.values()) index.remove(key, old)
    return old
  }
}
