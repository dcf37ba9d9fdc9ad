import { methodNotAllowed, pathNotFound } from '../api/errors.ts'
import type { Kind } from '../api/kind.ts'
import type { Answer, Call } from './call.ts'
import type { Context } from './context.ts'
import { type Handler, SUBRESOURCES, VERBS, VIRTUAL } from './registry.ts'
import { storeSeenAs } from './view-store.ts'

/** Answers a request about a resource with the verb or subresource it names. */
export async function routeResource(context: Context, call: Call): Promise<Answer> {
  const { info } = call
  const kind = context.registry.find(info.group, info.version, info.resource)
  if (!kind || !isAtItsPlace(kind, call)) throw pathNotFound()
  if (kind.deprecation !== undefined) call.warnings.push(kind.deprecation)
  const seen = kind.viewOf ? { ...context, store: storeSeenAs(context.store, kind) } : context
  return handlerOf(kind, call)(seen, call, kind)
}

/** Namespaced kinds have their objects below a namespace, and only there; the others never. */
function isAtItsPlace({ scope, plural }: Kind, { info, request }: Call): boolean {
  if (scope === 'Cluster') return info.namespace === '' || (plural === 'namespaces' && info.name === info.namespace)
  return info.namespace !== '' || (!info.parts[1] && ['GET', 'HEAD'].includes(request.method))
}

function handlerOf(kind: Kind, { info }: Call): Handler {
  const { verb, subresource } = info
  if (subresource) {
    const handlers = isListed(kind, subresource)
      ? (SUBRESOURCES[`${kind.plural}/${subresource}`] ?? SUBRESOURCES[subresource])
      : undefined
    if (!handlers) throw pathNotFound()
    return allowed(handlers[verb], kind, verb)
  }
  // Objects are made in their collection, and changed at their own place.
  const named = info.parts[1] !== undefined
  if (verb === 'create' ? named : !named && (verb === 'update' || verb === 'patch')) throw methodNotAllowed(kind, verb)
  const virtual = kind.custom ? undefined : VIRTUAL[kind.plural]
  if (virtual) return allowed(virtual[verb], kind, verb)
  const serves = (kind.verbs as readonly string[]).includes(verb)
  return allowed(serves ? VERBS[verb as keyof typeof VERBS] : undefined, kind, verb)
}

function isListed({ status, subresources }: Kind, name: string): boolean {
  return (status && name === 'status') || subresources.some((one) => one.name === name)
}

function allowed(handler: Handler | undefined, kind: Kind, verb: string): Handler {
  if (!handler) throw methodNotAllowed(kind, verb)
  return handler
}
