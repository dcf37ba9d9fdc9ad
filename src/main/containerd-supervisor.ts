import type { ChildProcess } from 'node:child_process'
import type { Env } from '../std/env.ts'
import { type ContainerdOptions, lastComplaint, startContainerd, stopContainerd } from './containerd.ts'
import { Failure } from './failure.ts'

const RESTART_FIRST_MS = 500
const RESTART_MAX_MS = 30_000
/** One that ran for this long starts over with the shortest pause. */
const HEALTHY_MS = 60_000
/** So many ends in a row, each soon after the start, are not an accident. */
const FAILURES_MAX = 3

export interface ContainerdSupervisor {
  /** Rejects with a Failure once containerd has ended again and again; it goes on being started even so. */
  broken: Promise<never>
  /** Leaves containerd running, and unwatched. */
  release(): void
  /** Ends containerd; its containers run on. */
  stop(): Promise<void>
}

/**
 * Runs the cluster's containerd, and starts it again whenever it ends. One that outlived an earlier Skiff is replaced, since
 * only a child's end is told to its parent; its containers do not notice.
 */
export async function superviseContainerd(env: Env, options: ContainerdOptions): Promise<ContainerdSupervisor> {
  const { layout } = options
  await stopContainerd(layout, env.clock)
  const broken = Promise.withResolvers<never>()
  // Whoever waits for the node hears of it; later on the log does.
  broken.promise.catch(() => undefined)
  let released = false
  let failures = 0

  const watch = (child: ChildProcess, began: number) => {
    const ended = (what: string) => {
      if (released) return
      failures = env.clock.monotonic() - began > HEALTHY_MS ? 1 : failures + 1
      const complaint = lastComplaint(layout)
      env.log.error('containerd ended', { what, complaint, failures })
      if (failures === FAILURES_MAX) broken.reject(failureOf(complaint, layout.containerd.log))
      const pauseMs = Math.min(RESTART_MAX_MS, RESTART_FIRST_MS * 2 ** (failures - 1))
      env.clock.after(pauseMs, () => {
        if (!released) watch(startContainerd(options), env.clock.monotonic())
      })
    }
    child.once('error', (error) => ended(error.message))
    child.once('exit', (code, signal) => ended(signal ?? `exit code ${code}`))
  }
  watch(startContainerd(options), env.clock.monotonic())
  return {
    broken: broken.promise,
    release() {
      released = true
    },
    stop() {
      released = true
      return stopContainerd(layout, env.clock)
    },
  }
}

const failureOf = (complaint: string, log: string) =>
  new Failure(`containerd does not stay up: ${complaint}; see ${log}, and check it with: containerd --version`)
