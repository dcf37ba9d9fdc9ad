import { mkdirSync } from 'node:fs'
import { systemClock } from '../std/clock.ts'
import type { Env } from '../std/env.ts'
import { systemRandom } from '../std/random.ts'
import type { Registries } from '../kubelet/images/registries.ts'
import { type AgentThread, startAgentThread } from './agent-thread.ts'
import { cniPluginDir, mayLowerOomScore, writeRegistries } from './containerd.ts'
import { type ContainerdSupervisor, superviseContainerd } from './containerd-supervisor.ts'
import type { Access } from './kubeconfig.ts'
import type { Layout } from './layout.ts'
import { fileLog, rotate } from './log.ts'
import { openPki } from './pki.ts'
import { writePidFile } from './processes.ts'
import type { Report } from './progress.ts'
import { readRegistries } from './registries-file.ts'
import type { Server } from './server.ts'
import { firstServiceIp, nodeAddress, serverUrl, type Settings } from './settings.ts'

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
  const runtime = settings.containerRuntimeEndpoint ? undefined : await startRuntime(env, layout, registries)
  try {
    return await startParts({ env, layout, settings, registries, report, runtime, signal })
  } catch (error) {
    await runtime?.stop()
    throw error
  }
}

interface Parts {
  env: Env
  layout: Layout
  settings: Settings
  registries: Registries
  report: Report
  runtime: ContainerdSupervisor | undefined
  signal: AbortSignal
}

/** All but the runtime. The agent and the server are loaded side by side, while containerd starts. */
async function startParts(parts: Parts): Promise<Cluster> {
  const { env, layout, settings, registries, report, runtime } = parts
  const { nodeName, serviceCIDR } = settings
  const nodeIp = nodeAddress(settings.bindAddress)
  const names = { nodeName, addresses: [nodeIp], serviceIp: firstServiceIp(serviceCIDR) }
  const pki = await openPki(layout.pkiDir, names, env.clock.now())
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
  let server: Server | undefined
  const stop = async () => {
    runtime?.release()
    // The agent first: it says goodbye to a server that still listens.
    await agent.stop()
    await server?.stop()
  }
  try {
    server = await report.step('API server', async () => {
      const { startServer } = await import('./server.ts')
      return startServer(env, { layout, settings, pki, nodeIp })
    })
    agent.work()
    await untilReady(parts, server, agent)
  } catch (error) {
    await stop()
    throw error
  }
  return { access: { server: serverUrl(settings), ca: pki.ca.cert, client: pki.admin }, stop }
}

async function untilReady(
  { report, runtime, ...parts }: Parts,
  server: Server,
  { started }: AgentThread,
): Promise<void> {
  const { nodeReady } = await import('./node-ready.ts')
  await report.step(`Node ${parts.settings.nodeName}`, () => {
    const ready = nodeReady({ ...parts, started }, server)
    return runtime ? Promise.race([ready, runtime.broken]) : ready
  })
}

async function startRuntime(env: Env, layout: Layout, registries: Registries): Promise<ContainerdSupervisor> {
  writeRegistries(layout, registries)
  return superviseContainerd(env, { layout, pluginDir: cniPluginDir() ?? '', restrictOomScore: !mayLowerOomScore() })
}
