import type { Kind, Verb } from '../api/kind.ts'
import type { Answer, Call } from './call.ts'
import type { Context } from './context.ts'
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
}

/** By `<plural>/<name>`, or by the name alone where all kinds that list it share it. */
export const SUBRESOURCES: Readonly<Record<string, Subresource>> = {
  scale,
  status,
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

/** The kinds that are served. */
export interface Registry {
  all(): readonly Kind[]
  find(group: string, version: string, plural: string): Kind | undefined
}

export function registry(kinds: readonly Kind[]): Registry {
  const byPath = new Map(kinds.map((kind) => [pathOf(kind.group, kind.version, kind.plural), kind]))
  return {
    all: () => kinds,
    find: (group, version, plural) => byPath.get(pathOf(group, version, plural)),
  }
}

const pathOf = (group: string, version: string, plural: string) => `${group}/${version}/${plural}`
