import { sleep } from '../std/clock.ts'
import type { Env } from '../std/env.ts'
import type { Cri } from './cri/types.ts'
import { GrpcError } from '../os/grpc.ts'

const RECONNECT_MS = 1000
/** Upstream's relist period, for runtimes that tell nothing by themselves. */
const RELIST_MS = 1000

export interface RuntimeListener {
  /** Something happened to this container or sandbox. */
  changed(id: string): void
  /** Anything may have happened. */
  lost(): void
}

/** Tells what happens in the runtime, for as long as the signal is not aborted: by its events, or by asking again and again. */
export async function followRuntime(env: Env, cri: Cri, listener: RuntimeListener, signal: AbortSignal): Promise<void> {
  let follow = followEvents
  while (!signal.aborted) {
    try {
      await follow(env, cri, listener, signal)
    } catch (error) {
      if (signal.aborted) return
      if (error instanceof GrpcError && error.code === 'UNIMPLEMENTED') follow = relist
      else env.log.warn('the events of the container runtime broke off', { error: String(error) })
    }
    await sleep(env.clock, RECONNECT_MS, signal).catch(() => undefined)
    if (!signal.aborted) listener.lost()
  }
}

async function followEvents(_env: Env, cri: Cri, listener: RuntimeListener, signal: AbortSignal): Promise<void> {
  for await (const { id } of cri.events(signal)) listener.changed(id)
}

async function relist(env: Env, cri: Cri, listener: RuntimeListener, signal: AbortSignal): Promise<void> {
  let before = await states(cri)
  while (!signal.aborted) {
    await sleep(env.clock, RELIST_MS, signal)
    const now = await states(cri)
    for (const id of new Set([...before.keys(), ...now.keys()])) {
      if (before.get(id) !== now.get(id)) listener.changed(id)
    }
    before = now
  }
}

async function states(cri: Cri): Promise<Map<string, string>> {
  const [sandboxes, containers] = await Promise.all([cri.listPodSandbox(), cri.listContainers()])
  return new Map([...sandboxes, ...containers].map(({ id, state }) => [id, state]))
}
