import type { Api, Transport } from '../client/api.ts'
import { createApi } from '../client/client.ts'
import { discoverKinds } from '../client/discovery.ts'
import { createEventRecorder } from '../client/event-recorder.ts'
import { createInformers } from '../client/informers.ts'
import { runAsLeader } from '../client/leader.ts'
import type { Env } from '../std/env.ts'
import type { ControllerConfig } from './config.ts'
import type { Controller, Shared } from './context.ts'
import { CONTROLLERS } from './index.ts'

const USER_AGENT = 'kube-controller-manager'

/** The Lease that decides which of several processes runs the controllers. */
const LEASE = 'kube-controller-manager'

/** Runs the controllers until the signal is aborted; only as the leader when the config names an identity. */
export async function runControllers(
  env: Env,
  transport: Transport,
  config: ControllerConfig,
  signal: AbortSignal,
  controllers: readonly Controller[] = CONTROLLERS,
): Promise<void> {
  const api = createApi(transport, { userAgent: USER_AGENT, clock: env.clock })
  const lead = (leading: AbortSignal) => runAll(env, transport, api, config, controllers, leading)
  if (config.leaderIdentity === undefined) return lead(signal)
  await runAsLeader(api, env, { name: LEASE, identity: config.leaderIdentity }, lead, signal)
}

async function runAll(
  env: Env,
  transport: Transport,
  api: Api,
  config: ControllerConfig,
  controllers: readonly Controller[],
  signal: AbortSignal,
): Promise<void> {
  const metadataApi = createApi(transport, { userAgent: USER_AGENT, clock: env.clock, metadataOnly: true })
  const informers = createInformers(api, env, metadataApi)
  const shared: Shared = {
    env,
    api,
    informers,
    config,
    kinds: () => discoverKinds(transport),
    recorder: (component) => createEventRecorder(api, env, { component }, signal),
  }
  const running = controllers.map((controller) => controller.run(shared, signal))
  informers.start(signal)
  await Promise.all(running)
}
