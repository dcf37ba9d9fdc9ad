import type { Api } from '../client/api.ts'
import { createApi } from '../client/client.ts'
import { createEventRecorder } from '../client/event-recorder.ts'
import { httpsTransport } from '../client/https-transport.ts'
import { createInformers } from '../client/informers.ts'
import { criClient } from '../kubelet/cri/client.ts'
import type { Cri } from '../kubelet/cri/types.ts'
import { kubeletServer } from '../kubelet/http/server.ts'
import { authFor } from '../kubelet/images/registries.ts'
import { type Kubelet, runKubelet } from '../kubelet/kubelet.ts'
import { setUpNetwork } from '../network/network.ts'
import { hostExec } from '../os/exec.ts'
import { hostFs } from '../os/fs.ts'
import { hostHttpGet, hostTcpConnect } from '../os/http-get.ts'
import type { HttpsServer } from '../os/https-server.ts'
import { openLogFile } from '../os/log-file.ts'
import { hostMounts } from '../os/mount.ts'
import type { Env } from '../std/env.ts'
import type { AgentConfig } from './agent-config.ts'
import { codeOf } from './failure.ts'
import { untilAnswering } from './runtime-answers.ts'

/** Where the kubelet listens unless that port is taken, by another cluster on this machine for example. */
const KUBELET_PORT = 10250

export interface AgentProgress {
  /** Resolves when there is a server; what can be done without one is done before. */
  server: Promise<void>
  /** Called when the node's object shows how the node is now. */
  started(): void
}

/** Runs kubelet and node network until the signal is aborted. They meet the server through the API alone, as on another machine. */
export async function runAgent(
  env: Env,
  config: AgentConfig,
  progress: AgentProgress,
  signal: AbortSignal,
): Promise<void> {
  const transport = httpsTransport({ server: config.server, ca: config.ca, ...config.kubelet })
  const api = createApi(transport, { userAgent: 'kubelet', clock: env.clock })
  const cri = criClient(config.runtimeSocket)
  await untilAnswering(cri, env.clock, signal)
  await progress.server
  signal.throwIfAborted()
  // A runtime that was there before has a network configuration of its own.
  const network = config.settings.containerRuntimeEndpoint
    ? Promise.resolve()
    : setUpNetwork(env, api, { exec: hostExec, fs: hostFs }, networkConfig(config), signal)
  const { kubelet, server } = await startKubelet({ env, config, api, cri }, signal)
  const told = kubelet.started.then(progress.started)
  await Promise.all([network, told, kubelet.stopped])
  await server.close()
  cri.close()
}

function networkConfig({ layout: { name, cniDir }, settings }: AgentConfig) {
  return {
    name,
    nodeName: settings.nodeName,
    clusterCIDR: settings.podCIDR,
    confDir: `${cniDir}/net.d`,
    ipamDir: `${cniDir}/ipam`,
  }
}

interface Parts {
  env: Env
  config: AgentConfig
  api: Api
  cri: Cri
}

/** The server first: the node says at which port it is to be found. */
async function startKubelet(
  { env, config, api, cri }: Parts,
  signal: AbortSignal,
): Promise<{ kubelet: Kubelet; server: HttpsServer }> {
  const { layout, settings, registries } = config
  const running: { kubelet?: Kubelet } = {}
  const server = await listen(config, {
    env,
    cri,
    openLogFile,
    pods: () => running.kubelet?.pods() ?? [],
    onContainerEvent: (listener) => running.kubelet?.onContainerEvent(listener) ?? (() => {}),
  })
  const informers = createInformers(api, env)
  const events = createEventRecorder(api, env, { component: 'kubelet', host: settings.nodeName }, signal)
  const os = { fs: hostFs, mounts: hostMounts(), httpGet: hostHttpGet, tcpConnect: hostTcpConnect }
  const kubelet = await runKubelet(
    env,
    os,
    { api, informers, cri, events },
    {
      nodeName: settings.nodeName,
      nodeIPs: [config.nodeIp],
      dataDir: layout.kubeletDir,
      clusterName: layout.name,
      kubeletPort: server.port,
      authFor: (image) => authFor(registries, image),
    },
    signal,
  )
  informers.start(signal)
  running.kubelet = kubelet
  return { kubelet, server }
}

async function listen(
  { settings, ca, kubelet }: AgentConfig,
  context: Parameters<typeof kubeletServer>[0],
): Promise<HttpsServer> {
  const options = (port: number) => ({ address: settings.bindAddress, port, tls: { ...kubelet, clientCa: ca } })
  try {
    return await kubeletServer(context, options(KUBELET_PORT))
  } catch (error) {
    if (codeOf(error) !== 'EADDRINUSE') throw error
    return kubeletServer(context, options(0))
  }
}
