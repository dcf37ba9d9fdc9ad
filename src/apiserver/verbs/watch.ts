import { type ApiError, expired, internalError } from '../../api/errors.ts'
import type { Kind } from '../../api/kind.ts'
import { Compacted } from '../../store/driver.ts'
import { listPrefix } from '../../store/keys.ts'
import type { StoreEvent, Watch } from '../../store/watch.ts'
import type { Answer, Call } from '../call.ts'
import { type Context, keyFor } from '../context.ts'
import { type ListOptions, listOptions } from '../options/list-options.ts'
import { parseResourceVersion, tooLargeVersion } from '../options/resource-version.ts'
import { negotiate } from '../representation/negotiate.ts'
import { isNoHeaders, notConvertible } from '../representation/served.ts'
import { includeObject } from '../representation/table.ts'
import { type EventWriter, errorLine, eventWriter } from '../watch-events.ts'
import { type Selection, selectionOf } from './selection.ts'

/** How often a watch is told where it stands, when it wants to know. */
const BOOKMARK_MS = 60_000

/** A watch that names no end is ended after this, and up to as long again, so that not all come back at once. */
const MIN_TIMEOUT_MS = 30 * 60_000

/** GET with `watch`: what is there, where that is wanted, and then every change as it happens, one JSON line each. */
export async function watch(context: Context, call: Call, kind: Kind): Promise<Answer> {
  const options = listOptions(call.query, true)
  const media = negotiate(call)
  if (media.format !== 'json' || media.as === 'PartialObjectMetadataList') {
    throw notConvertible('only the following media types are accepted: application/json;stream=watch')
  }
  const from = parseResourceVersion(options.resourceVersion)
  const newest = context.store.revision()
  if (options.sendInitialEvents && (from ?? 0) > newest) throw tooLargeVersion(from ?? 0, newest)
  const selection = selectionOf(call, kind, options)
  const writer = eventWriter(kind, media, includeObject(call.query), () => context.env.clock.now())
  const body = lines(context, { call, kind, options, selection, writer, from })
  return { status: 200, headers: { 'content-type': 'application/json' }, body }
}

interface WatchRequest {
  call: Call
  kind: Kind
  options: ListOptions
  selection: Selection
  writer: EventWriter
  /** The revision asked for. */
  from: number | undefined
}

async function* lines(context: Context, request: WatchRequest): AsyncGenerator<string, void> {
  try {
    yield* follow(context, request)
  } catch (error) {
    const { from = 0, call } = request
    if (!(error instanceof Compacted)) {
      context.env.log.error('a watch failed unexpectedly', { url: call.request.url, error })
    }
    yield errorLine(statusOf(error, from).status)
  }
}

function statusOf(error: unknown, from: number): ApiError {
  if (error instanceof Compacted) return expired(`too old resource version: ${from} (${error.compacted - 1})`)
  return internalError(error instanceof Error ? error.message : String(error))
}

async function* follow(context: Context, request: WatchRequest): AsyncGenerator<string, void> {
  const { call, kind, options, selection, writer, from = 0 } = request
  const inNamespace = kind.scope === 'Cluster' || selection.namespace !== ''
  const prefix =
    selection.name && inNamespace
      ? keyFor(kind, selection.namespace, selection.name)
      : listPrefix(kind, kind.scope === 'Namespaced' ? selection.namespace : undefined)
  let after = from || context.store.revision()
  let headers = !isNoHeaders(call)
  if (options.sendInitialEvents ?? from === 0) {
    const { revision, items } = await context.store.list(prefix)
    after = revision
    // A key's prefix may be shared by other keys.
    const texts = items.filter(({ key }) => prefix.endsWith('/') || key === prefix)
    const matching = texts.filter(({ object }) => !selection.filters || selection.matches(object))
    for (const stored of matching) {
      yield writer.initial(stored, headers)
      headers = false
    }
    if (options.sendInitialEvents && options.allowWatchBookmarks) yield writer.bookmark(revision, true)
  }
  const source = context.store.watch(prefix, { after })
  yield* tail(context, request, source, headers)
}

/** The changes as they happen, with bookmarks between them, until the client leaves or the time is over. */
async function* tail(
  { env, registry }: Context,
  { call, kind, options, selection, writer }: WatchRequest,
  source: Watch,
  withHeaders: boolean,
): AsyncGenerator<string, void> {
  let headers = withHeaders
  const end = () => source.close()
  // Who follows a kind whose definition changes, or goes, has to look again.
  const stay = registry.onRetired(kind, end)
  const timeoutMs = (options.timeoutSeconds ?? 0) * 1000 || MIN_TIMEOUT_MS * (1 + env.random.next())
  const timer = env.clock.after(timeoutMs, end)
  const ticks = options.allowWatchBookmarks ? ticking(env.clock, BOOKMARK_MS) : undefined
  if (call.signal.aborted) end()
  call.signal.addEventListener('abort', end)
  try {
    for await (const events of interleave(source, ticks)) {
      if (events === 'tick') {
        yield writer.bookmark(source.revision, false)
        continue
      }
      const text = batch(writer, events, selection, headers)
      if (text) headers = false
      if (text) yield text
    }
    if (ticks && !call.signal.aborted) yield writer.bookmark(source.revision, false)
  } finally {
    call.signal.removeEventListener('abort', end)
    timer.cancel()
    ticks?.stop()
    stay()
    end()
  }
}

function batch(writer: EventWriter, events: readonly StoreEvent[], selection: Selection, headers: boolean): string {
  const matches = selection.filters ? selection.matches : undefined
  let text = ''
  for (const event of events) text += writer.ofStore(event, matches, headers && text === '') ?? ''
  return text
}

interface Ticks {
  /** Resolves at the next tick. */
  next(): Promise<'tick'>
  stop(): void
}

function ticking(clock: Context['env']['clock'], everyMs: number): Ticks {
  let tick = Promise.withResolvers<'tick'>()
  const arm = () =>
    clock.after(everyMs, () => {
      tick.resolve('tick')
      tick = Promise.withResolvers()
      timer = arm()
    })
  let timer = arm()
  return { next: () => tick.promise, stop: () => timer.cancel() }
}

/** The batches of a watch, and a tick wherever one falls between them. */
async function* interleave(
  source: Watch,
  ticks: Ticks | undefined,
): AsyncGenerator<readonly StoreEvent[] | 'tick', void> {
  if (!ticks) {
    yield* source
    return
  }
  const batches = source[Symbol.asyncIterator]()
  let pending = batches.next()
  for (;;) {
    const first = await Promise.race([pending, ticks.next()])
    if (first === 'tick') {
      yield first
      continue
    }
    if (first.done) return
    yield first.value
    pending = batches.next()
  }
}
