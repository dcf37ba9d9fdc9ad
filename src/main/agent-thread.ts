import { Worker } from 'node:worker_threads'
import type { Env } from '../std/env.ts'
import type { AgentConfig, AgentMessage } from './agent-config.ts'
import { messageOf } from './failure.ts'

const RESTART_FIRST_MS = 500
const RESTART_MAX_MS = 30_000
/** One that ran for this long starts over with the shortest pause. */
const HEALTHY_MS = 60_000

export interface AgentThread {
  stop(): Promise<void>
}

/** Keeps an agent running in a thread of its own: one that fails is started anew, and adopts what its pods left running. */
export function startAgentThread(env: Env, config: AgentConfig): AgentThread {
  let stopping = false
  let failures = 0
  let worker: Worker
  let ended: Promise<void>

  const start = () => {
    const began = env.clock.monotonic()
    worker = new Worker(new URL('agent.ts', import.meta.url), { workerData: config })
    worker.on('message', ({ failed }: AgentMessage) => env.log.error('the agent failed', { error: failed }))
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
    async stop() {
      stopping = true
      worker.postMessage('stop')
      await ended
    },
  }
}
