import { Node } from '../api/kinds/core/node.ts'
import { createApi } from '../client/client.ts'
import type { Env } from '../std/env.ts'
import { lastComplaint } from './containerd.ts'
import { Failure } from './failure.ts'
import type { Layout } from './layout.ts'
import type { Server } from './server.ts'
import type { Settings } from './settings.ts'

/** How long a node may take to become Ready before the start is given up. */
const READY_MS = 60_000

export interface NodeReadyOptions {
  env: Env
  layout: Layout
  settings: Settings
  /** Resolves when the node has said how it is: what an earlier run has said of it does not count. */
  started: Promise<void>
  /** Aborted when the wait is no longer wanted. */
  signal: AbortSignal
}

/** Resolves when this machine's node is Ready; rejects with a Failure that says why it is not. */
export async function nodeReady(
  { env, layout, settings, started, signal: stopped }: NodeReadyOptions,
  server: Server,
): Promise<void> {
  const patience = new AbortController()
  const timer = env.clock.after(READY_MS, () => patience.abort())
  const signal = AbortSignal.any([stopped, patience.signal])
  const api = createApi(server.api.transport({ name: 'system:apiserver', groups: ['system:masters'] }))
  let why = 'it has not registered'
  try {
    await Promise.race([started, aborted(signal)])
    const options = {
      fieldSelector: `metadata.name=${settings.nodeName}`,
      sendInitialEvents: true,
      allowWatchBookmarks: true,
      signal,
    }
    for await (const { type, object } of api(Node).watch(options)) {
      const ready =
        type === 'BOOKMARK' ? undefined : object.status.conditions?.find((condition) => condition.type === 'Ready')
      if (ready?.status === 'True') return
      why = ready?.message ?? why
    }
  } finally {
    timer.cancel()
  }
  stopped.throwIfAborted()
  const complaint = settings.containerRuntimeEndpoint ? '' : `; containerd: ${lastComplaint(layout)}`
  throw new Failure(`the node did not become Ready within ${READY_MS / 1000} s: ${why}${complaint}; see ${layout.log}`)
}

const aborted = (signal: AbortSignal) =>
  new Promise<void>((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
