import type { Pod } from '../api/kinds/core/pod.ts'
import { sleep } from '../std/clock.ts'
import { containerEvents } from './events.ts'
import { runHook } from './hooks.ts'
import type { NodeDeps } from './node-deps.ts'
import type { Kill } from './plan-containers.ts'

/** A process gets at least this long between being asked to end and being killed. */
const MIN_GRACE_SECONDS = 2

export interface KillContext {
  /** The pod as it was last known. */
  pod?: Pod
  podIP: string
  signal: AbortSignal
}

/** Ends containers side by side, each with its hook first; resolves when all have ended. */
export async function killContainers(deps: NodeDeps, context: KillContext, kills: readonly Kill[]): Promise<void> {
  const ended = new Map<string, Promise<void>>()
  const endOf = (names: readonly string[]) => Promise.all(names.map((name) => ended.get(name)))
  for (const kill of kills) {
    // Looked up later, when every kill of the row has its promise.
    const turn = Promise.resolve().then(() => endOf(kill.after))
    ended.set(kill.name, killContainer(deps, context, kill, turn))
  }
  const results = await Promise.allSettled(ended.values())
  const failed = results.find((result) => result.status === 'rejected')
  if (failed) throw failed.reason
}

async function killContainer(deps: NodeDeps, context: KillContext, kill: Kill, turn: Promise<unknown>): Promise<void> {
  const { clock } = deps.env
  const startedAt = clock.monotonic()
  const leftMs = () => kill.graceMs - (clock.monotonic() - startedAt)
  if (context.pod) containerEvents(deps.events, context.pod, kill.name, kill.id).normal('Killing', kill.message)
  await runPreStop(deps, context, kill)
  if (kill.after.length > 0 && leftMs() > 0) await within(deps, leftMs(), turn, context.signal)
  const seconds = Math.max(Math.ceil(leftMs() / 1000), MIN_GRACE_SECONDS)
  await deps.cri.stopContainer(kill.id, seconds, { signal: context.signal })
}

/** Runs the hook for as long as the grace period lasts. That it failed does not save the container. */
async function runPreStop(deps: NodeDeps, { pod, podIP, signal }: KillContext, kill: Kill): Promise<void> {
  const { container, id, name } = kill
  const hook = container?.lifecycle?.preStop
  if (!pod || !container || !hook || kill.graceMs <= 0) return
  const stop = new AbortController()
  const either = AbortSignal.any([signal, stop.signal])
  const run = runHook(deps, { pod, container, id, podIP }, hook, either).catch((error: Error) => {
    if (either.aborted) return
    deps.env.log.info('preStop hook failed', { pod: pod.metadata.name, container: name, error: error.message })
    // The output may hold secrets, so the event does not tell it.
    containerEvents(deps.events, pod, name, id).warning('FailedPreStopHook', 'PreStopHook failed')
  })
  await within(deps, kill.graceMs, run, signal)
  stop.abort()
}

/** Waits for `done`, but not for longer than `ms`. */
async function within({ env }: NodeDeps, ms: number, done: Promise<unknown>, signal: AbortSignal): Promise<void> {
  const finished = new AbortController()
  const timer = sleep(env.clock, ms, AbortSignal.any([signal, finished.signal])).catch(() => signal.throwIfAborted())
  await Promise.race([done, timer])
  finished.abort()
}
