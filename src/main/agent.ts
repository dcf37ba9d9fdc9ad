// The agent's thread: kubelet and node network. It meets the server through the API alone, as one on another machine would.
import { parentPort, workerData } from 'node:worker_threads'
import type { Api } from '../client/api.ts'
import { createApi } from '../client/client.ts'
import { createEventRecorder } from '../client/event-recorder.ts'
import { httpsTransport } from '../client/https-transport.ts'
import { createInformers } from '../client/informers.ts'
import { criClient } from '../kubelet/cri/client.ts'
import type { Cri } from '../kubelet/cri/types.ts'
import { kubeletServer } from '../kubelet/http/server.ts'
import { authFor, type Registries } from '../kubelet/images/registries.ts'
import { type Kubelet, runKubelet } from '../kubelet/kubelet.ts'
import { setUpNetwork } from '../network/network.ts'
import { hostExec } from '../os/exec.ts'
import { hostFs } from '../os/fs.ts'
import { hostHttpGet, hostTcpConnect } from '../os/http-get.ts'
import type { HttpsServer } from '../os/https-server.ts'
import { openLogFile } from '../os/log-file.ts'
import { hostMounts } from '../os/mount.ts'
import { systemClock } from '../std/clock.ts'
import type { Env } from '../std/env.ts'
import { systemRandom } from '../std/random.ts'
import type { AgentConfig, AgentNews, AgentOrder } from './agent-config.ts'
import { codeOf, messageOf } from './failure.ts'
import { fileLog } from './log.ts'
import { untilAnswering } from './runtime-answers.ts'

const config = workerData as AgentConfig
const { layout, settings, kubelet: identity } = config
const env: Env = { clock: systemClock, random: systemRandom, log: fileLog(layout.log).with({ part: 'agent' }) }

/** Where the kubelet listens unless that port is taken, by another cluster on this machine for example. */
const KUBELET_PORT = 10250

async function runAgent(signal: AbortSignal): Promise<void> {
  const transport = httpsTransport({ server: config.server, ca: config.ca, ...identity })
  const api = createApi(transport, { userAgent: 'kubelet', clock: env.clock })
  const cri = criClient(config.runtimeSocket)
  await untilAnswering(cri, env.clock, signal)
  // A runtime that was there before has a network configuration of its own.
  const network = settings.containerRuntimeEndpoint
    ? Promise.resolve()
    : setUpNetwork(env, api, { exec: hostExec, fs: hostFs }, networkConfig(), signal)
  const { kubelet, server } = await startKubelet(api, cri, signal)
  const told = kubelet.started.then(() => parentPort?.postMessage('started' satisfies AgentNews))
  await Promise.all([network, told, kubelet.stopped])
  await server.close()
  cri.close()
}

function networkConfig() {
  const { name, cniDir } = layout
  return {
    name,
    nodeName: settings.nodeName,
    clusterCIDR: settings.podCIDR,
    confDir: `${cniDir}/net.d`,
    ipamDir: `${cniDir}/ipam`,
  }
}

/** The server first: the node says at which port it is to be found. */
async function startKubelet(
  api: Api,
  cri: Cri,
  signal: AbortSignal,
): Promise<{ kubelet: Kubelet; server: HttpsServer }> {
  const running: { kubelet?: Kubelet } = {}
  const server = await listen({
    env,
    cri,
    openLogFile,
    pods: () => running.kubelet?.pods() ?? [],
    onContainerEvent: (listener) => running.kubelet?.onContainerEvent(listener) ?? (() => {}),
  })
  const informers = createInformers(api, env)
  const events = createEventRecorder(api, env, { component: 'kubelet', host: settings.nodeName }, signal)
  const os = { fs: hostFs, mounts: hostMounts(), httpGet: hostHttpGet, tcpConnect: hostTcpConnect }
  const registries: Registries = config.registries
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

async function listen(context: Parameters<typeof kubeletServer>[0]): Promise<HttpsServer> {
  const options = (port: number) => ({ address: settings.bindAddress, port, tls: { ...identity, clientCa: config.ca } })
  try {
    return await kubeletServer(context, options(KUBELET_PORT))
  } catch (error) {
    if (codeOf(error) !== 'EADDRINUSE') throw error
    return kubeletServer(context, options(0))
  }
}

const stopping = new AbortController()
const ordered = new Promise<void>((resolve) => {
  parentPort?.on('message', (order: AgentOrder) => {
    if (order === 'stop') stopping.abort(new Error('the agent stops'))
    resolve()
  })
})
try {
  await ordered
  if (!stopping.signal.aborted) await runAgent(stopping.signal)
} catch (error) {
  if (!stopping.signal.aborted) env.log.error('the agent failed', { error: messageOf(error) })
}
// What a failed agent has left open must not keep the thread: it is started anew.
process.exit()
