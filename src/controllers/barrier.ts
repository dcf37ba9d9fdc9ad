import type { Kind } from '../api/kind.ts'
import type { Draft, KubeObject, ObjectRef } from '../api/meta.ts'
import type { Api, Resource } from '../client/api.ts'
import type { Informer } from '../client/informer.ts'

/** A write that a cache does not show yet. */
interface Unseen {
  informer: Informer<KubeObject>
  isSeen(): boolean
}

/**
 * Read your own writes: remembers what each key wrote, and holds the key back until the caches show it. So a
 * reconcile never counts pods that it has created or deleted itself wrongly, and nothing has to wait or guess.
 */
export class Barrier {
  private readonly informers: ReadonlyMap<string, Informer<KubeObject>>
  private readonly unseen = new Map<string, Unseen[]>()

  /** `informers` by `nameOf` their kind; writes of other kinds are not waited for. */
  constructor(informers: ReadonlyMap<string, Informer<KubeObject>>) {
    this.informers = informers
  }

  /** Whether the caches show all that the key wrote; if not, `wake` is called when there is reason to ask again. */
  isOpen(key: string, wake: () => void): boolean {
    const left = (this.unseen.get(key) ?? []).filter((write) => !write.isSeen())
    const [first] = left
    if (!first) {
      this.unseen.delete(key)
      return true
    }
    this.unseen.set(key, left)
    first.informer.when(() => first.isSeen(), wake)
    return false
  }

  /** The API, with what is written through it remembered for `key`. */
  api(api: Api, key: string): Api {
    return (kind) => {
      const resource = api(kind)
      const informer = this.informers.get(nameOf(kind))
      return informer ? remembering(kind.kind, resource, this.recorderOf(key, informer)) : resource
    }
  }

  forget(key: string): void {
    this.unseen.delete(key)
  }

  private recorderOf(key: string, informer: Informer<KubeObject>): WriteRecorder {
    const add = (isSeen: () => boolean) => {
      if (isSeen()) return
      const before = this.unseen.get(key)
      if (before) before.push({ informer, isSeen })
      else this.unseen.set(key, [{ informer, isSeen }])
    }
    return {
      wrote({ metadata: { resourceVersion } }) {
        const at = Number(resourceVersion)
        add(() => informer.seen >= at)
      },
      deleted(ref) {
        const uid = informer.cache.get(ref)?.metadata.uid
        add(() => isGone(informer.cache.get(ref), uid))
      },
    }
  }
}

/** A kind's name among informers. */
export function nameOf({ apiVersion, plural }: Pick<Kind, 'apiVersion' | 'plural'>): string {
  return `${apiVersion} ${plural}`
}

/** Gone, going, or another object under the same name. */
function isGone(object: KubeObject | undefined, uid: string | undefined): boolean {
  return !object || object.metadata.uid !== uid || object.metadata.deletionTimestamp !== undefined
}

interface WriteRecorder {
  wrote(object: KubeObject): void
  deleted(ref: ObjectRef): void
}

function remembering<T extends KubeObject>(
  kind: string,
  resource: Resource<T>,
  { wrote, deleted }: WriteRecorder,
): Resource<T> {
  const noted = async (writing: Promise<T>): Promise<T> => {
    const object = await writing
    wrote(object)
    return object
  }
  return {
    ...resource,
    create: (object: Draft<T>) => noted(resource.create(object)),
    update: (object) => noted(resource.update(object)),
    updateStatus: (object, status) => noted(resource.updateStatus(object, status)),
    patch: (ref, patch, options) => noted(resource.patch(ref, patch, options)),
    async put<R>(ref: ObjectRef, subresource: string, body: object): Promise<R> {
      const answer = await resource.put<R>(ref, subresource, body)
      // A subresource may speak another kind; only the object itself carries the version that the cache will show.
      if ((answer as Partial<KubeObject>).kind === kind) wrote(answer as unknown as KubeObject)
      return answer
    },
    async delete(ref, options) {
      await resource.delete(ref, options)
      deleted(ref)
    },
  }
}
