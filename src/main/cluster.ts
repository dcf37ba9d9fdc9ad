import { mkdirSync } from 'node:fs'
import { Node } from '../api/kinds/core/node.ts'
import { createApi } from '../client/client.ts'
import { systemClock } from '../std/clock.ts'
import type { Env } from '../std/env.ts'
import { systemRandom } from '../std/random.ts'
import { type AgentThread, startAgentThread } from './agent-thread.ts'
import { cniPluginDir, lastComplaint, mayLowerOomScore, startContainerd, writeRegistries } from './containerd.ts'
import { Failure } from './failure.ts'
import type { Access } from './kubeconfig.ts'
import type { Layout } from './layout.ts'
import { fileLog, rotate } from './log.ts'
import { openPki } from './pki.ts'
import { writePidFile } from './processes.ts'
import type { Report } from './progress.ts'
import { readRegistries } from './registries-file.ts'
import { type Server, startServer } from './server.ts'
import { firstServiceIp, nodeAddress, type Settings } from './settings.ts'
import { serverUrl } from './status.ts'

/** How long a node may take to become Ready before the start is given up. */
const READY_MS = 60_000

/** A cluster at work in this process. */
export interface Cluster {
  /** What the administrator's kubeconfig holds. */
  access: Access
  /** Ends what runs in this process; containers and their runtime go on. */
  stop(): Promise<void>
}

/** Starts a server and an agent on this machine; resolves when the node is Ready. Rejects with a Failure, and nothing runs then. */
export async function startCluster(
  layout: Layout,
  settings: Settings,
  report: Report,
  signal: AbortSignal,
): Promise<Cluster> {
  const registries = readRegistries(settings.registries)
  mkdirSync(layout.runDir, { recursive: true, mode: 0o700 })
  writePidFile(layout.pidFile, process.pid)
  rotate(layout.log)
  const env: Env = {
    clock: systemClock,
    random: systemRandom,
    log: fileLog(layout.log, (line) => process.stderr.write(line)),
  }
  const nodeIp = nodeAddress(settings.bindAddress)
  if (!settings.containerRuntimeEndpoint) {
    writeRegistries(layout, registries)
    startContainerd({ layout, pluginDir: cniPluginDir() ?? '', restrictOomScore: !mayLowerOomScore() })
  }
  const pki = await openPki(
    layout.pkiDir,
    { nodeName: settings.nodeName, addresses: [nodeIp], serviceIp: firstServiceIp(settings.serviceCIDR) },
    systemClock.now(),
  )
  const server = await report.step('API server', () => startServer(env, { layout, settings, pki, nodeIp }))
  const agent = startAgentThread(env, {
    layout,
    settings,
    server: serverUrl(settings),
    ca: pki.ca.cert,
    kubelet: pki.kubelet,
    nodeIp,
    registries,
    runtimeSocket: settings.containerRuntimeEndpoint ?? layout.containerd.socket,
  })
  const stop = () => stopAll(agent, server)
  try {
    await report.step(`Node ${settings.nodeName}`, () => nodeReady(env, layout, settings, server, signal))
  } catch (error) {
    await stop()
    throw error
  }
  return { access: { server: serverUrl(settings), ca: pki.ca.cert, client: pki.admin }, stop }
}

/** The agent first: it says goodbye to a server that still listens. */
async function stopAll(agent: AgentThread, server: Server): Promise<void> {
  await agent.stop()
  await server.stop()
}

async function nodeReady(
  env: Env,
  layout: Layout,
  settings: Settings,
  server: Server,
  stopped: AbortSignal,
): Promise<void> {
  const patience = new AbortController()
  const timer = env.clock.after(READY_MS, () => patience.abort())
  const signal = AbortSignal.any([stopped, patience.signal])
  const api = createApi(server.api.transport({ name: 'system:apiserver', groups: ['system:masters'] }))
  const since = Math.floor(env.clock.now() / 1000) * 1000
  let why = 'it has not registered'
  try {
    const options = {
      fieldSelector: `metadata.name=${settings.nodeName}`,
      sendInitialEvents: true,
      allowWatchBookmarks: true,
      signal,
    }
    for await (const { type, object } of api(Node).watch(options)) {
      const ready =
        type === 'BOOKMARK' ? undefined : object.status.conditions?.find((condition) => condition.type === 'Ready')
      // What an earlier run has said of the node does not count.
      if (ready?.status === 'True' && Date.parse(ready.lastHeartbeatTime ?? '') >= since) return
      why = ready?.message ?? why
    }
  } finally {
    timer.cancel()
  }
  stopped.throwIfAborted()
  const complaint = settings.containerRuntimeEndpoint ? '' : `; containerd: ${lastComplaint(layout)}`
  throw new Failure(`the node did not become Ready within ${READY_MS / 1000} s: ${why}${complaint}; see ${layout.log}`)
}
