import { isApiError } from '../../api/errors.ts'
import type { Kind } from '../../api/kind.ts'
import { Namespace } from '../../api/kinds/core/namespace.ts'
import { Pod } from '../../api/kinds/core/pod.ts'
import type { KubeObject } from '../../api/meta.ts'
import type { Context } from '../context.ts'
import { messageOf } from '../failures.ts'
import { hasEnded } from '../pods.ts'
import { controller } from '../runtime.ts'
import { namespaceConditions, type Progress } from './namespace-conditions.ts'

/** The finalizer that stands for "its content is gone". */
const FINALIZER = 'kubernetes'

/** How long objects that wait for finalizers are expected to take. */
const FINALIZERS_TAKE_MS = 15_000

const RETRY_MAX_MS = 60_000

export const namespace = controller({
  name: 'namespace',
  for: Namespace,
  wants: ({ metadata }) => metadata.deletionTimestamp !== undefined,
  // Pods take longest to go: as soon as one has, there may be nothing left to wait for.
  watches: [{ kind: Pod, keys: goneFrom }],
  workers: 10,
  retry: { maxMs: RETRY_MAX_MS },

  async reconcile(object, context) {
    const { api, env } = context
    const { name, deletionTimestamp } = object.metadata
    if (!deletionTimestamp || (object.spec?.finalizers ?? []).length === 0) return
    if (object.status?.phase !== 'Terminating') {
      await api(Namespace).updateStatus(object, { ...object.status, phase: 'Terminating' })
      return
    }
    const emptying = new Emptying(name, Date.parse(deletionTimestamp), context)
    await emptying.run()
    const { progress, waitMs } = emptying
    const conditions = namespaceConditions(object.status.conditions, progress, env.clock.now())
    const current = await api(Namespace).updateStatus(object, { ...object.status, conditions })
    if (progress.discoveryError || progress.contentErrors.length > 0) {
      throw new Error([progress.discoveryError, ...progress.contentErrors].filter(Boolean).join(', '))
    }
    if (waitMs > 0) return { requeueAfterMs: waitMs / 2 + 1000 }
    await finalize(current, context)
  },
})

function goneFrom({ metadata }: KubeObject, { cache }: Context): string[] {
  const { namespace: name = '' } = metadata
  const dying = cache(Namespace).get({ name })?.metadata.deletionTimestamp
  return dying && !cache(Pod).get(metadata) ? [name] : []
}

async function finalize(object: Namespace, { api }: Context): Promise<void> {
  const finalizers = (object.spec.finalizers ?? []).filter((finalizer) => finalizer !== FINALIZER)
  try {
    await api(Namespace).put({ name: object.metadata.name }, 'finalize', {
      ...object,
      spec: { ...object.spec, finalizers },
    })
  } catch (error) {
    if (!isApiError(error, 'NotFound')) throw error
  }
}

/** One pass over everything in a namespace. */
class Emptying {
  readonly progress: Progress = { contentErrors: [], remaining: new Map(), finalizers: new Map() }
  /** How long what is left is expected to take; 0 when nothing is. */
  waitMs = 0
  private readonly namespace: string
  private readonly deletedMs: number
  private readonly context: Context

  constructor(name: string, deletedMs: number, context: Context) {
    this.namespace = name
    this.deletedMs = deletedMs
    this.context = context
  }

  /** Pods go first: what they use must not vanish under them. */
  async run(): Promise<void> {
    const kinds = await this.kinds()
    const isPod = (kind: Kind) => kind.group === '' && kind.plural === Pod.plural
    await Promise.all(kinds.filter(isPod).map((kind) => this.empty(kind)))
    if (this.progress.remaining.size > 0) return
    await Promise.all(kinds.filter((kind) => !isPod(kind)).map((kind) => this.empty(kind)))
  }

  private async kinds(): Promise<readonly Kind[]> {
    try {
      return (await this.context.kinds()).filter(isDeletable)
    } catch (error) {
      this.progress.discoveryError = messageOf(error)
      return []
    }
  }

  private async empty(kind: Kind): Promise<void> {
    try {
      const before = await this.list(kind)
      if (before.length === 0) return
      const graceMs = kind.plural === Pod.plural ? this.graceMs(before as Pod[]) : 0
      await this.remove(kind, before)
      this.note(kind, await this.list(kind), graceMs)
    } catch (error) {
      if (!isUnsupported(error)) this.progress.contentErrors.push(messageOf(error))
    }
  }

  private async list(kind: Kind): Promise<KubeObject[]> {
    if (!kind.verbs.includes('list')) return []
    return (await this.context.api(kind).list({ namespace: this.namespace })).items
  }

  private async remove(kind: Kind, objects: readonly KubeObject[]): Promise<void> {
    const resource = this.context.api(kind)
    const how = { propagationPolicy: 'Background' } as const
    if (kind.verbs.includes('deletecollection')) return resource.deleteCollection({ namespace: this.namespace }, how)
    for (const { metadata } of objects) {
      await resource.delete(metadata, how).catch((error: unknown) => {
        if (!isUnsupported(error)) throw error
      })
    }
  }

  /** How long the pods may still take, by what they were promised when the namespace was deleted. */
  private graceMs(pods: readonly Pod[]): number {
    const graces = pods
      .filter(({ status }) => !hasEnded(status))
      .map(({ spec }) => spec.terminationGracePeriodSeconds ?? 0)
    const longestMs = Math.max(0, ...graces) * 1000
    return this.context.env.clock.now() - this.deletedMs >= longestMs ? 0 : longestMs
  }

  private note(kind: Kind, left: readonly KubeObject[], graceMs: number): void {
    if (left.length === 0) return
    const { progress, namespace: name } = this
    progress.remaining.set(`${kind.plural}.${kind.group}`, left.length)
    const held = left.flatMap(({ metadata }) => metadata.finalizers ?? [])
    for (const finalizer of held) progress.finalizers.set(finalizer, (progress.finalizers.get(finalizer) ?? 0) + 1)
    const waitMs = graceMs || (held.length > 0 ? FINALIZERS_TAKE_MS : 0)
    this.waitMs = Math.max(this.waitMs, waitMs)
    if (waitMs > 0) return
    const gvr = `${kind.group}/${kind.version}, Resource=${kind.plural}`
    progress.contentErrors.push(`unexpected items still remain in namespace: ${name} for gvr: ${gvr}`)
  }
}

function isDeletable({ scope, verbs }: Kind): boolean {
  return scope === 'Namespaced' && verbs.includes('delete')
}

function isUnsupported(error: unknown): boolean {
  return isApiError(error, 'NotFound') || isApiError(error, 'MethodNotAllowed')
}
