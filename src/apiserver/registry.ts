import type { Kind, Verb } from '../api/kind.ts'
import type { Answer, Call } from './call.ts'
import type { Context } from './context.ts'
import { localSubjectAccessReview, selfSubjectAccessReview, subjectAccessReview } from './reviews/access-reviews.ts'
import { selfSubjectReview } from './reviews/self-subject-review.ts'
import { selfSubjectRulesReview } from './reviews/self-subject-rules-review.ts'
import { tokenReview } from './reviews/token-review.ts'
import { approval } from './subresources/approval.ts'
import { bind, binding } from './subresources/binding.ts'
import { componentStatuses } from './subresources/component-status.ts'
import { ephemeralContainers } from './subresources/ephemeral-containers.ts'
import { eviction } from './subresources/eviction.ts'
import { finalize } from './subresources/finalize.ts'
import { log } from './subresources/log.ts'
import { nodeProxy, podProxy, serviceProxy } from './subresources/proxy.ts'
import { resize } from './subresources/resize.ts'
import { scale } from './subresources/scale.ts'
import { status } from './subresources/status.ts'
import { attach, exec, portForward } from './subresources/streams.ts'
import { token } from './subresources/token.ts'
import { create } from './verbs/create.ts'
import { remove } from './verbs/delete.ts'
import { deleteCollection } from './verbs/delete-collection.ts'
import { get } from './verbs/get.ts'
import { list } from './verbs/list.ts'
import { patch } from './verbs/patch.ts'
import { update } from './verbs/update.ts'
import { watch } from './verbs/watch.ts'

/** Answers one verb for one kind. */
export type Handler = (context: Context, call: Call, kind: Kind) => Promise<Answer>

/** What a subresource answers, by verb. */
export type Subresource = Readonly<Record<string, Handler>>

/** What every stored kind answers. */
export const VERBS: Readonly<Record<Verb, Handler>> = {
  create,
  delete: remove,
  deletecollection: deleteCollection,
  get,
  list,
  patch,
  update,
  watch,
}

/** Resources that are not stored, by plural: what they answer instead of the verbs. */
export const VIRTUAL: Readonly<Record<string, Subresource>> = {
  bindings: { create: bind },
  componentstatuses: componentStatuses,
  localsubjectaccessreviews: localSubjectAccessReview,
  selfsubjectaccessreviews: selfSubjectAccessReview,
  selfsubjectreviews: selfSubjectReview,
  selfsubjectrulesreviews: selfSubjectRulesReview,
  subjectaccessreviews: subjectAccessReview,
  tokenreviews: tokenReview,
}

/** By `<plural>/<name>`, or by the name alone where all kinds that list it share it. */
export const SUBRESOURCES: Readonly<Record<string, Subresource>> = {
  scale,
  status,
  'certificatesigningrequests/approval': approval,
  'namespaces/finalize': finalize,
  'nodes/proxy': nodeProxy,
  'pods/attach': attach,
  'pods/binding': binding,
  'pods/ephemeralcontainers': ephemeralContainers,
  'pods/eviction': eviction,
  'pods/exec': exec,
  'pods/log': log,
  'pods/portforward': portForward,
  'pods/proxy': podProxy,
  'pods/resize': resize,
  'serviceaccounts/token': token,
  'services/proxy': serviceProxy,
}

/** The kinds that are served now. */
export interface Registry {
  /** All of them; the same list as long as they are the same. */
  all(): readonly Kind[]
  find(group: string, version: string, plural: string): Kind | undefined
  /** Serves these custom kinds from now on, and no others. Where a built-in one stands already, it stays. */
  serveCustom(kinds: readonly Kind[]): void
  /** Calls `end` when the kind is no longer served as it is. Returns what takes that back. */
  onRetired(kind: Kind, end: () => void): () => void
}

export function registry(builtIn: readonly Kind[]): Registry {
  const byPath = (kinds: readonly Kind[]) => new Map(kinds.map((kind) => [pathOf(kind), kind]))
  const fixed = byPath(builtIn)
  const retired = new Map<Kind, Set<() => void>>()
  let served: ReadonlyMap<string, Kind> = fixed
  let all = builtIn
  return {
    all: () => all,
    find: (group, version, plural) => served.get(pathOf({ group, version, plural })),
    serveCustom(kinds) {
      const before = all
      served = new Map([...byPath(kinds), ...fixed])
      all = [...builtIn, ...kinds.filter((kind) => !fixed.has(pathOf(kind)))]
      for (const gone of before.filter((kind) => served.get(pathOf(kind)) !== kind)) {
        for (const end of retired.get(gone) ?? []) end()
        retired.delete(gone)
      }
    },
    onRetired(kind, end) {
      const waiting = retired.get(kind) ?? new Set()
      retired.set(kind, waiting.add(end))
      return () => {
        waiting.delete(end)
        if (waiting.size === 0 && retired.get(kind) === waiting) retired.delete(kind)
      }
    },
  }
}

const pathOf = ({ group, version, plural }: Pick<Kind, 'group' | 'version' | 'plural'>) =>
  `${group}/${version}/${plural}`
