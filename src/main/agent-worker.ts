// The thread of an agent: what it is to do comes as a message.
import { parentPort, workerData } from 'node:worker_threads'
import { assert } from '../std/assert.ts'
import { systemClock } from '../std/clock.ts'
import type { Env } from '../std/env.ts'
import { systemRandom } from '../std/random.ts'
import type { AgentConfig, AgentNews, AgentOrder } from './agent-config.ts'
import { runAgent } from './agent.ts'
import { messageOf } from './failure.ts'
import { fileLog } from './log.ts'

assert(parentPort, 'agent-worker.ts runs as a worker')
const port = parentPort
const config = workerData as AgentConfig
const log = fileLog(config.layout.log).with({ part: 'agent' })
const env: Env = { clock: systemClock, random: systemRandom, log }

const started = () => port.postMessage('started' satisfies AgentNews)
const stopping = new AbortController()
const server = new Promise<void>((resolve) => {
  port.on('message', (order: AgentOrder) => {
    if (order === 'stop') stopping.abort(new Error('the agent stops'))
    resolve()
  })
})
try {
  await runAgent(env, config, { server, started }, stopping.signal)
} catch (error) {
  if (!stopping.signal.aborted) env.log.error('the agent failed', { error: messageOf(error) })
}
// What a failed agent has left open must not keep the thread: it is started anew.
process.exit()
