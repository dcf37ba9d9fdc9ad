import type { Pod } from '../api/kinds/core/pod.ts'
import type { Secret } from '../api/kinds/core/secret.ts'
import { containerConfig } from './config/container-config.ts'
import { environment } from './config/env.ts'
import { renderHosts } from './config/hosts-file.ts'
import { containerMounts } from './config/mounts.ts'
import { serviceEnv } from './config/service-env.ts'
import { rpcMessage } from './cri/client.ts'
import type { ContainerConfig, Image, PodSandboxConfig } from './cri/types.ts'
import { containerEvents } from './events.ts'
import { runHook } from './hooks.ts'
import { killContainers } from './kill-containers.ts'
import type { NodeDeps } from './node-deps.ts'
import type { Start } from './plan-containers.ts'
import { isHostNetwork } from './pod-spec.ts'
import { StartError } from './start-error.ts'
import { GrpcError } from '../os/grpc.ts'
import type { MountedVolume } from './volumes/volume.ts'

export interface StartContext {
  pod: Pod
  sandboxId: string
  sandbox: PodSandboxConfig
  podIPs: readonly string[]
  volumes: ReadonlyMap<string, MountedVolume>
  signal: AbortSignal
}

/** How long a start that failed in the runtime is shown before the container's own back-off takes over. */
const SHOW_FAILURE_MS = 1000

/** What the runtime said, without how gRPC puts it. */
const detail = (error: unknown) => (error instanceof GrpcError ? error.message : rpcMessage(error))

/** Brings a container up: image, container, start, hook. Throws StartError, having said so in an event. */
export async function startContainer(deps: NodeDeps, context: StartContext, start: Start): Promise<void> {
  const { pod, signal } = context
  const { container } = start
  try {
    const secrets = await pullSecrets(deps, pod)
    const image = await deps.puller.ensure({ pod, container, secrets, sandbox: context.sandbox, signal })
    const config = await configure(deps, context, start, image)
    const id = await create(deps, context, start, config)
    await run(deps, context, start, id)
  } catch (error) {
    if (signal.aborted || !(error instanceof StartError)) throw error
    if (error.reason !== 'PostStartHookError') {
      const isImage = /Image/.test(error.reason)
      // Images are spoken of in detail by the puller's own events.
      const message = isImage ? error.reason : error.message
      containerEvents(deps.events, pod, container.name).warning('Failed', `Error: ${message}`)
    }
    throw error
  }
}

async function pullSecrets({ objects, events }: NodeDeps, pod: Pod): Promise<Secret[]> {
  const names = (pod.spec.imagePullSecrets ?? []).flatMap(({ name }) => name ?? [])
  const found = await Promise.all(names.map((name) => objects.secret(pod.metadata.namespace ?? '', name)))
  const missing = names.filter((_, i) => !found[i])
  if (missing.length > 0) {
    events.record(
      pod,
      'Warning',
      'FailedToRetrieveImagePullSecret',
      `Unable to retrieve some image pull secrets (${missing.join(', ')}); attempting to pull the image may not succeed.`,
    )
  }
  return found.filter((secret) => secret !== undefined)
}

async function configure(deps: NodeDeps, context: StartContext, start: Start, image: Image): Promise<ContainerConfig> {
  try {
    return await configureOrFail(deps, context, start, image)
  } catch (error) {
    throw new StartError('CreateContainerConfigError', detail(error))
  }
}

async function configureOrFail(
  { os, objects, node, paths, env: { random } }: NodeDeps,
  { pod, podIPs, volumes }: StartContext,
  { container, ...start }: Start,
  image: Image,
): Promise<ContainerConfig> {
  const { uid, namespace = '' } = pod.metadata
  const facts = { hostIPs: node.hostIPs, podIPs, allocatable: node.allocatable }
  const env = await environment({
    pod,
    container,
    services: serviceEnv(objects.services(), namespace, pod.spec.enableServiceLinks ?? true),
    sources: {
      configMap: memo((name: string) => objects.configMap(namespace, name)),
      secret: memo((name: string) => objects.secret(namespace, name)),
    },
    node: facts,
  })
  const hostFile = isHostNetwork(pod) ? await os.fs.readText('/etc/hosts') : ''
  const hosts = renderHosts(pod, { podIPs, clusterDomain: node.clusterDomain, hostFile })
  await os.fs.write(paths.hosts(uid), hosts, 0o644)
  const messageFile = `${paths.container(uid, container.name)}/${random.uuid().slice(0, 8)}`
  const mounts = await containerMounts(os.fs, paths, { pod, container, volumes, env, podIPs, messageFile })
  const restartCount = start.restartCount || (await restartsInLogs(os.fs, paths.containerLogs(pod, container.name)))
  return containerConfig(pod, container, {
    restartCount,
    backOffMs: start.backOffMs,
    imageRef: image.id,
    imageUser: { ...(image.uid && { uid: image.uid.value }), ...(image.username && { username: image.username }) },
    env,
    mounts,
    memoryCapacityBytes: node.memoryCapacityBytes,
  })
}

function memo<T>(get: (name: string) => Promise<T>): (name: string) => Promise<T> {
  const known = new Map<string, Promise<T>>()
  return (name) => {
    const found = known.get(name) ?? get(name)
    known.set(name, found)
    return found
  }
}

/** A runtime that lost its containers still has their logs, which must not be written over. */
async function restartsInLogs(fs: NodeDeps['os']['fs'], directory: string): Promise<number> {
  if (!(await fs.stat(directory))) return 0
  const numbers = (await fs.list(directory)).flatMap((name) => /^(\d+)\.log/.exec(name)?.[1] ?? [])
  return numbers.length > 0 ? Math.max(...numbers.map(Number)) + 1 : 0
}

async function create(
  { os, cri, events, paths, limit }: NodeDeps,
  { pod, sandboxId, sandbox, signal }: StartContext,
  { container }: Start,
  config: ContainerConfig,
): Promise<string> {
  await os.fs.makeDirectory(paths.containerLogs(pod, container.name), 0o755)
  try {
    const id = await limit(() => cri.createContainer(sandboxId, config, sandbox, { signal }), signal)
    containerEvents(events, pod, container.name, id).normal('Created', 'Container created')
    return id
  } catch (error) {
    signal.throwIfAborted()
    throw new StartError('CreateContainerError', detail(error))
  }
}

async function run(deps: NodeDeps, context: StartContext, { container }: Start, id: string): Promise<void> {
  const { pod, signal, podIPs } = context
  const retryAtMs = () => deps.env.clock.now() + SHOW_FAILURE_MS
  try {
    await deps.limit(() => deps.cri.startContainer(id, { signal }), signal)
  } catch (error) {
    signal.throwIfAborted()
    throw new StartError('RunContainerError', detail(error).replaceAll(id, container.name), { retryAtMs: retryAtMs() })
  }
  const events = containerEvents(deps.events, pod, container.name, id)
  events.normal('Started', 'Container started')
  const hook = container.lifecycle?.postStart
  if (!hook) return
  const podIP = podIPs[0] ?? ''
  try {
    await runHook(deps, { pod, container, id, podIP }, hook, signal)
  } catch (error) {
    signal.throwIfAborted()
    // The output may hold secrets, so the event does not tell it.
    events.warning('FailedPostStartHook', 'PostStartHook failed')
    const graceMs = (pod.spec.terminationGracePeriodSeconds ?? 30) * 1000
    const kill = { id, name: container.name, container, graceMs, message: 'FailedPostStartHook', after: [] }
    await killContainers(deps, { pod, podIP, signal }, [kill])
    throw new StartError('PostStartHookError', (error as Error).message, { retryAtMs: retryAtMs() })
  }
}
