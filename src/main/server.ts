import { readFile } from 'node:fs/promises'
import { builtinSchema } from '../api/builtin-schema.ts'
import type { UserInfo } from '../api/exchange.ts'
import { KINDS } from '../api/kinds/index.ts'
import type { Descriptions } from '../api/openapi/definitions.ts'
import { bootstrap, keepBootstrapped } from '../apiserver/bootstrap.ts'
import { type Listener, listen } from '../apiserver/listener.ts'
import { type ApiServer, apiServer } from '../apiserver/server.ts'
import { createApi } from '../client/client.ts'
import type { CertificateOrder } from '../controllers/config.ts'
import { runControllers } from '../controllers/run.ts'
import { httpsProxy } from '../os/https-proxy.ts'
import { runScheduler } from '../scheduler/scheduler.ts'
import type { Env } from '../std/env.ts'
import { sqliteDriver } from '../store/sqlite.ts'
import { openStore, type Store } from '../store/store.ts'
import { portFailure } from './check-host.ts'
import { messageOf } from './failure.ts'
import type { Layout } from './layout.ts'
import type { Pki } from './pki.ts'
import type { Settings } from './settings.ts'
import { versionInfo } from './version.ts'

/** The API server, the controllers and the scheduler, over one store. */
export interface Server {
  api: ApiServer
  /** Answers what is under way, ends all that runs, and closes the store. */
  stop(): Promise<void>
}

export interface ServerConfig {
  layout: Layout
  settings: Settings
  pki: Pki
  /** How pods and other nodes reach this machine. */
  nodeIp: string
}

const DESCRIPTIONS = new URL('../../.generated/descriptions.json', import.meta.url)

/** A component of this process, as the API server knows it. */
const component = (name: string): UserInfo => ({ name: `system:${name}`, groups: ['system:authenticated'] })
const ITSELF: UserInfo = { name: 'system:apiserver', groups: ['system:masters', 'system:authenticated'] }

/** Opens the store and serves it. Rejects with a Failure when the port cannot be had; nothing runs then. */
export async function startServer(env: Env, config: ServerConfig): Promise<Server> {
  const store = await openStore(await sqliteDriver(config.layout.database), env)
  try {
    return await serve(env, config, store)
  } catch (error) {
    await store.close()
    throw error
  }
}

async function serve(env: Env, config: ServerConfig, store: Store): Promise<Server> {
  const { settings, pki, nodeIp } = config
  const api = await apiServer({
    kinds: KINDS,
    store,
    env,
    schema: builtinSchema,
    version: versionInfo(),
    serviceCidr: settings.serviceCIDR,
    authentication: { serviceAccountKeys: [pki.serviceAccountKey] },
    externalAddress: `${nodeIp.includes(':') ? `[${nodeIp}]` : nodeIp}:${settings.apiPort}`,
    proxy: httpsProxy({ ca: pki.ca.cert, ...pki.apiServerKubeletClient }),
    descriptions: async () => JSON.parse(await readFile(DESCRIPTIONS, 'utf8')) as Descriptions,
  })
  const advertise = { address: nodeIp, port: settings.apiPort }
  const [itself, where] = [createApi(api.transport(ITSELF)), { serviceIp: api.firstServiceIp, advertise }]
  await bootstrap(itself, where)
  const listener = await listenOn(api, config)
  const bootstrapped = keepBootstrapped(env, itself, where)
  const stopping = new AbortController()
  const running = runComponents(env, api, config, stopping.signal)
  return {
    api,
    async stop() {
      stopping.abort(new Error('the server stops'))
      bootstrapped.stop()
      api.stop()
      await listener.close()
      await running
      await store.close()
    },
  }
}

async function listenOn(api: ApiServer, { settings, pki }: ServerConfig): Promise<Listener> {
  const { bindAddress: address, apiPort: port } = settings
  try {
    return await listen(api, { address, port, tls: { ...pki.apiServer, clientCa: pki.ca.cert } })
  } catch (error) {
    throw portFailure(error as Error, address, port)
  }
}

async function runComponents(
  env: Env,
  api: ApiServer,
  { settings, pki }: ServerConfig,
  signal: AbortSignal,
): Promise<void> {
  const run = async (name: string, running: Promise<void>) => {
    try {
      await running
    } catch (error) {
      if (!signal.aborted) env.log.error(`the ${name} ended`, { error: messageOf(error) })
    }
  }
  const issueCertificate = async (order: CertificateOrder) => {
    const { signRequest } = await import('./certificates.ts')
    return signRequest(pki.ca, order, env.clock.now())
  }
  const controllers = { rootCa: pki.ca.cert, clusterCidr: settings.podCIDR, issueCertificate }
  await Promise.all([
    run('controllers', runControllers(env, api.transport(component('kube-controller-manager')), controllers, signal)),
    run('scheduler', runScheduler(env, api.transport(component('kube-scheduler')), signal)),
  ])
}
