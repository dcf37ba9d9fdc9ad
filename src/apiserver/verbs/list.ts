import { type ApiError, expired } from '../../api/errors.ts'
import type { Kind } from '../../api/kind.ts'
import { Compacted, FutureRevision } from '../../store/driver.ts'
import { listPrefix } from '../../store/keys.ts'
import type { Stored } from '../../store/stored.ts'
import type { Answer, Call } from '../call.ts'
import { type Context, keyFor } from '../context.ts'
import { continueToken, parseContinueToken } from '../options/continue-token.ts'
import { type ListOptions, listOptions } from '../options/list-options.ts'
import { parseResourceVersion, tooLargeVersion } from '../options/resource-version.ts'
import { answerList, type ListMetadata } from '../representation/list.ts'
import { type Selection, selectionOf } from './selection.ts'

/** GET of a collection: whole or in pages, newest or as of a revision. */
export async function list(context: Context, call: Call, kind: Kind): Promise<Answer> {
  const options = listOptions(call.query, false)
  const page = await readPage(context, kind, selectionOf(call, kind, options), options)
  return answerList(context, call, kind, page.items, page.metadata)
}

export interface Page {
  items: Stored[]
  metadata: ListMetadata
}

/** Where a page begins, and what it shows. */
interface Start {
  revision?: number
  after?: string
}

/** Reads the objects that the options ask for. */
export async function readPage(
  context: Context,
  kind: Kind,
  selection: Selection,
  options: ListOptions,
): Promise<Page> {
  if (selection.name) {
    const single = readSingle(context, kind, selection, options)
    if (single) return single
  }
  const prefix = listPrefix(kind, kind.scope === 'Namespaced' ? selection.namespace : undefined)
  const start = startOf(context, prefix, options)
  try {
    return await collect(context, prefix, selection, options.limit, start)
  } catch (error) {
    if (error instanceof FutureRevision) throw tooLargeVersion(start.revision ?? 0, error.current)
    if (error instanceof Compacted) throw tooOld(context, options)
    throw error
  }
}

/** The list of at most one object that a name asks for; nothing when its namespace or an old revision is needed. */
function readSingle({ store }: Context, kind: Kind, selection: Selection, options: ListOptions): Page | undefined {
  const { namespace, name } = selection
  if ((kind.scope === 'Namespaced' && !namespace) || options.continue || options.resourceVersionMatch === 'Exact') {
    return undefined
  }
  const asked = parseResourceVersion(options.resourceVersion) ?? 0
  if (asked > store.revision()) throw tooLargeVersion(asked, store.revision())
  const stored = store.get(keyFor(kind, namespace, name))
  const items = stored && selection.matches(stored.object) ? [stored] : []
  return { items, metadata: { resourceVersion: String(store.revision()) } }
}

function startOf({ store }: Context, prefix: string, options: ListOptions): Start {
  const asked = parseResourceVersion(options.resourceVersion)
  if (options.continue) {
    const { revision, after } = parseContinueToken(options.continue)
    return { ...(revision > 0 && { revision }), after: prefix + after }
  }
  if (!asked) return {}
  // Before there was a match to ask for, a limit made the version exact.
  const exact = options.resourceVersionMatch === 'Exact' || (!options.resourceVersionMatch && options.limit > 0)
  if (exact) return { revision: asked }
  if (asked > store.revision()) throw tooLargeVersion(asked, store.revision())
  return {}
}

/** With selectors, a page is filled by reading on until enough match. */
async function collect(
  { store }: Context,
  prefix: string,
  { filters, name, matches }: Selection,
  limit: number,
  start: Start,
): Promise<Page> {
  const wanted = limit || Number.POSITIVE_INFINITY
  const items: Stored[] = []
  let { revision, after } = start
  for (;;) {
    const left = wanted - items.length
    const part = await store.list(prefix, {
      ...(after !== undefined && { after }),
      ...(Number.isFinite(left) && { limit: filters ? Math.max(left, FILTERED_READ) : left }),
      ...(revision !== undefined && { revision }),
    })
    revision = part.revision
    const metadata = { resourceVersion: String(revision) }
    for (const [i, stored] of part.items.entries()) {
      after = stored.key
      const matching = matches(stored.object) && (!name || stored.object.metadata.name === name)
      if (matching) items.push(stored)
      const more = i < part.items.length - 1 || part.more
      if (items.length === wanted && more) {
        const token = continueToken({ revision, after: after.slice(prefix.length) })
        const remaining = filters || part.remaining === undefined ? {} : { remainingItemCount: part.remaining }
        return { items, metadata: { ...metadata, continue: token, ...remaining } }
      }
    }
    if (!part.more) return { items, metadata }
  }
}

/** How many objects are looked through at a time for those that match. */
const FILTERED_READ = 500

const CONTINUE_TOO_OLD =
  'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter'

/** The state asked for is no longer there; a list in pages may go on with what is newest. */
function tooOld({ store }: Context, options: ListOptions): ApiError {
  if (!options.continue) return expired('The resourceVersion for the provided list is too old.')
  const { after } = parseContinueToken(options.continue)
  const error = expired(
    `${CONTINUE_TOO_OLD}, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.`,
  )
  Object.assign(error.status.metadata, {
    resourceVersion: String(store.revision()),
    continue: continueToken({ revision: -1, after }),
  })
  return error
}
