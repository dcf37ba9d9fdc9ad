import { builtinSchema } from '../src/api/builtin-schema.ts'
import { KINDS } from '../src/api/kinds/index.ts'
import { bootstrap } from '../src/apiserver/bootstrap.ts'
import { apiServer } from '../src/apiserver/server.ts'
import { createApi } from '../src/client/client.ts'
import { runControllers } from '../src/controllers/run.ts'
import type { ControllerConfig } from '../src/controllers/config.ts'
import { runScheduler } from '../src/scheduler/scheduler.ts'
import { memoryDriver } from '../src/store/memory.ts'
import { openStore } from '../src/store/store.ts'
import { Cluster } from './cluster.ts'
import { envs } from './envs.ts'
import type { NodeOption, RuntimeOptions } from './fake-node.ts'
import { virtualClock } from './virtual-clock.ts'

export { deployment, pod, replicaSet } from './builders.ts'
export type { Cluster } from './cluster.ts'

export interface ClusterOptions {
  /** One node, `node-1`, when absent. */
  nodes?: readonly NodeOption[]
  /** The same seed gives the same history; 1 when absent. */
  seed?: number
  /** How containers behave, which images there are, how long pulls take. */
  runtime?: RuntimeOptions
  /** What controllers do otherwise than upstream's defaults. */
  controllers?: Partial<ControllerConfig>
}

const VERSION = { gitVersion: 'v1.36.0', gitCommit: '', buildDate: '1970-01-01T00:00:00Z', platform: 'linux/amd64' }
const ROOT_CA = '-----BEGIN CERTIFICATE-----\ntest\n-----END CERTIFICATE-----\n'
const SERVICE_CIDR = '10.96.0.0/16'
const CLUSTER_CIDR = '10.244.0.0/16'
const ADVERTISE = { address: '192.0.2.1', port: 6443 }

/**
 * A whole cluster in this process: the real API server, controllers, scheduler and kubelets, over a store and container
 * runtimes in memory, under a clock that moves only when told to. Nothing of it touches the machine. Resolves when the
 * nodes are ready; `await using` ends it.
 */
export async function startCluster(options: ClusterOptions = {}): Promise<Cluster> {
  const { nodes = ['node-1'], seed = 1, runtime = {} } = options
  const clock = virtualClock()
  const { envOf, log } = envs(clock, seed)
  const env = envOf('apiserver')
  const store = await openStore(memoryDriver(), env)
  const history = store.watch('')
  const server = await apiServer({
    kinds: KINDS,
    store,
    env,
    schema: builtinSchema,
    version: VERSION,
    serviceCidr: SERVICE_CIDR,
  })
  const transportOf = (user: string, group = 'system:authenticated') =>
    clock.observe(server.transport({ name: user, groups: [group, 'system:authenticated'] }))
  const admin = transportOf('admin', 'system:masters')
  await bootstrap(createApi(admin), { serviceIp: server.firstServiceIp, advertise: ADVERTISE })
  const stopping = new AbortController()
  const { signal } = stopping
  const controllers = { rootCa: ROOT_CA, clusterCidr: CLUSTER_CIDR, ...options.controllers }
  const manager = transportOf('system:kube-controller-manager')
  const running = {
    controllers: runControllers(envOf('controllers'), manager, controllers, signal),
    scheduler: runScheduler(envOf('scheduler'), transportOf('system:kube-scheduler'), signal),
  }
  const cluster = new Cluster({ clock, log, store, server, history, transportOf, envOf, running, stopping, runtime })
  for (const node of nodes) await cluster.addNode(node)
  await cluster.settled()
  return cluster
}
