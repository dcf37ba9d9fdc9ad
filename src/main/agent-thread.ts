import { Worker } from 'node:worker_threads'
import type { Env } from '../std/env.ts'
import type { AgentConfig, AgentNews, AgentOrder } from './agent-config.ts'
import { messageOf } from './failure.ts'

const RESTART_FIRST_MS = 500
const RESTART_MAX_MS = 30_000
/** One that ran for this long starts over with the shortest pause. */
const HEALTHY_MS = 60_000

const WORKER = new URL('agent-worker.ts', import.meta.url)
/** V8 lets new objects take 48 MB and is slow to give that back; an agent makes few, and can do with clearing up more often. */
const RESOURCE_LIMITS = { maxYoungGenerationSizeMb: 6 }

export interface AgentThread {
  /** Resolves when the agent has said how its node is; pending for as long as it fails to. */
  started: Promise<void>
  /** There is a server now: the agent, which has been loading its program, begins. */
  work(): void
  stop(): Promise<void>
}

/** Keeps an agent in a thread of its own, running once it is told to: one that fails is started anew, and adopts what its pods left running. */
export function startAgentThread(env: Env, config: AgentConfig): AgentThread {
  const started = Promise.withResolvers<void>()
  let working = false
  let stopping = false
  let failures = 0
  let worker: Worker
  let ended: Promise<void>

  const tell = (order: AgentOrder) => worker.postMessage(order)
  const start = () => {
    const began = env.clock.monotonic()
    worker = new Worker(WORKER, { workerData: config, name: 'agent', resourceLimits: RESOURCE_LIMITS })
    if (working) tell('work')
    worker.on('message', (_: AgentNews) => started.resolve())
    worker.on('error', (error) => env.log.error('the agent crashed', { error: messageOf(error) }))
    ended = new Promise((resolve) => {
      worker.on('exit', () => {
        resolve()
        if (stopping) return
        failures = env.clock.monotonic() - began > HEALTHY_MS ? 1 : failures + 1
        env.clock.after(Math.min(RESTART_MAX_MS, RESTART_FIRST_MS * 2 ** (failures - 1)), () => {
          if (!stopping) start()
        })
      })
    })
  }
  start()
  return {
    started: started.promise,
    work() {
      working = true
      tell('work')
    },
    async stop() {
      stopping = true
      tell('stop')
      await ended
    },
  }
}
