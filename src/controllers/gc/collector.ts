import { LRUCache } from 'lru-cache'
import { isApiError } from '../../api/errors.ts'
import { deepEqual } from '../../api/equal.ts'
import type { Kind } from '../../api/kind.ts'
import { type KubeObject, parseApiVersion } from '../../api/meta.ts'
import type { Api } from '../../client/api.ts'
import { allTried } from '../batches.ts'
import { ignoringNotFound } from '../failures.ts'
import { FOREGROUND, type Graph, type Item, ORPHAN, type OwnerReference } from './graph.ts'
import { blocking, judge, type OwnerState, type Verdict } from './plan.ts'

const ABSENT_OWNERS = 500

/** Looks at single objects and does with them what their owners' fate demands. */
export class Collector {
  private readonly api: Api
  private readonly graph: Graph
  private readonly kindOf: (group: string, kind: string) => Kind | undefined
  private readonly look: (uid: string) => void
  /** Owners that the server does not have: uids never come back. */
  private readonly absent = new LRUCache<string, true>({ max: ABSENT_OWNERS })

  /** `look` puts another object into the queue. */
  constructor(
    api: Api,
    graph: Graph,
    kindOf: (group: string, kind: string) => Kind | undefined,
    look: (uid: string) => void,
  ) {
    this.api = api
    this.graph = graph
    this.kindOf = kindOf
    this.look = look
  }

  /** Does what is due for an object. A rejection means: try again later. */
  async process(uid: string): Promise<void> {
    const item = this.graph.get(uid)
    if (!item) return
    switch (item.state) {
      case 'living':
        return this.collect(item)
      case 'foreground':
        return this.awaitDependents(item)
      case 'orphan':
        return this.orphanDependents(item)
      case 'deleting':
        return
    }
  }

  private async collect(item: Item): Promise<void> {
    if (this.graph.isSafe(item)) return
    // The graph may lag behind: before anything is deleted the server is asked.
    const latest = await this.latest(item)
    if (!latest || latest.metadata.deletionTimestamp) return
    const { ownerReferences = [], finalizers = [] } = latest.metadata
    const owners: [OwnerReference, OwnerState][] = []
    for (const owner of ownerReferences) {
      const state = await this.stateOf(owner, item)
      if (state === 'invalid') return
      owners.push([owner, state])
    }
    await this.carryOut(judge(owners, this.graph.dependentsOf(item.uid), finalizers), item, latest)
  }

  /** The object as the server has it; `undefined` when it is gone, or another one has its name. */
  private async latest({ kind, ref, uid }: Item): Promise<KubeObject | undefined> {
    const found = await orAbsent(this.api(kind).get(ref))
    return found?.metadata.uid === uid ? found : undefined
  }

  private async stateOf(owner: OwnerReference, { ref }: Item): Promise<OwnerState | 'invalid'> {
    const { group } = parseApiVersion(owner.apiVersion)
    const kind = this.kindOf(group, owner.kind)
    if (!kind) throw new Error(`no kind ${owner.kind} in ${owner.apiVersion} that could be an owner`)
    // A cluster-scoped object cannot have a namespaced owner: nobody can say whether that exists.
    if (kind.scope === 'Namespaced' && !ref.namespace) return 'invalid'
    const namespace = kind.scope === 'Namespaced' ? ref.namespace : undefined
    const key = [owner.uid, group, owner.kind, namespace, owner.name].join(' ')
    if (this.absent.has(key)) return 'absent'
    const found = await orAbsent(this.api(kind).get({ name: owner.name, ...(namespace && { namespace }) }))
    if (found?.metadata.uid !== owner.uid) {
      this.absent.set(key, true)
      return 'absent'
    }
    const { deletionTimestamp, finalizers = [] } = found.metadata
    return deletionTimestamp && finalizers.includes(FOREGROUND) ? 'waiting' : 'solid'
  }

  private async carryOut(verdict: Verdict, item: Item, latest: KubeObject): Promise<void> {
    switch (verdict.what) {
      case 'keep':
        return
      case 'unlink':
        return this.patchOwners(item, latest, (owners) => owners.filter(({ uid }) => !verdict.uids.includes(uid)))
      case 'delete':
        if (verdict.unblock) {
          await this.patchOwners(item, latest, (owners) =>
            owners.map((owner) => ({ ...owner, blockOwnerDeletion: false })),
          )
        }
        return this.delete(item, latest, verdict.policy, !verdict.unblock)
    }
  }

  /** Deletes what was judged: if it changed meanwhile, its owners may have. Other changes do not matter. */
  private async delete(
    { kind, ref, uid }: Item,
    latest: KubeObject,
    propagationPolicy: 'Foreground' | 'Background' | 'Orphan',
    exactly: boolean,
  ): Promise<void> {
    const { resourceVersion, ownerReferences } = latest.metadata
    const remove = (preconditions: { uid: string; resourceVersion?: string }) =>
      ignoringNotFound(this.api(kind).delete(ref, { propagationPolicy, preconditions }))
    try {
      await remove(exactly ? { uid, resourceVersion } : { uid })
    } catch (error) {
      if (!isApiError(error, 'Conflict') || !exactly) throw error
      const now = await orAbsent(this.api(kind).get(ref))
      if (now?.metadata.uid !== uid) return
      if (!deepEqual(now.metadata.ownerReferences, ownerReferences)) throw error
      await remove({ uid })
    }
  }

  private async awaitDependents(item: Item): Promise<void> {
    const waitedFor = blocking(item.uid, this.graph.dependentsOf(item.uid))
    if (waitedFor.length === 0) return this.removeFinalizer(item, FOREGROUND)
    for (const { uid, state } of waitedFor) if (state !== 'foreground') this.look(uid)
  }

  private async orphanDependents(owner: Item): Promise<void> {
    await allTried(this.graph.dependentsOf(owner.uid), async (dependent) => {
      const latest = await this.latest(dependent)
      if (latest) await this.patchOwners(dependent, latest, (owners) => owners.filter(({ uid }) => uid !== owner.uid))
    })
    await this.removeFinalizer(owner, ORPHAN)
  }

  private async patchOwners(
    { kind, ref }: Item,
    { metadata: { uid, resourceVersion, ownerReferences = [] } }: KubeObject,
    change: (owners: OwnerReference[]) => OwnerReference[],
  ): Promise<void> {
    const metadata = { uid, resourceVersion, ownerReferences: change(ownerReferences) }
    await ignoringNotFound(this.api(kind).patch(ref, { metadata }, { type: 'merge' }))
  }

  private async removeFinalizer(item: Item, finalizer: string): Promise<void> {
    const latest = await this.latest(item)
    const { finalizers = [], resourceVersion } = latest?.metadata ?? {}
    if (!finalizers.includes(finalizer)) return
    const metadata = { resourceVersion, finalizers: finalizers.filter((each) => each !== finalizer) }
    await ignoringNotFound(this.api(item.kind).patch(item.ref, { metadata }, { type: 'merge' }))
  }
}

async function orAbsent<T>(getting: Promise<T>): Promise<T | undefined> {
  try {
    return await getting
  } catch (error) {
    if (isApiError(error, 'NotFound')) return undefined
    throw error
  }
}
